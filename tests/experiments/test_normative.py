from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kinertia.recording import Recording, Sensor
from kinertia.recording.errors import RecordingError
from kinertia.sensing import normative
from kinertia.simulation.norms import RUNNING, WALKING, Norm

SEGMENTS = ("tibia_r", "foot_r", "tibia_l", "foot_l")


def legs(norm: Norm, *, samples: int, duration_s: float, start: float, cycles: int = 1, sides: str = "rl") -> Recording:
    """Gyroscopes of feet and shanks of a person who moves as the norm, with the right heel strike at phase -start."""
    rate_hz = samples / duration_s
    gyro, acc = np.zeros((samples * cycles, 4, 3)), np.zeros((samples * cycles, 4, 3))
    for side, lead in (("r", 0.0), ("l", 0.5)):
        if side not in sides:
            gyro[:, [SEGMENTS.index(f"tibia_{side}"), SEGMENTS.index(f"foot_{side}")]] = np.nan
            continue
        phase = np.arange(samples) / samples + start + lead
        shank = norm.angle("hip_flexion", phase) + norm.angle("knee_angle", phase)
        for segment, angle in ((f"tibia_{side}", shank), (f"foot_{side}", shank + norm.angle("ankle_angle", phase))):
            spectrum = np.fft.rfft(angle) * 2j * np.pi * np.fft.rfftfreq(samples, 1 / rate_hz)
            gyro[:, SEGMENTS.index(segment), 2] = np.tile(np.fft.irfft(spectrum, samples), cycles)
    return Recording("gait", rate_hz, tuple(Sensor(s, s) for s in SEGMENTS), acc, gyro, periodic=cycles == 1)


GAITS = {"walking": (WALKING, 1.14), "running": (RUNNING, 0.72)}


@pytest.mark.parametrize("gait", GAITS)
@pytest.mark.parametrize("start", [0.0, 0.3, 0.85])
def test_is_placed_in_step_and_tells_walking_from_running(gait: str, start: float) -> None:
    norm, duration_s = GAITS[gait]
    recording = legs(norm, samples=100, duration_s=duration_s, start=start)
    estimate = normative.solve(recording)
    for side, lead in (("r", 0.0), ("l", 0.5)):
        expected = norm.angle("knee_angle", np.arange(100) / 100 + start + lead)
        # within 3 % of the cycle
        errors = [np.abs(np.roll(estimate.coordinates[f"knee_angle_{side}"], k) - expected).max() for k in range(-3, 4)]
        assert np.degrees(min(errors)) < 3.0
        assert estimate.grf[f"grf_y_{side}"].shape == (100,)
    assert estimate.moments == {}
    assert estimate.speed is None
    assert norm.source in estimate.warnings[0]


def test_continuous_recording_is_filled_from_end_to_end() -> None:
    cycle = normative.solve(legs(WALKING, samples=110, duration_s=1.1, start=0.4))
    estimate = normative.solve(legs(WALKING, samples=110, duration_s=1.1, start=0.4, cycles=6))
    knee = estimate.coordinates["knee_angle_l"]
    assert np.isfinite(knee).all()
    np.testing.assert_allclose(knee, np.tile(cycle.coordinates["knee_angle_l"], 6), atol=np.radians(4.0))


def test_one_leg_stands_for_the_other() -> None:
    both = normative.solve(legs(WALKING, samples=100, duration_s=1.1, start=0.2))
    one = normative.solve(legs(WALKING, samples=100, duration_s=1.1, start=0.2, sides="l"))
    np.testing.assert_allclose(one.coordinates["knee_angle_r"], both.coordinates["knee_angle_r"], atol=np.radians(4.0))


def test_standing_is_refused() -> None:
    still = np.zeros((300, 4, 3))
    with pytest.raises(RecordingError, match="no complete stride"):
        normative.solve(Recording("still", 100.0, tuple(Sensor(s, s) for s in SEGMENTS), still, still))


@pytest.mark.data
def test_coefficients_follow_the_published_curves(shared_data: Path) -> None:
    folder = shared_data / "normative"
    walking = [pl.read_csv(folder / "walking_winter_normal.csv")]
    running = [pl.read_csv(folder / f"running_rbds00{k}_3p5.csv") for k in (1, 2, 3)]

    def cycle(files: list[pl.DataFrame], column: str, unit: str, *, steps: str) -> np.ndarray:
        return np.mean([np.concatenate([f[f"{column}_{s} [{unit}]"].to_numpy() for s in steps]) for f in files], axis=0)

    for norm, files, steps in ((WALKING, walking, "r"), (RUNNING, running, "rl")):
        for joint in norm.angles:
            published = cycle(files, f"angle.{joint}", "rad", steps=steps)
            fitted = norm.angle(joint, np.arange(len(published)) / len(published))
            assert np.degrees(np.sqrt(np.mean((fitted - published) ** 2))) < 0.3
        for component in norm.forces:
            published = cycle(files, f"GRF.{component.replace('grf', 'GRF')}", "BW", steps=steps)
            fitted = norm.force(component, np.arange(len(published)) / len(published))
            assert np.sqrt(np.mean((fitted - published) ** 2)) < 0.012
