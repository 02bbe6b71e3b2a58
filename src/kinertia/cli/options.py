"""Options that several commands share: what files do not say, how a training runs, how results are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import tyro

from kinertia.api import reading as shared
from kinertia.cli.parsing import RARE
from kinertia.cluster.workers import Workers
from kinertia.estimation.convention import Knee
from kinertia.io.outputs import Outputs
from kinertia.io.stored import Session
from kinertia.learning.config import Config
from kinertia.recording import RecordingError
from kinertia.train import configuration

DEFAULT = Config()
T = TypeVar("T")
FINISHED, UNFINISHED = ("model", "encoder", "fitted", "export"), ("checkpoint", "pretraining", "fitting", "rows")
"""Stems of the .json files that say what a folder holds."""
Out = Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")]
Files = Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE...")]


@dataclass(frozen=True)
class Stated(shared.Reading):
    """What the files do not say themselves."""

    mass: Annotated[float | None, tyro.conf.arg(metavar="KG")] = None
    """Body mass in kg; default from the file, else what is usual at the height."""
    height: Annotated[float | None, tyro.conf.arg(metavar="M")] = None
    """Body height in m; default from the file, else from the motion (about 5 cm), else 1.80."""
    placement: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """File that maps Xsens serial numbers to segments; default placement.toml beside the recording."""
    columns: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Column map of a CSV or Parquet table; default NAME.columns.toml beside it."""
    trial: Annotated[str | None, RARE] = None  # Which trial of a folder.
    rate: Annotated[float | None, tyro.conf.arg(metavar="HZ")] = None  # Sampling rate in Hz, where the file does not state it.
    gyro_from_orientation: Annotated[bool, RARE] = False
    """Derive angular rate from orientation, where a recording has no gyroscope."""
    anyway: tyro.conf.Suppress[bool] = False  # only where something is made of what is read


@dataclass(frozen=True)
class Reading(Stated):
    """The same for commands that go on with what they read."""

    anyway: bool = False
    """Go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted."""


NOTHING_STATED, NOTHING_GIVEN = Stated(), Reading()
Said = Annotated[Stated, tyro.conf.arg(name="")]
Shared = Annotated[Reading, tyro.conf.arg(name="")]
read, read_each, read_stated, files = shared.one, shared.each, shared.as_stated, shared.files


def default_out(named: Sequence[Path]) -> Path:
    """Folder, below the current one, for what is made of recordings: of the name of the one that was given."""
    name = "recordings" if len(named) != 1 else named[0].resolve().name if named[0].is_dir() else named[0].stem
    return Path(f"{name}_kinertia")


ALONE = Workers()
Working = Annotated[Workers, tyro.conf.arg(name="")]


@dataclass(frozen=True)
class Run:
    """How a training runs and where it writes; the same for all that train."""

    out: Out = None  # Folder for what is trained; default a folder in NAME_kinertia here.
    steps: Annotated[int | None, tyro.conf.arg(metavar="N")] = None  # How long to train; default that of the configuration.
    seed: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Start of all random numbers; default that of the configuration."""
    resume: bool = False  # Go on with what an interrupted run left in OUT; the result is the same as without the interruption.
    overwrite: bool = False
    """Replace a training or model that OUT holds, at the first checkpoint of this one; never what is read."""
    config_file: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Configuration to read instead of --config options; OUT/config.json is such a file."""

    @property
    def stated(self) -> bool:
        """Whether anything of the configuration is stated here."""
        return (self.steps, self.seed, self.config_file) != (None, None, None)


ONCE = Run()
STEPS = ("training.steps", "adaptation.steps", "adaptation.long_steps")
"""What ``--steps`` stands for where a network is trained on physics."""
Running = Annotated[Run, tyro.conf.arg(name="")]


def configured(run: Run, config: T, default: T, steps: Sequence[str], seed: str) -> T:
    """The configuration of a file, or else of the options (the default where none was given), with the steps and the seed.

    ``steps`` and ``seed`` are dotted names of the settings that ``--steps`` and ``--seed`` stand for. ValueError where a file
    and options were both given, or the file is no configuration.
    """
    if run.config_file is not None:
        if config != default:
            what = "a configuration file and --config options were both given; change the file instead"
            raise ValueError(f"{run.config_file}: {what}")
        config = configuration.load(run.config_file, type(default))
    given = {**dict.fromkeys(steps, run.steps), seed: run.seed}
    for name, value in given.items():
        config = config if value is None else _with(config, name.split("."), value)
    return config


def _with(config: Any, names: Sequence[str], value: int) -> Any:
    first, *rest = names
    return replace(config, **{first: _with(getattr(config, first), rest, value) if rest else value})


def guard(command: str, out: Path, read: tuple[Path, ...], *names: str, resume: bool = False, overwrite: bool = False) -> None:
    """Whether a training may write into a folder.

    ``command`` is what a user calls, ``names`` are those of the files that are written beside the models. RecordingError: the
    folder holds a model or a training and the user neither resumes nor insists; something that is read would be replaced; or
    something that is not of a training.
    """
    if not (resume or overwrite):
        finished, begun = ([out / f"{stem}.json" for stem in stems] for stems in (FINISHED, UNFINISHED))
        if there := [path for path in (*finished, *begun) if path.is_file()]:
            unfinished = any(path.is_file() for path in begun)
            message = f"this folder holds a {'training' if unfinished else 'model'} already, which stays as it is"
            fix = f"give another --out{', --resume to go on with it' if unfinished else ''}, or --overwrite to replace it"
            raise RecordingError(message, file=str(there[0]), fix=fix)
    cards = (f"{stem}.json" for stem in (*FINISHED, *UNFINISHED))
    Outputs(command, read, overwrite=resume or overwrite).check(out / name for name in (*names, *cards))


@dataclass(frozen=True)
class Presenting:
    """How results are shown."""

    knee: Annotated[Knee, tyro.conf.EnumChoicesFromValues] = Knee.FLEXION
    """Sign of knees in report and table: flexion positive, or as in OpenSim; .mot and .sto are always OpenSim's."""
    session: Annotated[str, tyro.conf.arg(metavar="TEXT")] = ""  # Heading of the report: who, when, which visit.
    note: Annotated[str, tyro.conf.arg(metavar="TEXT")] = ""  # Notes for the report: shoes, surface, complaints.
    pdf: bool = False  # Print the report to a PDF as well, with a browser that is installed.

    @property
    def said(self) -> Session:
        """What the user says of the recording."""
        return Session(self.session, self.note)


AS_USUAL = Presenting()
Presented = Annotated[Presenting, tyro.conf.arg(name="")]
