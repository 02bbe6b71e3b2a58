"""What a recording gives to every node: signals and how much each counts."""

from __future__ import annotations

import numpy as np

from kinertia.bodies import GAIT2D_TRUNK
from kinertia.learning import sequence as sequences
from kinertia.learning.sequence import Sequence
from kinertia.recording import LOWER_BODY, Array, Recording
from kinertia.recording.channels import read

TINY_VARIANCE = 1e-12
"""Where trials do not differ at all, none counts more."""


def to_sequence(recording: Recording) -> Sequence:
    """Signals of a recording in segment frames whose samples are the nodes."""
    signals, present = read(recording)
    return sequences.from_arrays(recording, signals, present, recording.rate_hz, GAIT2D_TRUNK)


def node_data(sequence: Sequence, recording: Recording | None = None) -> Array:
    """(T, 42) signals of each node and their weights: one over the variance, zero where a signal is missing.

    Parameters
    ----------
    sequence : signals at the nodes, with the variance of each channel over time.
    recording : the same nodes; where it is an average of trials, samples at which these differ count less.
    """
    signals, present = sequence.signals.double().numpy(), sequence.present.double().numpy()
    weight = present / sequence.variance.double().numpy()
    if recording is not None:
        weight = weight / _relative_spread(recording)
    return np.concatenate([signals.reshape(len(signals), -1), weight.reshape(len(weight), -1)], axis=1)


def _relative_spread(recording: Recording) -> Array:
    """(T, S, C) how uncertain each sample is for its channel, 1 on average: half alike, half as the trials vary."""
    found = np.ones((recording.samples, len(LOWER_BODY), 3))
    for kind, axes, places in ((recording.acc_var, [0, 1], [0, 1]), (recording.gyro_var, [2], [2])):
        for k, segment in enumerate(LOWER_BODY.segments):
            i = recording.sensor_index(segment)
            if kind is not None and i is not None:
                variance = np.nan_to_num(kind[:, i][:, axes])
                found[:, k, places] = 0.5 + 0.5 * variance / np.maximum(variance.mean(axis=0), TINY_VARIANCE)
    return found
