"""What a page may ask for, checked strictly: unknown fields, types and values are refused."""

from __future__ import annotations

import msgspec

from kinertia.live.feedback import Target

LARGEST = 2048
"""Bytes of a command; the longest valid one has about 200."""


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    """One request of a page.

    Attributes
    ----------
    id : number that the answer carries.
    """

    id: int = 0


class StartCalibration(Command, frozen=True, tag="start_calibration"):
    """Find anew how the sensors sit: stand still, then walk ten steps."""


class StopCalibration(Command, frozen=True, tag="stop_calibration"):
    """Leave the sensors' alignment as it was."""


class StartAdaptation(Command, frozen=True, tag="start_adaptation"):
    """Adapt the model to the wearer without labels, while the stream goes on."""


class StopAdaptation(Command, frozen=True, tag="stop_adaptation"):
    """Give the adaptation up; the model stays as it is."""


class StartRecording(Command, frozen=True, tag="start_recording"):
    """Write what comes in to a new file; the server names it."""


class StopRecording(Command, frozen=True, tag="stop_recording"):
    """Close the file."""


class SetTarget(Command, frozen=True, kw_only=True, tag="set_target"):
    """Set the target band."""

    target: Target


class ClearTarget(Command, frozen=True, tag="clear_target"):
    """No target any more."""


SessionCommand = StartCalibration | StopCalibration | StartAdaptation | StopAdaptation | StartRecording | StopRecording
"""Those that the session carries out."""
AnyCommand = SessionCommand | SetTarget | ClearTarget
_DECODER = msgspec.json.Decoder(AnyCommand)


def parse(text: str | bytes) -> AnyCommand:
    """A command from JSON.

    Raises
    ------
    ValueError : it is too long, no JSON, or not exactly one of the commands.
    """
    if isinstance(text, bytes) or len(text) > LARGEST:
        raise ValueError(f"a command is JSON text of at most {LARGEST} characters")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"not a command: {error}") from None
