"""Tables wherever they begin: any layout gives the recording of the plain table, or is refused with its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import layout, naming, table
from kinertia.io.units import spelled
from kinertia.recording import Cause, Frame
from kinertia.recording.errors import RecordingError

RNG = np.random.default_rng(5)
ROWS = np.column_stack([np.arange(60) / 50.0, RNG.normal(size=(60, 6)).round(4)])
NAMES = ["Timestamp", *(f"R_Shank_{kind}_{axis}" for kind in ("Accel", "Gyro") for axis in "XYZ")]
UNITS = ["s", "m/(s^2)", "m/(s^2)", "m/(s^2)", "deg/s", "deg/s", "deg/s"]
PREAMBLES = {
    "none": [],
    "keys": ["Device: 1234", "OutputRate: 50Hz", ""],
    "comments": ["// Start Time: Unknown", "# firmware 4.0.2"],
    "cells": ["Subject,P01", "Mass,70"],
    "padded": ["Subject;P01;;;;;;", "Mass;70;;;;;;"],
}


def written(
    folder: Path,
    separator: str,
    decimal: str,
    encoding: str,
    preamble: str,
    named: str,
    ending: str,
    sep: bool,
    doubled: bool,
) -> Path:
    lines = [f'"sep={separator}"'] if sep else []
    lines += PREAMBLES[preamble]
    if named == "units row":
        lines += [separator.join(NAMES), separator.join(UNITS)]
    elif named == "brackets":
        lines += [separator.join(f"{name} [{unit}]" for name, unit in zip(NAMES, UNITS, strict=True))]
    else:  # two rows of names, and one of units
        lines += [separator.join(["", *["R_Shank"] * 6]), separator.join(name.removeprefix("R_Shank_") for name in NAMES)]
        lines += [separator.join(UNITS)]
    rows = [separator.join(f"{value:.4f}".replace(".", decimal) for value in row) for row in ROWS]
    lines += [rows[0], *rows] if doubled else rows
    path = folder / "walk.csv"
    path.write_bytes((ending.join(lines) + ending).encode(encoding))
    return path


@given(
    marks=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ".")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    preamble=st.sampled_from(sorted(PREAMBLES)),
    named=st.sampled_from(["units row", "brackets", "two rows"]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    sep=st.booleans(),
    doubled=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_every_layout_gives_the_recording_of_the_plain_table(
    tmp_path_factory: pytest.TempPathFactory,
    marks: tuple[str, str],
    encoding: str,
    preamble: str,
    named: str,
    ending: str,
    sep: bool,
    doubled: bool,
) -> None:
    path = written(tmp_path_factory.mktemp("layout"), *marks, encoding, preamble, named, ending, sep, doubled)
    recording = table.read(path)
    assert [(sensor.name, sensor.segment) for sensor in recording.sensors] == [("R_Shank", "tibia_r")]
    assert recording.frame is Frame.SENSOR
    assert recording.rate_hz == pytest.approx(50)
    np.testing.assert_allclose(recording.acc[:, 0], ROWS[:, 1:4])
    np.testing.assert_allclose(recording.gyro[:, 0], np.deg2rad(ROWS[:, 4:]))
    assert [finding.cause for finding in recording.findings if finding.cause is not Cause.LAYOUT] == [Cause.DOUBLED] * doubled
    assert all(finding.mended for finding in recording.findings)


@pytest.mark.parametrize(
    ("name", "unit", "means"),
    [
        ("Accel_LN_X [m/(s^2)]", "", ("acc", "x", "", "m/s^2")),
        ("Gyro X (deg/s)", "", ("gyro", "x", "", "deg/s")),
        ("S_ShankR_Accel_WR_Y_CAL", "m/(s^2)", ("acc", "y", "ShankR", "m/s^2")),
        ("left_sensor_gyr_z", "", ("gyro", "z", "left_sensor", "")),
        ("Acc_X", "", ("acc", "x", "", "")),
        ("pelvis_ax", "g", ("acc", "x", "pelvis", "g")),
        ("Linear Acceleration x (m/s^2)", "", ("free", "x", "", "m/s^2")),
        ("FreeAcc_X", "", ("free", "x", "", "")),
        ("angular_velocity_z [°/s]", "", ("gyro", "z", "", "deg/s")),
        ("rotationRateX(rad/s)", "", ("gyro", "x", "", "rad/s")),
        ("acc_x_mg", "", ("acc", "x", "", "mg")),
        ("Time (s)", "", ("time", "", "", "s")),
        ("timestamp_ms", "", ("time", "", "", "ms")),
        ("Mag_X", "uT", None),
        ("angular_acceleration_x", "", None),
        ("Quat_q0", "", None),
    ],
)
def test_names_of_columns_are_understood(name: str, unit: str, means: tuple[str, ...] | None) -> None:
    found = [(s.kind, s.axis, s.sensor, s.unit) for s in naming.signals([name], {name: unit})]
    assert found == ([] if means is None else [means])


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("S_ShankR", "tibia_r"),
        ("LFemur_2021_831", "femur_l"),
        ("Right Foot", "foot_r"),
        ("lower leg left", "tibia_l"),
        ("Lumbar", "pelvis"),
        ("shank", ""),
        ("00B40D00", ""),
        ("chest", ""),
    ],
)
def test_names_of_sensors_say_their_segment(name: str, segment: str) -> None:
    assert naming.segment(name) == segment


@pytest.mark.parametrize("text", ["m/s²", "m/(s^2)", "m/s/s", "M/S^2", " m/sec^2 ", "m·s^-2"])
def test_units_are_spelled_in_many_ways(text: str) -> None:
    assert spelled(text) == "m/s^2"


def test_two_header_rows_are_joined_and_what_lacks_is_named(tmp_path: Path) -> None:
    upper = ",".join(["sensor", *["left_sensor", "right_sensor"] * 6])
    lower = ",".join(["axis", *[f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz" for _ in range(2)]])
    rows = [",".join([str(i), *(f"{v:.4f}" for v in RNG.normal(size=12))]) for i in range(40)]
    path = tmp_path / "walk.csv"
    path.write_text("\n".join([upper, lower, *rows]))
    cells = layout.read(path.read_text(), file=str(path))
    assert cells.names[1] == "left_sensor_acc_x"
    with pytest.raises(RecordingError, match="unit of acc is not stated") as error:
        table.read(path)
    assert "walk.columns.toml" in error.value.fix
    (tmp_path / "walk.columns.toml").write_text('acc_unit = "m/s^2"\ngyro_unit = "rad/s"\nrate_hz = 100\n')  # what the fix says
    recording = table.read(path)
    assert [sensor.name for sensor in recording.sensors] == ["left_sensor", "right_sensor"]
    assert "'left_sensor_acc_x'" in recording.findings[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,1.5,2\n0.1,2.5,3\n", "no header"),
        ("t,a,b\n0,1,5,2,5\n1,2,5,3,5\n2,2,5,3,5\n", "decimal mark too"),
        ("t,a,b\n0,1.5,2\n0.1,2.5,3\n0.2,3.5", "ends within a row"),
        ("t,a,b\n0,1.5,2\n0.1,2.5\n0.2,3.5,1\n0.3,3.5,1\n", "line 3 has 2 cells"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecordingError, match=said) as error:
        layout.read(text, file="walk.csv")
    assert "delete" not in str(error.value)


def test_free_acceleration_alone_is_named(tmp_path: Path) -> None:
    header = "PacketCounter,SampleTimeFine,Quat_W,Quat_X,Quat_Y,Quat_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,"
    rows = [f"{i},{16667 * i},1,0,0,0,0.1,0.2,{0.01 * i}," for i in range(20)]
    path = tmp_path / "Pelvis.csv"
    path.write_text("\n".join(["sep=,", "DeviceTag:,abc", "OutputRate:,60Hz", "", header, *rows]))
    with pytest.raises(RecordingError, match="free acceleration") as error:
        table.read(path)
    assert error.value.cause is Cause.FREE_ACCELERATION
    assert "Rate quantities" in error.value.fix


def test_rate_quantities_of_a_dot_are_read(tmp_path: Path) -> None:
    names = ["Acc_X", "Acc_Y", "Acc_Z", "Gyr_X", "Gyr_Y", "Gyr_Z"]
    rows = [
        ",".join([str(i), str((4294900000 + 16667 * i) % 2**32), *(f"{v:.4f}" for v in ROWS[i, 1:]), ""]) for i in range(60)
    ]
    head = ["sep=,", "DeviceTag:,abc", "OutputRate:,60Hz", "", f"PacketCounter,SampleTimeFine,{','.join(names)},"]
    path = tmp_path / "LTibia_20240101_811.csv"
    path.write_text("\n".join([*head, *rows]))
    recording = table.read(path)
    assert recording.sensors[0].segment == "tibia_l"
    assert recording.rate_hz == pytest.approx(60, rel=1e-3)
    np.testing.assert_allclose(recording.acc[:, 0], ROWS[:, 1:4])
    np.testing.assert_allclose(recording.gyro[:, 0], np.deg2rad(ROWS[:, 4:]))
    assert "starts again from zero" in recording.findings[0].message


def test_a_placement_says_where_named_sensors_sit(tmp_path: Path) -> None:
    names = [f"{sensor}_{kind}_{axis}" for sensor in ("A1", "B2") for kind in ("Acc", "Gyr") for axis in "XYZ"]
    header = ",".join(["Time [s]", *(f"{name} [{'m/s^2' if 'Acc' in name else 'rad/s'}]" for name in names)])
    values = np.column_stack([np.arange(40) / 50.0, RNG.normal(size=(40, 12))])
    path = tmp_path / "walk.csv"
    np.savetxt(path, values, delimiter=",", header=header, comments="# ")
    assert [sensor.segment for sensor in table.read(path).sensors] == ["A1", "B2"]
    (tmp_path / "placement.toml").write_text('[sensors]\nB2 = "pelvis"\n[subject]\nmass_kg = 66\nheight_m = 1.7\n')
    recording = table.read(path)
    assert [(sensor.name, sensor.segment) for sensor in recording.sensors] == [("B2", "pelvis")]
    assert recording.subject.mass_kg == 66
    np.testing.assert_allclose(recording.acc[:, 0], values[:, 7:10])
    (tmp_path / "placement.toml").write_text('[sensors]\nC3 = "pelvis"\n')
    with pytest.raises(RecordingError, match="lists none of the sensors") as error:
        table.read(path)
    assert "A1, B2" in error.value.fix


@pytest.mark.parametrize("decimal", [".", ","])
def test_cells_in_quotes_blank_lines_and_a_doubled_header(tmp_path: Path, decimal: str) -> None:
    header = ",".join(f'"{name} [{unit}]"' for name, unit in zip(NAMES, UNITS, strict=True))
    rows = [",".join(f'"{value:.4f}"'.replace(".", decimal) for value in row) for row in ROWS]
    path = tmp_path / "walk.csv"
    path.write_text("\n\n".join([header, header, *rows[:30], header, *rows[30:]]))
    recording = table.read(path)
    np.testing.assert_allclose(recording.acc[:, 0], ROWS[:, 1:4])
    assert [finding.message for finding in recording.findings] == [
        "the row of names stands among the rows 1 times; left out there"
    ]
