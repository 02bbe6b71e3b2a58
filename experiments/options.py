"""Options that experiments share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from experiments import methods
from experiments.methods import Method, MethodName
from experiments.protocol import QUIET, Context
from kinertia.cli import options
from kinertia.cli.options import DEFAULT, STEPS, Run
from kinertia.cli.parsing import RARE
from kinertia.learning.config import Config


@dataclass(frozen=True)
class Learning:
    """How what learns is trained."""

    model: str | None = None
    """Folder of the model that is scored or adapted, instead of the one that comes with the package."""
    steps: int | None = None
    """How long to train; default that of the configuration."""
    seed: int | None = None
    """Seed of training; default that of the configuration."""
    config_file: Path | None = None
    """Configuration to read instead of --config options."""
    config: Annotated[Config, RARE] = DEFAULT
    """How learned methods are trained; where a model is adapted, settings not given are the model's."""

    @property
    def configuration(self) -> Config:
        """What was asked for; errors as :func:`kinertia.cli.options.configured`."""
        run = Run(steps=self.steps, seed=self.seed, config_file=self.config_file)
        return options.configured(run, self.config, DEFAULT, STEPS, "training.seed")

    def method(self, name: MethodName, context: Context = QUIET) -> Method:
        """A method by its name, trained like this."""
        wanted, own = self.configuration, None if self.model == "default" else self.model
        return methods.choose(name, wanted.training.seed, wanted, context.training, own)


@dataclass(frozen=True)
class Spoiling:
    """Which recordings are spoiled, how, and how often."""

    people: tuple[Path, ...] = ()
    """Folders of simulated people, as `kinertia simulate` writes them."""
    data: Path | None = None
    """Folder with real walks: `imu_mocap_gaittoolbox`, `imu_hugadb`."""
    variants: int = 100
    """Of each kind."""
    first: int = 0
    """Number of the first variant."""
    only: tuple[str, ...] = ()
    """Kinds to try; all by default."""
    seed: int = 1
    """Draws recordings, sensors, axes, instants and amounts."""


AS_USUAL = Learning()
Shared = Annotated[Learning, tyro.conf.arg(name="")]
Spoiled = Annotated[Spoiling, tyro.conf.arg(name="")]
