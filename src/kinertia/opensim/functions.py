"""OpenSim's functions of one coordinate as piecewise polynomials."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from kinertia.numerics.spline import Curve, cubic_spline, polynomial
from kinertia.opensim.text import numbers


def curve(element: Element) -> Curve:
    """The function that an element is, or holds.

    Raises
    ------
    ValueError
        If it is of a kind that is not known, or a spline whose points do not fit.
    """
    kind = element.tag
    if kind in ("function", "x_location", "y_location", "z_location"):
        inner = next(iter(element), None)
        if inner is None:
            raise ValueError(f"{kind} is empty")
        return curve(inner)
    if kind == "MultiplierFunction":
        return curve(element.find("function") or element[0]).scaled(float(element.findtext("scale", "1")))
    if kind == "Constant":
        return polynomial(np.array([float(element.findtext("value", "0"))]))
    if kind in ("LinearFunction", "PolynomialFunction"):
        # OpenSim writes the highest power first
        return polynomial(np.array(numbers(element.findtext("coefficients", "1 0"))[::-1]))
    if kind == "SimmSpline":
        x, y = (np.array(numbers(element.findtext(name, ""))) for name in "xy")
        if len(x) != len(y) or len(x) < 2 or (np.diff(x) <= 0.0).any():
            raise ValueError(f"a spline has {len(x)} and {len(y)} numbers that are no curve")
        return cubic_spline(x, y)
    raise ValueError(f"function {kind} has no counterpart")
