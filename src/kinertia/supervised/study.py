"""The regimes tested on people: folds, every person tested once, finished rows kept, tables and paired tests at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

import msgspec

from kinertia import __version__
from kinertia.io.files import write_text
from kinertia.metrics.statistics import compare_all, spread
from kinertia.supervised import checkpoint, regimes
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import FitConfig, check
from kinertia.supervised.examples import Examples
from kinertia.supervised.regimes import REGIMES, Regime
from kinertia.train import people
from kinertia.train.loop import Progress, Running
from kinertia.train.people import Person, Split

Json = dict[str, Any]
Show = Callable[[str], None]
Bar = Callable[[int, str], AbstractContextManager[Progress | None]]
ROWS = "rows.json"
RESULTS = "results.json"
FIGURES = ("angle_rmsd_deg", "angle_rmsd_unbiased_deg", "angle_r", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
"""Figures that tables have."""
JUDGED = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw")  # figures that are tested
LEFT_OUT = ("pelvis_tilt", "lumbar_extension")


@dataclass(frozen=True)
class Plan:
    """What is tested."""

    # ``all`` takes the three of them; ``adaptive`` needs ``general``, which is then tested too
    regime: Regime | Literal["all"] = "general"
    folds: int = 0  # 0 leaves one subject out at a time
    share: float = 0.2  # of a new user's recordings that ``adaptive`` learns from
    curve: tuple[float, ...] = ()  # further shares
    only: tuple[str, ...] = ()  # names of recordings; all without any
    most: int | None = None  # the first so many people
    anyway: bool = False  # learn from unsound recordings too

    @property
    def regimes(self) -> tuple[Regime, ...]:
        if self.regime == "adaptive":
            return ("general", "adaptive")
        return REGIMES if self.regime == "all" else (self.regime,)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of ``adaptive``, the one that is compared first."""
        return (self.share, *(share for share in self.curve if share != self.share)) if "adaptive" in self.regimes else ()


def run(
    folder: Path,
    plan: Plan,
    config: FitConfig,
    out: Path,
    show: Show = lambda _: None,
    bar: Bar = lambda *_: nullcontext(),
    *,
    resume: bool = True,
) -> Json:
    """Fit and test.

    Parameters
    ----------
    folder : of people with truth, see :func:`kinertia.train.people.find`.
    plan : what is tested.
    config : of every training.
    out : folder for models (``foldN``, ``PERSON-REGIME``), finished rows and ``results.json``.
    show : called with what is being done.
    bar : given the number of passes and a label, a context that yields a progress function.
    resume : go on where it was interrupted; else models and rows that are there are replaced.

    Returns
    -------
    ``table`` (regime and share to figures: mean, standard deviation and number of people), ``subjects`` (the same for each
    person), ``last``: both over the last 20 % of the recordings, the same for all regimes; ``comparisons`` on these;
    ``gain_percent`` of ``adaptive`` over ``general``, and ``conditions``.

    ValueError if there are too few people, a setting cannot be, or ``out`` holds something else. RecordingError if a recording
    cannot be used.
    """
    check(config)
    for share in plan.shares:
        regimes.require_share(share, config)
    files = people.find(folder, plan.only, plan.most)
    study = _Study(dict(files), plan, config, out, show, bar, resume)
    if resume:
        study.take_up()
    if plan.regimes == ("individual",):
        parts = [Split((), (), (name,)) for name, _ in files]
    else:
        parts = people.folds([name for name, _ in files], plan.folds)
    for number, part in enumerate(parts):
        study.fold(number, part)
    result = summarise(study.rows, plan) | {"conditions": study.conditions()}
    _write(out / RESULTS, result)
    return result


@dataclass
class _Study:
    """What is tested, examples that were read, and rows that are finished."""

    files: dict[str, list[Path]]
    plan: Plan
    config: FitConfig
    out: Path
    show: Show
    bar: Bar
    resume: bool
    data: dict[str, Examples | None] = field(default_factory=dict)
    rows: dict[str, Json] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """Largest share of a new user's recordings that is learned from."""
        return max(self.plan.shares, default=self.plan.share)

    def fold(self, number: int, part: Split) -> None:
        """Everything about the people who are tested in one fold."""
        keys: list[tuple[Regime, float]] = [(regime, share) for regime in self.plan.regimes for share in self._shares(regime)]
        wanted = {name: [key for key in keys if _named(name, *key) not in self.rows] for name in part.test}
        learned = any(regime != "individual" for left in wanted.values() for regime, _ in left)
        general = self._general(number, part) if learned else None
        for name, left in wanted.items():
            person = self._load(name) if left else None
            for regime, share in left:
                assert person is not None
                self._row(person, regime, share, general)

    def _shares(self, regime: Regime) -> tuple[float, ...]:
        return self.plan.shares if regime == "adaptive" else (0.0,)

    def _load(self, name: str) -> Person:
        person = people.load((name, self.files[name]), anyway=self.plan.anyway)
        for said in people.faults(person):
            self.show(said)
        return person

    def _general(self, number: int, part: Split) -> Fitted:
        out = self.out / f"fold{number + 1}"
        if self.resume and checkpoint.is_fitted(out):
            fitted = checkpoint.load(out)
            if fitted.card.people == part.train and fitted.config == self.config:
                return fitted
        for name in (*part.train, *part.held):
            if name not in self.data:
                self.show(f"reading {name}")
                self.data[name] = regimes.examples(self._load(name), self.config)
        with self.bar(self.config.training.epochs, f"fold {number + 1}") as progress:
            return regimes.fit_general(self.data, part, self.config, Running(out, self.resume, progress=progress))

    def _row(self, person: Person, regime: Regime, share: float, general: Fitted | None) -> None:
        start = time.perf_counter()
        fitted = self._fit(person, regime, share, general)
        seconds = time.perf_counter() - start
        # every share is tested on the same part
        begin = regimes.LAST if regime == "individual" else self.longest + self.config.adaptation.check
        own, last = (of_person(regimes.score(fitted, person, at)) for at in (begin, regimes.LAST))
        self.rows[_named(person.name, regime, share)] = {"own": own, "last": last, "seconds": seconds}
        _write(self.out / ROWS, {"mark": self._mark(), "rows": self.rows})
        shown = ", ".join(f"{name} {own[name]:.2f}" for name in JUDGED if name in own)
        self.show(f"{person.name} {regime}{f' {100 * share:g} %' if share else ''}: {shown}")

    def _fit(self, person: Person, regime: Regime, share: float, general: Fitted | None) -> Fitted:
        if regime == "general":
            assert general is not None
            return general
        label = f"{person.name}-{regime}" + (f"-{share:g}" if share else "")
        with self.bar((self.config.training if regime == "individual" else self.config.adaptation).epochs, label) as progress:
            how = Running(self.out / label, self.resume, progress=progress)
            if regime == "individual":
                return regimes.fit_individual(person, self.config, how)
            assert general is not None
            return regimes.fit_adaptive(general, person, share, how)

    def _mark(self) -> str:
        """Of everything that rows depend on but the regime."""
        result = sha256(__version__.encode() + msgspec.json.encode(self.config))
        result.update(repr((self.plan.folds, self.longest, self.plan.only)).encode())
        for name, paths in self.files.items():
            result.update(repr((name, [(path.name, path.stat().st_size) for path in paths])).encode())
        return result.hexdigest()[:16]

    def take_up(self) -> None:
        """Go on from the rows that are finished; ValueError if they are of something else."""
        path = self.out / ROWS
        if not path.is_file():
            return
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            mark, self.rows = content["mark"], content["rows"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not the finished rows of a fit; delete it or choose another --out") from error
        if mark != self._mark():
            raise ValueError(
                f"{path}: the rows are of other recordings, settings or version; choose another --out, or delete it"
            )

    def conditions(self) -> Json:
        return {
            "people": len(self.files),
            "folds": self.plan.folds or len(self.files),
            "only": list(self.plan.only),
            "share": self.plan.share,
            "config": asdict(self.config),
            "seconds": sum(row["seconds"] for row in self.rows.values()),
        }


def _named(name: str, regime: Regime, share: float) -> str:
    return f"{name}/{regime}/{share:g}"


def _write(path: Path, content: Json) -> None:
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def summarise(rows: dict[str, Json], plan: Plan) -> Json:
    """Tables from finished rows; see :func:`run`."""
    own: dict[str, dict[str, Json]] = {}
    last: dict[str, dict[str, Json]] = {}
    for key, row in rows.items():
        name, regime, share = key.split("/")
        label = regime if float(share) == 0.0 else f"{regime} {100 * float(share):g} %"
        own.setdefault(label, {})[name], last.setdefault(label, {})[name] = row["own"], row["last"]
    both = [
        {"table": {label: over_people(figures) for label, figures in part.items()}, "subjects": part} for part in (own, last)
    ]
    adapted = f"adaptive {100 * plan.share:g} %"
    pairs = {}
    for a, b in ((adapted, "general"), (adapted, "individual"), ("individual", "general")):
        if a in last and b in last:
            pairs |= compare(last[a], last[b], f"{a} against {b}")
    gain = {}
    if adapted in own and "general" in own:
        for figure in JUDGED:
            means = [both[0]["table"][label].get(figure, {}).get("mean") for label in (adapted, "general")]
            gain[figure] = None if None in means or not means[1] else 100.0 * (1.0 - means[0] / means[1])
    return {**both[0], "last": both[1], "comparisons": comparisons(pairs), "gain_percent": gain}


def of_person(trials: Mapping[str, Json]) -> dict[str, float]:
    """Figure to its mean over recordings of the mean over joints or forces of both legs; figures without a value are left out.

    Each joint has its own figure too, as ``angle_rmsd_deg.knee_angle``: the mean over recordings and legs.
    """
    result: dict[str, float] = {}
    for figure in FIGURES:
        values: list[float] = []
        joints: dict[str, list[float]] = {}
        for trial in trials.values():
            given = trial[figure]
            if isinstance(given, dict):
                known = {name: value for name, value in given.items() if value is not None and name not in LEFT_OUT}
                values.extend([fmean(known.values())] if known else [])
                for name, value in known.items():
                    joints.setdefault(name.removesuffix("_r").removesuffix("_l"), []).append(value)
            elif given is not None:
                values.append(given)
        if values:
            result[figure] = fmean(values)
        result |= {f"{figure}.{name}": fmean(listed) for name, listed in joints.items()}
    return result


def over_people(figures: Mapping[str, Mapping[str, float]]) -> dict[str, Json]:
    """Figure to mean, standard deviation and number of people, over those who have it."""
    names = dict.fromkeys(name for own in figures.values() for name in own)
    return {name: asdict(spread([own[name] for own in figures.values() if name in own])) for name in names}


def compare(
    first: Mapping[str, Mapping[str, float]], second: Mapping[str, Mapping[str, float]], label: str
) -> dict[str, tuple[list[float], list[float]]]:
    """Pairs for :func:`comparisons`: the judged figures of people who have both, as ``LABEL: FIGURE``."""
    pairs = {}
    for figure in JUDGED:
        shared = [name for name in first if name in second and figure in first[name] and figure in second[name]]
        if len(shared) > 1:
            pairs[f"{label}: {figure}"] = [first[name][figure] for name in shared], [second[name][figure] for name in shared]
    return pairs


def comparisons(pairs: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> dict[str, Json]:
    """Paired t-tests of first minus second, with Holm's correction for all of them, and effect sizes."""
    return {name: asdict(result) for name, result in compare_all(pairs).items()}
