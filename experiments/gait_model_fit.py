"""Fitting the gait model to people whose sensors are where they are said to be."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import msgspec
import numpy as np

from kinertia.numerics import rotations
from kinertia.placement import harmonics, steady_gait
from kinertia.placement.harmonics import GAITS, PARTS, GaitModel
from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError

LEAST_CURVE_SPREAD = 0.08
LEAST_SIZE_SPREAD = 0.2
"""Real people, skin and ways of wearing differ by more than simulated ones."""
LEAST_INCLINATION_SPREAD = 0.035  # rad, 2 deg, so that few people do not seem alike
_ROUNDS = 4  # of aligning and averaging


@dataclass(frozen=True)
class Example:
    """One recording in segment frames as the model sees it.

    Attributes
    ----------
    part : K indices of parts.
    left : (K,) whether on the left.
    curves : (K, 3, HARMONICS) with mediolateral axes pointing right.
    sizes : (K, 4).
    inclination : (K,) mean inclination of the segment over a stride [rad], NaN where the sensor's pose is not known.
    log_pace : logarithm of strides per second.
    running : whether it is running.
    """

    part: np.ndarray
    left: np.ndarray
    curves: np.ndarray
    sizes: Array
    inclination: Array
    log_pace: float
    running: bool


def example(recording: Recording, *, running: bool) -> Example:
    """What one recording teaches; of its truth, only where the sensors sit is read.

    Raises
    ------
    RecordingError : signals not in segment frames, or no steady gait.
    """
    if recording.frame is not Frame.SEGMENT:
        raise RecordingError("is not in segment frames", file=recording.source, fix="align it first")
    found = steady_gait.find(recording)
    leg, pelvis = harmonics.of_sensors(found)
    names = [sensor.segment for sensor in recording.sensors]
    is_pelvis = np.array([name == "pelvis" for name in names])
    right = np.where(is_pelvis[:, None], pelvis.right, leg.right)
    sign = np.where(right[:, 2] < 0, -1.0, 1.0)
    curves = np.where(is_pelvis[:, None, None], pelvis.curves, leg.curves)
    curves = curves * np.stack([sign, np.ones_like(sign), sign], axis=1)[..., None]
    return Example(
        np.array([PARTS.index(name.split("_")[0]) for name in names]),
        np.array([name.endswith("_l") for name in names]),
        curves,
        np.where(is_pelvis[:, None], pelvis.sizes, leg.sizes),
        _inclination(recording, leg.up),
        float(np.log(found.stride_hz)),
        running,
    )


def _inclination(recording: Recording, up: Array) -> Array:
    poses = {} if recording.truth is None else recording.truth.poses
    found = np.full(len(up), np.nan)
    for k, sensor in enumerate(recording.sensors):
        if sensor.segment in poses:
            x, y, _ = orientation_matrix(poses[sensor.segment].orientation) @ up[k]
            found[k] = np.arctan2(x, y)  # up = sin(q) x + cos(q) y in the segment
    return found


def orientation_matrix(quaternion: tuple[float, float, float, float]) -> Array:
    """(3, 3) rotation of a unit quaternion."""
    return rotations.to_matrix(rotations.to_vector(np.array(quaternion)))


def fit(examples: list[Example], note: str) -> GaitModel:
    """Linear regressions on the logarithm of pace, per gait and part, with all examples brought to one common instant."""
    paces, curves, spreads, sizes, size_spreads, inclinations, inclination_spreads = [], [], [], [], [], [], []
    for gait in GAITS:
        mine = [e for e in examples if e.running == (gait == "running")]
        pace = np.array([e.log_pace for e in mine])
        paces.append((float(pace.mean()), float(max(pace.std(), 0.05))))
        aligned = _common_instant(mine)
        step = pace - pace.mean()
        per_part = [_regress(mine, aligned, step, part) for part in range(len(PARTS))]
        stores = (curves, spreads, sizes, size_spreads, inclinations, inclination_spreads)
        for store, column in zip(stores, zip(*per_part, strict=True), strict=True):
            store.append(np.stack(column))
    stores = (curves, spreads, sizes, size_spreads, inclinations, inclination_spreads)
    return GaitModel(note, np.array(paces), *(np.stack(store) for store in stores))


def _common_instant(examples: list[Example]) -> list[np.ndarray]:
    """Curves of each example as if of right-hand sensors, from the instant at which they agree best with the others."""
    aligned = [harmonics.later(e.curves, 0.5 * e.left[:, None]) for e in examples]
    shifts = np.arange(120) / 120
    first = next(e for e in examples if set(e.part) == set(range(len(PARTS))))
    template = _mean_by_part([first.part], [aligned[examples.index(first)]])
    for _ in range(_ROUNDS):
        for i, e in enumerate(examples):
            moved = harmonics.later(aligned[i][None], shifts[:, None, None])
            agreement = np.real(np.conj(template[e.part]) * moved).sum(axis=(1, 2, 3))
            aligned[i] = moved[int(np.argmax(agreement))]
        template = _mean_by_part([e.part for e in examples], aligned)
    return aligned


def _mean_by_part(parts: list[np.ndarray], curves: list[np.ndarray]) -> np.ndarray:
    part, curve = np.concatenate(parts), np.concatenate(curves)
    return np.stack([curve[part == p].mean(axis=0) for p in range(len(PARTS))])


def _regress(examples: list[Example], aligned: list[np.ndarray], step: Array, part: int) -> tuple[np.ndarray, ...]:
    chosen = [np.flatnonzero(e.part == part) for e in examples]
    curve = np.concatenate([a[k] for a, k in zip(aligned, chosen, strict=True)])
    size = np.concatenate([e.sizes[k] for e, k in zip(examples, chosen, strict=True)])
    at = np.repeat(step, [len(k) for k in chosen])
    inclination = np.concatenate([e.inclination[k] for e, k in zip(examples, chosen, strict=True)])
    known = np.isfinite(inclination)
    slope = np.stack([np.ones(known.sum()), at[known]], axis=1)
    mean_inclination = np.linalg.lstsq(slope, inclination[known], rcond=None)[0]
    between = (inclination[known] - slope @ mean_inclination).std()
    if PARTS[part] == "pelvis":
        # it is on no side: every step is also the other side's, half a stride later
        curve, size, at = np.concatenate([curve, harmonics.later(curve, 0.5)]), np.tile(size, (2, 1)), np.tile(at, 2)
    design = np.stack([np.ones_like(at), at], axis=1)
    coefficients = np.linalg.lstsq(design, curve.reshape(len(at), -1), rcond=None)[0]
    left = (curve.reshape(len(at), -1) - design @ coefficients).reshape(curve.shape)
    spread = np.sqrt((np.abs(left) ** 2).mean(axis=0) / 2.0)
    size_coefficients = np.linalg.lstsq(design, size, rcond=None)[0]
    size_spread = (size - design @ size_coefficients).std(axis=0)
    return (
        coefficients.reshape(2, *curve.shape[1:]),
        np.hypot(spread, LEAST_CURVE_SPREAD),
        size_coefficients,
        np.hypot(size_spread, LEAST_SIZE_SPREAD),
        mean_inclination,
        np.hypot(between, LEAST_INCLINATION_SPREAD),
    )


def encode(model: GaitModel) -> bytes:
    """The model as the bytes of its file; four digits are far below any spread, complex numbers have a last axis of 2."""
    curves = np.stack([np.real(model.curves), np.imag(model.curves)], axis=-1)
    arrays = asdict(model) | {"curves": curves}
    return msgspec.json.encode({"note": arrays.pop("note"), **{name: np.round(a, 4).tolist() for name, a in arrays.items()}})
