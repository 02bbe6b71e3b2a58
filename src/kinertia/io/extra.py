"""Packages that only the extra ``kinertia[train]`` installs, and that a few files need."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from kinertia.recording.errors import RecordingError

INSTALL = "pip install 'kinertia[train]'"


def available(package: str) -> bool:
    """Whether a package is installed."""
    return find_spec(package) is not None


def load(module: str, *, file: str, purpose: str) -> ModuleType | Any:
    """A module of such a package, imported when a file asks for it.

    Parameters
    ----------
    module : its name.
    file : path, for the error.
    purpose : what it is needed for, for the error.

    Raises
    ------
    RecordingError : it is not installed; says how to install it.
    """
    package = module.split(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != package:
            raise  # something else is broken
        raise RecordingError(f"{purpose} needs {package}, which is not installed", file=file, fix=INSTALL) from error
