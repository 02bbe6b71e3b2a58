"""What checks found in a recording, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from kinertia.recording import Finding, Severity

WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: ""}
FEW = 4
"""So many recordings with the same warning are counted, fewer are named."""


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """One line for each, from cause to consequence."""
    for found in findings:
        show(console, found.severity, found.sentence)


def show(console: Console, severity: Severity, said: str) -> None:
    """One remark, under the same word and in the same colour wherever one is made."""
    console.print(Text(f"  {WORDS[severity]}: {said}", STYLES[severity]), soft_wrap=True)


def show_shared(console: Console, remarks: Mapping[str, Sequence[str]], count: int) -> None:
    """Warnings of ``count`` recordings, each once: its text, and the recordings it is about."""
    for said, names in remarks.items():
        whose = ", ".join(names) if len(names) < FEW else f"{len(names)} of {count} recordings"
        show(console, Severity.WARNING, f"{whose}: {said}" if count > 1 else said)
