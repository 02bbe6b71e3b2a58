"""Judge: the sagittal body, driven by measured angles and ground reaction, against OpenSim's moments of three people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.interpolate import make_interp_spline
from scipy.signal import butter, sosfiltfilt

from kinertia.bodies import GAIT2D, GAIT2D_TRUNK, Body, SegmentLengths, Skeleton, build
from kinertia.mechanics import dynamics, kinematics

SUBJECTS = ("subject01", "subject02", "subject04")
JOINTS = tuple(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle"))
LOWPASS_HZ = 15.0
EDGE = 5  # samples at either end where filter and differences have one side only


def _table(path: Path) -> dict[str, np.ndarray]:
    lines = path.read_text().splitlines()
    start = lines.index("endheader") + 1
    values = np.loadtxt(lines[start + 1 :])
    return dict(zip(lines[start].split(), values.T, strict=True))


def _markers(path: Path) -> dict[str, np.ndarray]:
    lines = path.read_text().splitlines()
    names = [name for name in lines[3].split("\t") if name.strip()][2:]
    rows = [line.split("\t")[2 : 2 + 3 * len(names)] for line in lines[5:] if line.strip()]
    values = np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in rows])
    return {name: values[:, 3 * i : 3 * i + 3] for i, name in enumerate(names)}


def _knee_sign(name: str) -> float:
    """The files count knee flexion positive."""
    return -1.0 if name.startswith("knee") else 1.0


@dataclass(frozen=True)
class Walk:
    """One person's walk in our conventions; moments in percent of body weight times height."""

    time: np.ndarray
    angles: dict[str, np.ndarray]
    hip: np.ndarray
    lengths: SegmentLengths
    force: np.ndarray
    centre_of_pressure: np.ndarray
    moments: np.ndarray
    mass: float
    height: float

    @property
    def bwbh(self) -> float:
        return self.mass * 9.81 * self.height / 100.0

    @property
    def bw(self) -> float:
        return self.mass * 9.81 / 100.0


def _walk(folder: Path) -> Walk:
    angles, ground, moments = (_table(folder / name) for name in ("coordinates.sto", "grf.mot", "id.sto"))
    markers = _markers(folder / "markers.trc")
    person = json.loads((folder / "_subject.json").read_text())
    bwbh = person["massKg"] * 9.81 * person["heightM"] / 100.0

    def length(a: str, b: str) -> float:
        return float(np.mean([np.linalg.norm(markers[side + a] - markers[side + b], axis=1).mean() for side in "RL"]))

    def ground_reaction(kind: str) -> np.ndarray:
        return np.stack([np.stack([ground[f"ground_force_{side}_{kind}{axis}"] for axis in "xy"], -1) for side in "rl"], 1)

    return Walk(
        time=angles["time"],
        angles={name: _knee_sign(name) * value for name, value in angles.items()},
        hip=0.5 * (markers["RHJC"] + markers["LHJC"])[:, :2],
        lengths=SegmentLengths(thigh=length("HJC", "KJC"), shank=length("KJC", "AJC")),
        force=ground_reaction("v"),
        centre_of_pressure=ground_reaction("p"),
        moments=np.stack([_knee_sign(name) * moments[f"{name}_moment"] for name in JOINTS], -1) / bwbh,
        mass=person["massKg"],
        height=person["heightM"],
    )


@pytest.fixture(scope="module", params=SUBJECTS)
def walk(request: pytest.FixtureRequest, shared_data: Path) -> Walk:
    return _walk(shared_data / "walking_arnold" / request.param)


def _smooth(time: np.ndarray, q: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Zero-phase low-pass, then the derivatives of an interpolating quintic spline."""
    filtered = sosfiltfilt(butter(2, LOWPASS_HZ, fs=1.0 / (time[1] - time[0]), output="sos"), q, axis=0, padlen=60)
    spline = make_interp_spline(time, filtered, k=5)
    return torch.tensor(filtered.copy()), torch.tensor(spline(time, 1)), torch.tensor(spline(time, 2))


def _generalized_forces(walk: Walk, body: Body, trunk: np.ndarray | None = None) -> np.ndarray:
    """M q'' + C + G - J^T F from measured motion and ground reaction, (T, n) [N, N m]; ``trunk`` replaces the pelvis angle."""
    pelvis = walk.angles["pelvis_tilt"]
    upper = pelvis if trunk is None else trunk
    columns = {"pelvis_tx": walk.hip[:, 0], "pelvis_ty": walk.hip[:, 1], "pelvis_tilt": upper}
    columns |= {name: walk.angles[name] for name in JOINTS}
    for side in "rl":  # the thighs stay where they were measured
        columns[f"hip_flexion_{side}"] = walk.angles[f"hip_flexion_{side}"] + pelvis - upper
    if "torso" in body.skeleton.segment_names:
        lumbar = walk.angles["lumbar_extension"]
        columns["lumbar_extension"] = lumbar - lumbar.mean()
    q, qd, qdd = _smooth(walk.time, np.stack([columns[name] for name in body.skeleton.coordinate_names], -1))
    motion = kinematics.forward(body, q, qd, qdd)
    feet = (body.skeleton.segment_index("foot_r"), body.skeleton.segment_index("foot_l"))
    place, force = torch.tensor(walk.centre_of_pressure), torch.tensor(walk.force)
    ground = dynamics.external_forces(body, motion, feet, place, force)
    return (dynamics.inertia_forces(body, motion) - ground).numpy()[EDGE:-EDGE]


def _rms(x: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(x).mean(0))


def _body(walk: Walk, skeleton: Skeleton = GAIT2D, measured_lengths: bool = True) -> Body:
    return build(walk.mass, walk.height, walk.lengths if measured_lengths else None, skeleton=skeleton)


def _moment_errors(walk: Walk, body: Body) -> np.ndarray:
    """RMS error of hip, knee and ankle moment, the worse leg [percent BWBH]."""
    found = _generalized_forces(walk, body)[:, 3:9] / walk.bwbh
    return _rms(found - walk.moments[EDGE:-EDGE]).reshape(2, 3).max(0)


def _root_residual(walk: Walk, body: Body, trunk: np.ndarray | None = None) -> tuple[float, float]:
    """RMS of the fore-aft force [percent BW] and the moment without its mean [percent BWBH] that no joint explains."""
    found = _generalized_forces(walk, body, trunk)
    return float(_rms(found[:, 0]) / walk.bw), float(found[:, 2].std() / walk.bwbh)


@pytest.mark.data
def test_joint_moments_reproduce_opensims(walk: Walk) -> None:
    hip, knee, ankle = _moment_errors(walk, _body(walk))
    assert hip <= 0.65
    assert knee <= 0.35
    assert ankle <= 0.45
    # the moments themselves are several times larger
    assert (_rms(walk.moments).reshape(2, 3).min(0) > [1.7, 1.0, 3.2]).all()


@pytest.mark.data
def test_scaled_instead_of_measured_lengths_stay_below_one_percent(walk: Walk) -> None:
    assert _moment_errors(walk, _body(walk, measured_lengths=False)).max() <= 0.75


@pytest.mark.data
def test_joint_moments_do_not_depend_on_the_trunk(walk: Walk) -> None:
    rigid = _generalized_forces(walk, _body(walk))[:, 3:9]
    assert np.abs(_generalized_forces(walk, _body(walk, GAIT2D_TRUNK))[:, 3:9] - rigid).max() < 1e-6
    leaning = _generalized_forces(walk, _body(walk), trunk=np.full_like(walk.time, -0.1))[:, 3:9]
    assert np.abs(leaning - rigid).max() < 1e-6


@pytest.mark.data
def test_a_trunk_that_follows_the_pelvis_breaks_the_root_equations(walk: Walk) -> None:
    force, moment = _root_residual(walk, _body(walk))
    assert force > 6.0
    assert moment > 2.0
    free_force, free_moment = _root_residual(walk, _body(walk, GAIT2D_TRUNK))
    assert free_force <= 0.45 * force
    assert free_moment <= 0.6 * moment
