"""Variants: every kind of spoiled file, made of sound recordings that are drawn for it."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling import source as sources
from experiments.spoiling.judge import Look
from experiments.spoiling.kinds import KINDS
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.source import Load
from experiments.spoiling.variant import Base, Kind, Variant
from kinertia.recording import Frame, Recording
from kinertia.recording.errors import RecordingError

SHARES = {"simulated": 0.6, "optical": 0.2, "hugadb": 0.2}
"""Of the variants, by where the sound recording comes from, as far as these are there."""
TRIES = 12
"""How many sound recordings are drawn for one that can be spoiled in the way wanted."""
USUAL_MASS_KG, USUAL_HEIGHT_M = 70.0, 1.75
"""Stated for real people whose size is not known, where a fault needs a size."""


@dataclass(frozen=True)
class Plan:
    """How much is done.

    Attributes
    ----------
    variants : of each kind.
    seed : draws everything; variant i of a kind is the same whatever else is run.
    only : names of kinds; empty for all.
    first : number of the first variant.
    keep : folder that the files are left in; None to remove them.
    """

    variants: int = 100
    seed: int = 1
    only: tuple[str, ...] = ()
    first: int = 0
    keep: Path | None = None


@dataclass(frozen=True)
class Spoiled:
    """One variant on disk, with the recording it was made from."""

    kind: Kind
    variant: Variant
    twin: Recording
    source: str
    number: int


def chosen(only: tuple[str, ...]) -> tuple[Kind, ...]:
    """Kinds with these names, or all.

    Raises
    ------
    RecordingError : no such kind.
    """
    unknown = [name for name in only if name not in {kind.name for kind in KINDS}]
    if unknown:
        names = ", ".join(kind.name for kind in KINDS)
        raise RecordingError(f"there is no kind {unknown[0]!r}", fix=f"choose from: {names}")
    return tuple(kind for kind in KINDS if not only or kind.name in only)


@dataclass(frozen=True)
class Sound:
    """A sound recording as a sheet, and as commands read it; None where it is refused, which `benchmark alarms` counts."""

    source: str
    sheet: Sheet
    twin: Recording | None


class Draws:
    """Sound recordings of one number, the same for every kind that can use them, each read once.

    Parameters
    ----------
    available : by origin.
    seed, number : draw them.
    look : reads and checks a file as commands do.
    """

    def __init__(self, available: Mapping[str, list[Load]], seed: int, number: int, look: Look) -> None:
        self._available, self._seed, self.number, self._look = available, seed, number, look
        self._made: dict[tuple[int, Base, Frame, bool], Sound | None] = {}

    def take(self, attempt: int, kind: Kind, frame: Frame, folder: Path) -> Sound | None:
        """The recording of an attempt, in these axes and written below ``folder``; None where it is not for this kind."""
        key = (attempt, kind.base, frame, kind.whole)
        if key not in self._made:
            self._made[key] = self._make(attempt, kind, frame)
        sound = self._made[key]
        if sound is not None:
            sheets.write(sound.sheet, folder)
        return sound

    def _make(self, attempt: int, kind: Kind, frame: Frame) -> Sound | None:
        generator = np.random.default_rng((self._seed, self.number, attempt))
        source = draw(self._available, generator)()
        if kind.base is Base.STANDING:
            stands = sources.standing(source)
            return None if stands is None else Sound(source.name, sheets.of(stands), stands)
        try:
            sheet = sheets.of(sources.cut(source, generator, frame))
        except RecordingError:
            return None  # too short, or a real walk that cannot be brought to these axes
        if kind.whole:
            sheet = replace(sheet, mass_kg=sheet.mass_kg or USUAL_MASS_KG, height_m=sheet.height_m or USUAL_HEIGHT_M)
        try:
            with tempfile.TemporaryDirectory() as home:
                return Sound(source.name, sheet, self._look(sheets.write(sheet, Path(home)), {}))
        except RecordingError:
            return Sound(source.name, sheet, None)


def drawn(available: Mapping[str, list[Load]], plan: Plan, look: Look, folder: Path) -> Iterator[Spoiled | None]:
    """Every variant of the plan, written below ``folder``; None for one that no sound recording allows.

    Number by number, and all kinds of a number before the next, so that a part of the work is a sample of the whole.
    """
    for number in range(plan.first, plan.first + plan.variants):
        draws = Draws(available, plan.seed, number, look)
        for kind in chosen(plan.only):
            generator = np.random.default_rng((plan.seed, number, zlib.crc32(kind.name.encode())))
            yield make(draws, kind, generator, folder)


def make(draws: Draws, kind: Kind, generator: np.random.Generator, folder: Path) -> Spoiled | None:
    """One variant, with its sound twin beside it, written below ``folder``."""
    frame = Frame(str(generator.choice([str(frame) for frame in kind.frames])))
    home = folder / f"{kind.name.replace(' ', '_').replace('/', '_')}_{draws.number}"
    for attempt in range(TRIES):
        shutil.rmtree(home, ignore_errors=True)
        for part in ("sound", "spoiled"):
            (home / part).mkdir(parents=True)
        sound = draws.take(attempt, kind, frame, home / "sound")
        if sound is None or sound.twin is None:
            continue
        variant = kind.spoil(sound.sheet, home / "spoiled", generator)
        if variant is not None:
            return Spoiled(kind, variant, sound.twin, sound.source, draws.number)
    return None


def draw(available: Mapping[str, list[Load]], generator: np.random.Generator) -> Load:
    """Any sound recording, from its origins in the shares wanted."""
    origins = [origin for origin in SHARES if available.get(origin)]
    shares = np.array([SHARES[origin] for origin in origins])
    loads = available[str(generator.choice(origins, p=shares / shares.sum()))]
    return loads[generator.integers(len(loads))]
