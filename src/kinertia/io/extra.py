"""Packages that only the extras of ``kinertia`` (train, formats, cluster) install, and that a few files or options need."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from kinertia.recording.errors import RecordingError

INSTALL = "pip install 'kinertia[train]'"
INSTALL_FORMATS = "pip install 'kinertia[formats]'"
INSTALL_CLUSTER = "pip install 'kinertia[cluster]'"
FORMATS = ("h5py", "ezc3d")  # packages of that extra
PACKAGES = ("torch", "casadi", "scipy", "safetensors", "polars", "onnx", "onnxscript")
ALWAYS = ("torch", "scipy", "safetensors")  # what everything needs that trains or solves


def available(package: str) -> bool:
    """Whether a package is installed."""
    return find_spec(package) is not None


def require(what: str) -> None:
    """Refuse what trains or solves where that is not installed.

    ModuleNotFoundError: names what needs which packages, and what installs them.
    """
    if absent := [package for package in ALWAYS if not available(package)]:
        raise ModuleNotFoundError(needs(what, absent), name=absent[0])


def needs(what: str, packages: Sequence[str]) -> str:
    """The sentence about packages that ``what`` asked for."""
    *others, last = packages
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{what} needs {listed}, which {'are' if others else 'is'} not installed. Fix: {INSTALL}"


def cluster_library() -> ModuleType | Any:
    """Ray; ModuleNotFoundError, with what installs it, where it is not installed."""
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise  # something else is broken
        said = f"--cluster needs ray, which is not installed. Fix: {INSTALL_CLUSTER}"
        raise ModuleNotFoundError(said, name="ray") from error


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
        fix = INSTALL_FORMATS if package in FORMATS else INSTALL
        raise RecordingError(f"{purpose} needs {package}, which is not installed", file=file, fix=fix) from error
