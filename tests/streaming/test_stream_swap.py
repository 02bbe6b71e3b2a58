"""Another model takes over without a gap."""

from __future__ import annotations

import time

import numpy as np
import pytest
from fakes import DELAY, FakeStepper, model, one_stream, run, sagittal, samples_of, signals

from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame


def until_swapped(core: Core, samples: list, pause_s: float = 3e-3) -> list[Frame]:
    """Frames up to the one after the change; fails if there is none."""
    frames = []
    for sample in samples:
        frames += core.push(sample)
        if not core.swapping:
            return frames
        time.sleep(pause_s)
    pytest.fail("the model was not swapped")


def alone(values: np.ndarray, gain: float) -> np.ndarray:
    stepper = FakeStepper(gain)
    found = [stepper.step(row) for row in sagittal(values)]
    width = len(next(x for x in found if x is not None))
    return np.array([np.full(width, np.nan) if x is None else x for x in found])


def test_swapped_between_two_samples() -> None:
    values = signals(6000)
    samples = list(samples_of(values))
    core = Core(model(), one_stream())
    frames = run(core, samples[:300])
    core.swap(model(gain=5.0))
    frames += until_swapped(core, samples[300:])
    changed = len(frames) - 1
    frames += run(core, samples[len(frames) : changed + 200])
    assert [frame.index for frame in frames] == list(range(changed + 200))
    height = np.array([frame.values[1] for frame in frames])
    # the new one has gone through everything before, so it continues as if it had been there from the start
    np.testing.assert_allclose(height[DELAY:changed], alone(values, 1.0)[DELAY:changed, 1], rtol=1e-12)
    np.testing.assert_allclose(height[changed:], alone(values, 5.0)[changed : len(height), 1], rtol=1e-9)
    way = np.diff([frame.values[0] for frame in frames[DELAY:]])
    np.testing.assert_allclose(way, 0.01, atol=1e-9)
    assert all(frame.trust for frame in frames[110:])


def test_only_the_last_seconds_are_gone_through() -> None:
    samples = list(samples_of(signals(4000)))
    core = Core(model(), one_stream())
    run(core, samples[:2000])
    made: list[FakeStepper] = []
    successor = model(gain=2.0)
    plain = successor.stepper
    successor.stepper = lambda *a: made.append(plain(*a)) or made[-1]  # type: ignore[method-assign]
    core.swap(successor)
    frames = until_swapped(core, samples[2000:])
    assert made[0].steps == 600 + len(frames)


def test_a_stream_that_is_faster_than_the_background() -> None:
    samples = list(samples_of(signals(4000)))
    core = Core(model(), one_stream())
    run(core, samples[:500])
    core.swap(model(gain=5.0))
    frames = run(core, samples[500:])
    assert not core.swapping
    assert len(frames) == 3500


def test_swapping_before_anything_came() -> None:
    core = Core(model(), one_stream())
    core.swap(model(gain=5.0))
    frames = run(core, samples_of(signals(50)))
    np.testing.assert_allclose([f.values[1] for f in frames[DELAY + 2 :]], alone(signals(50), 5.0)[DELAY + 2 :, 1])


def test_a_pause_ends_a_swap() -> None:
    samples = list(samples_of(signals(1000)))
    core = Core(model(), one_stream())
    run(core, samples[:500])
    core.swap(model(gain=5.0))
    core.push(samples[500])
    frames = run(core, samples[800:])
    assert not core.swapping
    np.testing.assert_allclose(frames[-1].values[1], 5.0 * alone(signals(1000)[800:], 1.0)[-1, 1], rtol=1e-6)


def test_the_latest_wish_counts() -> None:
    samples = list(samples_of(signals(3000)))
    core = Core(model(), one_stream())
    run(core, samples[:500])
    core.swap(model(gain=5.0))
    run(core, samples[500:510])
    core.swap(last := model(gain=7.0))
    until_swapped(core, samples[510:])
    assert core.model is last


def test_models_that_do_not_fit_are_refused() -> None:
    core = Core(model(), one_stream())
    with pytest.raises(ValueError, match=r"its rate_hz is 50.0, not 100.0; start a new session"):
        core.swap(model(rate_hz=50.0))
