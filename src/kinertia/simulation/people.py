"""The people of the demonstration."""

from __future__ import annotations

from kinertia.recording import Recording
from kinertia.simulation import walking
from kinertia.simulation.record import record
from kinertia.simulation.walking import Style

PEOPLE = (
    ("person1_walk", 72.0, 1.78, Style(stride_s=1.12)),
    ("person2_walk", 60.0, 1.65, Style(stride_s=1.02, amplitude=1.05, offset_rad=(0.05, -0.03, 0.03))),
)
"""Name, mass [kg], height [m] and way of walking."""


def walk(seconds: float = 20.0, rate_hz: float = 100.0, seed: int = 0) -> list[Recording]:
    """Recordings of everyone walking, with sensor errors and exact truth; ``seed`` draws the errors."""
    return [
        record(walking.fit(mass, height, style), name, seconds, rate_hz, seed=seed + index)
        for index, (name, mass, height, style) in enumerate(PEOPLE)
    ]
