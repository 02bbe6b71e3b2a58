"""The regimes tested on people: folds, every person tested once, finished rows kept, a table at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec

from kinertia import __version__
from kinertia.io.files import write_text
from kinertia.supervised import checkpoint, regimes, tables
from kinertia.supervised.checkpoint import FITTED, Fitted
from kinertia.supervised.config import FitConfig, check
from kinertia.supervised.examples import Examples
from kinertia.supervised.regimes import REGIMES, Regime
from kinertia.train import people, split
from kinertia.train.loop import Progress
from kinertia.train.people import Person
from kinertia.train.split import Split

Json = dict[str, Any]
Show = Callable[[str], None]
Bar = Callable[[int, str], AbstractContextManager[Progress | None]]
ROWS = "rows.json"
RESULTS = "results.json"


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


def no_bar(steps: int, label: str) -> AbstractContextManager[Progress | None]:
    """Shows nothing."""
    del steps, label
    return nullcontext()


def run(
    folder: Path, plan: Plan, config: FitConfig, out: Path, show: Show | None = None, bar: Bar = no_bar, *, resume: bool = True
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

    Raises
    ------
    ValueError : if there are too few people, a setting cannot be, or ``out`` holds something else.
    RecordingError : if a recording cannot be used.
    """
    check(config)
    for share in plan.shares:
        regimes.require_share(share, config)
    files = people.find(folder, plan.only, plan.most)
    study = _Study(dict(files), plan, config, out, show or _quiet, bar, resume)
    if plan.regimes == ("individual",):
        parts = [Split((), (), (name,)) for name, _ in files]
    else:
        parts = split.folds([name for name, _ in files], plan.folds)
    for number, part in enumerate(parts):
        study.fold(number, part)
    found = summarise(study.rows, plan) | {"conditions": study.conditions()}
    write_text(out / RESULTS, json.dumps(found, indent=1, allow_nan=False) + "\n")
    return found


class _Study:
    """Examples that were read, and rows that are finished."""

    def __init__(
        self, files: dict[str, list[Path]], plan: Plan, config: FitConfig, out: Path, show: Show, bar: Bar, resume: bool
    ) -> None:
        self.resume = resume
        self.files, self.plan, self.config, self.out, self.show, self.bar = files, plan, config, out, show, bar
        self.data: dict[str, Examples | None] = {}
        self.rows = self._kept() if resume else {}

    def fold(self, number: int, part: Split) -> None:
        """Everything about the people who are tested in one fold."""
        wanted = [(name, key) for name in part.test for key in self._keys() if f"{name}/{key[0]}/{key[1]:g}" not in self.rows]
        if not wanted:
            return
        general = self._general(number, part) if any(regime != "individual" for _, (regime, _) in wanted) else None
        for name in dict.fromkeys(name for name, _ in wanted):
            person = self._load(name)
            for other, (regime, share) in wanted:
                if other == name:
                    self._row(person, regime, share, general)

    def _keys(self) -> Iterator[tuple[Regime, float]]:
        for regime in self.plan.regimes:
            for share in self.plan.shares if regime == "adaptive" else (0.0,):
                yield regime, share

    def _load(self, name: str) -> Person:
        person = people.load((name, self.files[name]), anyway=self.plan.anyway)
        for said in people.faults(person):
            self.show(said)
        return person

    def _general(self, number: int, part: Split) -> Fitted:
        out = self.out / f"fold{number + 1}"
        if self.resume and (out / f"{FITTED}.json").is_file():
            fitted = checkpoint.load(out)
            if fitted.people == part.train and fitted.config == self.config:
                return fitted
        for name in (*part.train, *part.held):
            if name not in self.data:
                self.show(f"reading {name}")
                self.data[name] = regimes.examples(self._load(name), self.config)
        with self.bar(self.config.training.epochs, f"fold {number + 1}") as progress:
            return regimes.fit_general(self.data, part, self.config, out, resume=self.resume, progress=progress)

    def _row(self, person: Person, regime: Regime, share: float, general: Fitted | None) -> None:
        start = time.perf_counter()
        fitted = self._fit(person, regime, share, general)
        seconds = time.perf_counter() - start
        # every share is tested on the same part
        longest = max(self.plan.shares, default=self.plan.share) + self.config.adaptation.check
        begin = regimes.LAST if regime == "individual" else longest
        own, last = (tables.of_person(regimes.score(fitted, person, at)) for at in (begin, regimes.LAST))
        self.rows[f"{person.name}/{regime}/{share:g}"] = {"own": own, "last": last, "seconds": seconds}
        content = {"mark": self._mark(), "rows": self.rows}
        write_text(self.out / ROWS, json.dumps(content, indent=1, allow_nan=False) + "\n")
        shown = ", ".join(f"{name} {own[name]:.2f}" for name in tables.JUDGED if name in own)
        self.show(f"{person.name} {regime}{f' {100 * share:g} %' if share else ''}: {shown}")

    def _fit(self, person: Person, regime: Regime, share: float, general: Fitted | None) -> Fitted:
        if regime == "general":
            assert general is not None
            return general
        label = f"{person.name}-{regime}" + (f"-{share:g}" if share else "")
        out = self.out / label
        epochs = self.config.training.epochs if regime == "individual" else self.config.adaptation.epochs
        with self.bar(epochs, label) as progress:
            if regime == "individual":
                return regimes.fit_individual(person, self.config, out, resume=self.resume, progress=progress)
            assert general is not None
            return regimes.fit_adaptive(general, person, share, out, resume=self.resume, progress=progress)

    def _mark(self) -> str:
        """Of everything that rows depend on but the regime."""
        found = sha256(__version__.encode() + msgspec.json.encode(self.config))
        found.update(repr((self.plan.folds, max(self.plan.shares, default=self.plan.share), self.plan.only)).encode())
        for name, paths in self.files.items():
            found.update(repr((name, [(path.name, path.stat().st_size) for path in paths])).encode())
        return found.hexdigest()[:16]

    def _kept(self) -> dict[str, Json]:
        path = self.out / ROWS
        if not path.is_file():
            return {}
        try:
            content = json.loads(path.read_text())
            mark, rows = content["mark"], content["rows"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not the finished rows of a fit; delete it or choose another --out") from error
        if mark != self._mark():
            raise ValueError(
                f"{path}: the rows are of other recordings, settings or version; choose another --out, or delete it"
            )
        return rows

    def conditions(self) -> Json:
        return {
            "people": len(self.files),
            "folds": self.plan.folds or len(self.files),
            "only": list(self.plan.only),
            "share": self.plan.share,
            "config": asdict(self.config),
            "seconds": sum(row["seconds"] for row in self.rows.values()),
        }


def summarise(rows: dict[str, Json], plan: Plan) -> Json:
    """Tables from finished rows; see :func:`run`."""
    found: Json = {}
    groups: dict[str, dict[str, dict[str, Json]]] = {}
    for key, row in rows.items():
        name, regime, share = key.split("/")
        label = regime if float(share) == 0.0 else f"{regime} {100 * float(share):g} %"
        for part in ("own", "last"):
            groups.setdefault(part, {}).setdefault(label, {})[name] = row[part]
    for part, labelled in groups.items():
        found[part] = {
            "table": {label: tables.over_people(own) for label, own in labelled.items()},
            "subjects": labelled,
        }
    own, last = groups.get("own", {}), groups.get("last", {})
    adapted = f"adaptive {100 * plan.share:g} %"
    pairs = {}
    for a, b in ((adapted, "general"), (adapted, "individual"), ("individual", "general")):
        if a in last and b in last:
            pairs |= tables.compare(last[a], last[b], f"{a} against {b}")
    gain = {}
    if adapted in own and "general" in own:
        for figure in tables.JUDGED:
            means = [found["own"]["table"][label].get(figure, {}).get("mean") for label in (adapted, "general")]
            gain[figure] = None if None in means or not means[1] else 100.0 * (1.0 - means[0] / means[1])
    return {
        **found.get("own", {}),
        "last": found.get("last", {}),
        "comparisons": tables.comparisons(pairs),
        "gain_percent": gain,
    }


def _quiet(text: str) -> None:
    del text
