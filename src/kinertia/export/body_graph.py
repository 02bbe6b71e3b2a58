"""Motion, inverse dynamics, virtual sensors and landmarks of a window of raw outputs as nodes.

The equations are those of :mod:`kinertia.mechanics`, in the form of :mod:`kinertia.export.levers`: everything that is linear
is one matrix product, so that a step takes some forty nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.events import CONTACT_BW
from kinertia.export.nodes import Nodes
from kinertia.export.plan import LANDMARKS, SENSORS, Plan
from kinertia.learning import decode

SIDES = ("r", "l")


def add(nodes: Nodes, plan: Plan, window: str, person: dict[str, str]) -> str:
    """Add the nodes of the body.

    Parameters
    ----------
    window : (1, 5 O) raw outputs, oldest first.
    person : name to value of :data:`kinertia.export.person.OUTPUTS`.

    Returns
    -------
    (1, M) outputs in the order of :func:`names`.
    """
    product = nodes.apply("MatMul", window, nodes.constant(plan.matrix))
    columns = nodes.apply("Add", product, person["offset"])
    part = dict(zip(plan.sizes, nodes.split(columns, list(plan.sizes.values())), strict=True))
    # z = (cos theta, sin theta) and w = (sin theta, -cos theta): z' = -w theta', z'' = -(theta'' w + theta'^2 z)
    z, w = nodes.apply("Cos", part["angle"]), nodes.apply("Sin", part["angle"])
    squared = nodes.apply("Mul", part["rate"], part["rate"])
    second = nodes.apply("Add", nodes.apply("Mul", part["acceleration"], w), nodes.apply("Mul", squared, z))
    specific = nodes.apply("Add", nodes.apply("MatMul", second, person["acceleration"]), part["root_acceleration"])
    masses, sensors = nodes.split(specific, [2 * plan.segments, 4 * SENSORS])
    # F_y = softplus(4 r - 2), F_x = F_y tanh(s), both without their scales
    vertical = nodes.apply("Softplus", part["vertical"])
    contact = nodes.concat(nodes.apply("Mul", vertical, nodes.apply("Tanh", part["forward"])), vertical)
    forces = nodes.concat(masses, contact)
    turning = nodes.apply("Mul", nodes.apply("MatMul", forces, person["wrench"]), w)
    generalized = nodes.apply("MatMul", nodes.concat(turning, part["acceleration"], forces), person["force"])
    grf = nodes.apply("MatMul", contact, nodes.constant(_grf(plan)))
    # the sensor turns a - g into its own axes
    read = nodes.concat(nodes.apply("Mul", sensors, nodes.apply("Cos", part["sensor_angle"])), part["gyro"])
    virtual = nodes.apply("MatMul", read, nodes.constant(_virtual()))
    placed = nodes.apply("Add", nodes.apply("MatMul", z, person["landmarks"]), part["root_position"])
    points = nodes.apply("MatMul", placed, nodes.constant(_interleaved(len(LANDMARKS))))
    pressure, cop = _pressure(nodes, plan, placed, vertical)
    return nodes.concat(part["q"], generalized, grf, part["speed"], virtual, points, cop, pressure)


def _pressure(nodes: Nodes, plan: Plan, placed: str, vertical: str) -> tuple[str, str]:
    """(1, 2) each: vertical force times its place along x relative to the pelvis [BW m], and that place; NaN in the air."""
    choose = np.zeros((2 * len(LANDMARKS), plan.contacts))
    share = np.zeros((plan.contacts, len(SIDES)))  # with the scale of forces
    for k, point in enumerate(plan.skeleton.contacts):
        choose[LANDMARKS.index(point.name), k] = 1.0
        share[k, SIDES.index(point.side)] = decode.VERTICAL_SCALE
    along = nodes.apply("Mul", vertical, nodes.apply("MatMul", placed, nodes.constant(choose)))
    by_side = nodes.constant(share)
    total = nodes.apply("MatMul", vertical, by_side)
    pressure = nodes.apply("MatMul", along, by_side)
    loaded = nodes.apply("Greater", total, nodes.constant(np.array(CONTACT_BW)))
    return pressure, nodes.apply("Where", loaded, nodes.apply("Div", pressure, total), nodes.constant(np.array(np.nan)))


def _grf(plan: Plan) -> NDArray[np.float64]:
    """(2 P, 4) contact forces without scale to x, y of the right and x, y of the left foot [BW]."""
    found = np.zeros((2 * plan.contacts, 4))
    for k, point in enumerate(plan.skeleton.contacts):
        side = 2 * SIDES.index(point.side)
        found[k, side] = decode.FRICTION_LIMIT * decode.VERTICAL_SCALE
        found[plan.contacts + k, side + 1] = decode.VERTICAL_SCALE
    return found


def _virtual() -> NDArray[np.float64]:
    """(35, 21) [ax c, ay c, ay s, -ax s, gyro] of the sensors to acc x, acc y, gyro z of one after the other."""
    found = np.zeros((5 * SENSORS, 3 * SENSORS))
    for k in range(SENSORS):
        # x: ax c + ay s;  y: ay c - ax s
        for row, column in ((0, 0), (1, 1), (2, 0), (3, 1), (4, 2)):
            found[row * SENSORS + k, 3 * k + column] = 1.0
    return found


def _interleaved(count: int) -> NDArray[np.float64]:
    """(2 N, 2 N) from all x, all y to x, y of one after the other."""
    found = np.zeros((2 * count, 2 * count))
    for k in range(count):
        found[k, 2 * k] = found[count + k, 2 * k + 1] = 1.0
    return found
