"""A fitted walk as plain numbers: what the synthetic source of live streams moves like, without the simulator.

``python -m kinertia.simulation.walker_file src/kinertia/transport/walker.json`` makes the file that comes with the package.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kinertia.io.files import write_text
from kinertia.recording import LOWER_BODY
from kinertia.simulation import walking
from kinertia.simulation.record import nominal_position
from kinertia.simulation.walk import JOINTS, MIDDLE, Walk

MASS_KG, HEIGHT_M = 72.0, 1.76  # of the walker that comes with the package
DIGITS = 7  # after the point, well below a sensor's noise


def describe(walk: Walk) -> dict[str, Any]:
    """Fourier coefficients of joints, pelvis and speed over a stride [rad, m, m/s], lengths and sensor positions [m]."""
    body = walk.body
    knee, ankle = (-float(body.joint_offset[body.skeleton.segment_index(name), 1]) for name in ("tibia_r", "foot_r"))
    return {
        "mass_kg": float(body.total_mass),
        "height_m": float(body.height),
        "stride_s": walk.stride_s,
        "thigh_m": knee,
        "shank_m": ankle,
        "ankle_height_m": -float(body.contact_position[0, 1]),
        "joints": {name: row.tolist() for name, row in zip(JOINTS, walk.leg, strict=True)},
        "middle": {name: row.tolist() for name, row in zip(MIDDLE, walk.middle, strict=True) if name != "lumbar_extension"},
        "sensor_position_m": {segment: nominal_position(body, segment) for segment in LOWER_BODY.segments},
    }


def write(path: Path) -> Path:
    """Fit a walk to the published mean curves and write it; takes seconds."""
    facts = describe(walking.fit(MASS_KG, HEIGHT_M))
    rounded = json.loads(json.dumps(facts), parse_float=lambda text: round(float(text), DIGITS))
    return write_text(path, json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
