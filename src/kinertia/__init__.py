"""Kinertia: joint angles, moments, ground reaction and speed from body-worn inertial sensors, without labels.

import kinertia as ki

rec = ki.read("walk.csv", mass=72, height=1.78)     # checked; ki.read_all for folders, ki.example for one to try
est = ki.estimate(rec)                              # shows itself; est.frame(), .strides(), .summary(), .plot(), .save()
ki.report(est, "walk.html")                         # two estimates: side by side
ki.place(rec)                                       # where the sensors sit
ki.estimate(rec, ki.adapt(rec))                     # with a model that has learned its wearer
ki.solve(rec, cycle=True)                           # trajectory optimisation, without a model
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kinertia.api.estimated import Estimated, load, report
    from kinertia.api.methods import adapt, correct, estimate, place, solve
    from kinertia.api.reading import read, read_all
    from kinertia.recording import Frame, Recording, RecordingError, Sensor, Subject
    from kinertia.transport.walker import recording as example

__version__ = "0.1.0"
__all__ = [
    "Estimated",
    "Frame",
    "Recording",
    "RecordingError",
    "Sensor",
    "Subject",
    "adapt",
    "correct",
    "estimate",
    "example",
    "load",
    "place",
    "read",
    "read_all",
    "report",
    "solve",
]

_MODULES = {
    **dict.fromkeys(("Estimated", "load", "report"), "api.estimated"),
    **dict.fromkeys(("adapt", "correct", "estimate", "place", "solve"), "api.methods"),
    **dict.fromkeys(("read", "read_all"), "api.reading"),
    "example": "transport.walker:recording",
    **dict.fromkeys(("Frame", "Recording", "RecordingError", "Sensor", "Subject"), "recording"),
}
"""Where each name is found when it is first asked for, so that importing the package takes no time."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'kinertia' has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    module, _, inside = _MODULES[name].partition(":")
    result = getattr(import_module(f"kinertia.{module}"), inside or name)
    globals()[name] = result
    return result


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
