"""One typed recording: sensors, signals, person, optional truth. No foreign units or axes beyond this point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity

Array = NDArray[np.float64]

GRAVITY = 9.81  # m/s^2, of the body models and of everything per body weight; for the g of data sheets see io.units
DEFAULT_MASS_KG = 75.0  # of an adult; a warning says so
DEFAULT_HEIGHT_M = 1.80  # of an adult; a warning says so


class Frame(StrEnum):
    """Frame of a recording's signals."""

    SEGMENT = "segment"  # x forward, y up along the segment, z right (alignment known)
    SENSOR = "sensor"  # the sensor's own axes; alignment still has to be found


@dataclass(frozen=True)
class Subject:
    """The person."""

    # mass_kg, height_m: body mass [kg] and height [m]
    mass_kg: float = DEFAULT_MASS_KG
    height_m: float = DEFAULT_HEIGHT_M
    sex: str | None = None  # ``female``, ``male`` or None
    assumed: tuple[str, ...] = ()  # names of the quantities that were not given: defaults, or estimated from the motion
    # standard deviation of a height that was estimated from the motion [m]; None for any other
    height_error_m: float | None = None

    @property
    def words(self) -> str:
        """Mass and height, and how they are known."""
        spread = "" if self.height_error_m is None else f" \u00b1 {self.height_error_m:.2f}"
        mass, height = f"{self.mass_kg:.4g} kg", f"{self.height_m:.2f}{spread} m"
        if "height_m" in self.assumed:
            height += " (from the motion)" if spread else " (assumed)"
        if "mass_kg" in self.assumed:
            mass += " (usual at that height)" if spread or "height_m" not in self.assumed else " (assumed)"
        return ", ".join([mass, height, *([self.sex] if self.sex else [])])

    def __post_init__(self) -> None:
        if not 10.0 <= self.mass_kg <= 300.0:
            raise ValueError(f"mass {self.mass_kg} kg is outside 10..300 kg; give body mass in kilograms")
        if not 0.5 <= self.height_m <= 2.6:
            raise ValueError(f"height {self.height_m} m is outside 0.5..2.6 m; give body height in metres")


@dataclass(frozen=True)
class Sensor:
    """One IMU."""

    name: str  # name in the source (serial number, column prefix)
    segment: str  # a segment of the body; sensors on segments that are not in a model's set are left out
    # (3,) from the segment's proximal joint in the segment frame (pelvis: from the hip joint) [m]; None when unknown (a
    # mid-segment default is used)
    position_m: tuple[float, float, float] | None = None
    # expected error (standard deviation) of the sensor's inclination against its segment, about z [rad]; None when unknown
    misalignment_rad: float | None = None


@dataclass(frozen=True)
class SensorPose:
    """Where a sensor really sat, which the stated position and axes only come near."""

    position_m: tuple[float, float, float]  # (3,) as for :class:`Sensor` [m]
    # unit quaternion wxyz, axes of the signals to segment axes: v_segment = R v_signal
    orientation: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)

    @property
    def angle_rad(self) -> float:
        """Mounting angle in the sagittal plane: from the segment's x axis to the sensor's, about z [rad]."""
        w, x, y, z = self.orientation
        # R e_x projected on the x-y plane
        return float(np.arctan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z)))


@dataclass(frozen=True)
class Truth:
    """Reference measurements, for scoring only."""

    # OpenSim coordinate name to (T,) [rad], knee extension positive (flexion negative)
    angles: dict[str, Array] = field(default_factory=dict)
    moments: dict[str, Array] = field(default_factory=dict)  # coordinate name to (T,) net joint moment [N m]
    grf: dict[str, Array] = field(default_factory=dict)  # ``grf_x_r``, ``grf_y_r``, ... to (T,) [BW]
    speed: float | None = None  # mean forward speed [m/s], None when unknown
    note: str = ""  # where it comes from, and about which axes
    # ``r``, ``l`` to (T,) 1 while the foot is on the ground, 0 while it is not; NaN when unknown
    contact: dict[str, Array] = field(default_factory=dict)
    speed_curve: Array | None = None  # (T,) forward speed of the pelvis [m/s], None when unknown
    poses: dict[str, SensorPose] = field(default_factory=dict)  # segment to where its sensor really sat
    slope_rad: float | None = None  # inclination of the ground, uphill positive [rad]; None when unknown
    # ``angle.<name>``, ``moment.<name>``, ``grf.<name>`` to (T,) standard deviation between the trials that a curve is the mean
    # of, in the curve's unit
    spread: dict[str, Array] = field(default_factory=dict)
    # muscle, with its side, to (T,) force along the tendon [N] and activation, 0 to 1
    muscle_forces: dict[str, Array] = field(default_factory=dict)
    muscle_activations: dict[str, Array] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is known, without numbers."""
        kinds = {
            "angles": self.angles,
            "moments": self.moments,
            "ground reaction": self.grf,
            "speed": self.speed is not None or self.speed_curve is not None,
            "contact": self.contact,
            "muscles": self.muscle_forces,
            "sensor poses": self.poses,
        }
        return ", ".join(kind for kind, known in kinds.items() if known)

    def __repr__(self) -> str:
        return f"Truth: {self.words or 'nothing known'}" + (f" ({self.note})" if self.note else "")

    def over_time(self, convert: Callable[[Array], Array]) -> Self:
        """Copy with every curve passed through ``convert``, a function from one (T,) curve to another on a new time axis.

        Contact is rounded to 0 and 1 afterwards. The mean speed is that of the new speed curve where there is one.
        """

        def each(curves: dict[str, Array]) -> dict[str, Array]:
            return {name: convert(curve) for name, curve in curves.items()}

        curve = None if self.speed_curve is None else convert(self.speed_curve)
        known = curve is not None and bool(np.isfinite(curve).any())
        return replace(
            self,
            angles=each(self.angles),
            moments=each(self.moments),
            grf=each(self.grf),
            muscle_forces=each(self.muscle_forces),
            muscle_activations=each(self.muscle_activations),
            contact={side: np.where(np.isnan(c), np.nan, c > 0.5) for side, c in each(self.contact).items()},
            speed_curve=curve,
            speed=float(np.nanmean(curve)) if curve is not None and known else self.speed,
            spread={name: np.maximum(values, 0.0) for name, values in each(self.spread).items()},
        )


@dataclass(frozen=True)
class Recording:
    """Signals of one recording in SI units."""

    name: str  # short name (file stem)
    rate_hz: float  # sampling rate [Hz]
    sensors: tuple[Sensor, ...]  # K sensors
    acc: Array  # (T, K, 3) specific force [m/s^2] (+g up when at rest); NaN where missing
    gyro: Array  # (T, K, 3) angular rate [rad/s]; NaN where missing (all NaN for a sensor without gyroscope)
    subject: Subject = field(default_factory=Subject)  # the person
    frame: Frame = Frame.SEGMENT  # frame of ``acc`` and ``gyro``
    # acc_var, gyro_var: (T, K, 3) between-trial variance, for averaged cycles
    acc_var: Array | None = None
    gyro_var: Array | None = None
    orientation: Array | None = None  # (T, K, 4) unit quaternions wxyz, sensor to world, when the device gives them
    periodic: bool = False  # True when the samples are exactly one gait cycle that repeats
    truth: Truth | None = None  # reference measurements, for scoring only
    source: str = ""  # path of the file it was read from
    warnings: tuple[str, ...] = ()  # what the reader noticed
    findings: tuple[Finding, ...] = ()  # what was found to be wrong, by the reader and by checks, from cause to consequence
    # time of the first sample, on the recording's own axis [s]; other than 0 in a part of a recording, and where the file's own
    # time column begins elsewhere
    begin_s: float = 0.0
    # checksum of the signals that checks have gone over (:mod:`kinertia.checks.chain`); None before
    examined: int | None = None

    def __post_init__(self) -> None:
        shape = (self.acc.shape[0], len(self.sensors), 3)
        for name, array in self.arrays.items():
            expected = (*shape[:2], 4) if name == "orientation" else shape
            if array.shape != expected:
                raise ValueError(f"recording {self.name!r}: {name} has shape {array.shape}, expected {expected}")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise ValueError(f"recording {self.name!r}: sampling rate must be positive, got {self.rate_hz}")

    def __repr__(self) -> str:
        length = "one gait cycle that repeats" if self.periodic else f"{self.duration_s:.4g} s"
        carried = ", ".join(s.segment if s.name == s.segment else f"{s.segment} ({s.name})" for s in self.sensors)
        axes = "segment" if self.frame is Frame.SEGMENT else "their own"
        lines = [
            f"Recording {self.name!r}: {length} at {self.rate_hz:.6g} Hz, {self.samples} samples",
            f"{len(self.sensors)} sensors in {axes} axes: {carried}",
            f"wearer: {self.subject.words}",
        ]
        if self.truth is not None:
            lines.append(f"reference: {self.truth.words}")
        if said := self.remarks:
            first, *others = said
            more = f"; and {len(others)} more in .remarks" if others else ""
            lines.append(f"remark: {first}{more}")
        return "\n  ".join(lines)

    @property
    def samples(self) -> int:
        return self.acc.shape[0]

    @property
    def duration_s(self) -> float:
        """Duration [s]: samples over rate, so that one periodic cycle lasts exactly its period."""
        return self.samples / self.rate_hz

    @property
    def time_s(self) -> Array:
        """(T,) time of each sample from the start [s]."""
        return np.arange(self.samples) / self.rate_hz

    @property
    def arrays(self) -> dict[str, Array]:
        """Field to array over samples and sensors, of those that are there: signals, variances and orientation."""
        known = {name: getattr(self, name) for name in ("acc", "gyro", "acc_var", "gyro_var", "orientation")}
        return {name: array for name, array in known.items() if array is not None}

    def sensor_index(self, segment: str) -> int | None:
        """Index of the sensor on ``segment``, None when there is none."""
        return next((i for i, s in enumerate(self.sensors) if s.segment == segment), None)

    def error(
        self, what: str, fix: str, *, sensor: str = "", sample: int | None = None, cause: Cause | None = None
    ) -> RecordingError:
        """An error that names the recording: what is wrong with it, and what the user can do."""
        return RecordingError(what, file=self.source or self.name, sensor=sensor, sample=sample, fix=fix, cause=cause)

    @property
    def fault(self) -> Finding | None:
        """The first thing found because of which an estimate would be wrong, if nobody put it right."""
        return next((finding for finding in self.findings if finding.severity is Severity.ERROR and not finding.mended), None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know: warnings, and findings that matter, in sentences."""
        sentences = [finding.sentence for finding in self.findings if finding.severity is not Severity.INFO]
        if (fault := self.fault) is not None:
            sentences = [f"not to be trusted: {fault.sentence}", *(said for said in sentences if said != fault.sentence)]
        return tuple(dict.fromkeys((*sentences, *self.warnings)))

    def with_warnings(self, *messages: str) -> Self:
        """Copy with further warnings."""
        return replace(self, warnings=(*self.warnings, *messages))

    def with_findings(self, *findings: Finding) -> Self:
        """Copy with further findings."""
        return replace(self, findings=(*self.findings, *findings))

    def with_signals(self, acc: Array, gyro: Array, **changes: Any) -> Self:
        """The same with other signals; variances and orientation, which belonged to those before, are left out."""
        return replace(self, acc=acc, gyro=gyro, acc_var=None, gyro_var=None, orientation=None, **changes)

    def without_truth(self) -> Self:
        """Copy that a label-free method may read: no angles, moments, ground reaction, speed."""
        return replace(self, truth=None)
