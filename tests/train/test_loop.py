"""The loop itself, on a line through noise: where it ends, what it records, and that an interruption leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from kinertia.train import loop
from kinertia.train.loop import Running
from kinertia.train.state import Part, State
from kinertia.train.store import Card, Store


@dataclass(kw_only=True)
class LineState(State):
    network: nn.Linear
    generator: torch.Generator

    @property
    def parts(self) -> dict[str, Part]:
        return {"network": self.network, "generator": self.generator}


@dataclass(frozen=True)
class LineConfig:
    rate: float = 0.05


@dataclass
class Line(loop.Training[LineState, Card]):
    config: LineConfig
    enough: float = 0.0

    store = Store(Card, 1, "line", "drawing", "kinertia draw")
    log_every = 5

    @property
    def steps(self) -> int:
        return 20

    def step(self, state: LineState) -> dict[str, Tensor]:
        x = torch.randn(8, 1, generator=state.generator)
        loss = (state.network(x) - 3.0 * x).square().mean()
        state.descend(loss, [self.config.rate], state.network)
        return {"loss": loss.detach()}

    def converged(self, history: list[dict[str, float]]) -> bool:
        return bool(history) and history[-1]["loss"] < self.enough

    def card(self, kind: str, state: LineState) -> Card:
        return Card(format=1, kind=kind, step=state.step, config=self.config, history=tuple(state.history))

    def model(self, state: LineState) -> dict[str, Tensor]:
        return state.network.state_dict()


def fresh() -> LineState:
    network = nn.Linear(1, 1)
    with torch.no_grad():
        network.weight.fill_(0.0)
        network.bias.fill_(1.0)
    optimiser = torch.optim.Adam(network.parameters())
    return LineState(network=network, optimiser=optimiser, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("stop", [5, 13])
def test_an_interruption_leaves_no_trace(tmp_path: Path, stop: int) -> None:
    line, whole, parts = Line(LineConfig()), tmp_path / "whole", tmp_path / "parts"
    assert loop.run(line, fresh(), Running(whole))
    assert not loop.run(line, fresh(), Running(parts, stop_after=stop))
    assert not (parts / "line.json").exists()
    state = fresh()
    card = line.store.resume(parts, state, lambda card: "")
    assert (card.step, state.step) == (stop, stop)
    assert loop.run(line, state, Running(parts, resume=True))
    for kind in ("line", "drawing"):
        (a, first), (b, second) = (line.store.read(folder, kind) for folder in (whole, parts))
        assert first == second
        assert a.keys() == b.keys()
        assert all(torch.equal(x, b[name]) for name, x in a.items())
    assert [row["step"] for row in card.history] == [5.0, 10.0][: stop // 5]
    with pytest.raises(ValueError, match="the checkpoint was drawn by another hand; give the same, or another --out"):
        line.store.resume(parts, fresh(), lambda card: "drawn by another hand; give the same")


def test_it_ends_when_it_has_converged_and_says_when_it_diverges() -> None:
    state = fresh()
    assert loop.run(Line(LineConfig(), enough=100.0), state, Running())
    assert state.step == 5
    state = fresh()
    state.network.weight.data.fill_(torch.nan)
    with pytest.raises(ValueError, match=r"training diverged at step 1: \{'loss': nan\}; lower the learning rate"):
        loop.run(Line(LineConfig()), state, Running())
