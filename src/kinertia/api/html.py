"""An estimate as a notebook shows it."""

from __future__ import annotations

from base64 import b64encode

from markupsafe import Markup

from kinertia.estimation.estimate import Estimate
from kinertia.estimation.verdict import Verdict
from kinertia.reporting import picture
from kinertia.reporting.charts import Chart

COLOURS = {"good": "#12734a", "fair": "#d98c00", "poor": "#b3261e"}
_CARD = Markup(
    '<div style="max-width:760px;line-height:1.5">'
    '<div style="border-left:6px solid {colour};padding-left:.7em"><strong>{name}</strong> &nbsp;{headline}<br>{verdict}</div>'
    '<img style="width:100%;margin:.5em 0" alt="{alt}" src="data:image/svg+xml;base64,{picture}">'
    '<div style="font-size:90%"><span style="color:#0063a6">\u25ac</span> right &nbsp;'
    '<span style="color:#c8500a">\u25ac</span> left{about}</div>'
    "{said}</div>"
)
_SAID = Markup("<details><summary>{} to know</summary><ul>{}</ul></details>")


def card(of: Estimate, told: Verdict, headline: str, shown: list[Chart], poses: Markup | None) -> str:
    """Verdict, headline figures, charts, warnings and notes, in HTML that needs nothing else."""
    lines = [line for line in (told.doubted, *told.warnings, *told.notes) if line]
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    count = "1 thing" if len(lines) == 1 else f"{len(lines)} things"
    return str(
        _CARD.format(
            colour=COLOURS[told.level],
            name=of.name,
            headline=headline,
            verdict=told.headline,
            alt=", ".join(chart.title for chart in shown),
            picture=b64encode(picture.draw(shown, poses).encode()).decode(),
            about=_about(of, shown),
            said=_SAID.format(count, items) if lines else "",
        )
    )


def _about(of: Estimate, shown: list[Chart]) -> str:
    """What lines and shades are, beside their colours."""
    lines = [line for chart in shown for line in chart.lines]
    said = {
        "lines are means over strides": any(chart.x_range is not None for chart in shown),
        "red is not to be trusted": any(chart.spans for chart in shown),
        "dashed is the reference": any(line.dashed for line in lines),
        f"shades are {100.0 * of.bands.level:.0f} % bands": any(line.band is not None for line in lines),
        "grey is other people": any(line.style == "norm" for line in lines),
    }
    return "".join(f"; {words}" for words, there in said.items() if there)
