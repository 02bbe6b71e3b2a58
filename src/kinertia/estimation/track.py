"""From signals to motion, forces and virtual signals at the model's rate: what batch and stream estimation share."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body, Skeleton, stack
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.estimator import Progress, Runner
from kinertia.estimation.series import SIDES, Series
from kinertia.learning import decode, differences, objective, sequence
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.network import CausalConvolutions, Network, State, features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import Sequence
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics
from kinertia.mechanics.motion import Motion
from kinertia.recording import LOWER_BODY, Array, Recording, SensorSet

HEAD_ABOVE_HIP = 0.47  # of body height: hip joint to vertex in Winter's proportions
JOINTS = {"tibia": "knee", "foot": "ankle"}  # landmark at the proximal joint of a segment
CHUNK = 6000  # samples that pass through the network and the physics at once: bounds memory, does not change the result


@dataclass(frozen=True)
class Wearer:
    """A person with sensors, as a batch of one."""

    body: Body  # (1,) body
    position: Tensor  # (1, S, 2) sensor positions in segment frames [m]
    deviation: Deviation  # what was learned about the person
    sensors: SensorSet = LOWER_BODY  # the S sensors

    @classmethod
    def of(cls, sequence: Sequence, deviation: Deviation, like: Tensor, sensors: SensorSet = LOWER_BODY) -> Wearer:
        """The person of a sequence, on device and in floating type of ``like``."""
        body = stack([sequence.body]).to(like.dtype, like.device)
        return cls(body, sequence.position[None].to(like), deviation.to(like), sensors)

    def precise(self) -> Wearer:
        """Copy in double precision."""
        position = self.position.double()
        return Wearer(self.body.to(torch.float64), position, self.deviation.to(position), self.sensors)


@dataclass(frozen=True)
class Track:
    """Time series at the model's rate, one row per sample."""

    # q, qd: (T, n) coordinates and speeds [m, rad]; pelvis_tx is zero, its speed is the forward speed
    q: Tensor
    qd: Tensor
    generalized: Tensor  # (T, n) root residual, then joint moments [N, N m]
    force: Tensor  # (T, P, 2) ground reaction at the contact points [N]
    contact: Tensor  # (T, P, 2) contact points, relative to the pelvis along x [m]
    contact_velocity: Tensor  # (T, P, 2) their velocities over the ground [m/s]
    virtual: Tensor  # (T, S, C) virtual channels of the sensors [m/s^2, rad/s]
    points: dict[str, Tensor]  # named landmarks (T, 2), relative to the pelvis along x [m]

    @classmethod
    def join(cls, parts: list[Track]) -> Track:
        """Tracks one after the other."""
        named = {f.name: torch.cat([getattr(p, f.name) for p in parts]) for f in fields(cls) if f.name != "points"}
        return cls(points={k: torch.cat([p.points[k] for p in parts]) for k in parts[0].points}, **named)


def outputs(network: Network, x: Tensor) -> Tensor:
    """Raw outputs (1, T, outputs) of features (1, T, F), chunk by chunk; equal to :meth:`Network.outputs` of everything.

    A causal recurrent cell carries its state on, convolutions see the samples they look back to. A bidirectional
    cell reads the whole recording at once.
    """
    x, late = network.prolonged(x), network.config.look_ahead
    if network.config.cell == "bilstm":
        return network.forward_precise(x)[0][:, late:]
    core, context = network.core, 0  # samples before the present one that its output depends on
    if isinstance(core, CausalConvolutions):
        context = sum((core.kernel - 1) * 2**i for i in range(len(core.blocks)))
    state: State = None
    parts: list[Tensor] = []
    for start in range(0, x.shape[1], CHUNK):
        lead = min(context, start)
        raw, state = network.forward_precise(x[:, start - lead : start + CHUNK], state)
        parts.append(raw[:, lead:])
    return torch.cat(parts, dim=1)[:, late:]


def physics(raw: Tensor, precise: Wearer, config: Config) -> Track:
    """Decode outputs (1, T + 4, outputs) and run them through the body; T samples.

    In double precision: second differences at 100 Hz magnify rounding 50,000 times.
    """
    real = precise.deviation.body(precise.body)
    return through_body(decode.motion(raw.double(), real, config.rate_hz, config.network.formulation), precise)


def through_body(motion: Motion, wearer: Wearer) -> Track:
    """What the physics says of a motion, a batch of one."""
    body = wearer.deviation.body(wearer.body).with_time_axis()
    mounting = wearer.deviation.mounting(wearer.position, body.skeleton, wearer.sensors)
    result = objective.evaluate(motion, body, mounting)
    generalized = result.generalized
    if motion.torque is not None:
        root, joints = body.skeleton.root, body.skeleton.joints
        generalized = torch.cat([generalized[..., root], motion.torque[..., joints]], dim=-1)
    points = landmarks(body, result.kinematics, result.contact.position)
    return Track(
        q=motion.q[0],
        qd=motion.qd[0],
        generalized=generalized[0],
        force=motion.force[0],
        contact=result.contact.position[0],
        contact_velocity=result.contact.velocity[0],
        virtual=torch.cat([result.signals.acc, result.signals.gyro.unsqueeze(-1)], dim=-1)[0],
        points={k: v[0] for k, v in points.items()},
    )


def landmarks(body: Body, kinematics: Kinematics, contact: Tensor) -> dict[str, Tensor]:
    """Ground-frame positions (..., 2) of hip, knees, ankles, heels, toes and head [m], with (..., P, 2) contact points."""
    skeleton = body.skeleton
    joints = [kinematics.origin[..., i, :] for i in (0, *_distal(skeleton))]
    up = torch.stack([torch.zeros_like(body.height), HEAD_ABOVE_HIP * body.height], dim=-1).unsqueeze(-2)
    head = kin.positions(kinematics, (0,), up)[..., 0, :]
    soles = [contact[..., p, :] for p in _ends(skeleton)]
    return dict(zip(landmark_names(skeleton), [*joints, *soles, head], strict=True))


def landmark_names(skeleton: Skeleton) -> tuple[str, ...]:
    """Names of the landmarks."""
    joints = [part.split("_") for part in (skeleton.segment_names[i] for i in _distal(skeleton))]
    named = [f"{JOINTS[part]}_{side}" for part, side in joints]
    return ("hip", *named, *(skeleton.contacts[p].name for p in _ends(skeleton)), "head")


def _ends(skeleton: Skeleton) -> list[int]:
    """Contact points at the ends of the soles."""
    return [p for p, point in enumerate(skeleton.contacts) if not point.name.startswith("ball")]


def _distal(skeleton: Skeleton) -> list[int]:
    """Segments whose proximal joint is a landmark."""
    return [i for i, name in enumerate(skeleton.segment_names) if name.split("_")[0] in JOINTS]


def reported(result: Track, body: Body) -> dict[str, Tensor]:
    """A track in the units of results, the weight and height of the stated body without batch dimensions.

    (T, ...) each: ``coordinates`` [m, rad], ``speed`` [m/s], ``moments`` of the joints [N m], ``residual`` of the root
    [BW, BWBH], ``grf`` x, y of the right and x, y of the left foot [BW], ``pressure`` of the feet: vertical force times its
    forward distance from the pelvis [BW m], ``virtual`` signals and ``points``.
    """
    skeleton = body.skeleton
    force = result.force / body.weight
    feet = [[k for k, point in enumerate(skeleton.contacts) if point.side == side] for side in SIDES]
    pressure = force[..., 1] * result.contact[..., 0]
    return {
        "coordinates": result.q,
        "speed": result.qd[:, :1],
        "moments": result.generalized[:, skeleton.joints],
        "residual": result.generalized[:, skeleton.root] / body.force_scale[skeleton.root].to(result.generalized),
        "grf": torch.cat([force[:, foot].sum(1) for foot in feet], -1),
        "pressure": torch.stack([pressure[:, foot].sum(1) for foot in feet], -1),
        "virtual": result.virtual,
        "points": torch.stack(list(result.points.values()), 1),
    }


def run(model: Model, sequence: Sequence, deviation: Deviation) -> Track:
    """Motion and forces at every sample of a sequence.

    The outputs at either end are repeated to form differences there: the first and last two samples are less certain.
    """
    like = next(model.network.parameters())
    wearer = Wearer.of(sequence, deviation, like, model.config.sensors)
    precise = wearer.precise()
    with torch.no_grad():
        signals, present = sequence.signals[None].to(like), sequence.present[None].to(like)
        raw = outputs(model.network, features(signals, present, wearer.body, wearer.position, wearer.sensors))
        reach = differences.REACH
        raw = torch.cat([raw[:, :1].expand(-1, reach, -1), raw, raw[:, -1:].expand(-1, reach, -1)], dim=1)
        pieces = [raw[:, start : start + CHUNK + 2 * reach] for start in range(0, raw.shape[1] - 2 * reach, CHUNK)]
        return Track.join([physics(piece, precise, model.config) for piece in pieces])


def runner(model: Model) -> Runner:
    """A trained network as a runner."""
    config = model.config

    def stated_height_m(fingerprint: str) -> float | None:
        person = model.person_of(fingerprint)
        return None if person is None else person.height_m

    def given(signals: Array, present: Array, recording: Recording, fingerprint: str, _: Progress | None) -> Series:
        read = sequence.from_arrays(recording, signals, present, config.rate_hz, SKELETONS[config.body], config.sensors)
        return to_series(run(model, read, model.deviation_of(fingerprint)), read.body, read.mass_kg)

    return Runner(
        config.sensors,
        config.rate_hz,
        differences.REACH + config.network.look_ahead,
        model.fingerprint,
        model.calibration,
        stated_height_m,
        given,
    )


def estimate(model: Model, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """:func:`kinertia.estimation.estimator.estimate` with a trained network."""
    return estimator.estimate(runner(model), recording, method)


def to_series(result: Track, body: Body, mass_kg: float) -> Series:
    """A track of the stated ``body`` in double precision without torch; moments are those of a person of ``mass_kg``."""
    values = {name: numbers(x) for name, x in reported(result, body).items()}
    return Series(
        names=body.skeleton.coordinate_names,
        q=values["coordinates"],
        speed=values["speed"][:, 0],
        moments=values["moments"] * (mass_kg / float(body.total_mass)),
        residual=values["residual"],
        grf=values["grf"],
        pressure=values["pressure"],
        virtual=values["virtual"],
        points=dict(zip(result.points, np.moveaxis(values["points"], 1, 0), strict=True)),
    )


def numbers(x: Tensor) -> Array:
    """A tensor as a float64 array of its own."""
    return np.array(x.detach().to(device="cpu", dtype=torch.float64).numpy())
