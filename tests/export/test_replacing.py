"""Graphs and card are one whole export before every single change of a file, also where one export replaces another."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.kills import forked
from kinertia.export import export
from kinertia.runtime import model as runtime
from kinertia.runtime.model import ExportedModel


def _graphs(text: bytes) -> ExportedModel:
    return replace(runtime.load(), step=b"step " + text, person=b"person " + text)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_an_export_is_replaced_without_an_instant_without_one(tmp_path: Path) -> None:
    old, new = _graphs(b"old"), _graphs(b"new")
    killed, operation, folder = True, 0, tmp_path
    while killed:
        folder = tmp_path / str(operation)
        export.write(old, folder)
        ended = forked(lambda folder=folder: export.write(new, folder) and None, folder, operation=operation)
        assert ended.failed == ""
        found = runtime.load(folder)
        assert (found.step, found.person) in ((old.step, old.person), (new.step, new.person))
        killed, operation = ended.killed, operation + 1
    assert operation > 5
    assert sorted(path.name for path in folder.iterdir()) == ["export.json", "person-b.onnx", "step-b.onnx"]
    export.write(old, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["export.json", "person.onnx", "step.onnx"]
    assert runtime.load(folder).step == old.step
