"""Columns as a data frame of whichever package is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kinertia.io import extra

if TYPE_CHECKING:
    import pandas
    import polars

    Frame = pandas.DataFrame | polars.DataFrame

Backend = Literal["pandas", "polars"]
BACKENDS: tuple[Backend, ...] = ("pandas", "polars")
INSTALL = "pip install 'kinertia[notebook]'"


def frame(columns: Mapping[str, Any], backend: Backend | None = None) -> Frame:
    """A data frame of columns; what is missing is NaN in pandas and null in polars.

    Parameters
    ----------
    columns : name to values, all as long.
    backend : ``pandas`` or ``polars``; default the one that is installed, pandas where both are.

    Raises
    ------
    ValueError : another backend.
    ModuleNotFoundError : it is not installed, with what installs it.
    """
    if backend not in (None, *BACKENDS):
        raise ValueError(f"there are no frames of {backend!r}; give backend='pandas' or backend='polars'")
    wanted = BACKENDS if backend is None else (backend,)
    chosen = next((name for name in wanted if extra.available(name)), None)
    if chosen is None:
        needed, are = " or ".join(wanted), "none of which is" if backend is None else "which is not"
        fix = f"pip install {backend}" if backend else INSTALL
        raise ModuleNotFoundError(f"a data frame needs {needed}, {are} installed. Fix: {fix}", name=wanted[0])
    if chosen == "pandas":
        import pandas

        return pandas.DataFrame(dict(columns))
    import polars

    return polars.DataFrame({name: np.asarray(values) for name, values in columns.items()}, nan_to_null=True)
