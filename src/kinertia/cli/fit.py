"""``kinertia fit``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro
from rich.console import Console

from kinertia.cli import options, output
from kinertia.cli.options import ONCE, Running
from kinertia.cli.parsing import RARE
from kinertia.cli.progress import training_bar
from kinertia.io import inputs
from kinertia.supervised.config import CYCLES, FitConfig

if TYPE_CHECKING:
    from kinertia.supervised.study import Plan

DEFAULT = FitConfig()
Numbers = Annotated[str, tyro.conf.arg(metavar="SHARE,...")]
HEADINGS = {
    "angle_rmsd_deg": "angle [deg]",
    "moment_rmsd_bwbh": "moment [BWBH%]",
    "grf_rmsd_bw": "GRF [BW%]",
    "speed_error": "speed [m/s]",
}


def fit(
    data: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DATA")],
    /,
    run: Running = ONCE,
    regime: Literal["individual", "general", "adaptive", "all"] = "general",
    share: float = 0.2,
    curve: Annotated[Numbers, RARE] = "",
    folds: Annotated[int, RARE] = 0,
    test: bool = True,
    user: str | None = None,
    only: tuple[str, ...] = (),
    people: int | None = None,
    cycles: bool = False,
    anyway: bool = False,
    config: Annotated[FitConfig, RARE] = DEFAULT,
) -> None:
    """Learn from recordings with truth, and test on people who were not learned from.

    OUT gets the models and results.json. Its own model, for `kinertia estimate --model`, learned from all people (general),
    or is that of the one --user; models of single people lie in folders in it. Steps are passes over the examples.

    Args:
        data: Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
        run: How it runs; steps are passes over the examples.
        regime: individual: a user's own recordings; general: other people's; adaptive: other people's first, then a share of
            the user's own; all: the three of them, compared.
        share: Share of a new user's recordings that is learned from (adaptive).
        curve: Further shares, with commas between them, such as 0.01,0.05,0.1,0.2,0.4.
        folds: Groups of people that are tested in turn; 0 leaves one person out at a time.
        test: Test on every person in turn; without, only the model in OUT is made.
        user: Fit the model in OUT for this person of DATA: general learns from all others.
        only: Names of recordings, such as walk_1; all without any.
        people: The first so many people; all without.
        cycles: Read time-normalised gait cycles instead of windows; settings that are not given are then those for cycles.
        anyway: Learn from recordings with faults too, and name them; without, the first of them is refused.
        config: What is read, what is predicted and how it is learned.
    """
    from kinertia.supervised import study
    from kinertia.supervised.study import Plan
    from kinertia.train import configuration

    status = Console(stderr=True)
    wanted = configuration.merge(CYCLES, config, DEFAULT) if cycles else config
    chosen = options.configured(run, wanted, DEFAULT, ("training.epochs", "adaptation.epochs"), "training.seed")
    out, resume = run.out or options.default_out((data,)) / "fitted", run.resume
    plan = Plan(regime, folds, share, _shares(curve), only, people, anyway)
    read = inputs.of(data, None if resume else run.config_file)
    options.guard("kinertia fit", out, read, "config.json", study.RESULTS, resume=resume, overwrite=run.overwrite)
    if resume:
        _require_config(out, chosen)

    def say(text: str, style: str = "dim") -> None:
        status.print(text, style=style, highlight=False)

    try:
        if test:
            show(
                Console(),
                study.run(data, plan, chosen, out, say, lambda steps, label: training_bar(steps, label=label), resume=resume),
            )
        _model(data, plan, chosen, out, user, resume, say)
    except KeyboardInterrupt:
        status.print("interrupted; the same command with --resume goes on from here", highlight=False)
        raise
    status.print(f"written to {out}", highlight=False)


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part)
    except ValueError as error:
        raise ValueError(f"--curve {text}: give shares with commas between them, such as 0.05,0.1,0.2") from error


def _require_config(out: Path, config: FitConfig) -> None:
    from kinertia.train import configuration

    path = out / "config.json"
    if path.is_file() and configuration.load(path, FitConfig) != config:
        raise ValueError(f"{path}: this folder was fitted with another configuration; give the same options, or another --out")


def _model(
    data: Path, plan: Plan, config: FitConfig, out: Path, user: str | None, resume: bool, say: Callable[..., None]
) -> None:
    """The model of OUT itself."""
    from kinertia.supervised import regimes
    from kinertia.train import loop, people

    if plan.regime != "general" and user is None:
        return
    files = dict(people.find(data, plan.only, plan.most))
    if user is not None and user not in files:
        known = f"{', '.join(list(files)[:8])}{' ...' if len(files) > 8 else ''}"
        raise ValueError(f"--user {user}: {data} holds no such person, only {known}")
    mine = None if user is None else people.load((user, files.pop(user)), anyway=plan.anyway)
    epochs = config.training.epochs
    if plan.regime == "individual" and mine is not None:
        with training_bar(epochs, label=f"{user}") as progress:
            regimes.fit_individual(mine, config, loop.Running(out, resume, progress=progress))
        return
    loaded = {}
    for name, paths in files.items():
        say(f"reading {name}")
        person = people.load((name, paths), anyway=plan.anyway)
        for said in people.faults(person):
            say(said, "yellow")
        loaded[name] = regimes.examples(person, config)
    everyone = people.everyone(list(files))
    adaptive = plan.regime in ("adaptive", "all") and mine is not None
    folder = out / "general" if adaptive else out
    with training_bar(epochs, label="general") as progress:
        general = regimes.fit_general(loaded, everyone, config, loop.Running(folder, resume, progress=progress))
    if adaptive and mine is not None:
        with training_bar(config.adaptation.epochs, label=f"{user}") as progress:
            regimes.fit_adaptive(general, mine, plan.share, loop.Running(out, resume, progress=progress))


def show(console: Console, results: dict[str, Any]) -> None:
    """Table over people, gain and comparisons."""
    people = max((row["people"] for figures in results["table"].values() for row in figures.values()), default=0)
    rows = [
        (label, *(_cell(figures.get(name)) for name in (*HEADINGS, "angle_r"))) for label, figures in results["table"].items()
    ]
    headings = ("regime", *HEADINGS.values(), "r of angles")
    console.print(output.table(headings, rows, f"mean ± standard deviation over {people} people", headings))
    for name, gain in results["gain_percent"].items():
        if gain is not None:
            what = HEADINGS[name].partition(" ")[0]
            console.print(f"adaptive against general, {what}: {gain:.0f} % less error", highlight=False)
    for name, row in results["comparisons"].items():
        effect = "-" if row["effect"] is None else f"{row['effect']:.2f}"
        said = f"last 20 %, {name}: {row['difference']:+.3f}, p {row['p_holm']:.3g} (Holm), d {effect}"
        console.print(said, style="dim", highlight=False)


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    return f"{row['mean']:.2f}" if row["sd"] is None else f"{row['mean']:.2f} ± {row['sd']:.2f}"
