"""What checks found in a recording, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from kinertia.recording import Finding, Severity

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """One line for each, from cause to consequence."""
    for found in findings:
        console.print(Text(f"  {found.severity.value}: {found.sentence}", style=_STYLE[found.severity]))
