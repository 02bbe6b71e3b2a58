"""Error measures of one curve against its reference. Bias is estimate minus reference."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array


def rmsd(estimate: Array, reference: Array) -> float:
    """Root mean square difference, in the unit of the curves.

    Parameters
    ----------
    estimate, reference : (T,) curves in the same unit.
    """
    return float(np.sqrt(np.mean((estimate - reference) ** 2)))


def bias(estimate: Array, reference: Array) -> float:
    """Mean of estimate minus reference, in the unit of the curves."""
    return float(np.mean(estimate - reference))


def unbiased_rmsd(estimate: Array, reference: Array) -> float:
    """Root mean square difference once the bias is removed; rmsd^2 = bias^2 + unbiased_rmsd^2."""
    return float(np.std(estimate - reference))


def correlation(estimate: Array, reference: Array) -> float:
    """Pearson's r; NaN when either curve is constant."""
    a, b = estimate - np.mean(estimate), reference - np.mean(reference)
    spread = np.sqrt(np.sum(a**2) * np.sum(b**2))
    return float(np.sum(a * b) / spread) if spread > 0 else float("nan")


def nrmse_percent(estimate: Array, reference: Array) -> float:
    """Root mean square difference as a percentage of the reference's range; NaN when the range is zero."""
    span = float(np.ptp(reference))
    return 100.0 * rmsd(estimate, reference) / span if span > 0 else float("nan")
