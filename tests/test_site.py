"""The site of the docs: it builds without a warning, links and anchors lead somewhere, and it fetches nothing."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make site` does."""
    if importlib.util.find_spec("mkdocs") is None and not os.environ.get("CI"):
        pytest.skip("mkdocs is not installed: pip install 'kinertia[docs]'")
    out = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return out


def _html(site: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in site.glob("*.html")}


def test_every_page_is_there(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} | {"index", "CHANGELOG", "CONTRIBUTING"}
    assert pages <= _html(site).keys()
    assert (site / "CITATION.cff").read_bytes() == (ROOT / "CITATION.cff").read_bytes()
    assert not list(site.rglob("*.py"))


def test_nothing_is_fetched(site: Path) -> None:
    for name, html in _html(site).items():
        sources = re.findall(r'<(?:script|img|iframe)[^>]+src="([^"]+)"', html)
        sources += re.findall(r'<link[^>]+rel="(?:stylesheet|preconnect|icon)"[^>]+href="([^"]+)"', html)
        assert [source for source in sources if "//" in source] == [], name


def test_equations_are_drawn(site: Path) -> None:
    html = _html(site)
    assert not [name for name, text in html.items() if "arithmatex" in text]
    for name in ("physics", "objective", "muscles", "solving"):
        assert "<math" in html[name]
        assert "\\" not in "".join(re.findall(r"<math.*?</math>", html[name], re.DOTALL)), name


def test_reference_describes_what_is_public(site: Path) -> None:
    reference = _html(site)["reference"]
    code = "import kinertia; print(*kinertia.__all__)"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in names if f'id="kinertia.{name}"' not in reference] == []
    assert "of the person [kg], [m]; default from the file" in reference
