"""Options that several commands share: how to read recordings, who was recorded, how to train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from kinertia.api import reading as shared
from kinertia.cli.helping import RARE
from kinertia.learning import config as configuration
from kinertia.learning.config import Config

DEFAULT = Config()
Out = Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")]
Files = Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE...")]


@dataclass(frozen=True)
class Reading(shared.Reading):
    """What the files do not say themselves."""

    mass: Annotated[float | None, tyro.conf.arg(metavar="KG")] = None
    """Body mass in kg; default from the file, else what is usual at the height."""
    height: Annotated[float | None, tyro.conf.arg(metavar="M")] = None
    """Body height in m; default from the file, else from the motion (about 5 cm), else 1.80."""
    placement: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """File that maps Xsens serial numbers to segments; default placement.toml beside the recording."""
    columns: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Column map of a CSV or Parquet table; default NAME.columns.toml beside it."""
    trial: Annotated[str | None, RARE] = None
    """Which trial of a folder."""
    rate: Annotated[float | None, tyro.conf.arg(metavar="HZ")] = None
    """Sampling rate in Hz, where the file does not state it."""
    gyro_from_orientation: Annotated[bool, RARE] = False
    """Derive angular rate from orientation, where a recording has no gyroscope."""
    anyway: bool = False
    """Go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted."""


NOTHING_GIVEN = Reading()
Shared = Annotated[Reading, tyro.conf.arg(name="")]
read, read_each, read_stated = shared.one, shared.each, shared.as_stated


def default_out(files: Sequence[Path]) -> Path:
    """Folder, below the current one, for what is made of recordings: of the name of the one that was given."""
    name = "recordings" if len(files) != 1 else files[0].resolve().name if files[0].is_dir() else files[0].stem
    return Path(f"{name}_kinertia")


def choose_config(file: Path | None, config: Config) -> Config:
    """The configuration of a file, or else of the options.

    Raises
    ------
    ValueError : both were given, or the file is no configuration.
    """
    if file is None:
        return config
    if config != DEFAULT:
        raise ValueError(f"{file}: a configuration file and --config options were both given; change the file instead")
    return configuration.load(file)
