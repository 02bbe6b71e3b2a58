"""Target bands: is an output where it should be, at each moment or once per stride."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

Measure = Literal["value", "highest", "lowest"]
Phase = Literal["stride", "stance", "swing"]
Verdict = Literal["waiting", "in", "above", "below"]

LONGEST_STRIDE_S = 3.0  # a longer one is a pause, not a stride
RECENT = 20  # strides that the share within the band is of


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for."""

    output: str  # name of an output of the model, such as ``knee_angle_r``
    measure: Measure  # ``value`` at each sample, or the ``highest`` or ``lowest`` of each stride
    low: float  # low, high: the band [SI units of the output]
    high: float
    phase: Phase = "stride"  # part of the stride that counts

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"target band of {self.output}: from {self.low} to {self.high} is no band; low must be below high")

    @property
    def foot(self) -> str:
        """Foot whose strides count: the output's own, else the right one."""
        return "l" if self.output.removesuffix("_moment").endswith("_l") else "r"

    def judge(self, value: float) -> Verdict:
        """Where a value lies."""
        if math.isnan(value):
            return "waiting"
        if value > self.high:
            return "above"
        return "below" if value < self.low else "in"


class Result(msgspec.Struct, frozen=True):
    """How it goes: of the last value or stride, ``waiting`` while there is none."""

    verdict: Verdict = "waiting"
    value: float = math.nan  # what was judged last, NaN before [SI units]
    hits: int = 0  # judged strides (or samples) within the band
    count: int = 0  # all of them
    recent: tuple[Verdict, ...] = ()  # verdicts of the last strides, the newest last; empty for ``value``


class Feedback:
    """Follows one output of a stream, sample by sample."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.result = Result()
        self._begin_s = math.nan  # of the part of the stride that counts; NaN outside of it
        self._extreme = self._judged_s = math.nan

    def push(self, time_s: float, value: float, *, strike: bool = False, off: bool = False) -> Result:
        """Take in one sample; NaN where there is no output [SI units].

        ``strike`` and ``off`` say whether the target's foot touched or left the ground with it.
        """
        target = self.target
        begins, ends = {"stride": (strike, strike), "stance": (strike, off), "swing": (off, strike)}[target.phase]
        if target.measure != "value":
            self._collect(time_s, value, ends)
        if ends:
            self._begin_s = math.nan
        if begins:
            self._begin_s, self._extreme = time_s, math.nan
        if target.measure == "value":
            inside = target.phase == "stride" or not math.isnan(self._begin_s)
            self._tell(target.judge(value) if inside else "waiting", value)
        return self.result

    def _collect(self, time_s: float, value: float, ends: bool) -> None:
        if not math.isnan(value):
            best = max if self.target.measure == "highest" else min
            self._extreme = value if math.isnan(self._extreme) else best(self._extreme, value)
        before = self.result
        if ends and time_s - self._begin_s < LONGEST_STRIDE_S and not math.isnan(self._extreme):
            verdict = self.target.judge(self._extreme)
            self._judged_s = time_s
            self._tell(verdict, self._extreme, (*before.recent, verdict)[-RECENT:])
        elif time_s - self._judged_s > LONGEST_STRIDE_S:
            self._judged_s = math.nan
            self.result = Result("waiting", before.value, before.hits, before.count, before.recent)

    def _tell(self, verdict: Verdict, value: float, recent: tuple[Verdict, ...] = ()) -> None:
        before = self.result
        self.result = Result(verdict, value, before.hits + (verdict == "in"), before.count + (verdict != "waiting"), recent)
