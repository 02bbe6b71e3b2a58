"""The movement that explains best what sensors measured, as an optimal-control problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body
from kinertia.learning import losses
from kinertia.learning import sequence as sequences
from kinertia.learning.personal import Deviation, units_of
from kinertia.learning.sequence import Sequence
from kinertia.mechanics import imu
from kinertia.mechanics.imu import Mounting
from kinertia.ocp import moving, muscular
from kinertia.ocp.moving import Moving
from kinertia.ocp.problem import At, Goal, Problem, Variable
from kinertia.recording import LOWER_BODY, Array, Recording
from kinertia.recording.channels import read
from kinertia.solving.settings import Settings

RATE_S = 0.01  # changes of forces and moments are judged over this time, whatever the distance of the nodes
LARGEST_UNIT = 4.0  # furthest that sensors and body may be from what was stated, in units of the expected errors
USUAL_MOMENT_BWBH = 0.016  # of standing; what speed adds is below
USUAL_MOMENT_PER_SPEED2 = 0.0105  # BWBH s^2/m^2; runners change moments five times as fast as walkers (docs/solving.md)
ANCHOR = 1e-4  # weight that chooses among equal motions, where the travel of the pelvis begins
TINY_VARIANCE = 1e-12  # where trials do not differ at all, none counts more
OPTIONS: dict[str, Any] = {
    # costs are of the size of one by their weights; scaled down, the barrier weighs more and the solver strays further: 86
    # iterations in place of 138
    "ipopt.nlp_scaling_method": "none",
    # multipliers guessed from a start that obeys nothing lead astray: a tenth more iterations
    "ipopt.constr_mult_init_max": 0.0,
    # with larger first barriers, or an adaptive one, the solver leaves the start for good and does not find back
    "ipopt.mu_init": 3e-3,
    # one step from the first barrier to the last, 1e-5, where results no longer change: half of the iterations
    "ipopt.mu_superlinear_decrease_power": 1.99,
    "ipopt.mu_linear_decrease_factor": 0.1,
    "ipopt.compl_inf_tol": 1e-5,
}
"""Of IPOPT; iterations are those of a simulated walk, and results are the same to 0.01 deg (seven cycles)."""


@dataclass(frozen=True)
class Person:
    """What is known of the wearer and the sensors before solving: as stated, float64, without batch dimensions.

    Sensor ``position`` (S, 2) [m]; expected errors of their angles (S,) [rad] and, relative, of body lengths ().
    """

    body: Body
    position: Tensor
    misalignment: Tensor
    size_error: Tensor

    @classmethod
    def of(cls, sequence: Sequence) -> Person:
        """Wearer and sensors of a sequence."""
        return cls(
            sequence.body.to(torch.float64),
            sequence.position.double(),
            sequence.misalignment.double(),
            sequence.size_error.double(),
        )

    def deviation(self, units: Tensor) -> Deviation:
        """Sensors and body that ``units`` (U,), in units of the expected errors, stand for."""
        return Deviation.of(units, self.misalignment, self.size_error)


@dataclass(frozen=True)
class State(Moving):
    """What goals look at: the moving body and the sensors' errors, (S, 2) and (S,), squared or linear."""

    acc: Tensor
    gyro: Tensor


def state(person: Person, at: At, *, muscles: bool = False) -> State:
    """The body and its virtual sensors at a node, with the size and the mounting that are unknowns."""
    real = person.deviation(at["units"])
    body = real.body(person.body)
    now = moving.move(body, at, muscles=muscles)
    mounting = real.mounting(person.position, person.body.skeleton)
    signals = imu.read(now.kinematics, Mounting(mounting.segments, mounting.position[0], mounting.angle[0]))
    measured, weight = at["measured"], at["weight"]
    # a weight of zero marks a signal that is missing
    acc = losses.robust((signals.acc - measured[:, :2]).square() * weight[:, :2])
    gyro = losses.robust((signals.gyro - measured[:, 2]).square() * weight[:, 2])
    return State(**vars(now), acc=acc, gyro=gyro)


def problem(person: Person, settings: Settings, step_s: float, speed: float, *, muscles: bool = False) -> Problem[State]:
    """The problem of a person; moments usual at ``speed`` [m/s], roughly that of the movement, are the unit of their changes.

    With ``muscles`` moments are what muscles give, and their effort is in the place of that of moments.
    ValueError: a term has a weight that solving does not have.
    """
    if settings.weights.posture:
        raise ValueError("settings.weights.posture is a term of training and adapting alone; leave it at 0 to solve")
    weights, pace = settings.weights, RATE_S / step_s
    usual = USUAL_MOMENT_BWBH + USUAL_MOMENT_PER_SPEED2 * speed**2
    skeleton = person.body.skeleton
    lumbar = skeleton.coordinate_index("lumbar_extension")
    torque: tuple[Goal[State], ...] = (Goal("torque", weights.torque, lambda s: _square(100.0 * s.at["moment"])),)
    goals: tuple[Goal[State], ...] = (
        Goal("acc", weights.acc, lambda s: s.acc.mean()),
        Goal("gyro", weights.gyro, lambda s: s.gyro.mean()),
        *(muscular.goals(skeleton, settings.muscles, weights.torque) if muscles else torque),
        Goal("torque_rate", weights.torque_rate, lambda s: _square(pace / usual * s.at.first["moment"])),
        Goal("torque_bend", weights.torque_bend, lambda s: _square(pace**2 / usual * s.at.second["moment"])),
        Goal("force_bend", weights.force_bend, lambda s: _square(pace**2 * s.at.second["force"])),
        Goal("force_rate", weights.force_rate, lambda s: _square(pace * s.at.first["force"])),
        Goal("slip", weights.slip, lambda s: s.slip.mean()),
        Goal("lumbar", weights.lumbar, lambda s: s.at["q"][lumbar].square()),
        Goal("anchor", ANCHOR, lambda s: s.at["q"][0].square()),
        Goal("prior", weights.prior, lambda s: s.at["units"].square().sum()),
    )
    return Problem(
        step_s,
        (
            *moving.variables(person.body, settings.bounds, muscles=muscles),
            Variable("units", (units_of(LOWER_BODY),), "shared", -LARGEST_UNIT, LARGEST_UNIT),
        ),
        {"measured": LOWER_BODY.shape, "weight": LOWER_BODY.shape},
        lambda at: state(person, at, muscles=muscles),
        goals,
        moving.constraints(person.body, settings.bounds, muscles=muscles),
    )


def _square(x: Tensor) -> Tensor:
    """Mean square."""
    return x.square().mean()


def to_sequence(recording: Recording, settings: Settings) -> Sequence:
    """Signals of a recording in segment frames whose samples are the nodes."""
    signals, present = read(recording)
    return sequences.from_arrays(recording, signals, present, recording.rate_hz, SKELETONS[settings.body])


def node_data(sequence: Sequence, recording: Recording | None = None) -> Array:
    """(T, 42) signals of each node and their weights: one over the variance, zero where a signal is missing.

    Where ``recording``, of the same nodes, is an average of trials, samples at which these differ count less.
    """
    signals, present = sequence.signals.double().numpy(), sequence.present.double().numpy()
    weight = present / sequence.variance.double().numpy()
    if recording is not None:
        weight = weight / _relative_spread(recording)
    return np.concatenate([signals.reshape(len(signals), -1), weight.reshape(len(weight), -1)], axis=1)


def _relative_spread(recording: Recording) -> Array:
    """(T, S, C) how uncertain each sample is for its channel, 1 on average: half alike, half as the trials vary."""
    result = np.ones((recording.samples, len(LOWER_BODY), 3))
    for kind, axes, places in ((recording.acc_var, [0, 1], [0, 1]), (recording.gyro_var, [2], [2])):
        for k, segment in enumerate(LOWER_BODY.segments):
            i = recording.sensor_index(segment)
            if kind is not None and i is not None:
                variance = np.nan_to_num(kind[:, i][:, axes])
                result[:, k, places] = 0.5 + 0.5 * variance / np.maximum(variance.mean(axis=0), TINY_VARIANCE)
    return result
