"""Follows a hub: figures, trust and the target band, as messages that all viewers share."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence

import msgspec
import numpy as np

from kinertia.live.hub import EXTRA, Hub, Place, Rows
from kinertia.live.message import Feedback, Result, SessionState, Target, encode
from kinertia.recording import words
from kinertia.streaming.frame import NOTHING, Gait
from kinertia.streaming.health import State
from kinertia.streaming.trust import NOT_ALIGNED, SENSOR_FAULTY, SENSOR_HELD, SENSOR_LOST, WARMING_UP, describe

TRUST_S = 0.5  # a reason not to trust is shown at least this long, so that it can be read
RATE_S = 2.0
MOST_NAMED = 3
UNUSED = (State.LOST, State.WAITING, State.FROZEN, State.UNUSABLE)
FAULTY = (State.FROZEN, State.CLIPPED)
STANDING_S = 2.5  # without a heel strike for this long nobody walks, and figures of the last strides say nothing any more
SPEED_S = 2.0
MOST_STEPS_PER_MIN = 300.0  # more cannot be; the first steps of an estimate may seem to
QUIET_S = 1.0
"""Without a frame for this long there is no estimate of now: nothing is trusted, and figures are those of the last one."""


class Monitor:
    """One per hub; its methods are called by one thread.

    ``status`` and ``target`` are the last messages on how it stands and on the target band, whose changes ``target_version``
    counts.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._place = Place(hub)
        self._strike_s = math.nan
        self._counted: deque[tuple[float, int]] = deque()
        self._feedback: Feedback | None = None
        self._shown: Result | None = None
        self._names = [column.name for column in hub.columns]
        self._speed = self._names.index("speed")
        self._quick = round(TRUST_S * hub.rate_hz)
        self.target_version = 0
        self.status = self.target = ""
        self.set_target(None)
        self.refresh(SessionState(), viewers=0)

    def set_target(self, target: Target | None) -> None:
        """Follow another target band, or none; ValueError if it is of an output that the page does not show."""
        if target is not None and target.output not in self._names:
            raise ValueError(f"target on {target.output!r}: there is no such output; there are {', '.join(self._names)}")
        self._feedback = None if target is None else Feedback(target)
        self._shown = None
        self._tell()

    def follow(self) -> None:
        """Take in the frames since the last call."""
        rows = self._place.take()
        events = self._hub.events
        if not len(rows):
            return
        last = rows.first + len(rows)
        marks: dict[int, list[str]] = {}
        while events and events[0][0] < last:
            number, event = events.popleft()
            if event.name.startswith("heel_strike"):
                self._strike_s = event.time_s
            marks.setdefault(number, []).append(event.name)
        if self._feedback is not None:
            self._judge(self._feedback, rows, marks)
            self._tell()

    def _judge(self, feedback: Feedback, rows: Rows, marks: dict[int, list[str]]) -> None:
        foot = feedback.target.foot
        strike, off = f"heel_strike_{foot}", f"toe_off_{foot}"
        values = rows.values[:, self._names.index(feedback.target.output)].tolist()
        for number, (at, value) in enumerate(zip(rows.time_s.tolist(), values, strict=True), start=rows.first):
            names = marks.get(number, ())
            feedback.push(at, value, strike=strike in names, off=off in names)

    def _tell(self) -> None:
        """Renew the message on the target, if anything about it is new."""
        feedback = self._feedback
        result = Result() if feedback is None else feedback.result
        if result == self._shown:
            return
        self._shown = result
        self.target = encode("target", {"target": feedback and feedback.target, **msgspec.structs.asdict(result)})
        self.target_version += 1

    def refresh(self, session: SessionState, viewers: int) -> None:
        """Renew the status message."""
        hub, rows = self._hub, self._hub.ring.since(0)
        wide = len(hub.columns)
        extra = {name: rows.values[:, wide + i] for i, name in enumerate(EXTRA)}
        quiet = time.perf_counter() - hub.published_s
        last = slice(-round(SPEED_S * hub.rate_hz), None)
        # what a network says while it warms up is no speed
        warming = (extra["trust"][last].astype(np.int64) & WARMING_UP) > 0
        speed = np.where(warming, np.nan, rows.values[last, self._speed])
        live = bool(len(rows)) and quiet <= QUIET_S and not session.ended
        reasons, bits = _together(extra["trust"][-self._quick :]), _together(extra["held"][-self._quick :])
        held = tuple(segment for k, segment in enumerate(hub.sensors.segments) if bits >> k & 1)
        if session.aligned:
            reasons &= ~NOT_ALIGNED  # of a moment ago
        now = float(rows.time_s[-1]) if len(rows) else math.nan
        status = {
            "frames": hub.ring.count,
            "quiet_s": quiet,
            "frames_per_s": self._frames_per_s(),
            "compute": compute(extra["compute_ms"]),
            "live": live,
            "walking": walking(hub.gait, now - self._strike_s, speed),
            "activity": "" if not live or hub.activity is None else hub.activity.word,
            "trust": _trust(reasons, held, session) if live else _nothing(session, len(rows)),
            "held": held,
            "viewers": viewers,
            "session": session,
        }
        self.status = encode("status", status)

    def _frames_per_s(self) -> float:
        """Frames per second of this computer's clock over the last seconds."""
        now, count = time.perf_counter(), self._hub.ring.count
        self._counted.append((now, count))
        while now - self._counted[0][0] > RATE_S:
            self._counted.popleft()
        begin, before = self._counted[0]
        return (count - before) / (now - begin) if now > begin else 0.0


def _together(bits: np.ndarray) -> int:
    """All bits that are set in any of the frames."""
    return int(np.bitwise_or.reduce(bits.astype(np.int64))) if bits.size else 0


def _trust(reasons: int, held: Sequence[str], session: SessionState) -> dict[str, object]:
    """Trust in an estimate of now, with the names of the sensors that speak against it."""
    sensors = session.sensors
    named = {
        SENSOR_LOST: ("nothing usable comes from", [s.words for s in sensors if s.state in UNUSED]),
        SENSOR_FAULTY: ("frozen, or at the end of the range:", [s.words for s in sensors if s.state in FAULTY]),
        SENSOR_HELD: ("gaps are bridged in the signals of", [s.words for s in sensors if s.segment in held]),
    }
    known = {bit: f"{said} {_several(names)}" for bit, (said, names) in named.items() if names}
    return {"ok": reasons == 0, "reasons": describe(reasons, known)}


def _several(names: Sequence[str]) -> str:
    return f"{len(names)} sensors" if len(names) > MOST_NAMED else words.listed([f"the {name}" for name in names])


def _nothing(session: SessionState, frames: int) -> dict[str, object] | None:
    """Trust while there is no estimate of now."""
    return {"ok": False, "reasons": (session.ended or "no estimate comes out",)} if frames else None


def walking(gait: Gait, since_strike_s: float, speed: np.ndarray) -> dict[str, object]:
    """What walking looks like now, NaN where it cannot be said: from the gait and forward speeds [m/s] of the last frames."""
    known = speed[np.isfinite(speed)]
    mean = float(known.mean()) if known.size else math.nan
    shown = gait if since_strike_s <= STANDING_S else NOTHING
    strides = [stride for stride in shown.stride_s if math.isfinite(stride)]
    return {
        "speed": mean,
        "cadence": shown.cadence_per_min if shown.cadence_per_min < MOST_STEPS_PER_MIN else math.nan,
        "symmetry_percent": shown.symmetry_percent,
        "stride_s": sum(strides) / len(strides) if strides else math.nan,
    }


def compute(milliseconds: np.ndarray) -> dict[str, object]:
    """Percentiles of the times from a sample in to its estimate out [ms], NaN where there was no estimate."""
    known = milliseconds[np.isfinite(milliseconds)]
    p50, p99 = np.percentile(known, (50, 99)).tolist() if known.size else (math.nan, math.nan)
    return {"p50_ms": p50, "p99_ms": p99, "samples": int(known.size)}
