"""``kinertia report``: a report anew, two side by side, as PDF."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shell import Shell

from kinertia.cli.main import main
from kinertia.reporting import pdf


@pytest.fixture(scope="module")
def estimated(walk_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estimated") / "first"
    main(["estimate", str(walk_csv), "--csv", "--out", str(folder)])
    return folder


@pytest.fixture
def first(estimated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(estimated, tmp_path / "first")


def test_anew(kinertia: Shell, first: Path, walk_csv: Path) -> None:
    page = first / "walk_report.html"
    drawn = page.read_text()
    # the same again, with a heading; and what estimates may write it once more
    assert kinertia("report", first, "--session", "Ann, second visit", "--knee", "opensim").code == 0
    assert "<h1>Ann, second visit</h1>" in page.read_text()
    assert '<body data-knee="opensim"' in page.read_text()
    assert kinertia("report", first / "walk_estimate.csv").code == 0
    assert _without_truth(page.read_text()) == _without_truth(drawn)
    assert kinertia("estimate", walk_csv, "--csv", "--out", first).code == 0
    page.write_text("mine")
    refused = kinertia("report", first)
    assert refused.code == 2
    assert "walk_report.html: was changed since `kinertia estimate` wrote it" in refused.err
    assert page.read_text() == "mine"


def _without_truth(text: str) -> str:
    """What does not depend on the truth of a recording, which is not stored."""
    return text[text.index('<div class="first">') : text.index('<section aria-labelledby="angles">')]


def test_two_results(kinertia: Shell, first: Path) -> None:
    second = shutil.copytree(first, first.with_name("second"))
    pair = kinertia("report", first, second)
    assert pair.code == 0, pair.err
    text = (first / "walk_before_after.html").read_text()
    assert str(first / "walk_before_after.html") in pair.out
    assert "walk in first and walk in second" in text
    assert "Change [%]" in text


def test_two_models_on_one_recording(kinertia: Shell, walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kinertia("report", walk_csv, "--model", "default", "sparse").code == 0
    text = Path("walk_kinertia/walk_before_after.html").read_text()
    assert "<h1>walk: default and sparse</h1>" in text
    # a simulated walk has a truth
    assert "RMSD before" in text
    for wrong, said in (
        ((walk_csv, walk_csv, walk_csv), "3 results and 1 models were given. Fix: name one or two results or recordings"),
        ((tmp_path / "walk_kinertia",), "is in no known format"),
    ):
        result = kinertia("report", *wrong)
        assert result.code == 2
        assert said in result.err


def test_pdf(kinertia: Shell, first: Path, walk_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PLACES", ())
    with monkeypatch.context() as without:
        without.setattr(shutil, "which", lambda name: None)
        for words in (("report", first), ("estimate", walk_csv, "--csv", "--out", first)):
            refused = kinertia(*words, "--pdf")
            assert refused.code == 2
            assert "a PDF needs Chromium, Chrome, Edge or Brave, and none is installed" in refused.err
    if not any(shutil.which(name) for name in pdf.BROWSERS):
        pytest.skip("no browser is installed")
    assert kinertia("report", first, "--pdf").code == 0
    assert (first / "walk_report.pdf").read_bytes()[:5] == b"%PDF-"
