"""What the server needs from a session."""

from __future__ import annotations

from typing import Protocol

from kinertia.live.command import SessionCommand
from kinertia.live.state import SessionState


class Control(Protocol):
    """A session as those who watch it see it; its methods may be called by any thread."""

    def state(self) -> SessionState:
        """How it stands now."""
        ...

    def do(self, command: SessionCommand) -> None:
        """Carry out what was asked for; ValueError or OSError say why it cannot be."""
        ...
