"""Windows of continuous recordings: examples to learn from, and what a network reads of a recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.recording import Array, Recording, periodic
from kinertia.supervised import channels, targets
from kinertia.supervised.channels import Layout
from kinertia.supervised.config import FitConfig, InputConfig
from kinertia.supervised.examples import Examples
from kinertia.train import windows


def at_rate(recording: Recording, rate_hz: float) -> Recording:
    """A continuous recording at a rate, its truth alike; a periodic cycle is repeated, and loses its truth."""
    if not recording.periodic:
        return windows.resampled(recording, rate_hz)
    length_s = (periodic.lead_cycles(recording.duration_s) + 2) * recording.duration_s
    both = windows.repeated(np.stack([recording.acc, recording.gyro]).swapaxes(0, 1), recording, rate_hz, length_s)
    return recording.with_signals(both[:, 0], both[:, 1], rate_hz=rate_hz, periodic=False, truth=None)


def read(recording: Recording, config: InputConfig) -> tuple[Layout, Array]:
    """Columns of a continuous recording in segment frames at the rate of the configuration.

    RecordingError if it is shorter than a window, or as :func:`kinertia.supervised.channels.read`.
    """
    if recording.samples < config.window:
        what = f"has {recording.samples} samples at {config.rate_hz:g} Hz, the model reads windows of {config.window}"
        raise recording.error(what, "give a longer recording")
    return channels.read(recording, config)


def examples(recording: Recording, owner: str, config: FitConfig, every: bool = False) -> Examples | None:
    """Windows of a recording of ``owner`` with truth; None where a periodic cycle cannot be learned from in windows.

    ``every`` takes all windows, at the stride of adapting, instead of ``most_windows``. RecordingError if the recording has no
    truth or is too short.
    """
    if recording.periodic:
        return None
    inputs = config.inputs
    wanted = targets.names(config)
    ready = at_rate(recording, inputs.rate_hz)
    columns, values = read(replace(ready, truth=None), inputs)
    known = targets.curves(ready, wanted)
    first = windows.starts(ready.samples, inputs.window, config.adaptation.stride if every else inputs.stride)
    if inputs.most_windows and len(first) > inputs.most_windows and not every:
        first = [first[k] for k in np.linspace(0, len(first) - 1, inputs.most_windows).round().astype(int)]
    first = [start for start in first if np.isfinite(known[start : start + inputs.window]).any()]
    if not first:
        return None
    index = np.array(first)[:, None] + np.arange(inputs.window)
    peaks, rates = np.zeros((len(first), 0)), np.full(len(first), inputs.rate_hz)
    begin, end = index[:, 0] / ready.samples, (index[:, -1] + 1) / ready.samples
    return Examples.of(columns, wanted, owner, values[index], known[index], peaks, rates, begin, end)
