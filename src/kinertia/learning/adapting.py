"""Adapting a model to a wearer's recordings without labels, in seconds.

First the mounting is found with the network as it is (:mod:`kinertia.learning.mounting`), then the network is trained further,
and the mounting found again on the way. Stretches that are not learned from say when to stop, and whether the change is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kinertia.learning import adaptation, decode, differences, losses, mounting, objective, outcome, stretches, training
from kinertia.learning.batch import Pool
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.device import usable
from kinertia.learning.mounting import Mounting
from kinertia.learning.network import Network
from kinertia.learning.outcome import Change, Fit, Learned, Outcome
from kinertia.learning.personal import UNITS, Deviation
from kinertia.learning.sequence import Sequence
from kinertia.learning.state import TrainingState
from kinertia.learning.stretches import Stretches
from kinertia.learning.training import Course, Progress

REFINE_FROM, REFINE_EVERY = 60, 40
"""Steps of the network after which mounting and posture are found anew: before, it does not know the movement yet."""
LEAST_GAIN = 0.02
"""A change that lowers the held-out objective by less than this part is not kept: seeds differ by as much."""


@dataclass(frozen=True)
class Adapted:
    """A model that knows its wearer, and what it learned."""

    model: Model
    outcome: Outcome

    def __repr__(self) -> str:
        return "\n  ".join((repr(self.model), *self.outcome.lines))


def adapt(
    model: Model,
    sequences: list[Sequence],
    config: Config | None = None,
    out: Path | str | None = None,
    *,
    device: torch.device | str = "cpu",
    resume: bool = False,
    checkpoint_s: float | None = None,
    stop_after: int | None = None,
    progress: Progress | None = None,
) -> Adapted:
    """Adapt a model to recordings, without labels.

    Parameters
    ----------
    model : to start from.
    sequences : one per recording, at the model's rate; of one wearer or of several.
    config : of :func:`kinertia.learning.adaptation.settings`; the model's when None.
    out : folder for checkpoint, model and loss history; None keeps everything in memory.
    device, resume, checkpoint_s, stop_after, progress : as for :func:`kinertia.learning.training.train`. There are at most
        ``config.training.steps`` steps.

    Raises
    ------
    ValueError
        As :func:`kinertia.learning.training.train`.
    """
    begin = time.perf_counter()
    chosen = adaptation.settings(model.config) if config is None else config
    training.check(sequences, chosen)
    adaptation.require_same_network(model.config, chosen)
    place = usable(device)
    pool = Pool.of(sequences, chosen.training.one_mounting).to(place)
    learned, held = stretches.split(pool, chosen.rate_hz)
    judge = _Judge(stretches.even(held, chosen), chosen)
    asis = Mounting(model.network.to(place), _as_stated(pool))
    found = mounting.find(asis.network, learned, chosen)
    choice = _Choice(judge, asis, found)
    refine = _Refine(stretches.even(learned, chosen), chosen)
    course = Course(found.network.state_dict(), found.units, learned, refine, judge.objective, choice.settle)
    steps: list[int] = []

    def count(step: int, terms: dict[str, float]) -> None:
        steps[:] = [step]
        if progress is not None:
            progress(step, terms)

    options: dict[str, Any] = {"device": place, "resume": resume, "checkpoint_s": checkpoint_s, "stop_after": stop_after}
    adapted = training.train(sequences, chosen, out, start=model, course=course, progress=count, **options)
    taken = sum(steps) if choice.steps is None else choice.steps
    stopped = "interrupted" if choice.steps is None else "steps" if taken == chosen.training.steps else "converged"
    return Adapted(
        adapted,
        Outcome(
            _learned(adapted, sequences, pool),
            choice.before,
            choice.after,
            held is not learned,
            choice.change,
            stopped,
            taken,
            time.perf_counter() - begin,
        ),
    )


@dataclass(frozen=True)
class _Refine:
    """Finds mounting and mean posture anew every so many steps."""

    learned: Stretches
    config: Config

    def __call__(self, state: TrainingState) -> None:
        if state.step >= REFINE_FROM and (state.step - REFINE_FROM) % REFINE_EVERY == 0:
            networks = [state.network, state.average]
            found, _ = mounting.refine(networks, self.learned, state.personal.detach(), self.config)
            with torch.no_grad():
                state.personal.copy_(found)


class _Choice:
    """Which of three is kept: what was there, that with another mounting, or that trained further; by what was held out.

    Attributes
    ----------
    before, after : fit of what was there, and of what is kept.
    change : what is kept.
    steps : after which it was chosen; None before.
    """

    def __init__(self, judge: _Judge, asis: Mounting, found: Mounting) -> None:
        self._judge, self._asis, self._found = judge, asis, found
        self.before = self.after = judge.fit(asis.network, asis.units)
        self.change: Change = "nothing"
        self.steps: int | None = None

    def settle(self, state: TrainingState) -> None:
        """Put the state back to what is kept."""
        trained = Mounting(state.average, state.personal.detach().clone())
        kept = self._asis
        candidates: tuple[tuple[Change, Mounting], ...] = (("mounting", self._found), ("all", trained))
        for change, candidate in candidates:
            fit = self._judge.fit(candidate.network, candidate.units)
            if fit.objective < (1.0 - LEAST_GAIN) * self.after.objective:
                self.after, self.change, kept = fit, change, candidate
        if kept is not trained:
            state.take_over(kept.network.state_dict(), kept.units)
        self.steps = state.step


@dataclass(frozen=True)
class _Judge:
    """Says how well a network with what is known of the wearers explains what was held out."""

    held: Stretches
    config: Config

    def objective(self, state: TrainingState) -> float:
        return self.fit(state.average, state.personal.detach()).objective

    @torch.no_grad()
    def fit(self, network: Network, units: Tensor) -> Fit:
        batch, config = self.held.batch, self.config
        raw = self.held.outputs(network)
        found = objective.total(objective.terms(raw, batch, units[batch.wearer], config), config.weights)
        deviation = Deviation.of(units[batch.wearer], batch.misalignment, batch.size_error, batch.inclination)
        real = deviation.body(batch.body)
        motion = decode.motion(raw, real, config.rate_hz, config.network.formulation)
        result = objective.evaluate(motion, real.with_time_axis(), deviation.mounting(batch.position))
        inside = slice(differences.REACH, -differences.REACH)
        seen = batch.present[:, inside] * losses.valid_samples(raw.shape[-2], config.training.warm_up, raw)[:, None, None]
        virtual = torch.cat([result.signals.acc, result.signals.gyro.unsqueeze(-1)], dim=-1)
        error = (virtual - batch.signals[:, inside]).square() / batch.variance.unsqueeze(-3)
        force = (result.generalized if motion.torque is None else motion.torque - result.generalized)[..., :2]
        left = (force / real.weight[:, None, None]).square().sum(-1)
        counted = seen.amax((-1, -2))
        return Fit(float(found), float(losses.masked_mean(error, seen).sqrt()), float(losses.masked_mean(left, counted).sqrt()))


def _as_stated(pool: Pool) -> Tensor:
    """(wearers, 22) units of sensors that sit as stated."""
    units = torch.zeros(pool.wearers, UNITS, device=pool.variance.device)
    first = [pool.wearer.tolist().index(k) for k in range(pool.wearers)]
    units[:, : 3 * 7 : 3] = -pool.inclination[first] / pool.misalignment[first]
    return units


def _learned(model: Model, sequences: list[Sequence], pool: Pool) -> tuple[Learned, ...]:
    found: dict[int, list[int]] = {}
    for index, wearer in enumerate(pool.wearer.tolist()):
        found.setdefault(wearer, []).append(index)
    return tuple(
        Learned(
            outcome.worn(
                [bool(there) for there in torch.stack([sequences[k].present.amax((0, 2)) for k in of]).amax(0)],
                model.people[of[0]].sensor_angle_rad,
            ),
            model.people[of[0]].size,
            tuple(sequences[k].name for k in of),
        )
        for of in found.values()
    )
