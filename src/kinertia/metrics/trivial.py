"""Predictors that know nothing: an error means little unless it is far below theirs."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array


def zero(reference: Array) -> Array:
    """Predict nothing at all: zero moment, zero ground reaction."""
    return np.zeros_like(reference)


def own_mean(reference: Array) -> Array:
    """Predict the reference's own mean (over its finite samples), as if only the movement were unknown."""
    return np.full_like(reference, np.nanmean(reference))
