"""Picture of sensor subsets: error of each joint over the number of sensors, and what each sensor is worth."""

from __future__ import annotations

from html import escape
from pathlib import Path

from experiments.protocol import Json
from kinertia.io.files import write_text

WIDTH, HEIGHT, MARGIN = 300, 220, 40
COLOURS = {"hip_flexion": "#2a6f97", "knee_angle": "#c1440e", "ankle_angle": "#5b8c2a"}
NAMES = {"hip_flexion": "hip", "knee_angle": "knee", "ankle_angle": "ankle"}


def write(path: Path, found: Json) -> Path:
    """Write an SVG: one panel per joint with a dot per subset (the best of each size named), and bars of importance below."""
    panels = [_panel(found, joint, k) for k, joint in enumerate(COLOURS)]
    bars = [_bars(found["importance"].get(joint, {}), joint, k) for k, joint in enumerate(COLOURS)]
    size = 3 * WIDTH, 2 * HEIGHT + 20
    content = "\n".join([*panels, *bars])
    return write_text(
        path,
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" height="{size[1]}" '
        f'font-family="sans-serif" font-size="10">\n<rect width="100%" height="100%" fill="white"/>\n{content}\n</svg>\n',
    )


def _panel(found: Json, joint: str, column: int) -> str:
    figure = f"angle_rmsd_deg.{joint}"
    dots = [
        (len(row["sensors"]), row["figures"][figure]["mean"], name)
        for name, row in found["rows"].items()
        if figure in row["figures"]
    ]
    if not dots:
        return ""
    top = 1.05 * max(error for _, error, _ in dots)
    place = lambda n, e: (MARGIN + (n - 0.5) / 7 * (WIDTH - MARGIN - 10), HEIGHT - 30 - e / top * (HEIGHT - 60))  # noqa: E731
    best = {size: joints.get(joint) for size, joints in found["best"].items()}
    parts = [_title(f"{NAMES[joint]}: RMSD [deg] over number of sensors"), _axis(top)]
    for n, error, name in dots:
        x, y = place(n, error)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{COLOURS[joint]}" fill-opacity="0.5"/>')
        if name == best.get(str(n)):
            parts.append(f'<text x="{x:.1f}" y="{y + 12:.1f}" text-anchor="middle" font-size="8">{escape(name)}</text>')
    parts += [f'<text x="{place(n, 0)[0]:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{n}</text>' for n in range(1, 8)]
    return f'<g transform="translate({column * WIDTH},0)">{"".join(parts)}</g>'


def _bars(importance: dict[str, float], joint: str, column: int) -> str:
    if not importance:
        return ""
    most = max(*(abs(value) for value in importance.values()), 1e-9)
    parts = [_title(f"{NAMES[joint]}: error less with the sensor [deg]")]
    for k, (segment, value) in enumerate(importance.items()):
        y, length = 34 + 24 * k, value / most * (WIDTH - 140)
        parts.append(f'<text x="58" y="{y + 11}" text-anchor="end">{escape(segment)}</text>')
        left = 64 + min(length, 0.0)
        parts.append(f'<rect x="{left:.1f}" y="{y}" width="{abs(length):.1f}" height="14" fill="{COLOURS[joint]}"/>')
        parts.append(f'<text x="{68 + max(length, 0.0):.1f}" y="{y + 11}">{value:.2f}</text>')
    return f'<g transform="translate({column * WIDTH},{HEIGHT + 10})">{"".join(parts)}</g>'


def _title(text: str) -> str:
    return f'<text x="{MARGIN}" y="16" font-weight="bold">{escape(text)}</text>'


def _axis(top: float) -> str:
    lines = []
    for k in range(5):
        y = HEIGHT - 30 - k / 4 * (HEIGHT - 60)
        lines.append(f'<line x1="{MARGIN}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{MARGIN - 4}" y="{y + 3:.1f}" text-anchor="end">{k / 4 * top:.1f}</text>')
    return "".join(lines)
