"""Names committed files that hold a path of somebody's machine or the address of a private package index.

python .ci/committed.py FILE...      (pre-commit and tests/test_repository.py call it)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|root|Users|work|mnt|srv)/[\w.-]+")
PACKAGE_INDEX = re.compile(r"index-url[=\s]+[\"']?(\S+)|@ ((?:file|https?)://\S+)")
PUBLIC = ("https://pypi.org/", "https://download.pytorch.org/")


def private(text: str) -> list[str]:
    """What a file should not say: absolute paths of a machine, package indexes that are not public."""
    indexes = [first or second for first, second in PACKAGE_INDEX.findall(text)]
    return MACHINE_PATH.findall(text) + [address for address in indexes if not address.startswith(PUBLIC)]


def main(names: list[str]) -> int:
    """Read text files, print each finding; 1 when there is one."""
    wrong = 0
    for name in names:
        content = Path(name).read_bytes()
        if b"\0" in content:  # binary files of the package have a test of their own
            continue
        for text in private(content.decode(errors="replace")):
            print(f"{name}: {text}")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
