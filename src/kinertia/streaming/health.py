"""How every sensor and its connection are doing, in figures and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from kinertia.recording import Sensor, words
from kinertia.streaming.inlet import Inlet
from kinertia.streaming.order import Counts

STALE_S, STALE_SAMPLES = 0.1, 4  # whichever is longer
RATE_ERROR = 0.05  # relative, of the nominal rate
DRIFT_ERROR = 5e-3  # fifty times what quartzes are apart
ABSURD_S = 1.0  # for so long after values that are no movement


class State(StrEnum):
    """The worst that is to be said of a sensor."""

    WAITING = "waiting"  # nothing has come yet
    OK = "ok"
    STALE = "stale"  # silent for a moment
    LOST = "lost"
    FROZEN = "frozen"
    CLIPPED = "clipped"
    RATE = "rate"  # not the stated rate
    CLOCK = "clock"  # time stamps that cannot be used as they are
    UNUSABLE = "unusable"  # what comes is no signal


@dataclass(kw_only=True)
class SensorHealth(Counts):
    """One sensor, with what happened on its stream so far."""

    name: str  # name, segment, stream: which one
    segment: str
    stream: str
    state: State  # state, message: the worst, and a sentence on it; empty when all is well
    message: str
    rate_hz: float  # samples per second lately
    age_s: float  # time since the latest sample; infinite before the first one [s]
    lost_percent: float  # of the packets that were sent
    clipped: int  # samples at the end of the range
    # clock_offset_s, clock_drift_ppm: of the sender's clock against the local one; the offset holds the least delay
    clock_offset_s: float
    clock_drift_ppm: float
    jitter_s: float  # how much later than at best samples usually come [s]


@dataclass(frozen=True)
class Health:
    """All sensors of a session, in its order; ``rejected`` counts samples that belong to none of its streams."""

    sensors: tuple[SensorHealth, ...]
    rejected: int = 0

    @property
    def ok(self) -> bool:
        return all(sensor.state is State.OK for sensor in self.sensors)


def examine(sensors: Sequence[Sensor], inlets: Sequence[Inlet], now_s: float, lost_s: float, rejected: int) -> Health:
    """The health of all sensors at a local time."""
    result: dict[int, SensorHealth] = {}
    for inlet in inlets:
        for row, k in enumerate(inlet.info.sensors):
            result[k] = _sensor(sensors[k], inlet, row, now_s, lost_s)
    return Health(tuple(result[k] for k in sorted(result)), rejected)


def _sensor(sensor: Sensor, inlet: Inlet, row: int, now_s: float, lost_s: float) -> SensorHealth:
    counts, clock = inlet.order.counts, inlet.clock
    state, message = _state(inlet, row, now_s, lost_s)
    sent = counts.received - counts.duplicated - counts.rejected + counts.lost
    return SensorHealth(
        **asdict(counts),
        name=sensor.name,
        segment=sensor.segment,
        stream=inlet.info.name,
        state=state,
        message=message and f"{words.sensor(sensor)}: {message}",
        rate_hz=inlet.rates.arriving_hz,
        age_s=max(now_s - inlet.latest_s(row), 0.0),
        lost_percent=100.0 * counts.lost / sent if sent > 0 else 0.0,
        clipped=int(inlet.inspection.clipped[row]),
        clock_offset_s=clock.offset_s,
        clock_drift_ppm=1e6 * clock.drift,
        jitter_s=clock.jitter_s,
    )


def _state(inlet: Inlet, row: int, now_s: float, lost_s: float) -> tuple[State, str]:
    counts, inspection, age = inlet.order.counts, inlet.inspection, now_s - inlet.latest_s(row)
    nominal = inlet.info.rate_hz
    if inlet.order.refusing:
        return State.CLOCK, "its time stamps make no sense, so its samples are refused; check the unit of its clock"
    if counts.received == 0:
        return State.WAITING, "nothing has come yet; is it switched on?"
    if age > lost_s:
        if age >= 1e9:
            return State.LOST, "it has sent no usable value yet; does it measure acceleration and angular rate?"
        return State.LOST, f"nothing has come for {age:.1f} s; is it switched on, charged and in range?"
    # the thread that pushes may change it meanwhile
    frozen = inspection.frozen
    if frozen is not None and frozen[row]:
        return State.FROZEN, "it repeats the same values; it is left out until they change. Restart the sensor"
    if now_s - inlet.absurd_s < ABSURD_S:
        return State.UNUSABLE, "its values are no movement of a person; check the unit of what it sends"
    if age > max(STALE_S, STALE_SAMPLES / nominal):
        return State.STALE, f"nothing has come for {age:.2f} s"
    if inlet.rates.sending_hz and not inlet.clock.unsure and abs(inlet.clock.drift) > DRIFT_ERROR:
        return State.CLOCK, f"its clock runs {100 * -inlet.clock.drift:+.1f} % off; are its time stamps in seconds?"
    if inlet.rates.sending_hz and abs(inlet.rates.sending_hz / nominal - 1.0) > RATE_ERROR:
        return State.RATE, f"it sends {inlet.rates.sending_hz:.1f} samples a second instead of {nominal:g}; state its true rate"
    if inspection.clipping[row]:
        return State.CLIPPED, "it is at the end of its range; peaks are lost. Set a larger range"
    return State.OK, ""
