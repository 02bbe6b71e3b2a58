"""What objectives weigh: one type for training, adapting, solving and simulating, so that a term has one meaning.

Terms that only a network needs, as an optimal-control problem has constraints instead, are in
:class:`kinertia.learning.config.LossWeights`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Weights:
    """Weight of each term of an objective; terms are normalised per person, so that weights mean the same for everyone."""

    acc: float = 1.0  # Virtual against measured accelerometers, errors over the spread of each channel.
    gyro: float = 6.0  # Virtual against measured gyroscopes, errors over the spread of each channel.
    torque: float = 0.001  # Effort: squared joint moments in percent of body weight times height.
    torque_rate: float = 0.4  # Change of joint moments in 10 ms, relative to their size.
    force_rate: float = 0.2  # Change of contact forces in 10 ms.
    torque_bend: float = 0.0  # Bending of the curves of joint moments over 10 ms: ripples.
    force_bend: float = 0.0  # Bending of the curves of contact forces over 10 ms.
    slip: float = 1.0  # Vertical force on a contact point that moves.
    prior: float = 0.002  # Sensors and body that differ from what was stated, in units of the expected errors.
    # Knees whose mean angle is unlike that of people who walk, or run, in their standard deviations; in training alone.
    posture: float = 0.0
    lumbar: float = 1.0  # Trunk that leaves the line of the pelvis.


@dataclass(frozen=True)
class MuscleWeights:
    """Weights of what muscles add to the cost of a node."""

    effort: float = 0.05  # Squared excitations, weighed with the muscles' volumes as muscles.Effort says.
    reserve: float = 1.0  # Squared moments that no muscle gives, in percent of body weight times height.


SOLVING = Weights(
    torque=0.0003, torque_rate=1.0, force_rate=0.0, torque_bend=10.0, force_bend=4.0, prior=0.01, lumbar=0.3
)  # fmt: skip
"""Of trajectory optimisation against sensors; chosen on the development people (docs/solving.md)."""
SIMULATING = Weights(
    acc=0.0, gyro=0.0, torque=0.02, torque_rate=0.0, force_rate=0.0, torque_bend=30.0, force_bend=10.0, slip=20.0,
    prior=0.0, posture=0.0, lumbar=0.0,
)  # fmt: skip
"""Of simulated gait, beside the deviation from its reference."""
SIMULATING_VARIED = replace(SIMULATING, torque_bend=15.0, force_bend=5.0)
"""The same of varied people: bent less, ground reaction of running gets the sharp peak of measured runners."""
