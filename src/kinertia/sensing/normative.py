"""The sensorless rival: a published mean curve, placed by the contacts that the sensors show.

It knows nothing about the person beyond the time of heel strike, and on ordinary gait it is hard to beat.
"""

from __future__ import annotations

import time

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording
from kinertia.sensing import contact_events
from kinertia.simulation.norms import RUNNING, WALKING, Norm


def solve(recording: Recording, norms: tuple[Norm, Norm] = (WALKING, RUNNING)) -> Estimate:
    """Angles and ground reaction of an average person in step with this recording.

    Only gyroscopes of feet and shanks, in segment frames, are used, for the contacts; from their duty factor follows which of
    the curves, for walking or running. The estimate has hip, knee and ankle angles and ground reaction of both legs only.
    RecordingError: no complete stride found.
    """
    start = time.perf_counter()
    events = contact_events.locate(recording)
    norm = norms[0 if contact_events.duty_factor(recording, events) > contact_events.RUNNING_DUTY_FACTOR else 1]
    phases = {side: phase_of(events.get(f"heel_strike_{side}", np.empty(0)), recording) for side in "rl"}
    coordinates: dict[str, Array] = {}
    grf: dict[str, Array] = {}
    for side, other in ("rl", "lr"):
        phase = phases[side]
        if phase is None:
            if (across := phases[other]) is None:
                fix = "record steady walking or running with a sensor on a foot or shank"
                raise recording.error("no two heel strikes of one leg found", fix)
            phase = np.mod(across + 0.5, 1.0)  # the legs of an average person are half a cycle apart
        coordinates |= {f"{joint}_{side}": norm.angle(joint, phase) for joint in norm.angles}
        grf |= {f"{component}_{side}": norm.force(component, phase) for component in norm.forces}
    return Estimate(
        name=recording.name,
        method="normative",
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates=coordinates,
        grf=grf,
        events=contact_events.detect(recording),
        seconds=time.perf_counter() - start,
        warnings=(f"not an estimate of this person: {norm.source}",),
    )


def phase_of(strikes: Array, recording: Recording) -> Array | None:
    """(T,) part of the stride since heel strike, 0..1, of one foot's strikes [samples]; None when they do not show it."""
    samples = np.arange(recording.samples)
    if recording.periodic:
        return np.mod((samples - strikes[0]) / recording.samples, 1.0) if strikes.size == 1 else None
    if strikes.size < 2:
        return None
    # Count of strides, linear between heel strikes and continued at the pace of the nearest stride.
    count = np.interp(samples, strikes, np.arange(strikes.size))
    early, late = samples < strikes[0], samples > strikes[-1]
    count[early] = (samples[early] - strikes[0]) / (strikes[1] - strikes[0])
    count[late] = strikes.size - 1 + (samples[late] - strikes[-1]) / (strikes[-1] - strikes[-2])
    return np.mod(count, 1.0)
