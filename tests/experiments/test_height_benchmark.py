"""Figures of the height benchmark from files."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from experiments import height
from kinertia.io import write_recording
from kinertia.recording import Frame, Recording, RecordingError
from kinertia.transport import walker


def _walk() -> Recording:
    person = walker.load()
    stages = (walker.Stage(12.0, person.speed),)
    blocks = list(islice(walker.walk(person, stages, stages, 100.0), 12))
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in range(2))
    return Recording("walk_1", 100.0, person.sensors, acc, gyro, person.subject, frame=Frame.SEGMENT)


def test_figures(tmp_path: Path) -> None:
    for person in ("one", "two"):
        (tmp_path / person).mkdir()
        write_recording.write(tmp_path / person / "walk_1.csv", _walk())
    assert len(height.height(tmp_path).figures["rows"]) == 2
    found = height.height(tmp_path, ("one",)).figures
    assert found["all"] == found["kinds"]["walk"]
    assert found["all"]["recordings"] == found["all"]["found"] == 1
    (row,) = found["rows"]
    assert found["all"]["error_m_median"] == pytest.approx(abs(row["estimated_m"] - row["height_m"]))
    assert found["all"]["ratio"] == pytest.approx(found["all"]["error_m_median"] / found["all"]["guess_m_median"])


def test_people_of_unknown_height(tmp_path: Path) -> None:
    walk = _walk()
    write_recording.write(tmp_path / "walk.csv", height.unknown(replace(walk, acc=walk.acc[:300], gyro=walk.gyro[:300])))
    with pytest.raises(RecordingError, match="states a height"):
        height.height(tmp_path)
