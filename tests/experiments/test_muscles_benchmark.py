"""What muscles must reach on other people's walks, fed with the laboratory's moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.muscles import muscles


@pytest.mark.data
def test_computed_muscle_control_and_emg(shared_data: Path) -> None:
    found = muscles(shared_data, seeds=0).figures["laboratory"]
    control = found["control"]
    assert len(control) == 2 * 9 + 1
    assert control["mean"]["bw_percent"] <= 15.0
    assert control["mean"]["r"] >= 0.85
    assert found["emg"]["mean"]["r"] >= 0.75
    assert len(found["emg"]) == 9 + 1
