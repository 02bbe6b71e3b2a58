"""What commands say in an installation without the extra ``kinertia[train]``."""

from __future__ import annotations

from kinertia.io import extra

TRAINING = ("adapt", "train", "fit", "solve", "simulate", "demo", "ship", "export")
"""Commands that nothing can be done with in such an installation."""


def explain(error: ModuleNotFoundError, what: str = "this") -> str | None:
    """The sentence about a package of the extra that ``what`` asked for; None where the package is none of them."""
    said, package = str(error), (error.name or "").split(".")[0]
    if "pip install" in said:
        return said
    return extra.needs(what, [package]) if package in extra.PACKAGES else None


def one_line(error: Exception) -> str | None:
    """What the user is told of an error; None for a broken installation."""
    if isinstance(error, ModuleNotFoundError):
        return explain(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())
