"""Lengths of muscles that wrap over surfaces, by OpenSim itself where its package is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from kinertia.opensim.model import Model, MusclePath
from kinertia.opensim.tree import Array
from kinertia.recording.errors import RecordingError


class Wrapping:
    """An imported model in OpenSim.

    Parameters
    ----------
    model : as it was read.
    independent : names of its independent coordinates.

    Raises
    ------
    RecordingError
        If OpenSim is not installed.
    """

    def __init__(self, model: Model, independent: Sequence[str]) -> None:
        try:
            osim: Any = import_module("opensim")
        except ImportError as error:
            said = "has muscles that wrap over surfaces, whose ways OpenSim alone finds"
            raise RecordingError(
                said, file=model.source, fix="pip install opensim, in an environment of Python that it has"
            ) from error
        osim.Logger.setLevelString("Off")
        self._model = osim.Model(model.source)
        self._state = self._model.initSystem()
        constraints, coordinates = self._model.getConstraintSet(), self._model.getCoordinateSet()
        for k in range(constraints.getSize()):
            constraints.get(k).setIsEnforced(self._state, False)
        self._set: list[tuple[int, Any, Any]] = []
        for c in model.coordinates:
            theirs = coordinates.get(c.name)
            theirs.setLocked(self._state, False)
            theirs.setClamped(self._state, False)
            source = c.name if c.follows is None else c.follows
            if source in independent:
                self._set.append((list(independent).index(source), theirs, c.curve if c.follows else None))

    def lengths(self, muscles: Sequence[MusclePath], q: Array) -> Array:
        """Lengths (N, M) [m] at independent coordinates ``q`` (N, m) [rad, m]."""
        theirs = [self._model.getMuscles().get(m.name) for m in muscles]
        result = np.zeros((len(q), len(theirs)))
        for row, at in zip(result, q, strict=True):
            for k, coordinate, curve in self._set:
                coordinate.setValue(self._state, float(at[k] if curve is None else curve(at[k])), False)
            self._model.realizePosition(self._state)
            row[:] = [muscle.getLength(self._state) for muscle in theirs]
        return result
