from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_report import read

import walking
from kinertia.estimation.estimate import Activity
from kinertia.recording import Subject
from kinertia.reporting import before_after
from kinertia.reporting.shown import Shown


def test_what_changed_is_said() -> None:
    estimate, recording, _ = walking.make(10.0)
    assert estimate.speed is not None
    assert estimate.imu_measured is not None
    assert estimate.imu_virtual is not None
    faster = replace(
        estimate,
        speed=1.2 * estimate.speed,
        subject=Subject(74.0, 1.75),
        sensor_segments=estimate.sensor_segments[1:],
        imu_measured=estimate.imu_measured[:, 1:],
        imu_virtual=estimate.imu_virtual[:, 1:],
    )
    one, other = Shown(estimate, recording, label="May"), Shown(faster, replace(recording, name="walk_02"), label="June")
    assert before_after.cautions(one, other) == [
        "Two recordings: sensors that were strapped on anew sit differently, which moves angles by a few degrees.",
        "Not the same body: 70 kg, 1.75 m before; 74 kg, 1.75 m after.",
        "Speed was 1.25 and is 1.50 m/s: angles, moments and forces change with speed.",
        "Not the same sensors: only one of the two has one on: pelvis.",
    ]
    assert before_after.cautions(one, one) == []
    rows = {row.quantity.name: row for row in before_after.changes(one.gaits[0], other.gaits[0])}
    assert rows["speed_m_s"].change == pytest.approx(0.25, abs=0.01)
    assert rows["speed_m_s"].change_percent == pytest.approx(20.0)
    assert rows["stride_time_s"].change == 0.0
    # errors of 0.5 in channels that swing by 1.5 to 4.5, over what both sensor sets have; residuals as made
    fit = {label.split(" [")[0]: [float(was), float(now)] for label, was, now in before_after.fits(one, other)}
    assert fit["Force left unexplained at the pelvis"] == pytest.approx([3.6, 3.6], abs=0.1)
    assert fit["Moment left unexplained at the pelvis"] == pytest.approx([0.6, 0.6], abs=0.05)
    assert 15.0 < fit["Sensor signals missed"][1] < fit["Sensor signals missed"][0] < 30.0
    parsed = read(before_after.render(one, other))
    assert "Speed [m/s] 1.25 1.50 +0.25 +20.0" in parsed.text.replace(" ± 0.00", "")
    # both legs: hip, knee in both signs and ankle, angle and moment, two forces; the pelvis
    assert parsed.tags.count("svg") == 2 * 4 + 2 * 4 + 2 * 2 + 2


def test_what_cannot_be_compared_is_not() -> None:
    estimate, recording, _ = walking.make(10.0)

    def doing(label: str, kind: Activity) -> Shown:
        return Shown(replace(estimate, activity=np.full(estimate.samples, kind, dtype=np.int8)), recording, label=label)

    for other in (doing("b", Activity.RUNNING), Shown(replace(estimate, events={}), recording, label="c")):
        text = read(before_after.render(doing("a", Activity.WALKING), other)).text
        assert "No strides of one kind of gait in both: neither gait parameters nor curves are compared." in text
        assert "Change [%]" not in text
        assert "No curves: gait cycles of one kind are not known in both." in text
