"""Results as files that OpenSim opens: coordinates, ground reaction with its external loads, joint moments, muscle forces.

The signs are those of OpenSim's gait2392 family (knee flexion negative). Models of the Rajagopal family count knee flexion
positive: ask for that with ``knee``.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from kinertia.estimation import convention
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.io.files import replacing, write_text
from kinertia.recording import GRAVITY, Array, RecordingError

SIDES = {"r": "right", "l": "left"}
CONTACT = {"hip": "femur", "knee": "tibia", "ankle": "talus"}  # joint to the body that its contact force acts on
ENDINGS = (
    "coordinates.mot",
    "grf.mot",
    "external_loads.xml",
    "moments.sto",
    "muscle_forces.sto",
    "muscle_activations.sto",
    "joint_contact.sto",
)
"""Of all files that :func:`write` may write, after NAME_, in that order."""
_TRANSLATIONS = ("_tx", "_ty", "_tz")


def write(folder: Path | str, estimate: Estimate, *, knee: Knee = Knee.OPENSIM) -> tuple[Path, ...]:
    """Everything the estimate holds, named after it.

    RecordingError: a value is missing; names the file, column and sample.

    Parameters
    ----------
    folder : made when absent.
    estimate : the result; what it lacks is left out.
    knee : ``Knee.FLEXION`` flips knee angles and moments, for models that count flexion positive.

    Returns
    -------
    Paths written: ``NAME_coordinates.mot``, rotations in degrees, translations in metres; with ground reaction and its points
    of application ``NAME_grf.mot`` [N, m, N m] and ``NAME_external_loads.xml``, which applies it to the heel bones;
    ``NAME_moments.sto`` [N m], named as OpenSim's inverse dynamics names them; ``NAME_muscle_forces.sto`` [N], with
    reserves [N m] as static optimisation writes them, and ``muscles_lack_r``, ``muscles_lack_l``, 1 where these are
    more than can be left out of account; ``NAME_muscle_activations.sto``;
    ``NAME_joint_contact.sto`` [N], named as OpenSim's joint reactions.
    """
    coordinates, forces, loads, moments, muscles, activations, contact = (
        Path(folder) / f"{estimate.name}_{ending}" for ending in ENDINGS
    )
    tables = {
        coordinates: ("Coordinates", _coordinates(estimate, knee)),
        forces: ("Ground reaction", _ground_reaction(estimate)),
        moments: ("Inverse Dynamics Generalized Forces", _moments(estimate, knee)),
        muscles: ("Muscle Forces", _muscles(estimate, knee)),
        activations: ("Muscle Activations", estimate.muscle_activations),
        contact: ("Joint Reactions", _contact(estimate)),
    }
    paths = []
    for path, (title, columns) in tables.items():
        if columns:
            paths.append(_write_storage(path, title, columns, estimate, in_degrees=path == coordinates))
        if columns and path == forces:
            paths.append(_write_external_loads(loads, forces.name, _force_sides(estimate)))
    return tuple(paths)


def _coordinates(estimate: Estimate, knee: Knee) -> dict[str, Array]:
    return {
        name: values if is_translation(name) else np.degrees(convention.sign(name, knee) * values)
        for name, values in estimate.coordinates.items()
    }


def _moments(estimate: Estimate, knee: Knee) -> dict[str, Array]:
    return {
        f"{name}_{'force' if is_translation(name) else 'moment'}": convention.sign(name, knee) * values
        for name, values in estimate.moments.items()
    }


def _muscles(estimate: Estimate, knee: Knee) -> dict[str, Array]:
    reserves = {f"{name}_reserve": convention.sign(name, knee) * values for name, values in estimate.muscle_reserves.items()}
    lacks = {f"muscles_lack_{side}": lack.astype(float) for side, lack in estimate.muscles_lack.items()}
    return {**estimate.muscle_forces, **reserves, **lacks}


def _contact(estimate: Estimate) -> dict[str, Array]:
    """Contact forces as columns of OpenSim's joint reactions, in the ground frame; nothing acts across the sagittal plane."""
    columns = {}
    for name, force in estimate.contact_forces.items():
        joint, side = name.rsplit("_", 1)
        parts = (*force.T, np.zeros(len(force)))
        columns |= {f"{name}_on_{CONTACT[joint]}_{side}_in_ground_f{axis}": x for axis, x in zip("xyz", parts, strict=True)}
    return columns


def _ground_reaction(estimate: Estimate) -> dict[str, Array]:
    """Columns in OpenSim's external-load layout, in the ground frame; none without a force and a point where it acts.

    Points are on the floor (y = 0). A sagittal estimate has no lateral component: z is 0. While a foot is in the air its point
    of application stays where it was last, so that interpolation between samples cannot move it away from the foot while force
    is left.
    """
    weight, zero = estimate.subject.mass_kg * GRAVITY, np.zeros(estimate.samples)
    sides, columns = _force_sides(estimate), {}
    for side in sides:
        for axis in "xyz":
            columns[f"ground_force_{side}_v{axis}"] = weight * estimate.grf.get(f"grf_{axis}_{side}", zero)
        columns |= {f"ground_force_{side}_p{axis}": zero for axis in "xyz"}
        columns[f"ground_force_{side}_px"] = _hold(estimate.cop_x[side])
    return columns | {f"ground_torque_{side}_{axis}": zero for side in sides for axis in "xyz"}


def _write_external_loads(path: Path, data_file: str, sides: tuple[str, ...]) -> Path:
    """``.xml`` that tells OpenSim to apply the columns of ``data_file``, beside it, to the heel bones."""
    document = ElementTree.Element("OpenSimDocument", Version="40000")
    loads = ElementTree.SubElement(document, "ExternalLoads", name=path.stem)
    objects = ElementTree.SubElement(loads, "objects")
    for side in sides:
        force = ElementTree.SubElement(objects, "ExternalForce", name=f"ground_reaction_{SIDES[side]}")
        for tag, text in (
            ("applied_to_body", f"calcn_{side}"),
            ("force_expressed_in_body", "ground"),
            ("point_expressed_in_body", "ground"),
            ("force_identifier", f"ground_force_{side}_v"),
            ("point_identifier", f"ground_force_{side}_p"),
            ("torque_identifier", f"ground_torque_{side}_"),
        ):
            ElementTree.SubElement(force, tag).text = text
    ElementTree.SubElement(loads, "groups")
    ElementTree.SubElement(loads, "datafile").text = data_file
    ElementTree.indent(document)
    return write_text(path, '<?xml version="1.0" encoding="UTF-8" ?>\n' + ElementTree.tostring(document, "unicode") + "\n")


def _force_sides(estimate: Estimate) -> tuple[str, ...]:
    """Legs with a vertical ground reaction and a point where it acts."""
    return tuple(side for side in SIDES if f"grf_y_{side}" in estimate.grf and side in estimate.cop_x)


def is_translation(coordinate: str) -> bool:
    """Whether a coordinate is measured in metres, by OpenSim's names (``pelvis_tx``)."""
    return coordinate.endswith(_TRANSLATIONS)


def _hold(values: Array) -> Array:
    """(T,) values with gaps (NaN) filled by the last value before them, or the first one after; zeros where there is none."""
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return np.zeros_like(values)
    before = np.searchsorted(known, np.arange(values.shape[0]), side="right") - 1
    return values[known[np.maximum(before, 0)]]


def _write_storage(path: Path, title: str, columns: dict[str, Array], estimate: Estimate, *, in_degrees: bool) -> Path:
    """Tab-separated table under OpenSim's header, without gaps: OpenSim's older reader stops at the first missing value."""
    for name, values in columns.items():
        bad = ~np.isfinite(values)
        if bad.any():
            message = "value missing, which OpenSim cannot read"
            fix = "fill the gap in the signals or write a part of the recording without it"
            raise RecordingError(message, file=str(path), sensor=name, sample=int(np.argmax(bad)), fix=fix)
    header = (
        f"{title}\nversion=1\nnRows={estimate.samples}\nnColumns={len(columns) + 1}\n"
        f"inDegrees={'yes' if in_degrees else 'no'}\n\n"
        "Units are S.I. (seconds, metres, newtons, newton metres); angles are in degrees where inDegrees=yes.\n\n"
        "endheader\n"
    )
    columns = {"time": estimate.time_s} | columns
    with replacing(path) as temporary:
        names = header + "\t".join(columns)
        np.savetxt(temporary, np.stack(list(columns.values()), axis=1), "%.8f", "\t", header=names, comments="")
    return path
