import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinertia.metrics import errors
from kinertia.recording import Subject

CURVES = arrays(float, 20, elements=st.floats(-100, 100))


@given(CURVES, CURVES)
def test_rmsd_splits_into_bias_and_the_rest(estimate: np.ndarray, reference: np.ndarray) -> None:
    parts = errors.bias(estimate, reference) ** 2 + errors.unbiased_rmsd(estimate, reference) ** 2
    assert errors.rmsd(estimate, reference) ** 2 == pytest.approx(parts, abs=1e-6)


def test_known_values() -> None:
    reference = np.array([0.0, 1.0, 2.0, 3.0])
    estimate = reference + np.array([1.0, 3.0, 1.0, 3.0])
    assert errors.bias(estimate, reference) == pytest.approx(2.0)
    assert errors.unbiased_rmsd(estimate, reference) == pytest.approx(1.0)
    assert errors.rmsd(estimate, reference) == pytest.approx(np.sqrt(5.0))
    assert errors.nrmse_percent(estimate, reference) == pytest.approx(100 * np.sqrt(5.0) / 3)
    assert errors.correlation(estimate, reference) == pytest.approx(np.corrcoef(estimate, reference)[0, 1])


def test_constant_curves_have_no_correlation_and_no_range() -> None:
    curve, constant = np.arange(5.0), np.ones(5)
    assert np.isnan(errors.correlation(constant, curve))
    assert np.isnan(errors.nrmse_percent(curve, constant))


def test_units_are_percent() -> None:
    subject = Subject(mass_kg=73.0, height_m=1.73)
    # 1 % of 73 kg x 9.81 m/s^2 x 1.73 m
    assert errors.bwbh_percent(np.array([12.389]), subject)[0] == pytest.approx(1.0, abs=1e-4)
    assert errors.bw_percent(np.array([1.1]))[0] == pytest.approx(110.0)
