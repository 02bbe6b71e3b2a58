"""What the server needs from a session."""

from __future__ import annotations

from typing import Protocol

from kinertia.live.command import SessionCommand
from kinertia.live.state import SessionState
from kinertia.streaming.progress import Progress


class Control(Protocol):
    """A session as those who watch it see it; its methods may be called by any thread."""

    def state(self) -> SessionState:
        """How it stands now."""
        ...

    def do(self, command: SessionCommand) -> None:
        """Carry out what was asked for; ValueError or OSError say why it cannot be."""
        ...


class Task(Protocol):
    """Something that goes on beside the stream, such as adapting the model; its methods may be called by any thread.

    Attributes
    ----------
    progress : how it is getting on.
    """

    @property
    def progress(self) -> Progress: ...

    def start(self) -> None:
        """Begin, or begin again; ValueError says why it cannot."""
        ...

    def stop(self) -> None:
        """Leave everything as it was."""
        ...
