"""What checks found in a recording, on the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from kinertia.recording import Finding, Severity

WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: ""}
_FIGURE = re.compile(r"(?<!\w)\d+(?:\.\d+)?(?!\w)")
FEW = 4
"""So many recordings with the same warning are counted, fewer are named."""


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """One line for each, from cause to consequence."""
    for finding in findings:
        show(console, finding.severity, finding.sentence)


def show(console: Console, severity: Severity, said: str) -> None:
    """One remark, under the same word and in the same colour wherever one is made."""
    console.print(Text(f"  {WORDS[severity]}: {said}", STYLES[severity]), soft_wrap=True)


def show_shared(console: Console, remarks: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Warnings of recordings, by name; those that differ in figures alone are one: whose they are, and the first one's text."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for name, warnings in remarks:
        for said in warnings:
            alike.setdefault(_FIGURE.sub("#", said), []).append((name, said))
    for remark in alike.values():
        names, texts = [name for name, _ in remark], {said for _, said in remark}
        share = f"all {len(remarks)}" if len(names) == len(remarks) else f"{len(names)} of {len(remarks)}"
        whose = ", ".join(names) if len(names) < FEW else f"{share} recordings"
        differ = f" ({names[0]}; other figures for the others)" if len(texts) > 1 else ""
        show(console, Severity.WARNING, f"{whose}: {remark[0][1]}{differ}" if len(remarks) > 1 else remark[0][1])
