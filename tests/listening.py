"""A context of experiments that remembers what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from experiments.protocol import Context


@dataclass(frozen=True)
class Listening(Context):
    """Lines that were said, in order."""

    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)
