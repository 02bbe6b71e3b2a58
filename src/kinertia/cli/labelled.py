"""Recordings whose reference is learned from, beside those that are learned from without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from kinertia.cli import options
from kinertia.cli.options import Reading
from kinertia.learning.config import Config

if TYPE_CHECKING:
    from kinertia.learning.sequence import Sequence as Signals
    from kinertia.learning.supervision import Labels


def read(files: Sequence[Path], reading: Reading, config: Config, console: Console) -> tuple[list[Signals], list[Labels]]:
    """Signals and labels of recordings with a reference; the reference is moved to the sensors' clock first.

    Raises
    ------
    RecordingError : a recording cannot be read or holds no reference.
    """
    from kinertia.learning import supervision
    from kinertia.learning.prepare import to_sequence
    from kinertia.metrics.sync import synced

    sequences, labels = [], []
    for recording in options.read_each(files, reading):
        known, shift_s = synced(recording)
        said = "not synced: no angles to compare" if shift_s is None else f"sensors {1000 * shift_s:+.0f} ms behind it"
        console.print(Text(f"{recording.name}: learning from its reference, {said}", style="dim"))
        sequences.append(to_sequence(recording, config))
        labels.append(supervision.labels_of(known, config))
    return sequences, labels


def without(files: Sequence[Path], labelled: Sequence[Path]) -> tuple[Path, ...]:
    """Files that are not labelled ones too: nobody is learned from twice."""
    known = {path.resolve() for path in labelled}
    return tuple(path for path in files if path.resolve() not in known)
