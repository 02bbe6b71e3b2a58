"""Long text files are read in blocks: the same table, and no memory beside its numbers."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from kinertia.io import layout, long_text, table
from kinertia.io.text import TextTable
from kinertia.recording import RecordingError

NAMES = [f"R_Shank_{kind}_{axis}" for kind in ("Acc", "Gyr") for axis in "XYZ"]


def write(path: Path, rows: int, head: str = "", separator: str = ",", encoding: str = "utf-8", again: int = 0) -> np.ndarray:
    values = np.random.default_rng(3).normal(size=(rows, 6)).round(4)
    header = separator.join(
        ["Time [s]", *(f"{name} [{unit}]" for name, unit in zip(NAMES, ["g"] * 3 + ["deg/s"] * 3, strict=True))]
    )
    lines = [separator.join([f"{k / 100:.2f}", *(f"{v:.4f}" for v in row)]) for k, row in enumerate(values)]
    if again:
        lines.insert(again, header)
    path.write_text(head + "\n".join([header, *lines]) + "\n", encoding=encoding)
    return values


def same(path: Path) -> TextTable:
    short = table.read_cells(path)
    long = long_text.read(path)
    np.testing.assert_array_equal(long.values, short.values)
    assert (long.names, dict(long.units), dict(long.preamble), long.findings, long.first_line, dict(long.wrong)) == (
        (short.names, dict(short.units), dict(short.preamble), short.findings, short.first_line, dict(short.wrong))
    )
    return long


@pytest.mark.parametrize(
    ("head", "separator", "encoding"),
    [("", ",", "utf-8"), ("Device: 12\nMass: 70\n\n", ";", "utf-16"), ("# 20 °C\n", "\t", "cp1252"), ("", ",", "utf-8-sig")],
)
def test_blocks_give_the_table_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str, separator: str, encoding: str
) -> None:
    monkeypatch.setattr(long_text, "_ROWS", 700)
    monkeypatch.setattr(long_text, "_ENDS_BYTES", 1 << 14)
    write(tmp_path / "walk.csv", 3000, head, separator, encoding, again=1500)
    assert same(tmp_path / "walk.csv").rows == 3000


def test_a_damaged_cell_and_a_cut_row_are_named_by_their_own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_text, "_ROWS", 700)
    monkeypatch.setattr(long_text, "LONG_BYTES", 1)
    path = tmp_path / "walk.csv"
    write(path, 3000)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:1501], lines[1501].replace(",", ",x", 1), *lines[1502:]]))
    with pytest.raises(RecordingError, match=r"sample 1500: line 1502: 'x.*' is not a number"):
        table.read(path)
    path.write_text("\n".join([*lines[:1400], lines[1400][:20], *lines[1401:]]))  # the last of a block, not of the file
    with pytest.raises(RecordingError, match=r"sample 1399: line 1401 has . cells.*lacking or too many"):
        table.read(path)
    path.write_text("\n".join(lines)[:-20])
    with pytest.raises(RecordingError, match="ends within a row"):
        table.read(path)
    path.write_bytes("\n".join(lines).encode()[:-20000] + bytes(20000))
    with pytest.raises(RecordingError, match="binary file"):
        table.read(path)


def test_memory_is_that_of_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_text, "_ROWS", 1000)
    monkeypatch.setattr(long_text, "_ENDS_BYTES", 1 << 14)
    rows = 30_000
    write(tmp_path / "walk.csv", rows)

    def peak(read) -> float:
        tracemalloc.start()
        read()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found / (rows * 7 * 8)  # in tables of its numbers

    assert peak(lambda: long_text.read(tmp_path / "walk.csv")) < 2.0
    assert peak(lambda: layout.read((tmp_path / "walk.csv").read_text(), file="")) > 3.0
