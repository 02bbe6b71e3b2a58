"""Torch functions as two ONNX graphs: equal to torch, and as small as what they compute."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT3D, Body, ContactPoint, Coordinate, Segment, Skeleton, gait3d
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting, read
from kinertia.trace.nodes import Nodes
from kinertia.trace.onnx import add_always, add_once, trace

Shapes = Mapping[str, tuple[int, ...]]
X, Y, Z, SKEW = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.48, 0.6, 0.64)
CHAIN = Skeleton(
    "chain",
    (Segment("trunk", None), Segment("thigh", "trunk"), Segment("foot", "thigh")),
    (
        *(Coordinate(f"along_{k}", "trunk", "translation", axis) for k, axis in enumerate((X, Y, Z))),
        *(Coordinate(f"about_{k}", "trunk", "rotation", axis) for k, axis in enumerate((Z, X, Y))),
        Coordinate("flexion", "thigh", "rotation", Z),
        Coordinate("abduction", "thigh", "rotation", X),
        Coordinate("slide", "foot", "translation", (0.0, 0.6, -0.8)),
        Coordinate("turn", "foot", "rotation", SKEW),
    ),
    (ContactPoint("heel", "foot", "r"), ContactPoint("toe", "foot", "r")),
)
PERSON: Shapes = {"mass": (3,), "inertia": (3, 3, 3), "points": (8, 3), "placed": (3, 3, 3), "turned": (2, 3, 3), "size": ()}
MOTION: Shapes = {"q": (10,), "qd": (10,), "qdd": (10,), "force": (2, 3)}


GAIT_PERSON: Shapes = {"mass": (), "height": (), "points": (7, 3), "turned": (7, 3, 3)}
GAIT_MOTION: Shapes = {name: (len(GAIT3D.coordinates),) for name in ("q", "qd", "qdd")} | {"force": (6, 3)}


def physics(body: Body, mounting: Mounting, *motion: Tensor) -> list[Tensor]:
    """Inverse dynamics, virtual sensors and contact points."""
    *state, force = motion
    moved = kin.forward(body, *state)
    contact = sole.touch(body, moved)
    signals = read(moved, mounting)
    return [dynamics.inverse(body, moved, force, contact), signals.acc, signals.gyro, contact.position]


def chain(
    mass: Tensor, inertia: Tensor, points: Tensor, placed: Tensor, turned: Tensor, size: Tensor, *motion: Tensor
) -> list[Tensor]:
    """Physics of a chain in space with a joint that slides; person first."""
    wide, one = torch.full((10,), torch.inf, dtype=torch.float64), torch.ones((), dtype=torch.float64)
    body = Body(CHAIN, one, one, mass, inertia, points[:3], points[3:6], points[6:], -wide, wide, joint_rotation=placed)
    return physics(body.scaled(size), Mounting((0, 2), points[:2], turned), *motion)


def gait(mass: Tensor, height: Tensor, points: Tensor, turned: Tensor, *motion: Tensor) -> list[Tensor]:
    """Physics of a person in space with seven sensors."""
    return physics(gait3d.scale(mass, height), Mounting(tuple(range(7)), points, turned), *motion)


def compiled(
    function: Callable[..., Sequence[Tensor]], once: Shapes, always: Shapes
) -> tuple[Callable[..., np.ndarray], list[str]]:
    """A function of both groups of inputs that runs the two graphs, and the operators of the second."""
    traced = trace(function, once, always)
    first, second = Nodes(), Nodes()
    wanted = np.concatenate([each.ravel() for each in traced.results])
    rows = [
        {
            name: nodes.apply("Reshape", nodes.input(name, shape, "float64"), nodes.constant(np.array([1, -1])))
            for name, shape in shapes.items()
        }
        for nodes, shapes in ((first, once), (second, always))
    ]
    out, matrices = add_always(second, traced, rows[1], wanted)
    second.output(out, "out", (1, len(wanted)), "float64")
    for name, tensor in add_once(first, traced, rows[0], matrices).items():
        first.output(tensor, name, matrices[name].shape, "float64")
    models = first.model("once"), second.model("always")
    sessions = [ort.InferenceSession(model.SerializeToString()) for model in models]

    def run(person: Mapping[str, np.ndarray], sample: Mapping[str, np.ndarray]) -> np.ndarray:
        found = dict(zip(matrices, sessions[0].run(list(matrices), dict(person)), strict=True)) if matrices else {}
        return np.asarray(sessions[1].run(None, {**sample, **found})[0])[0]

    return run, [node.op_type for node in models[1].graph.node]


@pytest.mark.parametrize(
    ("function", "once", "always"), [(chain, PERSON, MOTION), (gait, GAIT_PERSON, GAIT_MOTION)], ids=["chain", "gait3d"]
)
def test_bodies_in_space_equal_torch(function: Callable[..., list[Tensor]], once: Shapes, always: Shapes) -> None:
    run, operators = compiled(function, once, always)
    draw = np.random.default_rng(0)
    for _ in range(5):
        person = {name: draw.normal(size=shape) if shape else np.array(draw.uniform(1.0, 2.0)) for name, shape in once.items()}
        person |= {name: np.linalg.qr(x)[0] for name, x in person.items() if name in ("placed", "turned")}
        sample = {name: draw.normal(size=shape) for name, shape in always.items()}
        expected = torch.cat([x.ravel() for x in function(*(torch.tensor(x) for x in (*person.values(), *sample.values())))])
        np.testing.assert_allclose(run(person, sample), expected, rtol=1e-10, atol=1e-10)
    # few nodes a level, and all angles turned at once
    assert len(operators) < 95
    assert operators.count("Cos") == operators.count("Sin") == 1


def test_equal_operations_are_done_once() -> None:
    def function(size: Tensor, x: Tensor) -> list[Tensor]:
        arm = size * torch.cos(x[0] + x[1])
        return [arm * x[2] - x[2] * arm, torch.cos(x[1] + x[0]) * 2.0, arm + (x[0] - x[0]) * torch.sin(x[2])]

    run, operators = compiled(function, {"size": ()}, {"x": (3,)})
    np.testing.assert_allclose(
        run({"size": np.array(1.5)}, {"x": np.array([0.1, 0.2, 0.3])}), np.cos(0.3) * np.array([0, 2, 1.5])
    )
    assert [operator for operator in operators if operator not in ("Reshape", "Concat", "Split", "Identity")] == [
        "MatMul",
        "Cos",
        "MatMul",
    ]


def test_turning_there_and_back_takes_nothing() -> None:
    def function(weight: Tensor, x: Tensor) -> list[Tensor]:
        cos, sin = torch.cos(x[0] + x[1]), torch.sin(x[0] + x[1])
        forward, up = x[2] + torch.tanh(x[3]), x[2] * weight
        along, across = weight * (cos * forward + sin * up), weight * (cos * up - sin * forward)
        return [cos * along - sin * across, sin * along + cos * across]

    run, operators = compiled(function, {"weight": ()}, {"x": (4,)})
    found = run({"weight": np.array(3.0)}, {"x": np.array([0.1, 0.2, 0.3, 0.4])})
    np.testing.assert_allclose(found, [3 * (0.3 + math.tanh(0.4)), 2.7], rtol=1e-14)
    assert not {"Cos", "Sin", "Mul"} & set(operators)


def test_choices_leave_nan_where_it_is() -> None:
    def function(known: Tensor, x: Tensor) -> list[Tensor]:
        place = torch.where(torch.isnan(known), 7.0, known)
        return [x / place, torch.where(x > 0.5, x[0] / x, torch.nan), torch.relu(x) + torch.exp(x), x**3]

    run, _ = compiled(function, {"known": (2,)}, {"x": (2,)})
    found = run({"known": np.array([math.nan, 2.0])}, {"x": np.array([0.4, 0.8])})
    np.testing.assert_allclose(
        found, [0.4 / 7, 0.4, math.nan, 0.5, 0.4 + math.exp(0.4), 0.8 + math.exp(0.8), 0.064, 0.512], rtol=1e-14
    )


def test_operation_without_counterpart_is_named() -> None:
    with pytest.raises(NotImplementedError, match=r"no counterpart of the torch operation aten\.erfinv"):
        trace(lambda x: [torch.special.erfinv(x)], {}, {"x": (3,)})
    with pytest.raises(NotImplementedError, match=r"no counterpart of the power -1\.5; write it with products"):
        trace(lambda x: [x**-1.5], {}, {"x": (3,)})
