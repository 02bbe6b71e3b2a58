"""Packages that only extras install, such as ``kinertia[train]``, and that a few files or commands need."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from kinertia.recording.errors import RecordingError

EXTRAS = {
    "train": ("torch", "casadi", "scipy", "safetensors", "polars", "onnx", "onnxscript", "vqf"),
    "formats": ("h5py", "ezc3d"),
    "live": ("pylsl",),
    "cluster": ("ray",),
}
PACKAGES = tuple(package for packages in EXTRAS.values() for package in packages)
ALWAYS = ("torch", "scipy", "safetensors")  # what everything needs that trains or solves


def available(package: str) -> bool:
    """Whether a package is installed."""
    return find_spec(package) is not None


def install(package: str) -> str:
    """The command that installs a package of an extra."""
    extra = next(name for name, packages in EXTRAS.items() if package in packages)
    return f"pip install 'kinertia[{extra}]'"


def require(what: str, packages: Sequence[str] = ALWAYS) -> None:
    """Refuse what trains or solves, or needs other ``packages`` of one extra, where these are not installed.

    ModuleNotFoundError: names what needs which packages, and what installs them.
    """
    if absent := [package for package in packages if not available(package)]:
        raise ModuleNotFoundError(needs(what, absent), name=absent[0])


def needs(what: str, packages: Sequence[str]) -> str:
    """The sentence about packages that ``what`` asked for."""
    *others, last = packages
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{what} needs {listed}, which {'are' if others else 'is'} not installed. Fix: {install(last)}"


def cluster_library() -> ModuleType | Any:
    """Ray; ModuleNotFoundError, with what installs it, where it is not installed."""
    require("--cluster", ("ray",))
    return import_module("ray")


def load(module: str, *, file: str, purpose: str) -> ModuleType | Any:
    """A module of such a package, imported when ``file`` asks for it, and what for.

    RecordingError: it is not installed; says how to install it.
    """
    package = module.split(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != package:
            raise  # something else is broken
        raise RecordingError(f"{purpose} needs {package}, which is not installed", file=file, fix=install(package)) from error
