"""Calibrating a model's bands on people of whom the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

from kinertia import __version__
from kinertia.benchmark.band_samples import collect
from kinertia.estimation import estimator
from kinertia.estimation.estimator import Runner
from kinertia.uncertainty.calibration import FORMAT, Calibration
from kinertia.uncertainty.fit import Fitted, fit
from kinertia.uncertainty.outputs import KINDS

LEVEL = 0.9


def calibrate(
    runner: Runner,
    data: Iterable[Path],
    keep: Path,
    note: str,
    show: Callable[[str, str], None] | None = None,
    fitted: Callable[[], None] | None = None,
) -> Calibration:
    """Measure a model's errors on people and fit its bands to them.

    Parameters
    ----------
    runner : the model, as it is, without anything learned about these people.
    data : folders of people with truth that the model was not trained on; ten or more.
    keep : folder for the errors of finished people.
    note : who they are, in words.
    show : called with person and recording before the work on it.
    fitted : called when the bands of an output are fitted.

    Raises
    ------
    RecordingError : a recording cannot be used or has no truth.
    ValueError : too few people.
    """
    samples, people = collect(data, partial(estimator.estimate, runner), keep, runner.weights, show)
    found = fit(samples, LEVEL, fitted)
    return Calibration(
        format=FORMAT,
        version=__version__,
        model=runner.weights,
        level=LEVEL,
        people=people,
        data=note,
        scales={key: one.scale for key, one in found.items()},
        coverage={kind: _coverage(kind, found) for kind in KINDS if any(key.startswith(f"{kind}.") for key in found)},
    )


def _coverage(kind: str, found: dict[str, Fitted]) -> tuple[float, ...]:
    """Part of all samples of a kind of outputs within the bands, per group."""
    chosen = [one for key, one in found.items() if key.startswith(f"{kind}.")]
    shares, samples = np.array([one.coverage for one in chosen]), np.array([one.samples for one in chosen])
    return tuple(round(float(share), 4) for share in (shares * samples).sum(0) / samples.sum(0))
