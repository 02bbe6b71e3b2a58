"""Puts a new version everywhere it stands, and what is unreleased in the CHANGELOG under it.

python .ci/version.py 0.3.0      (then `pip install -e .`, whose metadata a test compares)

Cards and bands of the shipped models change in their version alone: weights belong to the code by what they answer, not by its
number. Given the version that is there already, it brings these up to it.
"""

from __future__ import annotations

import re
import runpy
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "kinertia"


def replace(path: Path, old: str, new: str) -> None:
    """Once; AssertionError where ``old`` does not stand there exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: {old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def main(new: str) -> None:
    """Everywhere."""
    old = runpy.run_path(str(PACKAGE / "__init__.py"))["__version__"]
    if old != new:
        replace(PACKAGE / "__init__.py", f'__version__ = "{old}"', f'__version__ = "{new}"')
        replace(ROOT / "CITATION.cff", f"\nversion: {old}\n", f"\nversion: {new}\n")
        replace(ROOT / "CHANGELOG.md", "## [Unreleased]\n", f"## [Unreleased]\n\n## [{new}] - {date.today():%Y-%m-%d}\n")
    for path in PACKAGE.glob("models/*/*.json"):
        for stated in re.findall(r'"version": "[\d.]+"', path.read_text(encoding="utf-8")):
            replace(path, stated, f'"version": "{new}"')


if __name__ == "__main__":
    main(sys.argv[1])
