"""Rows of encoders with and without pre-training on the same people and shares of labels; goes on where it was interrupted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from experiments.encoders import checkpoint
from experiments.encoders.build import build
from experiments.encoders.checkpoint import Pretrained
from experiments.encoders.encoder import Encoder
from experiments.few_labels import downstream, people, scores
from experiments.few_labels.downstream import DownstreamConfig, Predictor, Regime
from experiments.few_labels.split import of_people, share_of, split
from experiments.few_labels.targets import Labelled
from experiments.protocol import QUIET, Context, Json, sizes
from kinertia.train.people import Split, find

METHODS = ("contrastive", "masked", "physics")
SHARES = (0.01, 0.1, 0.25, 1.0)


@dataclass(frozen=True)
class Plan:
    """What is compared.

    Attributes
    ----------
    encoders : label of a method to an encoder, see :func:`experiments.encoders.checkpoint.load`.
    shares : of the labels of the people who are learned from.
    seeds, folds : how many; one fold tests the last of the people.
    tested : with one fold, how many people are tested; a fifth when None.
    baselines : shares from which random weights learn too; all when None, the largest always.
    only : names of recordings; all without any.
    people : the first so many; all when None.
    config : how labels are learned.
    """

    encoders: Mapping[str, str] = field(default_factory=lambda: {name: name for name in METHODS})
    shares: tuple[float, ...] = SHARES
    seeds: int = 1
    folds: int = 1
    tested: int | None = None
    baselines: tuple[float, ...] | None = None
    only: tuple[str, ...] = ()
    people: int | None = None
    config: DownstreamConfig = field(default_factory=DownstreamConfig)


@dataclass(frozen=True)
class Job:
    """One row: a network, how it learns, and from how much."""

    method: str
    regime: Regime
    share: float
    seed: int
    fold: int

    @property
    def key(self) -> str:
        return f"{self.method}/{self.regime}/{self.share:g}/{self.seed}/{self.fold}"


def jobs(plan: Plan) -> Iterator[Job]:
    """All rows, those of one encoder and share together; the published short training of random weights on all labels only."""
    for fold in range(plan.folds):
        for seed in range(plan.seeds):
            for method in plan.encoders:
                for share in sorted(plan.shares, reverse=True):
                    yield from (Job(method, regime, share, seed, fold) for regime in _regimes(plan, share))


def _regimes(plan: Plan, share: float) -> tuple[Regime, ...]:
    if share == max(plan.shares):
        return downstream.REGIMES
    return ("probe", "tuned", "scratch") if plan.baselines is None or share in plan.baselines else downstream.PRETRAINED


def rows(folder: Path, plan: Plan, context: Context = QUIET) -> dict[str, Json]:
    """Rows of all jobs.

    Parameters
    ----------
    folder : of people with truth, see :func:`kinertia.train.people.find`.
    plan : what is compared.
    context : keeps finished rows; those of the same data, encoders, settings and version are not made again.

    Returns
    -------
    Key of a job to ``people`` (figures of every person who was tested), ``windows`` learned from, ``test`` (people) and
    ``seconds``.

    Raises
    ------
    ValueError : there are too few people, or an encoder cannot be used.
    RecordingError : a recording cannot be used.
    """
    encoders = {name: checkpoint.load(encoder) for name, encoder in plan.encoders.items()}
    window, rate_hz = _same_windows(encoders)
    files = [(person, path) for person, paths in find(folder, plan.only, plan.people) for path in paths]
    for fold in range(plan.folds):
        split([person for person, _ in files], plan.folds, fold, plan.tested)
    data = sizes(path for _, path in files)
    kept = context.rows(asdict(plan.config), plan.folds, plan.tested, data, *map(_weights, encoders.items()))
    read = cache(lambda: people.labelled(files, window, rate_hz, lambda text: context.say(f"reading {text}")))
    probed: dict[str, Predictor] = {}

    def row(job: Job) -> Json:
        context.say(f"{job.method} {job.regime}, {100 * job.share:g} % of the labels, seed {job.seed}, fold {job.fold}")
        return _row(job, read(), encoders[job.method], plan, probed)

    return {job.key: kept.get(job.key, partial(row, job)) for job in jobs(plan)}


def _row(job: Job, data: Labelled, pretrained: Pretrained, plan: Plan, probed: dict[str, Predictor]) -> Json:
    """Learn and test; what ``probe`` learned is kept in ``probed`` for ``tuned``."""
    begin = time.perf_counter()
    parts = split(data.windows.owners, plan.folds, job.fold, plan.tested)
    train, check, test = _parts(data, parts, job)
    encoder = pretrained.encoder if job.regime in downstream.PRETRAINED else _random(pretrained, train, job.seed)
    same = f"{job.method}/{job.share:g}/{job.seed}/{job.fold}"
    start = probed.get(same) if job.regime == "tuned" else None
    predictor = downstream.fit(encoder, train, check, job.regime, plan.config, job.seed, start)
    if job.regime == "probe":
        probed.clear()
        probed[same] = predictor
    found = scores.per_person(predictor.predict(test), test)
    seconds = time.perf_counter() - begin
    return {"people": found, "windows": len(train.windows), "test": list(parts.test), "seconds": seconds}


def _parts(data: Labelled, parts: Split, job: Job) -> tuple[Labelled, Labelled, Labelled]:
    """Windows to learn from, to stop by (both of the share) and to test on (all)."""
    train, check = (share_of(of_people(data, names), job.share, job.seed) for names in (parts.train, parts.held))
    return train, check, of_people(data, parts.test)


def _random(pretrained: Pretrained, train: Labelled, seed: int) -> Encoder:
    """The same network with random weights, its scale from the windows that are learned from."""
    encoder = build(pretrained.config, seed)
    if pretrained.config.method != checkpoint.PHYSICS:
        encoder.scale = train.windows.scale()
    return encoder


def _same_windows(encoders: Mapping[str, Pretrained]) -> tuple[int, float]:
    """Window and rate of all encoders.

    Raises
    ------
    ValueError
        If there are no encoders, or they differ.
    """
    kinds = {name: (found.config.window, found.config.rate_hz) for name, found in encoders.items()}
    if len(set(kinds.values())) != 1:
        said = ", ".join(f"{name} {window} samples at {rate:g} Hz" for name, (window, rate) in kinds.items())
        raise ValueError(f"encoders are compared on the same windows: {said or 'none given'}")
    return next(iter(kinds.values()))


def _weights(named: tuple[str, Pretrained]) -> str:
    """Hash of an encoder."""
    digest = sha256(named[0].encode())
    for key, tensor in named[1].encoder.state_dict().items():
        digest.update(key.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
