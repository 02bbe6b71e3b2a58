"""Body height from the motion alone, for people whose height is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.placement import joint_positions as finding
from kinertia.placement.inference import place
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError

COVERED = 1.645
"""Standard deviations to either side that hold 90 %."""


def height(data: Path, people: tuple[str, ...] = (), context: Context = QUIET) -> Found:
    """How well body height is found from the motion where nobody gave it, beside guessing the mean of people.

    Parameters
    ----------
    data
        Folder of recordings that state a height, such as simulated people.
    people
        Folders of the people to take; all by default.
    """
    paths = [path for path in folders.recordings(data) if not people or path.parent.name in people]
    rows: list[Json] = []
    with context.bar(len(paths), "recordings") as advance:
        for path in paths:
            recording = read(path)
            if "height_m" not in recording.subject.assumed:
                rows.append(_row(path, recording))
            advance(1)
    found = summarise(rows)
    shown = table(
        "height", "recordings", "found, %", "error, cm", "90 %, cm", "bias, cm", "of guessing, %", "stated, cm", "in 90 %, %"
    )
    for name, row in {**found["kinds"], "all": found["all"]}.items():
        percent = lambda key, digits=0, row=row: cell(row[key], digits, factor=100.0)  # noqa: E731
        cells = [percent("found"), *(percent(key, 1) for key in ("error_m_median", "error_m_90", "bias_m"))]
        cells += [percent("ratio"), percent("stated_m", 1), percent("coverage_90")]
        shown.add_row(name, str(row["recordings"]), *cells)
    return Found(found, (shown,))


def summarise(rows: list[Json]) -> Json:
    """``all`` and ``kinds`` of recordings (``walk``, ``run``, ... : the name up to its number), and the ``rows`` themselves.

    Each has ``recordings``, ``found`` (share for which the motion says something), ``error_m_median`` (absolute; the mean of
    people where nothing was found), ``error_m_90``, ``bias_m``, ``guess_m_median`` (of guessing the mean of people), ``ratio``
    of both, ``stated_m`` (mean stated standard deviation) and ``coverage_90`` (share within the stated 90 % interval).

    Raises
    ------
    RecordingError : no recording states a height.
    """
    if not rows:
        raise RecordingError("no recording states a height", fix="give recordings of people whose height is known")
    kinds = sorted({row["kind"] for row in rows})
    by_kind = {kind: _figures([row for row in rows if row["kind"] == kind]) for kind in kinds}
    return {"all": _figures(rows), "kinds": by_kind, "rows": rows}


def unknown(recording: Recording) -> Recording:
    """The recording of a person of whom neither size nor sex is known, without truth."""
    subject = replace(recording.subject, sex=None, assumed=("mass_kg", "height_m"))
    return replace(recording, subject=subject, truth=None)


def _row(path: Path, recording: Recording) -> Json:
    found = place(unknown(recording)).height
    guess = finding.of_people()
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
