"""Rows of sensor sets: scored against all of the recording, kept, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import sparse
from experiments.protocol import Context
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.sensing import normative


@pytest.mark.data
def test_rows_are_kept(shared_data: Path, tmp_path: Path) -> None:
    folder, context = shared_data / "imu_cycles_biomac", Context(tmp_path / "sets.json")
    seen: list[int] = []

    def legs(recordings: list[Recording]) -> list[Estimate]:
        seen.append(len(recordings[0].sensors))
        assert all(recording.truth is None for recording in recordings)
        return [normative.solve(recording) for recording in recordings]

    first = sparse.compare(folder, ["all", "FST"], {"legs": legs}, context=context)
    assert seen == [7, 6]
    assert first["all"]["legs"]["mean"]["angle_rmsd_deg"] == first["FST"]["legs"]["mean"]["angle_rmsd_deg"]
    assert first["FST"]["legs"]["mean_synced"]["angle_rmsd_deg"] is not None
    assert sparse.compare(folder, ["FST"], {"legs": legs}, context=context) == {"FST": first["FST"]}
    assert len(seen) == 2
    (tmp_path / "sets.rows.json").write_text("[]")
    with pytest.raises(ValueError, match="not the finished rows"):
        sparse.compare(folder, ["all"], {"legs": legs}, context=context)
    with pytest.raises(ValueError, match="sensor set 'XY'"):
        sparse.compare(folder, ["XY"], {"legs": legs})
