"""No command replaces what it reads, nor what was not written for the same recording; whatever the names are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.cli import output
from kinertia.cli.place import files_of
from kinertia.io import folder, inputs
from kinertia.io.files import write_text
from kinertia.io.outputs import RECORDS, Outputs
from kinertia.recording import RecordingError

SOURCES = ("a/walk.csv", "b/walk.csv", "b/Walk.csv", "link.csv", "hard/walk.csv", "a/walk_estimate.csv")
FOLDERS = ("a", "b", "A", "out", "out/deep", "leads_to_a", "hard")


def _planned(command: str, source: Path, out: Path) -> list[Path]:
    if command == "place":
        return files_of(out / source.name)
    found = output.planned(out, source.stem, csv=True)
    return [*found, out / f"{source.stem}_convergence.json"] if command == "solve" else found


def _world(root: Path) -> None:
    for at, name in enumerate(("a/walk.csv", "b/walk.csv", "b/Walk.csv", "a/walk_estimate.csv")):
        write_text(root / name, f"signals {at}")
        write_text((root / name).with_suffix(".json"), f"person {at}")
    (root / "link.csv").symlink_to(root / "a" / "walk.csv")
    (root / "hard").mkdir()
    os.link(root / "b" / "walk.csv", root / "hard" / "walk.csv")
    (root / "leads_to_a").symlink_to(root / "a", target_is_directory=True)


def _all(root: Path) -> dict[Path, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and RECORDS not in path.parts)
    return {path.relative_to(root): path.read_bytes() for path in files}


step = st.one_of(
    st.tuples(
        st.sampled_from(("estimate", "solve", "place")), st.sampled_from(SOURCES), st.sampled_from(FOLDERS), st.booleans()
    ),
    st.tuples(
        st.just("user"), st.sampled_from(("walk_estimate.csv", "Walk_report.html", "walk_grf.mot")), st.sampled_from(FOLDERS)
    ),
)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(step, min_size=1, max_size=8))
def test_nothing_of_the_user_or_of_another_recording_is_replaced(steps: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        _world(root)
        own: dict[Path, tuple[str, Path]] = {}  # whose each written file is; the others are the user's
        for at, (command, what, into, *insist) in enumerate(steps):
            if command == "user":
                write_text(root / into / what, f"by hand {at}")
                own.pop((root / into / what).resolve().relative_to(root), None)
                continue
            source, before = root / what, _all(root)
            read = inputs.of(source)
            kept = {path.resolve().relative_to(root): path.read_bytes() for path in read}
            guard = Outputs(command, read, str(source), overwrite=bool(insist[0]))
            files = _planned(command, source, root / into)
            try:
                with guard.writing(files):
                    for path in files:
                        write_text(path, f"{command} of {source.resolve()}")
            except RecordingError as error:
                said = str(error)
            else:
                said = ""
            if said:
                assert "Fix: " in said
                assert _all(root) == before
                continue
            after = _all(root)
            assert set(before) <= set(after)
            assert {path: after[path] for path in kept} == kept
            mine = (command, source.resolve())
            for path in (path for path in before if before[path] != after[path]):
                assert insist[0] or own.get(path) == mine, path
            own |= {path.resolve().relative_to(root): mine for path in files}


def test_what_a_user_is_told(tmp_path: Path) -> None:
    one, two, out = tmp_path / "a" / "walk.csv", tmp_path / "b" / "walk.csv", tmp_path / "out"
    for at, path in enumerate((one, two)):
        write_text(path, f"signals {at}")

    def writes(source: Path, command: str = "kinertia estimate", *, overwrite: bool = False) -> None:
        with Outputs(command, inputs.of(source), str(source), overwrite).writing([out / "walk_estimate.csv"]):
            write_text(out / "walk_estimate.csv", source.read_text())

    writes(one)
    writes(one)  # again is no question
    with pytest.raises(RecordingError, match=rf"holds what `kinertia estimate` made of {one}, not of {two}.*--overwrite"):
        writes(two)
    with pytest.raises(RecordingError, match=r"holds what `kinertia estimate` made of .*Fix: give another --out"):
        writes(one, "kinertia solve")
    two.write_text(one.read_text())  # a copy may have another person beside it
    with pytest.raises(RecordingError, match=rf"not of {two}"):
        writes(two)
    (out / "walk_estimate.csv").write_text("corrected by hand")
    with pytest.raises(RecordingError, match="was changed since `kinertia estimate` wrote it"):
        writes(one)
    writes(one, overwrite=True)
    with pytest.raises(RecordingError, match=r"walk\.csv: is read by this command, so it is not written over"):
        Outputs("kinertia place", inputs.of(one), str(one), overwrite=True).check([one])
    with pytest.raises(RecordingError, match=r"WALK\.CSV: is .*walk\.csv, which is read by this command"):
        Outputs("kinertia place", inputs.of(one), str(one), overwrite=True).check([one.with_name("WALK.CSV")])
    with pytest.raises(RecordingError, match="is a file, not a folder"):
        Outputs("kinertia place", (), str(one)).check([one / "walk.csv"])


def test_results_are_no_recordings(tmp_path: Path) -> None:
    write_text(tmp_path / "walk.csv", "signals")
    guard = Outputs("kinertia estimate", (), str(tmp_path / "walk.csv"))
    with guard.writing([tmp_path / "walk_estimate.csv"]):
        write_text(tmp_path / "walk_estimate.csv", "result")
    (tmp_path / ".kinertia-walk.csv-abc.part").write_text("half of a fi")
    assert folder.recordings(tmp_path) == [tmp_path / "walk.csv"]
