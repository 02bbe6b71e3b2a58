"""Several starts: the one with the lowest loss goes on, and the result can be resumed and repeated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from kinertia.learning import starts
from kinertia.learning.config import Config
from kinertia.learning.sequence import Sequence
from kinertia.learning.state import TrainingState
from kinertia.learning.training import train


def with_starts(config: Config, count: int, steps: int, total: int) -> Config:
    return replace(config, training=replace(config.training, starts=count, start_steps=steps, steps=total))


def test_short_trainings_have_one_start(tiny: Config) -> None:
    assert starts.count(with_starts(tiny, 3, 10, 39)) == 1
    assert starts.count(with_starts(tiny, 3, 10, 40)) == 3


def test_the_lowest_loss_wins(tiny: Config) -> None:
    begun: list[TrainingState] = []

    def begin(number: int) -> TrainingState:
        begun.append(TrainingState.start(tiny, 1, torch.device("cpu"), number))
        return begun[-1]

    losses = iter([3.0, 1.0, 2.0])
    assert starts.choose(begin, lambda state, end: next(losses), with_starts(tiny, 3, 10, 40)) is begun[1]
    weights = [next(state.network.parameters()) for state in begun]
    assert not torch.equal(weights[0], weights[1])


def test_training_with_starts_resumes_to_the_same_result(tmp_path: Path, tiny: Config, sequences: list[Sequence]) -> None:
    config = with_starts(tiny, 2, 5, 20)
    whole = train(sequences, config, tmp_path / "whole")
    train(sequences, config, tmp_path / "parts", stop_after=12)
    parts = train(sequences, config, tmp_path / "parts", resume=True)
    for a, b in zip(whole.network.parameters(), parts.network.parameters(), strict=True):
        assert torch.equal(a, b)
    assert (tmp_path / "whole" / "history.csv").read_text() == (tmp_path / "parts" / "history.csv").read_text()
