"""Shape of published mean curves of walking and running over one gait cycle from heel strike, as a few coefficients.

Angles are a Fourier series over the cycle (8 harmonics, within 0.2 deg of the published mean); ground reaction is a sine series
over stance (12 terms, within 1.1 % of body weight) and zero in swing. Their standard deviations between people are told more
roughly: 4 harmonics (within 1 deg root mean square), and 8 sine terms over stance (2 % of body weight). No participant of a
benchmark is in them.
"""

from __future__ import annotations

from importlib import resources

import msgspec
import numpy as np

from kinertia.recording import Array


class Norm(msgspec.Struct, frozen=True):
    """Mean curves of one leg.

    Attributes
    ----------
    source : publication.
    people : whose curves these are, as a caption says it.
    speed_m_s : mean speed of the people [m/s].
    stance : part of the cycle with ground contact.
    angles : joint name without side to (17,) mean and then cosine, sine coefficient of each harmonic [rad].
    forces : ``grf_x`` (fore-aft), ``grf_y`` (vertical) to (12,) sine coefficients over stance [BW].
    angle_spreads : joint to (9,) mean, cosine and sine coefficients of the standard deviation between people [rad].
    force_spreads : component to (8,) sine coefficients over stance of the same [BW]; none where it was not published.
    """

    source: str
    people: str
    speed_m_s: float
    stance: float
    angles: dict[str, tuple[float, ...]]
    forces: dict[str, tuple[float, ...]]
    angle_spreads: dict[str, tuple[float, ...]]
    force_spreads: dict[str, tuple[float, ...]]

    def angle(self, joint: str, phase: Array) -> Array:
        """Joint angle at gait phase 0..1 from heel strike [rad]."""
        return _fourier(self.angles[joint], phase)

    def angle_spread(self, joint: str, phase: Array) -> Array:
        """Standard deviation of a joint angle between people [rad]."""
        return _fourier(self.angle_spreads[joint], phase)

    def force(self, component: str, phase: Array) -> Array:
        """Ground reaction at gait phase 0..1 from heel strike [BW]."""
        return self._over_stance(self.forces[component], phase)

    def force_spread(self, component: str, phase: Array) -> Array | None:
        """Standard deviation of the ground reaction between people [BW]; None where it was not published."""
        result = self.force_spreads.get(component)
        return None if result is None else self._over_stance(result, phase)

    def _over_stance(self, coefficients: tuple[float, ...], phase: Array) -> Array:
        stance = np.mod(phase, 1.0) / self.stance
        # F = sum b_k sin(pi k s) for s in stance, 0 in swing
        series = np.sin(np.pi * stance[..., None] * np.arange(1, len(coefficients) + 1)) @ np.array(coefficients)
        return np.where(stance < 1.0, series, 0.0)


def _fourier(coefficients: tuple[float, ...], phase: Array) -> Array:
    """Series of a mean and then a cosine and a sine coefficient of each harmonic, at phase 0..1."""
    mean, *pairs = coefficients
    harmonic = np.arange(1, len(pairs) // 2 + 1)
    turn = 2 * np.pi * np.asarray(phase)[..., None] * harmonic
    # q = a0 + sum a_k cos(2 pi k phi) + b_k sin(2 pi k phi)
    return mean + np.cos(turn) @ np.array(pairs[0::2]) + np.sin(turn) @ np.array(pairs[1::2])


_FILE = resources.files("kinertia.simulation") / "norms.toml"
_BY_GAIT = msgspec.toml.decode(_FILE.read_bytes(), type=dict[str, Norm])
WALKING, RUNNING = _BY_GAIT["walking"], _BY_GAIT["running"]
