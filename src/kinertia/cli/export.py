"""``kinertia export``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import Console


def export(
    out: Path,
    model: str = "default",
    format: Literal["onnx"] = "onnx",
) -> None:
    """Write a trained model as ONNX graphs: network and inverse dynamics of one sample in one graph, with its state.

    Exported models need neither torch nor the recordings that they were trained on: `kinertia estimate`, `kinertia stream` and
    `kinertia live` take the folder as --model, any ONNX runtime the graphs.

    Parameters
    ----------
    out
        Folder for step.onnx, person.onnx and export.json.
    model
        Folder that `kinertia train` wrote; `default` is the model that comes with the package.
    format
        Kind of graphs.
    """
    from kinertia.export import export as exporter
    from kinertia.learning import shipped

    del format  # there is one
    written = exporter.write(exporter.export(shipped.load(model)), out)
    size = sum(path.stat().st_size for path in written)
    Console(stderr=True).print(f"{model} written to {out}, {size / 1e6:.2f} MB", highlight=False)
