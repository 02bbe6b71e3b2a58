"""Of the site: pages that lie outside of ``docs``, equations as MathML, which browsers draw without a script."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGELOG.md": "CHANGELOG.md"}
BESIDE = ("CITATION.cff", "LICENSE")
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAYED = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
ROLE = re.compile(r":(?:func|class|mod|meth|attr|data):(?=<code>)")
"""Of reStructuredText, in docstrings."""


def on_files(files: Files, config: Any) -> Files:
    """Pages at the root of the repository, whose links into ``docs`` become links beside them."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    for name in BESIDE:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Equations drawn."""
    html = DISPLAYED.sub(lambda found: f'<div class="equation">{_mathml(found[1], "block")}</div>', html)
    html = INLINE.sub(lambda found: _mathml(found[1], "inline"), html)
    return ROLE.sub("", html)


def _mathml(latex: str, display: str) -> str:
    return convert(unescape(latex).strip(), display=display)
