"""A walk as periodic functions of its phase: the same step over and over, at a pace that may wander."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics.motion import Motion
from kinertia.simulation import periodic

HARMONICS = 8
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
MIDDLE = ("pelvis_ty", "pelvis_tilt", "lumbar_extension", "speed")
"""What both legs share: equal in the left and the right step, so only even harmonics of the stride."""
EVEN = HARMONICS // 2


@dataclass(frozen=True)
class Walk:
    """One person's symmetric walk.

    Attributes
    ----------
    body : the person.
    leg : (3, 17) Fourier coefficients of the right leg's :data:`JOINTS` over the stride from right heel strike [rad]; the left
        leg does the same half a stride later.
    middle : (4, 9) coefficients of :data:`MIDDLE` over one step [m, rad, rad, m/s].
    stride_s : duration of a stride [s].
    """

    body: Body
    leg: Tensor
    middle: Tensor
    stride_s: float

    @property
    def speed(self) -> float:
        """Mean forward speed [m/s]."""
        return float(self.middle[MIDDLE.index("speed"), 0])


def motion(walk: Walk, phase: Tensor, rate: Tensor | None = None, change: Tensor | None = None) -> Motion:
    """Coordinates of the walk and their exact time derivatives.

    Parameters
    ----------
    walk : the walk.
    phase : (T,) strides since right heel strike.
    rate, change : (T,) first and second time derivative of the phase [1/s, 1/s^2]; default the walk's own steady pace.

    Returns
    -------
    Motion without forces; pelvis_tx stays 0, its speed and acceleration are given. At another pace than the walk's own, forward
    speed changes in proportion, so that the feet do not slide.
    """
    own = 1.0 / walk.stride_s
    rate = torch.full_like(phase, own) if rate is None else rate
    change = torch.zeros_like(phase) if change is None else change
    names = walk.body.skeleton.coordinate_names
    parts: dict[str, tuple[Tensor, Tensor, Tensor]] = {}
    for side, shift in (("r", 0.0), ("l", 0.5)):
        series = _series(walk.leg, phase + shift, rate, change, HARMONICS, 1.0)
        parts |= {f"{name}_{side}": values for name, values in zip(JOINTS, series, strict=True)}
    parts |= dict(zip(MIDDLE, _series(walk.middle, phase, rate, change, EVEN, 2.0), strict=True))
    speed, acceleration, _ = parts.pop("speed")
    # x = X(phase): x' = X_phase phase', with the speed at own pace V = X_phase own
    pace = rate / own
    parts["pelvis_tx"] = (torch.zeros_like(speed), speed * pace, acceleration * pace + speed * change / own)
    return Motion(
        *(torch.stack([parts[name][order] for name in names], dim=-1) for order in range(3)),
        force=torch.zeros(len(phase), len(walk.body.skeleton.contacts), 2, dtype=phase.dtype),
    )


def _series(
    coefficients: Tensor, phase: Tensor, rate: Tensor, change: Tensor, harmonics: int, repeats: float
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Value and two time derivatives of each row of ``coefficients``, a series that repeats ``repeats`` times a stride."""
    value, first, second = (
        periodic.basis(repeats * phase, harmonics, order) @ coefficients.T * repeats**order for order in range(3)
    )
    # q' = q_p p',  q'' = q_pp p'^2 + q_p p''
    speed = first * rate[:, None]
    acceleration = second * rate[:, None] ** 2 + first * change[:, None]
    return list(zip(value.T, speed.T, acceleration.T, strict=True))
