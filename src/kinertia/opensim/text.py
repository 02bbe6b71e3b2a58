"""Numbers and names in the text of an OpenSim model."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray


def numbers(text: str) -> list[float]:
    """Numbers between blanks."""
    return [float(part) for part in text.split()]


def vector(element: Element, name: str, default: str = "0 0 0") -> NDArray[np.float64]:
    """(3,) entry of an element; ValueError that names it where it has not three numbers."""
    result = numbers(element.findtext(name, default))
    if len(result) != 3:
        raise ValueError(f"{name} of {element.get('name')} has {len(result)} numbers, not 3")
    return np.array(result)


def last(path: str) -> str:
    """Last name of a path like ``/bodyset/pelvis``."""
    return path.strip().rpartition("/")[2]
