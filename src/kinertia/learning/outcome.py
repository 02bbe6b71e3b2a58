"""What adapting learned, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from kinertia.recording import SensorSet, words

Change = Literal["all", "mounting", "nothing"]
Stopped = Literal["converged", "steps", "interrupted"]

SHOWN_DEG = 3.0  # a sensor that is turned by less is as good as stated: people mount them no better
JOINTS = {"hip_flexion": "hips", "knee_angle": "knees", "ankle_angle": "ankles"}
SHOWN_SIZE = 0.01  # relative; less is not told


@dataclass(frozen=True)
class Fit:
    """How well motion and equations explain signals, on stretches that were held out."""

    objective: float  # what adapting lowers
    signals: float  # RMS difference of virtual and measured signals over the spread of each channel
    residual_bw: float  # RMS force at the pelvis that the equations of motion leave unexplained [BW]


@dataclass(frozen=True)
class Learned:
    """What was learned about a wearer."""

    turn_rad: dict[str, float]  # rotation of each worn sensor against its segment, about the axis to the right; by segment
    size: float  # lengths of the body over the stated ones
    recordings: tuple[str, ...]  # names
    # joint to the standard deviation of its zero before and after the recording [rad]; empty where nothing was learned of it
    zero_rad: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What adapting did."""

    people: tuple[Learned, ...]  # learned about each wearer
    # before, after: of the model it started from, and of the one it made
    before: Fit
    after: Fit
    held_out: bool  # whether that is on stretches that were not learned from; recordings below half a minute are too short
    changed: Change  # ``all``, the mounting alone (weights kept), or nothing
    stopped: Stopped  # why it ended
    steps: int  # optimisation steps of the network
    seconds: float  # wall time [s]

    @property
    def sentence(self) -> str:
        """All in one sentence."""
        return " ".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """What was done, what was learned of each wearer, and how much better it fits."""
        return (self._done, *(self._learned(person) for person in self.people), self._better)

    @property
    def _done(self) -> str:
        took = f"in {self.seconds:.0f} s"
        if self.changed == "nothing":
            return (
                f"Not adapted ({took}): no change fitted the recording better, so the model and the sensors stay as they were."
            )
        why = {"converged": "it had converged", "steps": "all steps were taken", "interrupted": "it was interrupted"}[
            self.stopped
        ]
        kept = (
            "; the network stays as it was, since training it further did not fit better" if self.changed == "mounting" else ""
        )
        return f"Adapted {took}, {self.steps} steps, until {why}{kept}."

    def _learned(self, person: Learned) -> str:
        who = f"{', '.join(person.recordings)}: " if len(self.people) > 1 else ""
        turned = [(segment, math.degrees(angle)) for segment, angle in person.turn_rad.items()]
        shown = [(segment, angle) for segment, angle in turned if abs(angle) >= SHOWN_DEG]
        told = [
            f"{words.segment(segment)} {abs(angle):.0f} deg {'back' if angle > 0 else 'forward'}" for segment, angle in shown
        ]
        rest = "the other sensors sit" if told else "all sensors sit"
        within = f"{rest} as stated within {SHOWN_DEG:g} deg" if len(told) < len(turned) else ""
        sensors = "; ".join(part for part in (f"top of sensors turned: {words.listed(told)}" if told else "", within) if part)
        percent = 100.0 * (person.size - 1.0)
        size = (
            f"body {abs(percent):.0f} % {'larger' if percent > 0 else 'smaller'} than stated"
            if abs(person.size - 1.0) >= SHOWN_SIZE
            else "body as large as stated"
        )
        zeros = [
            f"{JOINTS[joint]} to {math.degrees(after):.0f} deg ({math.degrees(before):.0f} before this recording)"
            for joint, (before, after) in person.zero_rad.items()
        ]
        known = f" Mean joint angles are known: {words.listed(zeros)}." if zeros else ""
        result = f"{who}{sensors}; {size}.{known}"
        return result[0].upper() + result[1:]

    @property
    def _better(self) -> str:
        where = "On stretches not learned from" if self.held_out else "On the recording (too short to hold a part of it out)"
        signals = f"sensor signals are missed by {_change(self.before.signals, self.after.signals)} of their spread"
        force = f"{_change(self.before.residual_bw, self.after.residual_bw)} of body weight at the pelvis stay unexplained"
        return f"{where}, {signals}, and {force}."


def by_segment(present: Sequence[bool], angle_rad: Sequence[float], sensors: SensorSet) -> dict[str, float]:
    """Angles of the sensors that were present, by segment."""
    return {segment: angle for segment, there, angle in zip(sensors.segments, present, angle_rad, strict=True) if there}


def _change(before: float, after: float) -> str:
    return f"{100 * after:.1f} % (before {100 * before:.1f} %)"
