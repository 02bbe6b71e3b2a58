"""The consistency of virtual recordings' truth as a table for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

from rich.table import Table
from rich.text import Text

Json = dict[str, Any]


def render_consistency(results: Json) -> Table:
    """Table of ``conditions.consistency`` of :func:`experiments.virtual.run`."""
    found: dict[str, Json] = results["conditions"]["consistency"]
    table = Table(title="how exact the truth is (RMS)", title_justify="left")
    table.add_column("")
    for name in found:
        table.add_column(Text(name), justify="right", no_wrap=True)
    rows: tuple[tuple[str, Callable[[Json], str]], ...] = (
        ("root residual, force [BW%], moment [BWBH%]", lambda trial: _pair(trial["root"])),
        ("  as measured", lambda trial: _pair(trial["root_as_measured"])),
        ("  body from mass and height only", lambda trial: _pair(trial["root_of_scaled_body"])),
        ("moments of this body against measured ones [BWBH%]", lambda trial: _mean(trial["moments_bwbh"])),
        ("loaded foot, height [mm]", lambda trial: f"{1000 * trial['stance_height_m']:.0f}"),
        ("loaded foot, slip [m/s]", lambda trial: f"{trial['stance_slip_m_s']:.2f}"),
    )
    for label, cell in rows:
        table.add_row(Text(label), *(cell(trial) for trial in found.values()))
    return table


def _pair(root: Json) -> str:
    return f"{100 * root['force_bw']:.2f}, {100 * root['moment_bwbh']:.2f}"


def _mean(moments: Json) -> str:
    given = [value for value in moments.values() if value is not None]
    return f"{fmean(given):.2f}" if given else "-"
