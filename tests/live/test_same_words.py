"""Report, terminal and live page say the same of the same estimate, from the same limits."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import live_walker
import numpy as np
import pytest
from rich.console import Console

from kinertia.cli import output
from kinertia.estimation import gait
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.trust import (
    OTHER,
    RUNNING_RATIO,
    TRUSTED_DISAGREEMENT,
    TRUSTED_RESIDUAL_BW,
    TRUSTED_RESIDUAL_BWBH,
    WORDS,
    Agreement,
    doubts,
)
from kinertia.live.hub import Hub
from kinertia.live.message import SessionState
from kinertia.live.monitor import Monitor
from kinertia.recording import Array, Recording
from kinertia.reporting import page
from kinertia.reporting.shown import Shown
from kinertia.runtime.card import GROUPS, Layout
from kinertia.streaming.sample import Settings
from kinertia.streaming.trust import OTHER_ACTIVITY, Trust

sys.path.append(str(Path(__file__).parents[1] / "report"))
import walking

SIGNALS = tuple(f"signal_{i}" for i in range(21))
LAYOUT = Layout(
    ("pelvis_tx", "residual_x", "residual_y", "residual_moment", *SIGNALS),
    tuple({"coordinates": 1, "residual": 3, "virtual": 21}.get(group, 0) for group in GROUPS),
)
TRUE_PART = {"force": (0.0, TRUSTED_RESIDUAL_BW, 0.0), "moment": (0.0, 0.0, TRUSTED_RESIDUAL_BWBH)}


def estimated(of_limit: float, what: str, does: Activity) -> tuple[Estimate, Recording]:
    """Twenty seconds in which one thing is everywhere so many times what is trusted in walking, and all else is perfect."""
    estimate, recording, _ = walking.make(20.0)
    assert estimate.imu_measured is not None
    # a rate so high that nobody is still, and accelerations that agree
    measured = np.zeros_like(estimate.imu_measured)
    measured[..., 2] = 3.0
    apart = np.zeros_like(measured)
    apart[..., 2] = of_limit * TRUSTED_DISAGREEMENT * np.sqrt(3.0**2 + 0.25) if what == "signals" else 0.0
    residual = np.tile(of_limit * np.array(TRUE_PART.get(what, (0.0, 0.0, 0.0))), (estimate.samples, 1))
    activity = np.full(estimate.samples, does, dtype=np.int8)
    made = replace(
        estimate, root_residual=residual, imu_measured=measured, imu_virtual=measured + apart, activity=activity, warnings=()
    )
    agreement = Agreement.of(residual, measured, measured + apart, made.counted, activity == Activity.RUNNING)
    spans = [span for kind in gait.kinds(made, periodic=False) for span in kind.spans]
    found = doubts(agreement, made.rate_hz, periodic=False, strides=spans)
    other = np.full(made.samples, does is Activity.OTHER)
    return replace(made, doubts={OTHER: other, **found}), recording


def shown_live(estimate: Estimate) -> tuple[tuple[str, ...], str]:
    """Reasons and activity on the live page after the same samples, one by one."""
    assert estimate.root_residual is not None
    assert estimate.imu_measured is not None
    assert estimate.imu_virtual is not None
    assert estimate.activity is not None
    trust, hub = Trust(LAYOUT, estimate.rate_hz, 0, Settings()), Hub(live_walker.NAMES, live_walker.RATE_HZ)
    for index in range(400):
        values: Array = np.concatenate([[0.0], estimate.root_residual[index], estimate.imu_virtual[index].ravel()])
        does = Activity(int(estimate.activity[index]))
        known = OTHER_ACTIVITY if does is Activity.OTHER else 0
        reasons = trust.judge(values, estimate.imu_measured[index], known, running=does is Activity.RUNNING)
        hub.publish(replace(live_walker.frame(index, reasons=reasons), activity=does))
    monitor = Monitor(hub)
    monitor.refresh(SessionState(), viewers=1)
    status = json.loads(monitor.status)
    assert status["trust"]["ok"] is not bool(status["trust"]["reasons"])
    return tuple(status["trust"]["reasons"]), status["activity"]


@pytest.mark.parametrize("what", ["force", "moment", "signals"])
@pytest.mark.parametrize("does", [Activity.WALKING, Activity.RUNNING, Activity.OTHER])
@pytest.mark.parametrize("of_limit", [0.97, 1.03])
def test_report_terminal_and_live_page_agree(of_limit: float, what: str, does: Activity) -> None:
    larger = RUNNING_RATIO if what == "force" and does is Activity.RUNNING else 1.0
    estimate, recording = estimated(larger * of_limit, what, does)
    console = Console(file=StringIO(), record=True, width=400)
    output.show(console, Shown(estimate, recording), errors=False)
    printed, drawn = console.export_text(), page.render(Shown(estimate, recording))
    reasons, activity = shown_live(estimate)
    assert activity == does.word
    for said in WORDS.values():
        assert (said in reasons) is (said in drawn)
    assert bool(reasons) is ("should not be trusted" in printed) is ("should not be trusted" in drawn)
    assert bool(reasons) is (of_limit > 1.0 or does is Activity.OTHER)
