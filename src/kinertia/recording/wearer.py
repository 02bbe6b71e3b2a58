"""Whether recordings are of one person with the sensors strapped on once."""

from __future__ import annotations

from kinertia.recording.recording import Recording


def wearer_of(recording: Recording) -> str:
    """Text that recordings of one session share: what they state of the person and of the sensors' places.

    Empty where mass or height had to be assumed: everybody would be the same person.
    """
    subject = recording.subject
    if subject.assumed:
        return ""
    places = sorted((sensor.segment, sensor.position_m) for sensor in recording.sensors)
    return f"{subject.mass_kg!r} kg, {subject.height_m!r} m, {subject.sex}: {places!r}"


def same_wearer(first: Recording, second: Recording) -> bool:
    """Whether two recordings state the same person and the same sensor places, as recordings of one session do."""
    return wearer_of(first) == wearer_of(second) != ""
