"""Files in an installation without polars and scipy."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from kinertia.io import extra, gaittoolbox, parquet, table, write_columns
from kinertia.recording.errors import RecordingError


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("polars", "scipy", "scipy.io"):
        monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.usefixtures("light")
def test_csv_goes_both_ways(tmp_path: Path) -> None:
    wave = np.sin(np.arange(5000.0))
    wave[[0, 3]] = np.nan
    names = [f"{kind}.pelvis.{axis} [{unit}]" for kind, unit in (("acc", "m/s^2"), ("gyro", "rad/s")) for axis in "xyz"]
    path = write_columns.write(tmp_path / "walk.csv", {"time [s]": np.arange(5000) / 100.0} | dict.fromkeys(names, wave))
    recording = table.read(path)
    np.testing.assert_array_equal(recording.acc[:, 0, 1], wave)
    assert recording.rate_hz == pytest.approx(100)


@pytest.mark.usefixtures("light")
def test_parquet_says_what_it_needs(tmp_path: Path) -> None:
    assert not parquet.available()
    with pytest.raises(RecordingError, match=r"walk\.parquet.*needs polars.*pip install 'kinertia\[train\]'"):
        table.read(tmp_path / "walk.parquet")
    with pytest.raises(RecordingError, match="needs polars"):
        write_columns.write(tmp_path / "walk.parquet", {"time [s]": np.arange(3.0)})
    assert not list(tmp_path.iterdir())


@pytest.mark.data
@pytest.mark.usefixtures("light")
def test_a_matlab_reference_says_what_it_needs(shared_data: Path) -> None:
    folder = shared_data / "imu_mocap_gaittoolbox"
    assert gaittoolbox.read(folder, truth=False).samples > 0
    with pytest.raises(RecordingError, match=r"\.mat.*needs scipy.*pip install 'kinertia\[train\]'"):
        gaittoolbox.read(folder)


def test_a_broken_package_is_not_called_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "damaged.py").write_text("import absent_part")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="absent_part"):
        extra.load("damaged", file="", purpose="this")
