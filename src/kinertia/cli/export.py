"""``kinertia export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from rich.console import Console

from kinertia.api import models
from kinertia.cli import options
from kinertia.cli.options import Out
from kinertia.cli.parsing import RARE
from kinertia.io import inputs
from kinertia.io.outputs import Outputs


def export(
    out: Out = None,
    model: str = "default",
    format: Annotated[Literal["onnx"], RARE] = "onnx",
    overwrite: bool = False,
) -> None:
    """Write a trained model as ONNX graphs: network and inverse dynamics of one sample in one graph, with its state.

    Exported models need neither torch nor the recordings that they were trained on: `kinertia estimate`, `kinertia stream` and
    `kinertia live` take the folder as --model, any ONNX runtime the graphs.

    Args:
        out: Folder for step.onnx, person.onnx and export.json; default MODEL_kinertia/exported here.
        model: Folder that `kinertia train` wrote; `default` is the model that comes with the package.
        format: Kind of graphs.
        overwrite: Replace graphs of another model that OUT holds; never what is read.
    """
    from kinertia.export import export as exporter
    from kinertia.learning import shipped

    del format  # there is one
    read = [path for path in inputs.of(models.folder(model)) if path.name not in exporter.FILES]
    out = out or options.default_out((Path(model),)) / "exported"
    planned = [out / name for name in exporter.FILES]
    guard = Outputs("kinertia export", tuple(read), model, overwrite)
    guard.check(planned)
    made = exporter.export(shipped.load(model))
    with guard.writing(planned):
        written = exporter.write(made, out)
    size = sum(path.stat().st_size for path in written)
    Console(stderr=True).print(f"{model} written to {out}, {size / 1e6:.2f} MB", highlight=False)
