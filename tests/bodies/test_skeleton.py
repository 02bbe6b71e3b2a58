"""Skeletons as data: order, names, paths, errors."""

from __future__ import annotations

import pytest
import torch

from kinertia.bodies import GAIT2D, GAIT2D_SOLE, GAIT2D_TRUNK, GAIT3D, SKELETONS, ContactPoint, Coordinate, Segment, Skeleton

Z = (0.0, 0.0, 1.0)


def test_coordinates_have_the_order_and_names_of_the_model() -> None:
    legs = [f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle")]
    assert GAIT2D.coordinate_names == ("pelvis_tx", "pelvis_ty", "pelvis_tilt", *legs)
    assert GAIT2D_TRUNK.coordinate_names == (*GAIT2D.coordinate_names, "lumbar_extension")
    assert SKELETONS == {"gait2d": GAIT2D, "gait2d_trunk": GAIT2D_TRUNK, "gait2d_sole": GAIT2D_SOLE, "gait3d": GAIT3D}


def test_a_parent_must_stand_before_its_child() -> None:
    with pytest.raises(ValueError, match="parent 'thigh' of 'shank' must stand before it"):
        Skeleton("swapped", (Segment("root", None), Segment("shank", "thigh"), Segment("thigh", "root")), (), ())


@pytest.mark.parametrize("kind", ["coordinate", "contact"])
def test_unknown_segments_are_named(kind: str) -> None:
    coordinates = (Coordinate("elbow", "arm", "rotation", Z),) if kind == "coordinate" else ()
    contacts = (ContactPoint("palm", "arm", "r"),) if kind == "contact" else ()
    with pytest.raises(ValueError, match="on unknown segment 'arm'"):
        Skeleton("armless", (Segment("root", None),), coordinates, contacts)


def test_the_root_stands_first_and_the_joints_are_the_rest() -> None:
    assert GAIT2D.coordinate_names[GAIT2D.root] == ("pelvis_tx", "pelvis_ty", "pelvis_tilt")
    assert GAIT2D_TRUNK.coordinate_names[GAIT2D_TRUNK.joints] == GAIT2D_TRUNK.coordinate_names[3:]
    held = Skeleton("held", (Segment("base", None), Segment("arm", "base")), (Coordinate("turn", "arm", "rotation", Z),), ())
    assert (held.root, held.joints) == (slice(0, 0), slice(0, 1))
    alone = Skeleton("ball", (Segment("ball", None),), (Coordinate("up", "ball", "translation", (0.0, 1.0, 0.0)),), ())
    assert (alone.root, alone.joints) == (slice(0, 1), slice(1, 1))
    late = (held.coordinates[0], Coordinate("up", "base", "translation", (0.0, 1.0, 0.0)))
    with pytest.raises(ValueError, match="'up' of the root must stand before those of joints"):
        Skeleton("late", held.segments, late, ())


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="known: pelvis, femur_r"):
        GAIT2D.segment_index("arm")
    with pytest.raises(KeyError, match="known: pelvis_tx"):
        GAIT2D.coordinate_index("elbow")


def test_paths_lead_from_the_root() -> None:
    foot = GAIT2D.segment_index("foot_l")
    on_path = {GAIT2D.segment_names[j] for j in torch.nonzero(GAIT2D.path[foot]).flatten().tolist()}
    assert on_path == {"pelvis", "femur_l", "tibia_l", "foot_l"}
    turning = {GAIT2D.coordinate_names[j] for j in torch.nonzero(GAIT2D.rotation_path[foot]).flatten().tolist()}
    assert turning == {"pelvis_tilt", "hip_flexion_l", "knee_angle_l", "ankle_angle_l"}
    assert GAIT2D.parents[0] == -1
    assert GAIT2D.translations == (0, 1)
    assert [GAIT2D.segment_names[s] for s in GAIT2D.contact_segments] == ["foot_r", "foot_r", "foot_l", "foot_l"]
