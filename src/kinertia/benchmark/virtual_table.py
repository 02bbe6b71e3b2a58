"""The consistency of virtual recordings' truth as a table for the terminal."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from rich.table import Table
from rich.text import Text

Json = dict[str, Any]


def render_consistency(results: Json) -> Table:
    """Table of ``conditions.consistency`` of :func:`kinertia.benchmark.virtual.run`."""
    title = "the truth itself: root residual, RMS [BW%, BWBH%]; moments of the body against measured ones; loaded foot"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("as it is", "as\nmeasured", "mass and\nheight only", "moments\n[BWBH%]", "height\n[mm]", "slip\n[m/s]"):
        table.add_column(Text(heading), justify="right", no_wrap=True)
    for name, found in results["conditions"]["consistency"].items():
        moments = [value for value in found["moments_bwbh"].values() if value is not None]
        table.add_row(
            name,
            *(_pair(found[key]) for key in ("root", "root_as_measured", "root_of_scaled_body")),
            f"{fmean(moments):.2f}" if moments else "-",
            f"{1000 * found['stance_height_m']:.0f}",
            f"{found['stance_slip_m_s']:.2f}",
        )
    return table


def _pair(root: Json) -> str:
    return f"{100 * root['force_bw']:.2f}, {100 * root['moment_bwbh']:.2f}"
