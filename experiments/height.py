"""Benchmark of body height from the motion alone, for people whose height is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.placement import height
from kinertia.placement.inference import place
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError

Json = dict[str, Any]
COVERED = 1.645
"""Standard deviations to either side that hold 90 %."""


def recordings(folder: Path, people: tuple[str, ...] = ()) -> list[Path]:
    """Recordings of a folder, or of some people's folders in it."""
    return [path for path in folders.recordings(folder) if not people or path.parent.name in people]


def run(paths: list[Path], advance: Callable[[str], None]) -> Json:
    """Estimate the height of each recording's person, who is taken to be unknown.

    Parameters
    ----------
    paths : recordings that state a height.
    advance : called after each with its name.

    Returns
    -------
    ``all`` and one entry per kind of recording (``walk``, ``run``, ... : the name up to its number), each with ``recordings``,
    ``found`` (share for which the motion says something), ``error_m_median`` (absolute; the mean of people where nothing was
    found), ``error_m_90``, ``bias_m``, ``guess_m_median`` (of guessing the mean of people), ``ratio`` of both, ``stated_m``
    (mean stated standard deviation) and ``coverage_90`` (share within the stated 90 % interval); ``rows`` per recording.

    Raises
    ------
    RecordingError : no recording states a height.
    """
    rows: list[Json] = []
    for path in paths:
        recording = read(path)
        if "height_m" not in recording.subject.assumed:
            rows.append(_row(path, recording))
        advance(recording.name)
    if not rows:
        raise RecordingError("no recording states a height", fix="give recordings of people whose height is known")
    kinds = sorted({row["kind"] for row in rows})
    return {
        "all": _figures(rows),
        "kinds": {kind: _figures([row for row in rows if row["kind"] == kind]) for kind in kinds},
        "rows": rows,
    }


def unknown(recording: Recording) -> Recording:
    """The recording of a person of whom neither size nor sex is known, without truth."""
    subject = replace(recording.subject, sex=None, assumed=("mass_kg", "height_m"))
    return replace(recording, subject=subject, truth=None)


def _row(path: Path, recording: Recording) -> Json:
    found = place(unknown(recording)).height
    guess = height.of_people()
    answer = guess if found is None else found
    return {
        "recording": f"{path.parent.name}/{path.stem}",
        "kind": path.stem.split("_")[0],
        "height_m": recording.subject.height_m,
        "found": found is not None,
        "estimated_m": answer.height_m,
        "spread_m": answer.spread_m,
        "guess_m": guess.height_m,
    }


def _figures(rows: list[Json]) -> Json:
    true, estimated, spread, guess = (
        np.array([row[name] for row in rows]) for name in ("height_m", "estimated_m", "spread_m", "guess_m")
    )
    error = estimated - true
    median, guessed = float(np.median(np.abs(error))), float(np.median(np.abs(guess - true)))
    return {
        "recordings": len(rows),
        "found": float(np.mean([row["found"] for row in rows])),
        "error_m_median": median,
        "error_m_90": float(np.quantile(np.abs(error), 0.9)),
        "bias_m": float(error.mean()),
        "guess_m_median": guessed,
        "ratio": median / guessed if guessed > 0.0 else None,
        "stated_m": float(spread.mean()),
        "coverage_90": float(np.mean(np.abs(error) < COVERED * spread)),
    }
