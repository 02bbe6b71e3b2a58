"""What comes with the package: small graphs, and nothing of the machine that it was made on."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import onnx
import pytest

PACKAGE = Path(str(resources.files("kinertia")))
GRAPHS = sorted(PACKAGE.glob("models/*/*.onnx"))
TEXT = re.compile(rb"[\x20-\x7e]{8,}")
MACHINE = re.compile(rb"/(home|root|tmp|work|Users|mnt|srv|usr|opt|var)/\w|site-packages|[A-Z]:\\(Users|Documents)")
EXAMPLES = {
    b"/" + b"home/anna/kinertia/x.py": True,
    b"lib/python3.11/site-packages": True,
    b"C:\\Users\\anna": True,
    b"runs/work": False,
}


def test_machine_paths_are_recognised() -> None:
    assert {text: MACHINE.search(text) is not None for text in EXAMPLES} == EXAMPLES


def test_no_packaged_file_names_a_path_of_a_machine() -> None:
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {".py", ".onnx", ".safetensors", ".json"} <= {path.suffix for path in files}
    found = {
        str(path.relative_to(PACKAGE)): text
        for path in files
        for text in TEXT.findall(path.read_bytes())
        if MACHINE.search(text)
    }
    assert not found


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_graphs_are_small_and_without_notes(path: Path) -> None:
    model = onnx.load(path)
    assert (model.producer_name, model.producer_version, model.domain) == ("kinertia", "", "")
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        assert not part.doc_string
        assert not part.metadata_props
    most_nodes, most_bytes = {"step": (73, 1_000_000), "person": (106, 132_000)}[path.stem]
    assert len(model.graph.node) <= most_nodes
    assert path.stat().st_size <= most_bytes
    if path.stem == "step":  # entries of matrices that a step multiplies by in double precision
        sizes = [i.type.tensor_type.shape.dim for i in model.graph.input if i.name.startswith("matrix")]
        assert sum(rows.dim_value * columns.dim_value for rows, columns in sizes) <= 30_200
