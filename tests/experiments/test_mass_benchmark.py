"""The benchmark of body mass tells methods that read it from those that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import mass
from kinertia.estimation.estimate import Estimate
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject


def test_what_mass_changes_is_told() -> None:
    sensors = tuple(Sensor(segment, segment) for segment in LOWER_BODY.segments)
    recording = Recording("walk", 100.0, sensors, np.zeros((20, 7, 3)), np.zeros((20, 7, 3)), Subject(60.0, 1.7))
    curve = np.sin(np.arange(20.0))

    def blind(recordings: list[Recording]) -> list[Estimate]:
        moments = [{"knee_angle_r": one.subject.mass_kg * curve} for one in recordings]
        return [
            Estimate("walk", "blind", 100.0, one.subject, {"knee_angle_r": curve}, moment, speed=curve)
            for one, moment in zip(recordings, moments, strict=True)
        ]

    def reads_it(recordings: list[Recording]) -> list[Estimate]:
        (found,) = blind(recordings)
        return [replace(found, coordinates={"knee_angle_r": found.coordinates["knee_angle_r"] + recordings[0].subject.mass_kg})]

    found = mass.changes([recording], blind)["largest"]
    assert found == pytest.approx({"angle_deg": 0.0, "speed_m_s": 0.0, "grf_bw": 0.0, "moment_bwbh": 0.0}, abs=1e-12)
    assert mass.changes([recording], reads_it)["largest"]["angle_deg"] == pytest.approx(np.degrees(18.0))
