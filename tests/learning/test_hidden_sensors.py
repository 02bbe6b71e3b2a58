from __future__ import annotations

import pytest
import torch

from kinertia.learning.batch import draw_shown
from kinertia.recording import LOWER_BODY


def test_sets_are_never_empty_and_of_every_size() -> None:
    shown = draw_shown(4000, 1.0, torch.Generator().manual_seed(0))
    assert shown.shape == (4000, 7)
    assert set(shown.unique().tolist()) == {0.0, 1.0}
    sizes = shown.sum(-1)
    assert set(sizes.tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
    pairs = [(LOWER_BODY.index(f"{part}_r"), LOWER_BODY.index(f"{part}_l")) for part in ("femur", "tibia", "foot")]
    whole = torch.stack([shown[:, r] == shown[:, left] for r, left in pairs], -1).all(-1)
    assert 0.55 < whole.float().mean() < 0.8


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_share_of_windows(share: float) -> None:
    shown = draw_shown(5000, share, torch.Generator().manual_seed(1))
    assert (shown.sum(-1) < 7).float().mean().item() == pytest.approx(share, abs=0.03)


def test_the_same_seed_draws_the_same_sets() -> None:
    first, second = (draw_shown(50, 0.5, torch.Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(first, second)
