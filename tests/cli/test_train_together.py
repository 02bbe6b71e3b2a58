"""``torchrun ... -m kinertia train``: two processes train what one trains."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from shell import Shell

from kinertia.learning import checkpoint

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "kinertia")
SMALL = ("--config.network.hidden", "8", "--config.training.batch", "3", "--config.training.window", "96")


def test_two_processes_train_what_one_trains(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    """The same but for rounding, and only the first of them writes and tells."""
    command = ("train", walk_csv, *SMALL, "--config.training.warm-up", "24", "--steps", "5", "--out")
    one, two = tmp_path / "one", tmp_path / "two"
    assert kinertia(*command, one).code == 0
    done = subprocess.run([*TORCHRUN, *map(str, command), str(two)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("model written") == 1
    (alone, own), (together, its) = (checkpoint.read(out, checkpoint.CHECKPOINT) for out in (one, two))
    assert alone.keys() == together.keys()
    for name, x in alone.items():
        torch.testing.assert_close(together[name], x, rtol=1e-3, atol=1e-5, msg=name)
    assert its.history[-1] == pytest.approx(own.history[-1], rel=1e-4)
