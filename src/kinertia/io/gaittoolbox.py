"""The gait recording of ``imu_mocap_gaittoolbox``: raw Xsens streams with Vicon joint angles on the same frame numbers.

The optical reference goes to :class:`~kinertia.recording.Truth` only. Step detection and calibration files of the folder are
never read.

Truth is in degrees, three components per joint for hip and ankle (a rotation vector of the distal in the proximal segment)
and one for the knee. The flexion component and its sign were settled by comparing with the angles of the lines hip-knee-ankle
and heel-toe in the plane across the hip axis:

==================  =========  =================================  ==================================
coordinate          component  here                               zero
==================  =========  =================================  ==================================
hip_flexion         0          flexion positive (sign reversed)   segment axes of the marker model
knee_angle          0          flexion negative (sign reversed)   segment axes of the marker model
ankle_angle         0          dorsiflexion positive (reversed)   foot 22-29 degrees off in standing
==================  =========  =================================  ==================================

So hip and ankle carry a constant offset of the marker model, and bias-free figures are the ones to read.
While the person turns round (about frames 1490-1590) the left hip reference is unreliable (rotations near 80 degrees).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinertia.io import extra, xsens
from kinertia.recording import Array, Recording, RecordingError, Truth

TRIAL, FRAMES = "S02-Trial-Walk-1", ("S02", "Trial-Walk-1")  # the trial in names of files and in the list of frames
PLACEMENT: Mapping[str, str] = {
    "0B91": "pelvis",
    "0C3C": "femur_r",
    "0C35": "tibia_r",
    "0C48": "foot_r",
    "0C45": "femur_l",
    "0BA5": "tibia_l",
    "0C55": "foot_l",
    "0C47": "ankle_r",
    "0C44": "ankle_l",
}
"""End of the serial number to segment. The ankle sensors sit low on the shank and are not used by the sagittal model."""
FLEXION_COMPONENT = 0  # component of the three-component joint angles that is flexion
_JOINTS = {
    "hip_flexion": "Root_{side}_Femur",
    "knee_angle": "{side}_Femur_{side}_Tibia",
    "ankle_angle": "{side}_Tibia_{side}_Foot",
}


def is_gaittoolbox(folder: Path) -> bool:
    """Whether ``folder`` holds this layout: a frame list, MT Manager files and a .mat reference."""
    return folder.is_dir() and (folder / "data-list.csv").is_file() and any(folder.glob("*.mat")) and bool(xsens.trials(folder))


def walking_frames(folder: str | Path) -> tuple[int, int]:
    """Steady walking as sample indices (start, stop), stop exclusive; the file counts frames from 1, both ends included.

    RecordingError: no frame list, or the trial is not in it.
    """
    path = Path(folder) / "data-list.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if (row["subj"], row["act"]) == FRAMES:
                    return int(row["startFrame"]) - 1, int(row["endFrame"])
    except (OSError, KeyError, ValueError) as error:
        fix = "columns must be subj, act, startFrame, endFrame"
        raise RecordingError(f"cannot be read ({error})", file=str(path), fix=fix) from error
    raise RecordingError(f"does not list {' '.join(FRAMES)}", file=str(path), fix="give the data set as it was published")


def read(folder: str | Path, *, truth: bool = True) -> Recording:
    """Read the trial with its optical reference (``truth=False`` leaves it unread).

    RecordingError: missing files or fields, a reference of another length than the IMU recording, or scipy is not installed.

    Returns
    -------
    Recording in sensor frames over the whole trial (standing start included), truth on the same samples.
    ``truth.speed`` is the path length of the hip midpoint over the steady-walking frames per time.
    """
    folder = Path(folder)
    trial = next((name for name in xsens.trials(folder) if name.startswith(TRIAL)), None)
    if trial is None:
        fix = "give the data set as it was published"
        raise RecordingError(f"holds no MT Manager files of {TRIAL}", file=str(folder), fix=fix)
    recording = xsens.read(folder, trial=trial, placement=PLACEMENT)
    if not truth:
        return recording
    return replace(recording, truth=_read_truth(folder / f"{TRIAL}.mat", recording, walking_frames(folder)))


def _read_truth(path: Path, recording: Recording, walking: tuple[int, int]) -> Truth:
    matlab = extra.load("scipy.io", file=str(path), purpose="reading the optical reference (MATLAB)")
    try:
        fields = matlab.loadmat(path)
    except (OSError, ValueError, NotImplementedError, TypeError) as error:
        raise RecordingError(f"cannot be read as a MATLAB file ({error})", file=str(path), fix="check the file") from error

    def values(name: str) -> Array:
        if name not in fields:
            raise RecordingError(f"field {name!r} is missing", file=str(path), sensor=name, fix="check the reference file")
        array = np.asarray(fields[name], dtype=np.float64)
        array = array.T if array.shape[0] == 1 else array
        if array.shape[0] != recording.samples:
            message = f"{array.shape[0]} frames, but the IMU recording has {recording.samples} samples"
            fix = "reference and IMU recording must share their frame numbers"
            raise RecordingError(message, file=str(path), sensor=name, fix=fix)
        return array

    angles = {}
    for side in "RL":
        for coordinate, joint in _JOINTS.items():
            # flexion counts against ours at the hip, knee and ankle alike (table above)
            angles[f"{coordinate}_{side.lower()}"] = -np.deg2rad(values(joint.format(side=side))[:, FLEXION_COMPONENT])
    hips = (values("LHJC") + values("RHJC"))[slice(*walking), :2] / 2000.0  # horizontal, mm to m
    speed = float(np.linalg.norm(_smooth(np.diff(hips, axis=0)), axis=1).mean() * recording.rate_hz)
    note = (
        "Vicon; flexion component (index 0) of the joint rotation vectors, sign turned to ours; hip and ankle carry the marker "
        "model's constant offset; speed along the path over the steady-walking frames"
    )
    return Truth(angles=angles, speed=speed, note=note)


def _smooth(steps: Array, window: int = 50) -> Array:
    """Moving mean over half a second, so that pelvic sway does not count as distance walked."""
    return np.stack([np.convolve(column, np.ones(window) / window, mode="valid") for column in steps.T], axis=1)
