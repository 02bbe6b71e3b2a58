"""OpenSim models as bodies: what is read, what is refused, and that power is balanced in models with coupled joints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from kinertia.mechanics import dynamics, energy, kinematics
from kinertia.opensim import build, read
from kinertia.opensim.tree import Imported
from kinertia.recording.errors import RecordingError

SPLINE = "<SimmSpline><x>-2 -1 0 0.2</x><y>0.01 0.02 0.0 -0.01</y></SimmSpline>"
MODEL = (Path(__file__).parent / "leg.osim").read_text()


def _write(folder: Path, locked: str = "false", spline: str = SPLINE, text: str = MODEL) -> Path:
    path = folder / "leg.osim"
    path.write_text(text.replace("LOCKED", locked).replace("SPLINE", spline))
    return path


def test_a_model_is_read_whatever_the_order_of_its_joints(tmp_path: Path) -> None:
    imported = build(read(_write(tmp_path)))
    skeleton = imported.body.skeleton
    assert skeleton.segment_names == ("pelvis", "femur_r", "tibia_r")
    assert imported.coupling.independent == ("pelvis_ty", "pelvis_list", "hip_flexion_r", "knee_angle_r")
    assert skeleton.coordinate_names == (
        "pelvis_ty", "pelvis_list", "hip_flexion_r", "tibia_translation1", "knee_angle_r"
    )  # fmt: skip
    assert imported.left_out == ("1 CoordinateActuator: no such force here",)
    assert imported.radius.tolist() == [0.03]
    assert skeleton.contacts[0].side == "r"
    # standing straight, the knee is where the frames and the constant translation put it
    zero = torch.zeros(1, 4, dtype=torch.float64)
    motion = kinematics.forward(imported.body, *imported.coupling.expand(zero, zero, zero))
    down = np.array([np.sin(0.1), -np.cos(0.1)]) * 0.03
    np.testing.assert_allclose(motion.origin[0, 2, :2].numpy(), [down[0], down[1] - 0.4], atol=1e-12)
    # the heel's place in the shank's frame, whose origin is the joint
    segment, local = imported.point("tibia_r", np.array([0.0, -0.4, 0.0]))
    assert (segment, local.tolist()) == (2, pytest.approx([0.0, -0.41 * np.cos(0.2), 0.41 * np.sin(0.2)]))


def test_a_locked_coordinate_stays_at_its_default_unless_told(tmp_path: Path) -> None:
    model = read(_write(tmp_path, locked="true"))
    held, free = build(model), build(model, unlocked=True)
    assert held.coupling.independent == free.coupling.independent[:-1]
    q = torch.zeros(3, dtype=torch.float64)
    value, speed, _ = held.coupling.expand(q, q + 1.0, q)
    assert value.tolist()[-1] == -0.3
    assert speed.tolist()[-2:] == [0.0, 0.0]


def _power(imported: Imported, states: int) -> None:
    body, coupling = imported.body, imported.coupling
    draw = np.random.default_rng(0)
    shape = (states, len(coupling.independent))
    q, qd, qdd = (torch.as_tensor(s * draw.uniform(-1.0, 1.0, shape)) for s in (0.4, 3.0, 30.0))

    def total(q: torch.Tensor, qd: torch.Tensor) -> torch.Tensor:
        motion = kinematics.forward(body, *coupling.expand(q, qd, qdd))
        return energy.kinetic(body, motion) + energy.potential(body, motion)

    position, speed = q.clone().requires_grad_(), qd.clone().requires_grad_()
    by_position, by_speed = torch.autograd.grad(total(position, speed).sum(), (position, speed))
    forces = dynamics.inertia_forces(body, kinematics.forward(body, *coupling.expand(q, qd, qdd)))
    power = (coupling.project(q, forces) * qd).sum(-1)
    assert torch.allclose((by_position * qd + by_speed * qdd).sum(-1), power, rtol=1e-9, atol=1e-7)


def test_power_is_balanced_where_joints_slide_as_they_turn(tmp_path: Path) -> None:
    _power(build(read(_write(tmp_path))), 20)


def test_coupled_coordinates_have_right_gradients(tmp_path: Path) -> None:
    coupling = build(read(_write(tmp_path))).coupling
    given = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in ([0.1, 0.2, 0.3, -0.7], [1.0] * 4, [2.0] * 4)]
    assert gradcheck(coupling.expand, given)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('Version="40000"', 'Version="30000"', "is of format 30000, before OpenSim 4"),
        ("<SimmSpline>", "<GCVSpline>", "is no OpenSim model"),
        ("PinJoint", "EllipsoidJoint", "joint hip_r is a EllipsoidJoint; known: CustomJoint, PinJoint"),
        ("/bodyset/femur_r</socket_child", "/bodyset/thigh</socket_child", "joins bodies that it has not: thigh"),
        ("/bodyset/pelvis</socket_parent_frame", "/ground</socket_parent_frame", "2 bodies are joined to ground"),
        ("0 -9.8 0", "0 0 -9.8", "it must point along -y"),
        ("<x>-2 -1 0 0.2</x>", "<x>-2 -1 -1 0.2</x>", "numbers that are no curve"),
        ("0 0.1 0</mass_center>", "0 0.1</mass_center>", "mass_center of pelvis has 2 numbers, not 3"),
    ],
)
def test_what_cannot_be_taken_over_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = _write(tmp_path, text=MODEL.replace("SPLINE", SPLINE).replace(old, new))
    with pytest.raises(RecordingError, match=said) as error:
        build(read(path))
    assert str(path) in str(error.value)


@pytest.mark.data
@pytest.mark.parametrize("name", ["models/Rajagopal2016.osim", "models/gait2392_thelen2003muscle.osim"])
def test_power_is_balanced_in_models_of_the_field(name: str, shared_data: Path) -> None:
    imported = build(read(shared_data / name))
    assert imported.body.total_mass.item() == pytest.approx(75.2, abs=0.3)
    assert len(imported.model.muscles) in (80, 92)
    assert all(len(m.path) >= 2 and m.max_force > 0 for m in imported.model.muscles)
    _power(imported, 3)


def test_the_page_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path)
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "opensim.md").read_text()
    exec(page.split("```python\n")[1].split("```")[0], {})
    assert "'knee_angle_r': " in capsys.readouterr().out
