"""Which published curves of other people stand behind those of a recording, and what is said of them."""

from __future__ import annotations

from kinertia.estimation.estimate import Activity
from kinertia.estimation.spatiotemporal import Parameters
from kinertia.simulation.norms import RUNNING, WALKING, Norm

DUTY_PERCENT = 50.0
"""By definition: in running each foot is on the ground for less than half of the stride."""
FAR = 0.15
"""Speeds that differ by more than this part are named: ranges of motion differ with them."""


def of(gait: Parameters | None) -> Norm | None:
    """Curves for a kind of gait, told by the duty factor where it has no name; None without strides."""
    if gait is None:
        return None
    if gait.gait:
        return RUNNING if gait.gait == Activity.RUNNING.word else WALKING
    stance = gait.measure("stance_percent").mean
    return WALKING if stance >= DUTY_PERCENT else RUNNING if stance < DUTY_PERCENT else None


def caption(norm: Norm, gait: Parameters) -> str:
    """What the grey band is, and how far the speed of these people is from this one's."""
    said = f"Grey: {norm.people}, mean \u00b1 1 SD between people"
    speed = gait.measure("speed_m_s").mean
    if abs(speed - norm.speed_m_s) > FAR * norm.speed_m_s:
        said += f"; here the speed is {speed:.2f} m/s"
    return f"{said}."
