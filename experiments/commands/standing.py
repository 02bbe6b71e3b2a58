"""``kinertia benchmark standing``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table


def standing(
    people: int = 50,
    seed: int = 1,
    model: str = "default",
    captures: Path | None = None,
    stood: tuple[Path, ...] = (),
    walked: tuple[Path, ...] = (),
    json: Path | None = None,
) -> None:
    """Outside gait: how well standing is answered, and how much of what is gait and what is not is told rightly.

    Parameters
    ----------
    people
        So many simulated people stand; a fifth of them squats, jumps, climbs stairs and so on.
    seed
        Draws the people.
    model
        Folder of a model, or `default`.
    captures
        Folder with measured standing, squats and sitting down: static1_ik.mot, squats1_ik.mot, STS1_ik.mot, model.osim.
    stood
        Further recordings with true angles in which somebody stands.
    walked
        Recordings of walking and running, of which nothing should be marked.
    json
        File to write the figures to.
    """
    from experiments import results
    from experiments import standing as benchmark
    from kinertia.api.models import runner

    console = Console()
    with console.status("") as status:
        found = benchmark.run(runner(model), people, seed, captures, stood, walked, status.update)
    results.write(json, found)
    rows = found["standing"]
    table = Table("standing", "recordings", "knees, deg", "worst knee, deg", "within 5 deg or band, %", "speed, m/s")
    for kind in (*dict.fromkeys(key.rpartition(" ")[0] or key for key in rows), ""):
        chosen = benchmark.of_kind(rows, kind)
        if chosen:
            mean = benchmark.means(chosen)
            figures = (f"{mean['knee_deg']:.1f}", f"{mean['knee_deg_worst']:.1f}", f"{100 * mean['held']:.0f}")
            table.add_row(kind or "all", str(len(chosen)), *figures, f"{mean['speed_m_s']:.3f}")
    console.print(table)
    told = Table("told to be", "recordings", "gait, %", "standing, %", "something else, %")
    for title in ("not_gait", "gait"):
        kinds = dict.fromkeys(key.rpartition(" ")[0] or key for key in found[title]) if title == "not_gait" else ()
        for kind in (*kinds, ""):
            chosen = benchmark.of_kind(found[title], kind)
            if chosen:
                mean = benchmark.means(chosen)
                shares = (f"{100 * mean[part]:.1f}" for part in ("gait", "standing", "other"))
                told.add_row(kind or f"all {title.replace('_', ' ')}", str(len(chosen)), *shares)
    console.print(told)
