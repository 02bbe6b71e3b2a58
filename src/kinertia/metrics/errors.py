"""Errors of one curve against its reference (bias is estimate minus reference), and units in which people are compared."""

from __future__ import annotations

import numpy as np

from kinertia.recording import GRAVITY, Array, Subject


def rmsd(estimate: Array, reference: Array) -> float:
    """Root mean square difference of (T,) curves, in their unit."""
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


def bwbh_percent(moment: Array, subject: Subject) -> Array:
    """Joint moment [N m] as a percentage of body weight times body height: 100 M / (m g H)."""
    return 100.0 * moment / (subject.mass_kg * GRAVITY * subject.height_m)


def bw_percent(force: Array) -> Array:
    """Force [BW] as a percentage of body weight."""
    return 100.0 * force
