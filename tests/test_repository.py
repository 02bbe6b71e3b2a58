"""The repository says one version everywhere and holds nothing of the machine that it was made on."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import kinertia
from kinertia.live import server

ROOT = Path(__file__).resolve().parents[1]
HOME, MIRROR = "/".join(("", "home", "anna")), "http://mirror.intern/simple"
COMMITTED = runpy.run_path(str(ROOT / ".ci" / "committed.py"))


def test_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert (ROOT / project["tool"]["hatch"]["version"]["path"]).resolve() == Path(kinertia.__file__ or "").resolve()
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [kinertia.__version__]
    newest = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]
    assert newest == kinertia.__version__
    assert metadata.version("kinertia") == kinertia.__version__


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"see {HOME}/kinertia/x.py", [HOME]),
        ("pip install x --extra-index-url https://download.pytorch.org/whl/cpu", []),
        ("--index-" + f"url {MIRROR}", [MIRROR]),
        (f"numpy @ {MIRROR}", [MIRROR]),
        ("https://example.org/home/page, ./work/a, runs/work/b", []),
    ],
)
def test_private_text_is_named(text: str, found: list[str]) -> None:
    assert COMMITTED["private"](text) == found


def test_nothing_private_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    files = [str(ROOT / name) for name in listed if (ROOT / name).is_file()]
    assert COMMITTED["main"](files) == 0, capsys.readouterr().out


def _anchors(page: Path) -> set[str]:
    """Headings as links name them: lower case, words joined by hyphens, marks left out."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    missing = []
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            if not target.exists() or (anchor and anchor not in _anchors(target)):
                missing.append(f"{page.relative_to(ROOT)}: {link}")
    assert missing == []


def test_contributing_names_what_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    paths = [path for path in re.findall(r"`((?:src|tests|docs|experiments)/[\w./]+)`", text) if "NAME" not in path]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_dockerfile_does_what_the_page_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    given = dict(line.split(maxsplit=1) for line in lines if line[:1].isupper())
    assert given["ENTRYPOINT"] == '["kinertia"]'
    assert "kinertia" in project["scripts"]
    assert given["USER"] != "root"
    assert given["EXPOSE"] == str(server.PORT)
    extras = re.findall(r"pip install [^&]*\[([\w,]+)\]", given["RUN"])[0].split(",")
    assert set(extras) <= project["optional-dependencies"].keys()
    oldest = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    assert tuple(map(int, re.findall(r"python:(\d+)\.(\d+)", given["FROM"])[0])) >= oldest
    page = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    assert "`docker build -t kinertia .`" in page
    assert f":{given['WORKDIR']}" in page


def test_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "kinertia", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"kinertia {kinertia.__version__}\n")
