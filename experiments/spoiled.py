"""Recordings spoiled on purpose: is the right cause named first?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from experiments.options import Spoiled, Spoiling
from experiments.protocol import QUIET, Context, Found, Json, table
from experiments.spoiling import judge as judging
from experiments.spoiling import source, variants
from experiments.spoiling.judge import Answer, Look, Score, look
from experiments.spoiling.source import Load
from experiments.spoiling.variant import Kind
from kinertia.io.files import write_text

HUNDRED = Spoiling()
SAVED_EVERY = 100
"""Variants between two versions of the file of figures."""
KEPT = 5
"""Failures of each kind that are kept with what was said."""
RIGHT, WRONG, SECONDS = 0.95, 0.02, 60.0
"""Least share named rightly, largest share named wrongly, longest time."""


def spoiled(
    spoiling: Spoiled = HUNDRED, failures: Path | None = None, keep: Path | None = None, context: Context = QUIET
) -> Found:
    """Recordings spoiled on purpose, in every way that is known: is the right cause named first?

    The file of figures is written anew after every hundred variants.

    Parameters
    ----------
    spoiling
        What is spoiled, and how often.
    failures
        File to write to what was said where it was not right.
    keep
        Folder to leave the spoiled files in, each beside the sound one.
    """
    plan = variants.Plan(spoiling.variants, spoiling.seed, spoiling.only, spoiling.first, keep)
    done = 0
    with context.bar(spoiling.variants * len(variants.chosen(spoiling.only)), "variants") as bar:

        def advance(found: Json) -> None:
            nonlocal done
            done += 1
            bar(1)
            if done % SAVED_EVERY == 0:
                context.save(found)

        found = score(source.available(spoiling.people, spoiling.data), plan, look, advance)
    if failures is not None:
        write_text(failures, in_words(found).strip() + "\n")
    return Found(found, (render(found),))


def score(
    available: Mapping[str, list[Load]], plan: variants.Plan, look: Look, advance: Callable[[Json], None] = lambda _: None
) -> Json:
    """Score every variant of a plan.

    Parameters
    ----------
    available : sound recordings.
    plan : how much is done.
    look : reads and checks a file as commands do.
    advance : called after each variant with the results so far.

    Returns
    -------
    ``kinds``: name to ``owner``, ``causes``, ``variants``, counts of ``right``, ``wrong``, ``missed``, ``crash``, ``stops``,
    the longest time ``seconds``, and ``failures`` (number, source, detail, what was said); ``conditions``.

    Raises
    ------
    RecordingError : no such kind.
    """
    found: Json = {
        "kinds": {kind.name: _nothing(kind) for kind in variants.chosen(plan.only)},
        "conditions": {"variants": plan.variants, "seed": plan.seed, "first": plan.first},
    }
    with tempfile.TemporaryDirectory() as home:
        for made in variants.drawn(available, plan, look, plan.keep or Path(home)):
            if made is not None:
                _count(found["kinds"][made.kind.name], made, judging.judge(made.kind, made.variant, made.twin, look))
            advance(found)
            if plan.keep is None:
                shutil.rmtree(home)
                Path(home).mkdir()
    return found


def _nothing(kind: Kind) -> Json:
    counts = {score.value: 0 for score in Score}
    return {
        "owner": kind.owner,
        "causes": [cause.value for cause in kind.causes],
        "variants": 0,
        **counts,
        "stops": 0,
        "seconds": 0.0,
        "failures": [],
    }


def _count(row: Json, spoiled: variants.Spoiled, answer: Answer) -> None:
    row["variants"] += 1
    row[answer.score.value] += 1
    row["stops"] += int(answer.stops)
    row["seconds"] = max(row["seconds"], answer.seconds)
    if answer.score is not Score.RIGHT and len(row["failures"]) < KEPT:
        row["failures"].append(
            {
                "number": spoiled.number,
                "source": spoiled.source,
                "score": answer.score.value,
                "detail": spoiled.variant.detail,
                "said": answer.said,
            }
        )


def render(found: Json) -> Table:
    """A row per kind: shares in percent and the longest time; those that are not answered as they must be in red."""
    shown = table(title="% right, wrong, nothing said, put right or refused; longest time in s")
    for name in ("kind", "n", "right", "wrong", "nothing", "crash", "acts", "s"):
        shown.add_column(name, no_wrap=True, justify="left" if name == "kind" else "right")
    for name, row in found["kinds"].items():
        count = max(row["variants"], 1)
        shares = [f"{100 * row[key] / count:.0f}" for key in ("right", "wrong", "missed")]
        marked = Text(name, "" if holds(row) else "red")
        stops = f"{100 * row['stops'] / count:.0f}"
        shown.add_row(marked, str(row["variants"]), *shares, str(row["crash"]), stops, f"{row['seconds']:.1f}")
    return shown


def holds(row: Json) -> bool:
    """Whether a kind is answered as it must be."""
    count = max(row["variants"], 1)
    return row["right"] >= RIGHT * count and row["wrong"] <= WRONG * count and not row["crash"] and row["seconds"] <= SECONDS


def in_words(found: Json) -> str:
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
