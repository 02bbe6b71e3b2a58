"""``kinertia ship``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console


def ship(
    model: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="MODEL")],
    /,
    out: Path,
    name: str = "default",
    note: str = "",
    recipe: str = "",
    overwrite: bool = False,
) -> None:
    """Write a trained model as a folder that can come with the package (for developers; see `make weights`).

    Parameters
    ----------
    model
        Folder that `kinertia train` wrote.
    out
        Folder to write, such as src/kinertia/models/default.
    name
        Name of the model.
    note
        What it was trained on, in words.
    recipe
        Command that makes these weights.
    overwrite
        Replace the model that OUT holds; never what is read.
    """
    from experiments import shipping
    from kinertia.cli import options
    from kinertia.export import export
    from kinertia.io import inputs
    from kinertia.learning import checkpoint

    options.guard("kinertia ship", out, inputs.of(model), "config.json", "history.csv", *export.NAMES, overwrite=overwrite)
    (out / export.CARD).unlink(missing_ok=True)  # until the graphs of these weights are there
    size = shipping.ship(model, out, name=name, note=note, recipe=recipe)
    size += sum(path.stat().st_size for path in export.write(export.export(checkpoint.load_model(out)), out))
    Console(stderr=True).print(f"{name} written to {out}, {size / 1e6:.2f} MB", highlight=False)
