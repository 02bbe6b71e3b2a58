"""Errors against the reference as table rows, from the figures of :func:`kinertia.metrics.scoring.score`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kinertia.estimation import convention
from kinertia.estimation.convention import Knee
from kinertia.reporting import names

Json = dict[str, Any]
_MISSING = "\u2013"


@dataclass(frozen=True)
class ErrorRow:
    """One quantity; values are text. ``trivial`` is the error of the predictor that knows nothing."""

    label: str
    rmsd: str
    bias: str
    unbiased: str
    r: str
    synced: str
    trivial: str


@dataclass(frozen=True)
class ErrorTable:
    """Quantities of one kind with their unit and the name of their trivial predictor."""

    title: str
    unit: str
    predictor: str
    rows: tuple[ErrorRow, ...]

    @property
    def synced(self) -> bool:
        """Whether there are figures after a shift of the clocks."""
        return any(row.synced != _MISSING for row in self.rows)


_KINDS = (
    ("Joint angles", "deg", "own mean", "angle", "deg", "mean_angle"),
    ("Joint moments", "BWBH %", "zero", "moment", "bwbh", "zero_moment"),
    ("Ground reaction", "BW %", "zero", "grf", "bw", "zero_grf"),
)
_WORDS = {"grf_x": "Fore-aft force", "grf_y": "Vertical force", "grf_z": "Lateral force"}


def tables(scores: Json, knee: Knee = Knee.FLEXION) -> list[ErrorTable]:
    """Tables of the kinds for which there is at least one figure of a trial; what is absent or null is shown as a dash."""
    tables = []
    for title, unit, predictor, kind, suffix, rival in _KINDS:
        main = f"{kind}_rmsd_{suffix}"

        def text(name: str, field: str, figures: Json | None = scores, sign: float | None = None, digits: int = 2) -> str:
            value = ((figures or {}).get(field) or {}).get(name)
            if value is None:
                return _MISSING
            return names.number(value if sign is None else sign * value, digits, signed=sign is not None)

        rows = tuple(
            ErrorRow(
                _label(name),
                text(name, main),
                text(name, f"{kind}_bias_{suffix}", sign=convention.sign(name, knee)),
                text(name, f"{kind}_rmsd_unbiased_{suffix}"),
                text(name, f"{kind}_r", digits=3),
                text(name, main, scores.get("synced")),
                text(name, main, (scores.get("trivial") or {}).get(rival)),
            )
            for name, value in (scores.get(main) or {}).items()
            if value is not None
        )
        if rows:
            tables.append(ErrorTable(title, unit, predictor, rows))
    return tables


def _label(name: str) -> str:
    base, side = names.split_side(name)
    words = _WORDS.get(base) or names.joint(base)[0]
    return f"{words}, {names.SIDES[side]}" if side else words
