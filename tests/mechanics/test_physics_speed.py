"""The speed measurement runs, and leaves torch's threads as they were."""

from __future__ import annotations

import torch

from experiments.physics import measure


def test_measurement_reports_times_and_restores_threads() -> None:
    threads = torch.get_num_threads()
    found = measure(repeats=1, threads=1)
    assert torch.get_num_threads() == threads
    assert found["samples"] == 16_384
    for name in ("plane", "space"):
        assert 0.0 < found[f"{name}_forward_median_ms"] < found[f"{name}_median_ms"]
        assert found[f"{name}_fastest_ms"] <= found[f"{name}_median_ms"]
    assert found["ratio"] == found["space_fastest_ms"] / found["plane_fastest_ms"]
