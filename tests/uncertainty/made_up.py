"""An estimate of a made-up walk with signals, its recording, and errors that depend on what shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.calibration.fit import Samples
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject, Truth, selection, sensor_set
from kinertia.uncertainty.features import NAMES, PATTERNS, Features

RATE_HZ = 100.0


def walk(samples: int = 400, *, periodic: bool = False) -> tuple[Estimate, Recording]:
    """Both legs alike, half a stride apart; the truth is off by a tenth."""
    phase = 2 * np.pi * np.arange(samples) / 100.0
    legs = {"r": phase, "l": phase + np.pi}
    coordinates = {"pelvis_tx": 1.3 * np.arange(samples) / RATE_HZ, "pelvis_ty": np.full(samples, 0.9)}
    coordinates |= {"pelvis_tilt": 0.1 * np.cos(2 * phase)}
    coordinates |= {f"{name}_{side}": 0.4 * np.sin(at) for side, at in legs.items() for name in ("hip_flexion", "knee_angle")}
    moments = {f"knee_angle_{side}": 50.0 * np.cos(at) for side, at in legs.items()}
    grf = {f"grf_y_{side}": np.maximum(np.sin(at), 0.0) for side, at in legs.items()}
    signals = np.array([0.0, 9.81, 0.0]) + np.random.default_rng(0).normal(size=(samples, len(LOWER_BODY), 3))
    subject = Subject(60.0, 1.7)
    estimate = Estimate(
        name="walk",
        method="test",
        rate_hz=RATE_HZ,
        subject=subject,
        coordinates=coordinates,
        moments=moments,
        grf=grf,
        speed=np.full(samples, 1.3),
        root_residual=np.full((samples, 3), 0.02),
        imu_measured=signals,
        imu_virtual=signals + 0.1,
        sensor_segments=LOWER_BODY.segments,
        activity=np.full(samples, Activity.WALKING, dtype=np.int8),
    )
    truth = Truth(
        {name: 0.9 * values for name, values in coordinates.items()},
        {name: 0.9 * values for name, values in moments.items()},
        {name: 0.9 * values for name, values in grf.items()},
        1.2,
        "made up",
        speed_curve=np.full(samples, 1.2),
    )
    recording = Recording(
        name="walk",
        rate_hz=RATE_HZ,
        sensors=tuple(Sensor(segment, segment, (0.0, -0.1, 0.0)) for segment in LOWER_BODY.segments),
        # sensors that live and read gravity, so that no check finds fault with them
        acc=[0.0, 9.81, 0.0] + 0.3 * np.random.default_rng(1).normal(size=(samples, len(LOWER_BODY), 3)),
        gyro=0.3 * np.random.default_rng(2).normal(size=(samples, len(LOWER_BODY), 3)),
        subject=subject,
        periodic=periodic,
        truth=truth,
    )
    return estimate, recording


def fewer(estimate: Estimate, recording: Recording, name: str) -> tuple[Estimate, Recording]:
    """The same from a set of sensors."""
    assert estimate.imu_measured is not None
    assert estimate.imu_virtual is not None
    segments = sensor_set.by_initials(name).segments
    index = [LOWER_BODY.index(segment) for segment in segments]
    signals = {"imu_measured": estimate.imu_measured[:, index], "imu_virtual": estimate.imu_virtual[:, index]}
    return replace(estimate, sensor_segments=segments, **signals), selection.choose(recording, name)


def errors(people: int, count: int = 400, seed: int = 0, measured: int = 0) -> Samples:
    """Errors that grow with the first feature and with every sensor that is missing; people differ in size.

    The motion of the last ``measured`` people is measured: virtual and measured rates are far apart there, and errors are
    three times as large.
    """
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), count)
    total = len(person)
    sensors = rng.random((total, len(LOWER_BODY))) < rng.choice([0.1, 0.4, 0.7, 1.1], size=(total, 1))
    alike = rng.random(total) < 0.8
    sensors[alike, 4:] = sensors[alike, 1:4]
    sensors[~sensors.any(axis=1), 0] = True
    own, other = (sensors[:, k : k + 3] @ [1, 2, 4] for k in (1, 4))
    values = rng.uniform(-1.0, 1.0, size=(total, len(NAMES)))
    real = person >= people - measured
    values[:, NAMES.index("gyro")] = np.where(real, 1.0, -1.0)
    features = Features(own, other, sensors[:, 0].astype(int), sensors.sum(axis=1), values)
    assert own.max() < PATTERNS
    size = 0.05 * np.exp(0.5 * values[:, 0] + 0.2 * (7 - features.count)) * rng.lognormal(sigma=0.1, size=people)[person]
    return Samples(person, real, np.abs(rng.normal(size=total)) * size * np.where(real, 3.0, 1.0), features)
