"""Training without labels: draw windows, add sensor noise, take a step on :mod:`kinertia.learning.objective`."""

from __future__ import annotations

import csv
from collections import abc
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from kinertia.bodies import SKELETONS
from kinertia.io.files import replacing
from kinertia.learning import adaptation, checkpoint, losses, objective, probe, supervision
from kinertia.learning.batch import Batch, Pool, draw_shown, standing_first
from kinertia.learning.checkpoint import FORMAT, Card, Model, Person
from kinertia.learning.config import Config
from kinertia.learning.network import Network, features
from kinertia.learning.personal import Deviation, units_of
from kinertia.learning.sequence import Sequence
from kinertia.learning.supervision import Labels
from kinertia.recording import channels
from kinertia.train import loop
from kinertia.train.group import ALONE, Group
from kinertia.train.loop import Progress, Running
from kinertia.train.schedule import fade, one_cycle
from kinertia.train.state import Part, State, usable
from kinertia.uncertainty.calibration import Uncalibrated

LOG_EVERY = 20  # steps
CROWD = 20
"""Wearers from which on their deviations are zero on average: a posture and turns of sensors that all share explain the signals
alike, and drift (by 5 deg of thighs in 8,000 steps)."""
SHORTEST = 16  # samples of a window that count, beyond the warm-up


@dataclass(kw_only=True)
class TrainingState(State):
    """Network, its moving average and sensor misalignments, with optimiser and random generator."""

    network: Network  # that is being trained
    average: Network  # exponential moving average of its weights, used for estimates
    personal: nn.Parameter  # (wearers, U) learned deviations, see :mod:`kinertia.learning.personal`
    generator: torch.Generator  # of windows and noise
    anchor: Network | None = None  # the network that a model is adapted from, as it was; None where nothing is held to it

    @classmethod
    def start(cls, config: Config, wearers: int, device: torch.device) -> TrainingState:
        """Fresh state from the configuration's seed."""
        seed = config.training.seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Network(config.network, SKELETONS[config.body], config.sensors).to(device)
        personal = nn.Parameter(torch.zeros(wearers, units_of(config.sensors), device=device))
        return cls(
            network=network,
            average=deepcopy(network).requires_grad_(False),
            personal=personal,
            optimiser=torch.optim.Adam([{"params": list(network.parameters())}, {"params": [personal]}]),
            generator=torch.Generator().manual_seed(seed),
        )

    @property
    def parts(self) -> dict[str, Part]:
        held = {} if self.anchor is None else {"anchor": self.anchor}
        nets = {"network": self.network, "average": self.average, **held}
        return {**nets, "personal": self.personal, "generator": self.generator}

    def take_over(self, weights: dict[str, Tensor], personal: Tensor | None = None) -> None:
        """Go on from the weights of a trained network instead of random ones, and from what is known of the wearers."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)
        if personal is not None:
            with torch.no_grad():
                self.personal.copy_(personal)

    def hold(self) -> None:
        """Keep the network as it is now to compare with."""
        self.anchor = deepcopy(self.network).requires_grad_(False)

    def update_average(self, decay: float) -> None:
        """Move the average towards the network; a short memory at the start, so that it never lags a young network."""
        done = self.step + 1
        keep = min(decay, (1.0 + done) / (10.0 + done))
        with torch.no_grad():
            for mean, current in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(current, 1.0 - keep)


@dataclass
class Training(loop.Training[TrainingState, Card]):
    """What is trained on, how, and from which weights."""

    # sequences, pool: one per recording, and what windows are drawn from: all of them, or stretches
    sequences: list[Sequence]
    people: Pool  # the pool of all of them: whose is which, and what was expected of their sensors
    pool: Pool
    config: Config  # what to train and how
    # what was measured of each recording's motion, None where nothing was; empty: nothing of any
    labels: abc.Sequence[Labels | None] = ()
    start: str = ""  # fingerprint of the weights that training starts from; empty for random ones
    group: Group = ALONE  # processes that train together

    store = checkpoint.STORE
    log_every = LOG_EVERY

    @property
    def steps(self) -> int:
        return self.config.training.steps

    def step(self, state: TrainingState) -> dict[str, Tensor]:
        config, training = self.config, self.config.training
        # windows of some recordings, (B, T, S, C), and what is known of their motion
        chosen = self.pool.choose(training.batch, training.window, state.generator)
        batch = self.pool.windows(*chosen, training.window)
        known = supervision.windows(self.labels, *chosen, training.window)
        if training.standing_share > 0.0:
            batch = standing_first(batch, training.standing_share, state.generator, config.sensors)
        # as noisy sensors see them, of some windows only some sensors
        noisy, shown = batch.signals + _noise(batch, config, state.generator), batch.present
        if training.sparse_share > 0.0:
            drawn = draw_shown(len(shown), training.sparse_share, state.generator, config.sensors)
            shown = shown * drawn.to(shown)[:, None, :, None]
        # drawn alike by every process; from here on each works on its own windows
        mine, weight = self.group.share(len(shown)), self.group.weight(len(shown))
        batch, noisy, shown, known = batch.part(mine), noisy[mine], shown[mine], None if known is None else known[mine]
        raw = state.network.outputs(features(noisy, shown, batch.body, batch.position, config.sensors))  # (B, T, outputs)
        result = objective.terms(raw, batch, state.personal[batch.wearer], config, None if known is None else known.to(raw))
        if state.anchor is not None:
            with torch.no_grad():
                held = state.anchor.outputs(features(batch.signals, batch.present, batch.body, batch.position, config.sensors))
            result["anchor"] = losses.anchor(raw, held, training.warm_up, len(batch.body.skeleton.rotations))
        hint = config.weights.speed_hint * fade(state.step, training.steps, training.hint_share)
        weights = replace(config.weights, speed_hint=hint)
        loss = objective.total(result, weights)
        peaks = training.learning_rate, training.personal_learning_rate
        rates = [one_cycle(state.step, training.steps, peak) for peak in peaks]
        state.descend(weight * loss, rates, state.network, training.gradient_clip, self.group)
        state.update_average(training.ema)
        if self.people.wearers >= CROWD:
            with torch.no_grad():
                state.personal.sub_(state.personal.mean(0))
        found = {"total": loss.detach(), **{name: getattr(weights, name) * x.detach() for name, x in result.items()}}
        found = {name: weight * x for name, x in found.items()}
        self.group.add_up(found.values())
        return found

    def model(self, state: TrainingState) -> dict[str, Tensor]:
        return dict(state.average.state_dict())

    def card(self, kind: str, state: TrainingState) -> Card:
        return Card(
            format=FORMAT,
            kind=kind,
            step=state.step,
            config=self.config,
            people=self.learned(state),
            probe=probe.answer(state.average, self.config),
            history=tuple(state.history),
            start=self.start,
            labels=supervision.fingerprint(self.labels),
        )

    def learned(self, state: TrainingState) -> tuple[Person, ...]:
        """Every recording, with what was learned about its wearer."""
        units = state.personal.detach()[self.people.wearer].cpu()
        expected = self.people.misalignment.cpu(), self.people.inclination.cpu()
        result = []
        for s, own, misalignment, inclination in zip(self.sequences, units, *expected, strict=True):
            deviation = Deviation.of(own, misalignment, s.size_error, inclination)
            angle = tuple(round(float(a), 6) for a in deviation.angle)
            shift = tuple((round(float(x), 6), round(float(y), 6)) for x, y in deviation.shift)
            size = round(float(deviation.size), 6)
            result.append(Person(s.name, fingerprint(s), s.mass_kg, float(s.body.height), angle, shift, size))
        return tuple(result)

    def differs(self, card: Card) -> str:
        """What of the training of a card was different, and what to give instead; empty where nothing was."""
        given = [(fingerprint(s), float(s.body.height)) for s in self.sequences]
        if card.config != self.config:
            return "trained with another configuration; use its config.json"
        if [(p.fingerprint, p.height_m) for p in card.people] != given:
            return "trained on other recordings or people; use the same ones, in the same order, with the same height"
        if self.start not in ("", card.start):
            return "started from other weights; give the same --from"
        if supervision.fingerprint(self.labels) != card.labels:
            return "trained with other labels; give the same --labels"
        return ""


def fingerprint(sequence: Sequence) -> str:
    """Short hash of a sequence's signals, to recognise a recording that a model was trained on."""
    return channels.fingerprint(sequence.signals.numpy())


def train(
    sequences: list[Sequence],
    config: Config,
    out: Path | str | None = None,
    *,
    start: Model | None = None,
    labels: abc.Sequence[Labels | None] = (),
    device: torch.device | str = "cpu",
    resume: bool = False,
    checkpoint_s: float | None = None,
    stop_after: int | None = None,
    progress: Progress | None = None,
    group: Group = ALONE,
) -> Model:
    """Train a network on people's signals, without labels.

    ValueError if there are no sequences, one is too short or at another rate, the device is not there, training diverges, or
    the checkpoint, the model to start from or the labels do not fit.

    Parameters
    ----------
    sequences : one per recording, at ``config.rate_hz``.
    config : what to train and how.
    out : folder for checkpoint, model and loss history; None keeps everything in memory.
    start : model whose weights training starts from; random ones without it. What was learned about its people is not used.
    labels : what was measured of each recording's motion, None where nothing was; empty: nothing of any. Errors against it
        are a term of the objective beside the others.
    device : where to compute.
    resume, checkpoint_s, stop_after, progress : see :class:`kinertia.train.loop.Running`.
    group : processes that train together; the first one alone writes and tells.

    Returns
    -------
    The model with averaged weights.
    """
    check(sequences, config)
    if labels:
        supervision.check(labels, sequences)
    if start is not None:
        adaptation.require_same_network(start.config, config)
    place = usable(device)
    pool = Pool.of(sequences, config.training.one_mounting).to(place)
    state = TrainingState.start(config, pool.wearers, place)
    if start is not None:
        state.take_over(start.network.state_dict())
    training = Training(sequences, pool, pool, config, labels, group=group)
    folder = None if out is None else Path(out)
    return carry_out(training, state, Running(folder, resume, stop_after, checkpoint_s, progress), start)


def carry_out(training: Training, state: TrainingState, how: Running, start: Model | None) -> Model:
    """Train from ``state`` on, or from the checkpoint that is resumed; the rest as :func:`train`."""
    training.start = "" if start is None else start.fingerprint
    if training.config.weights.anchor > 0.0 and (start is not None or how.resume):
        state.hold()
    if how.resume and how.out is not None:
        card = checkpoint.STORE.resume(how.out, state, training.differs)
        checkpoint.check(how.out, card, state.average)
        training.start = card.start
    tells = how if training.group.rank == 0 else Running(stop_after=how.stop_after)
    finished = loop.run(training, state, tells)
    if finished and tells.out is not None:
        write_history(tells.out / "history.csv", state.history)
    calibration = Uncalibrated() if start is None else start.calibration.after_training()
    network = state.average.to("cpu").eval()
    return Model(network, training.config, training.learned(state), start=training.start, calibration=calibration)


def check(sequences: list[Sequence], config: Config) -> None:
    """ValueError if there is nothing to train on, or not with this configuration."""
    if not sequences:
        raise ValueError("no recordings to train on")
    training = config.training
    shortest = training.warm_up + SHORTEST
    for s in sequences:
        if len(s.position) != len(config.sensors):
            raise ValueError(f"{s.name}: {len(s.position)} sensors, configuration asks for {len(config.sensors)}")
        if s.rate_hz != config.rate_hz:
            raise ValueError(f"{s.name}: sequence at {s.rate_hz} Hz, configuration asks for {config.rate_hz} Hz")
    if training.window < shortest:
        raise ValueError(f"training.window is {training.window}: with this warm_up it must be at least {shortest} samples")
    for s in sequences:
        if s.signals.shape[0] < shortest:
            raise ValueError(
                f"{s.name}: {s.signals.shape[0]} samples at {s.rate_hz:g} Hz, training needs {shortest}; record longer"
            )
    for name in ("steps", "batch"):
        if getattr(training, name) < 1:
            raise ValueError(f"training.{name} is {getattr(training, name)}: it must be at least 1")


def write_history(path: Path, log: abc.Sequence[dict[str, float]]) -> None:
    """Write the recorded loss terms as CSV."""
    if log:
        with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(log[0]))
            writer.writeheader()
            writer.writerows(log)


def _noise(batch: Batch, config: Config, generator: torch.Generator) -> Tensor:
    levels = {"acc": config.training.acc_noise, "gyro": config.training.gyro_noise}
    level = torch.tensor([levels[channel.partition("_")[0]] for channel in config.sensors.channels])
    white = torch.randn(batch.signals.shape, generator=generator)
    return (white * level).to(batch.signals.device) * batch.present
