"""The speed measurement runs, and leaves torch's threads as they were."""

from __future__ import annotations

import torch

from experiments.physics import measure


def test_measurement_reports_times_and_restores_threads() -> None:
    threads = torch.get_num_threads()
    found = measure(repeats=2, threads=1)
    assert torch.get_num_threads() == threads
    assert found["samples"] == 16_384
    assert 0.0 < found["forward_median_ms"] < found["median_ms"]
    assert found["fastest_ms"] <= found["median_ms"]
