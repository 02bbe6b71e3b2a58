from __future__ import annotations

import numpy as np
import pytest

from kinertia.recording import LOWER_BODY, RecordingError
from kinertia.transport import lsl_channels
from kinertia.transport.lsl_channels import Channel, segment_of


def _labels(form: str, sensor: str = "", units: tuple[str, str] = ("m/s^2", "rad/s")) -> list[Channel]:
    return [
        Channel(form.format(sensor=sensor, kind=kind, axis=axis), unit=unit)
        for kind, unit in zip(("acc", "gyro"), units, strict=True)
        for axis in "xyz"
    ]


@pytest.mark.parametrize(
    "form", ["{sensor}_{kind}_{axis}", "{kind}.{sensor}.{axis}", "{kind}_{axis} {sensor}", "{sensor}-{kind}{axis}"]
)
@pytest.mark.parametrize("sensor", ["tibia_r", "0B91", "RightShank", "00B4X2"])
def test_labels_of_many_spellings(form: str, sensor: str) -> None:
    found = lsl_channels.described(_labels(form, sensor), stream="s")
    assert found.sensors == (sensor,)
    np.testing.assert_array_equal(found.values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), [[1, 2, 3, 4, 5, 6]])


@pytest.mark.parametrize(
    "labels",
    [
        ("AccX", "AccY", "AccZ", "GyrX", "GyrY", "GyrZ"),
        ("ax", "ay", "az", "gx", "gy", "gz"),
        ("ACC_X", "ACC_Y", "ACC_Z", "GYR_X", "GYR_Y", "GYR_Z"),
    ],
)
def test_labels_without_a_sensor_mean_the_stream(labels: tuple[str, ...]) -> None:
    units = ("g",) * 3 + ("deg/s",) * 3
    found = lsl_channels.described([Channel(x, unit=u) for x, u in zip(labels, units, strict=True)], stream="pelvis")
    assert found.sensors == ("pelvis",)
    np.testing.assert_allclose(found.factors, [[9.80665] * 3 + [np.pi / 180] * 3])


def test_the_kind_may_be_in_the_type_and_other_channels_are_left_out() -> None:
    channels = [
        Channel("counter"),
        *(Channel(f"foot_l {a}", "Gyroscope", "°/s") for a in "zyx"),
        Channel("foot_l mag x", unit="uT"),
        *(Channel(f"foot_l {a}", "Accelerometer", "m/s²") for a in "xyz"),
    ]
    found = lsl_channels.described(channels, stream="s")
    assert found.sensors == ("foot_l",)
    np.testing.assert_array_equal(found.columns, [[5, 6, 7, 3, 2, 1]])
    assert "2 channels are neither" in found.warnings[0]


def test_two_sensors_and_one_without_gyroscope() -> None:
    found = lsl_channels.described(
        [*_labels("{sensor} {kind} {axis}", "pelvis"), *_labels("{sensor} {kind} {axis}", "foot_r")[:3]], stream="s"
    )
    assert found.sensors == ("pelvis", "foot_r")
    values = found.values(np.arange(9.0))
    np.testing.assert_array_equal(values[1], [6, 7, 8, np.nan, np.nan, np.nan])
    assert found.warnings == ("LSL stream 's', sensor foot_r: no angular rate",)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        (_labels("{sensor} {kind} {axis}", "a", ("", "rad/s")), "states no unit"),
        (_labels("{sensor} {kind} {axis}", "a", ("inch", "rad/s")), "unit 'inch' is not understood"),
        (_labels("{sensor} {kind} {axis}", "a", ("deg/s", "rad/s")), "unit 'deg/s' is not understood"),
        (_labels("{sensor} {kind} {axis}", "a")[:2], "acc has only x, y"),
        (_labels("{sensor} {kind} {axis}", "a") * 2, "acc x appears twice"),
        ([Channel("Fz"), Channel("Cz")], "no channel label names"),
    ],
)
def test_what_cannot_be_understood_is_said(channels: list[Channel], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        lsl_channels.described(channels, stream="s")


def test_a_unit_may_be_given_from_outside() -> None:
    found = lsl_channels.described(_labels("{kind} {axis}", units=("", "")), stream="s", acc_unit="mg", gyro_unit="deg/s")
    np.testing.assert_allclose(found.factors[0, [0, 3]], [9.80665e-3, np.pi / 180])


def test_the_default_layout_is_documented_and_told() -> None:
    found = lsl_channels.undescribed(42, stream="s", gyro_unit="deg/s")
    assert found.sensors == LOWER_BODY.segments
    np.testing.assert_array_equal(found.columns.ravel(), np.arange(42))
    np.testing.assert_allclose(found.factors[:, 5], np.pi / 180)
    assert "not described; taken as acc x, y, z [m/s^2], gyro x, y, z [deg/s] of pelvis, femur_r" in found.warnings[0]
    assert lsl_channels.undescribed(6, stream="foot_r").sensors == ("foot_r",)
    with pytest.raises(RecordingError, match="has 9 channels and no description"):
        lsl_channels.undescribed(9, stream="s")


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("pelvis", "pelvis"),
        ("Sacrum", "pelvis"),
        ("RightThigh", "femur_r"),
        ("shank_L", "tibia_l"),
        ("IMU foot right", "foot_r"),
        ("tibia", None),
        ("pelvis_r", None),
        ("foot_r_2", None),
        ("head", None),
        ("thigh_shank_r", None),
        ("", None),
    ],
)
def test_segments_by_name(name: str, segment: str | None) -> None:
    assert segment_of(name) == segment
