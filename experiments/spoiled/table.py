"""Results of spoiled and of sound recordings as tables."""

from __future__ import annotations

from typing import Any

from rich.table import Table

Json = dict[str, Any]
RIGHT, WRONG, SECONDS = 0.95, 0.02, 60.0
"""Least share named rightly, largest share named wrongly, longest time."""


def render(found: Json) -> Table:
    """A row per kind: shares in percent and the longest time."""
    table = Table(title="% right, wrong, nothing said, put right or refused; longest time in s", show_edge=False)
    for name in ("kind", "n", "right", "wrong", "nothing", "crash", "acts", "s"):
        table.add_column(name, no_wrap=True, justify="left" if name == "kind" else "right")
    for name, row in found["kinds"].items():
        count = max(row["variants"], 1)
        shares = [f"{100 * row[key] / count:.0f}" for key in ("right", "wrong", "missed")]
        mark = "" if holds(row) else "[red]"
        stops = f"{100 * row['stops'] / count:.0f}"
        table.add_row(mark + name, str(row["variants"]), *shares, str(row["crash"]), stops, f"{row['seconds']:.1f}")
    return table


def holds(row: Json) -> bool:
    """Whether a kind is answered as it must be."""
    count = max(row["variants"], 1)
    return row["right"] >= RIGHT * count and row["wrong"] <= WRONG * count and not row["crash"] and row["seconds"] <= SECONDS


def failures(found: Json) -> str:
    """What was said where it was not right, as text, grouped by the part of the package that should find it."""
    lines = []
    for owner in sorted({row["owner"] for row in found["kinds"].values()}):
        lines.append(f"\n## {owner}")
        for name, row in found["kinds"].items():
            if row["owner"] == owner and not holds(row):
                figures = ", ".join(f"{key} {row[key]}" for key in ("right", "wrong", "missed", "crash"))
                lines.append(f"\n### {name} (expected: {' or '.join(row['causes']) or '-'}): {figures} of {row['variants']}")
                for f in row["failures"]:
                    where = f"number {f['number']}, {f['source']}, {f['detail'] or '-'}"
                    lines.append(f"- {where}: {f['score']}: {f['said']}")
    return "\n".join(lines)


def render_alarms(found: Json) -> Table:
    """A row for simulated and for real recordings: how many of how many are complained of."""
    table = Table("sound recordings", "n", "checks", "verdict", "either", "either, %", "longest, s")
    for name, row in found.items():
        counts = [str(row[key]) for key in ("recordings", "checks", "verdict", "either")]
        share = 100 * row["either"] / max(row["recordings"], 1)
        table.add_row(name, *counts, f"{share:.1f}", f"{row['seconds']:.1f}")
    return table


def complaints(found: Json) -> str:
    """What was said of sound recordings, a line each."""
    return "\n".join(
        f"- {name}: {sentence}" for row in found.values() for name, said in row["said"].items() for sentence in said
    )


def render_dead(found: Json) -> Table:
    """How a sensor that stops midway is answered."""
    worse = ", ".join(f"{x:.1f}" for x in found["worse_deg"]) or "-"
    table = Table("variants", "at most 1.5 deg worse", "refused", "reversed", "worse: median, 95 %, most, deg")
    table.add_row(*(str(found[key]) for key in ("variants", "held", "refused", "reversed")), worse)
    return table


def render_commands(found: Json) -> Table:
    """A row per command: runs, longest time, crashes."""
    table = Table("command", "runs", "longest, s", "slowest", "crashes")
    for name, row in found.items():
        table.add_row(name, str(row["runs"]), f"{row['seconds']:.1f}", row["slowest"], "\n".join(row["crashes"]) or "none")
    return table
