"""Data, people and models of the experiment with labels."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from experiments import people as simulated
from experiments.protocol import QUIET, Context
from kinertia.recording import RecordingError
from kinertia.supervised import checkpoint, regimes
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import FitConfig
from kinertia.train import people
from kinertia.train.loop import Running

CYCLES, CONTINUOUS = "imu_cycles_biomac", "imu_mocap_gaittoolbox"
"""Folders of real recordings."""
RECORDINGS = ("walk_1", "walk_2", "walk_3", "run_1", "run_2", "run_3")
SEED = 5
"""Of the people; not that of :mod:`experiments.people`, whom nothing is trained on."""


@dataclass(frozen=True)
class Setting:
    """What rows need.

    Attributes
    ----------
    data : folder with :data:`CYCLES` and :data:`CONTINUOUS`.
    people : folder of simulated people.
    work : folder for models.
    train, test : number of people, the first ones and those after them.
    context : shows what is being done.
    """

    data: Path
    people: Path
    work: Path
    train: int = 40
    test: int = 10
    context: Context = QUIET

    def files(self) -> list[tuple[str, list[Path]]]:
        """Files of everybody.

        Raises
        ------
        RecordingError
            If there are fewer people than asked for.
        """
        found = people.find(self.people, RECORDINGS)
        if len(found) < self.train + self.test:
            raise RecordingError(
                f"holds {len(found)} people, {self.train} to learn from and {self.test} to test are asked for",
                file=str(self.people),
                fix="simulate more, or ask for fewer (--train, --test)",
            )
        return found[: self.train + self.test]

    def learned_from(self) -> list[tuple[str, list[Path]]]:
        """Files of the people that are learned from."""
        return self.files()[: self.train]

    def tested(self) -> list[tuple[str, list[Path]]]:
        """Files of the people that are tested."""
        return self.files()[self.train :]

    def fitted(self, name: str, config: FitConfig) -> Fitted:
        """The model of a configuration, fitted on the people that are learned from; made once in the folder for models."""
        folder, chosen = self.work / name, people.everyone([name for name, _ in self.learned_from()])
        if checkpoint.is_fitted(folder):
            found = checkpoint.load(folder)
            if found.config == config and found.card.people == chosen.train:
                return found
        data = {}
        for each in self.learned_from():
            self.context.say(f"reading {each[0]}")
            data[each[0]] = regimes.examples(people.load(each), config)
        with self.context.training(config.training.epochs, name) as progress:
            return regimes.fit_general(data, chosen, config, Running(folder, True, progress=progress))


def data_folder(given: Path | None) -> Path:
    """The folder of real recordings: as given, else ``$KINERTIA_DATA``.

    Raises
    ------
    RecordingError
        If neither is there, or it does not hold what is needed.
    """
    found = given or (Path(os.environ["KINERTIA_DATA"]) if os.environ.get("KINERTIA_DATA") else None)
    if found is None:
        raise RecordingError(
            "no folder of recordings given", fix=f"give --data, or set KINERTIA_DATA, to a folder with {CYCLES}"
        )
    for name in (CYCLES, CONTINUOUS):
        if not (found / name).is_dir():
            raise RecordingError(f"holds no {name}", file=str(found), fix="give the folder that holds the data sets")
    return found


def simulate(count: int, jobs: int, context: Context) -> Path:
    """The folder of simulated people, made where it is not there; goes on where it was interrupted."""
    return simulated.make(simulated.cache("labels", SEED), count, RECORDINGS, jobs, context, SEED)
