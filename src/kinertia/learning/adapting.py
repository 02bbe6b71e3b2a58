"""Adapting a model to a wearer's recordings without labels, in seconds.

First the mounting is found with the network as it is (:mod:`kinertia.learning.mounting`), then the network is trained further,
and the mounting found again on the way. Stretches that are not learned from say when to stop, and whether the change is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from kinertia.learning import adaptation, differences, losses, mounting, objective, outcome, prior, stretches, training
from kinertia.learning.batch import Pool
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.mounting import Mounting, Posterior
from kinertia.learning.network import Network
from kinertia.learning.outcome import Change, Fit, Learned, Outcome
from kinertia.learning.sequence import Sequence
from kinertia.learning.stretches import Stretches
from kinertia.learning.training import TrainingState
from kinertia.train.loop import Progress, Running
from kinertia.train.state import usable

REFINE_FROM, REFINE_EVERY = 60, 40
"""Steps of the network after which mounting and posture are found anew: before, it does not know the movement yet."""
HELD_OUT = "held_out"
PATIENCE, GAIN = 2, 0.004  # adapting ends when so many judgements in a row lower the objective by less than this part
LEAST_GAIN = 0.02  # a change that lowers the held-out objective by less than this part is not kept: seeds differ by as much


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

    ValueError as :func:`kinertia.learning.training.train`.

    Parameters
    ----------
    model : to start from.
    sequences : one per recording, at the model's rate; of one wearer or of several.
    config : of :func:`kinertia.learning.adaptation.settings`; the model's when None.
    out : folder for checkpoint, model and loss history; None keeps everything in memory.
    device, resume, checkpoint_s, stop_after, progress : as for :func:`kinertia.learning.training.train`. There are at most
        ``config.training.steps`` steps.
    """
    begin = time.perf_counter()
    chosen = adaptation.settings(model.config) if config is None else config
    training.check(sequences, chosen)
    adaptation.require_same_network(model.config, chosen)
    place = usable(device)
    pool = Pool.of([prior.by_eye(s) for s in sequences], chosen.training.one_mounting).to(place)
    learned, held = stretches.split(pool, chosen.rate_hz)
    asis = Mounting(model.network.to(place), _as_stated(pool))
    found = mounting.find(asis.network, learned, chosen)
    state = TrainingState.start(chosen, pool.wearers, place)
    state.take_over(found.network.state_dict(), found.units)
    judge, parts = _Judge(stretches.even(held, chosen), chosen), stretches.even(learned, chosen)
    before = judge.fit(asis.network, asis.units)
    course = _Adapting(sequences, pool, learned, chosen, parts=parts, referee=judge, asis=asis, found=found, before=before)
    folder = None if out is None else Path(out)
    adapted = training.carry_out(course, state, Running(folder, resume, stop_after, checkpoint_s, progress), model)
    stopped = "interrupted" if course.after is None else "steps" if state.step == chosen.training.steps else "converged"
    return Adapted(
        adapted,
        Outcome(
            _learned(adapted, sequences, pool, course.zeros),
            before,
            course.after or before,
            held is not learned,
            course.change,
            stopped,
            state.step,
            time.perf_counter() - begin,
        ),
    )


@dataclass
class _Adapting(training.Training):
    """Training on a few recordings, with mounting and mean posture found anew on the way; held-out stretches judge it."""

    parts: Stretches = field(kw_only=True)  # stretches that mounting and posture are found on
    referee: _Judge = field(kw_only=True)  # says how well what was held out fits
    # asis, found: what was there, and that with another mounting
    asis: Mounting = field(kw_only=True)
    found: Mounting = field(kw_only=True)
    # before, after, change: fit of what was there and of what is kept (None before training is finished), and what that
    # is
    before: Fit = field(kw_only=True)
    after: Fit | None = None
    change: Change = "nothing"
    zeros: Posterior | None = None  # of a single wearer, once something was learned

    def step(self, state: TrainingState) -> dict[str, Tensor]:
        if state.step >= REFINE_FROM and (state.step - REFINE_FROM) % REFINE_EVERY == 0:
            units, _ = mounting.refine([state.network, state.average], self.parts, state.personal.detach(), self.config)
            with torch.no_grad():
                state.personal.copy_(units)
        return super().step(state)

    def judge(self, state: TrainingState) -> dict[str, float]:
        return {HELD_OUT: self.referee.fit(state.average, state.personal.detach()).objective}

    def converged(self, history: list[dict[str, float]]) -> bool:
        return converged(history)

    def settle(self, state: TrainingState) -> None:
        """Keep what was there, that with another mounting, or that trained further: whichever fits what was held out."""
        trained = Mounting(state.average, state.personal.detach().clone())
        kept, self.after = self.asis, self.before
        candidates: tuple[tuple[Change, Mounting], ...] = (("mounting", self.found), ("all", trained))
        for change, candidate in candidates:
            fit = self.referee.fit(candidate.network, candidate.units)
            if fit.objective < (1.0 - LEAST_GAIN) * self.after.objective:
                self.after, self.change, kept = fit, change, candidate
        if kept is not trained:
            state.take_over(kept.network.state_dict(), kept.units)
        if self.change != "nothing" and len(kept.units) == 1:
            self.zeros = mounting.posterior(kept.network, self.parts, kept.units, self.config)


def converged(history: list[dict[str, float]]) -> bool:
    """Whether the last judgements of what was held out are no better than the best one before them."""
    result = [row[HELD_OUT] for row in history if HELD_OUT in row]
    return len(result) > PATIENCE + 1 and min(result[-PATIENCE:]) > (1.0 - GAIN) * min(result[:-PATIENCE])


@dataclass(frozen=True)
class _Judge:
    """Says how well a network with what is known of the wearers explains what was held out."""

    held: Stretches
    config: Config

    @torch.no_grad()
    def fit(self, network: Network, units: Tensor) -> Fit:
        batch, config = self.held.batch, self.config
        raw = self.held.outputs(network)
        found = objective.total(objective.terms(raw, batch, units[batch.wearer], config), config.weights)
        result = objective.look(raw, batch, units[batch.wearer], config)
        inside = slice(differences.REACH, -differences.REACH)
        seen = batch.present[:, inside] * losses.valid_samples(raw.shape[-2], config.training.warm_up, raw)[:, None, None]
        virtual = torch.cat([result.signals.acc, result.signals.gyro.unsqueeze(-1)], dim=-1)
        error = (virtual - batch.signals[:, inside]).square() / batch.variance.unsqueeze(-3)
        left = (result.residual[..., :2] / result.body.weight[..., None]).square().sum(-1)
        counted = seen.amax((-1, -2))
        return Fit(float(found), float(losses.masked_mean(error, seen).sqrt()), float(losses.masked_mean(left, counted).sqrt()))


def _as_stated(pool: Pool) -> Tensor:
    """(wearers, U) units of sensors that sit as stated."""
    sensors = pool.position.shape[-2]
    units = torch.zeros(pool.wearers, 3 * sensors + 1, device=pool.variance.device)
    first = [pool.wearer.tolist().index(k) for k in range(pool.wearers)]
    units[:, :-1:3] = -pool.inclination[first] / pool.misalignment[first]
    return units


def _learned(model: Model, sequences: list[Sequence], pool: Pool, zeros: Posterior | None) -> tuple[Learned, ...]:
    result: dict[int, list[int]] = {}
    for index, wearer in enumerate(pool.wearer.tolist()):
        result.setdefault(wearer, []).append(index)
    return tuple(
        Learned(
            outcome.by_segment(
                [bool(there) for there in torch.stack([sequences[k].present.amax((0, 2)) for k in of]).amax(0)],
                model.people[of[0]].sensor_angle_rad,
                model.config.sensors,
            ),
            model.people[of[0]].size,
            tuple(sequences[k].name for k in of),
            {} if zeros is None else {joint: (zeros.before[joint], after) for joint, after in zeros.after.items()},
        )
        for of in result.values()
    )
