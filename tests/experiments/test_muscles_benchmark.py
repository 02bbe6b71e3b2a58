"""What muscles must reach on other people's walks, fed with the laboratory's moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.muscles import muscles


@pytest.mark.data
def test_computed_muscle_control_and_emg(shared_data: Path) -> None:
    found = muscles(shared_data).figures
    control = [found["control"][side]["mean"] for side in "rl"]
    assert np.mean([one["bw_percent"] for one in control]) <= 15.0
    assert np.mean([one["r"] for one in control]) >= 0.85
    assert found["emg"]["mean"]["r"] >= 0.75
    assert len(found["emg"]) == 9 + 1
