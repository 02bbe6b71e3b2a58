"""Charts and poses of an estimate, as its report has them."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from kinertia.estimation import gait, spatiotemporal
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.reporting import animation, curves, figure, normative, window
from kinertia.reporting.charts import Chart

JOINTS = ("Hip", "Knee", "Ankle")
POSES, APART_M, PX_PER_M = 8, 0.88, 100.0
"""Of the stride that is drawn."""


def charts(estimate: Estimate, recording: Recording, knee: Knee = Knee.FLEXION) -> list[Chart]:
    """Angles of the leg's joints, their moments and the ground reaction: what is known of them, three in a row."""
    steps = spatiotemporal.of(estimate, periodic=recording.periodic)
    source = curves.Source(
        estimate,
        gait.find(estimate, periodic=recording.periodic),
        window.busiest(estimate, window.CURVE_SECONDS),
        recording.truth,
        normative.of(steps[0] if steps else None),
    )
    joints = [
        chart
        for chart in (*curves.angles(source), *curves.moments(source))
        if chart.title.startswith(JOINTS) and chart.only in ("", f"knee-{knee.value}")
    ]
    return [*joints, *curves.ground_reaction(source)]


def few(shown: list[Chart]) -> list[Chart]:
    """Of these the angles and, where it is known, the vertical ground reaction."""
    return [*(c for c in shown if c.title.endswith("angle")), *(c for c in shown if c.title.endswith("vertical"))]


def stride(estimate: Estimate, recording: Recording) -> Markup | None:
    """Poses of one stride, in the middle of what was done, with the ground reaction; None without strides or landmarks."""
    leg = gait.find(estimate, periodic=recording.periodic).of("r")
    if leg is None:
        return None
    middle = leg.count // 2
    begin, end = (int(at[middle]) % estimate.samples for at in (leg.begin, leg.end))
    frames = animation.frames(estimate, slice(0, None) if end <= begin else slice(begin, end), periodic=recording.periodic)
    if frames is None:
        return None
    first = begin * frames["count"] // estimate.samples if end <= begin else 0
    poses = (first + np.arange(POSES) * frames["count"] // POSES) % frames["count"]
    return figure.draw(frames, poses.tolist(), apart_m=APART_M, scale=PX_PER_M)
