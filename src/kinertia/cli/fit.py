"""``kinertia fit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro
from rich.console import Console
from rich.table import Table

from kinertia.cli import guard, options
from kinertia.cli.helping import RARE
from kinertia.cli.options import AS_USUAL, Running
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
    run: Running = AS_USUAL,
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

    Parameters
    ----------
    data
        Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
    run
        How it runs; steps are passes over the examples.
    regime
        individual: a user's own recordings; general: other people's; adaptive: other people's first, then a share of the
        user's own; all: the three of them, compared.
    share
        Share of a new user's recordings that is learned from (adaptive).
    curve
        Further shares, with commas between them, such as 0.01,0.05,0.1,0.2,0.4.
    folds
        Groups of people that are tested in turn; 0 leaves one person out at a time.
    test
        Test on every person in turn; without, only the model in OUT is made.
    user
        Fit the model in OUT for this person of DATA: general learns from all others.
    only
        Names of recordings, such as walk_1; all without any.
    people
        The first so many people; all without.
    cycles
        Read time-normalised gait cycles instead of windows; settings that are not given are then those for cycles.
    anyway
        Learn from recordings with faults too, and name them; without, the first of them is refused.
    config
        What is read, what is predicted and how it is learned.
    """
    from kinertia.io import inputs
    from kinertia.supervised import study
    from kinertia.supervised.study import Plan

    status = Console(stderr=True)
    wanted = _for_cycles(config) if cycles else config
    chosen = options.configured(run, wanted, DEFAULT, ("training.epochs", "adaptation.epochs"), "training.seed")
    out, resume = run.out or options.default_out((data,)) / "fitted", run.resume
    plan = Plan(regime, folds, share, _shares(curve), only, people, anyway)
    read = inputs.of(data, None if resume else run.config_file)
    guard.training("kinertia fit", out, read, "config.json", study.RESULTS, resume=resume, overwrite=run.overwrite)
    if resume:
        _require_config(out, chosen)

    def say(text: str) -> None:
        status.print(text, style="dim", highlight=False)

    try:
        if test:
            show(Console(), study.run(data, plan, chosen, out, say, _bar, resume=resume))
        _model(data, plan, chosen, out, user, resume, status)
    except KeyboardInterrupt:
        status.print("interrupted; the same command with --resume goes on from here", highlight=False)
        raise
    status.print(f"written to {out}", highlight=False)


def _for_cycles(config: FitConfig) -> FitConfig:
    """Settings that equal the built-in default become those for cycles."""

    def merge(given: Any, default: Any, other: Any) -> Any:
        if not hasattr(given, "__dataclass_fields__"):
            return other if given == default else given
        return type(given)(**{k: merge(*(getattr(x, k) for x in (given, default, other))) for k in given.__dataclass_fields__})

    return merge(config, DEFAULT, CYCLES)


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


def _bar(steps: int, label: str) -> Any:
    from kinertia.cli.progress import training_bar

    return training_bar(steps, label=label)


def _model(data: Path, plan: Plan, config: FitConfig, out: Path, user: str | None, resume: bool, status: Console) -> None:
    """The model of OUT itself."""
    from kinertia.supervised import regimes
    from kinertia.train import people, split

    if plan.regime != "general" and user is None:
        return
    files = people.find(data, plan.only, plan.most)
    names = [name for name, _ in files]
    if user is not None and user not in names:
        raise ValueError(
            f"--user {user}: {data} holds no such person, only {', '.join(names[:8])}{' ...' if len(names) > 8 else ''}"
        )
    mine = people.load((user, dict(files)[user]), anyway=plan.anyway) if user is not None else None
    if plan.regime == "individual" and mine is not None:
        with _bar(config.training.epochs, f"{user}") as progress:
            regimes.fit_individual(mine, config, out, resume=resume, progress=progress)
        return
    others = [each for each in files if each[0] != user]
    everyone = split.everyone([name for name, _ in others])
    loaded = {}
    for each in others:
        status.print(f"reading {each[0]}", style="dim", highlight=False)
        person = people.load(each, anyway=plan.anyway)
        for said in people.faults(person):
            status.print(said, style="yellow", highlight=False)
        loaded[each[0]] = regimes.examples(person, config)
    adaptive = plan.regime in ("adaptive", "all") and mine is not None
    with _bar(config.training.epochs, "general") as progress:
        general = regimes.fit_general(
            loaded, everyone, config, out / "general" if adaptive else out, resume=resume, progress=progress
        )
    if adaptive and mine is not None:
        with _bar(config.adaptation.epochs, f"{user}") as progress:
            regimes.fit_adaptive(general, mine, plan.share, out, resume=resume, progress=progress)


def show(console: Console, results: dict[str, Any]) -> None:
    """Table over people, gain and comparisons."""
    people = max((row["people"] for figures in results["table"].values() for row in figures.values()), default=0)
    table = Table(
        "regime",
        *HEADINGS.values(),
        "r of angles",
        title=f"mean ± standard deviation over {people} people",
        title_justify="left",
    )
    for label, figures in results["table"].items():
        table.add_row(label, *(_cell(figures.get(name)) for name in (*HEADINGS, "angle_r")))
    console.print(table)
    for name, gain in results["gain_percent"].items():
        if gain is not None:
            console.print(
                f"adaptive against general, {HEADINGS[name].partition(' ')[0]}: {gain:.0f} % less error", highlight=False
            )
    for name, row in results["comparisons"].items():
        effect = "-" if row["effect"] is None else f"{row['effect']:.2f}"
        console.print(
            f"last 20 %, {name}: {row['difference']:+.3f}, p {row['p_holm']:.3g} (Holm), d {effect}",
            style="dim",
            highlight=False,
        )


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    return f"{row['mean']:.2f}" if row["sd"] is None else f"{row['mean']:.2f} ± {row['sd']:.2f}"
