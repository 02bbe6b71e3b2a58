from __future__ import annotations

import pytest

from kinertia.io import files


def test_replaces_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "new" / "a.txt"
    files.write_text(path, "one\n")
    assert files.write_text(path, "zwölf\n") == path
    assert path.read_bytes() == "zwölf\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_after_an_error_the_old_file_stays(tmp_path):
    path = files.write_text(tmp_path / "a.txt", "old")

    def fail_halfway() -> None:
        with files.replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
