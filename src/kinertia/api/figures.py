"""Charts of an estimate, as its report has them."""

from __future__ import annotations

from kinertia.estimation import gait
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.reporting import curves, window
from kinertia.reporting.charts import Chart

JOINTS = ("Hip", "Knee", "Ankle")


def charts(estimate: Estimate, recording: Recording, knee: Knee = Knee.FLEXION) -> list[Chart]:
    """Angles of the leg's joints, their moments and the ground reaction: what is known of them, three in a row."""
    strides = gait.find(estimate, periodic=recording.periodic)
    source = curves.Source(estimate, strides, window.busiest(estimate, window.CURVE_SECONDS), recording.truth)
    joints = [chart for chart in (*curves.angles(source), *curves.moments(source)) if chart.title.startswith(JOINTS)]
    joints = [chart for chart in joints if chart.only in ("", f"knee-{knee.value}")]
    return [*joints, *curves.ground_reaction(source)]


def few(estimate: Estimate, recording: Recording) -> list[Chart]:
    """The angles and, where it is known, the vertical ground reaction."""
    found = charts(estimate, recording)
    return [*(c for c in found if c.title.endswith("angle")), *(c for c in found if c.title.endswith("vertical"))]
