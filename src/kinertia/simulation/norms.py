"""Shape of published mean curves of walking and running over one gait cycle from heel strike, as a few coefficients.

Angles are a Fourier series over the cycle (8 harmonics, within 0.2 deg of the published mean); ground reaction is a sine series
over stance (12 terms, within 1.1 % of body weight) and zero in swing. Their standard deviations between people are told more
roughly: 4 harmonics (within 1 deg root mean square), and 8 sine terms over stance (2 % of body weight). No participant of a
benchmark is in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array


@dataclass(frozen=True)
class Norm:
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
        found = self.force_spreads.get(component)
        return None if found is None else self._over_stance(found, phase)

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


# fmt: off
WALKING = Norm(
    source="Winter, The Biomechanics and Motor Control of Human Gait (1991), normal walking, mean; 1.33 m/s",
    people="normal walking at 1.33 m/s (Winter 1991)",
    speed_m_s=1.33,
    stance=0.62,
    angles={
        "hip_flexion": (0.1221, 0.2683, -0.0767, -0.0493, -0.0222, -0.0052, 0.0269, -0.0002, -0.0039,
            -0.0046, 0.0031, 0.0007, 0.0023, 0.0006, 0.0004, 0.0011, -0.0001),
        "knee_angle": (-0.4325, 0.0673, 0.3481, 0.2680, -0.1506, 0.0192, -0.0870, 0.0198, -0.0126,
            0.0072, -0.0175, -0.0031, -0.0058, -0.0015, -0.0024, -0.0024, -0.0015),
        "ankle_angle": (-0.0086, -0.0111, 0.1391, 0.0295, -0.1150, -0.0652, 0.0041, 0.0337, 0.0016,
            0.0062, -0.0201, 0.0054, -0.0008, 0.0062, -0.0038, 0.0013, -0.0028),
    },
    forces={
        "grf_x": (-0.0144, -0.1637, 0.0143, -0.0606, 0.0022, 0.0021, -0.0016, 0.0121, -0.0022, 0.0101, -0.0013, 0.0062),
        "grf_y": (1.1022, 0.0235, 0.3999, 0.0707, -0.0076, 0.0396, -0.0368, 0.0319, -0.0075, 0.0183, -0.0013, 0.0048),
    },
    angle_spreads={
        "hip_flexion": (0.1056, -0.0238, 0.0041, 0.0163, 0.0094, -0.0029, -0.0046, -0.0027, 0.0035),
        "knee_angle": (0.0951, 0.0012, -0.0107, -0.0091, -0.0023, -0.0141, -0.0028, -0.0061, 0.0059),
        "ankle_angle": (0.0742, -0.0189, -0.0086, 0.0113, 0.0146, 0.0021, -0.0016, -0.0008, 0.0022),
    },
    # that of the fore-aft force is not in the data
    force_spreads={"grf_y": (0.1295, -0.0201, 0.0623, 0.0044, 0.0519, -0.0015, 0.0243, 0.0134)},
)

RUNNING = Norm(
    source="Fukuchi, Fukuchi & Duarte, PeerJ 5:e3298 (2017), mean of three runners at 3.5 m/s",
    people="three runners at 3.5 m/s (Fukuchi et al. 2017)",
    speed_m_s=3.5,
    stance=0.34,
    angles={
        "hip_flexion": (0.3509, 0.3667, -0.3245, -0.1076, 0.0656, -0.0331, 0.0371, -0.0023, -0.0203,
            -0.0068, 0.0023, -0.0002, -0.0018, 0.0035, -0.0023, 0.0026, -0.0020),
        "knee_angle": (-0.8152, 0.3083, 0.5237, 0.2139, -0.4189, 0.0742, -0.0425, 0.0022, 0.0031,
            0.0057, -0.0164, 0.0035, 0.0024, -0.0035, 0.0030, -0.0027, 0.0015),
        "ankle_angle": (-0.0817, 0.2537, 0.0811, -0.1565, 0.1338, -0.0736, -0.0480, 0.0173, -0.0468,
            0.0010, 0.0137, -0.0122, -0.0068, 0.0055, -0.0042, 0.0016, -0.0033),
    },
    forces={
        "grf_x": (0.0325, -0.3012, -0.0687, 0.0396, -0.0150, 0.0150, -0.0019, -0.0132, -0.0118, -0.0108, -0.0034, -0.0005),
        "grf_y": (2.2539, 0.6340, -0.1572, 0.1021, -0.0034, -0.0029, -0.0069, -0.0426, -0.0481, -0.0440, -0.0311, -0.0176),
    },
    angle_spreads={
        "hip_flexion": (0.1037, 0.0307, 0.0086, 0.0043, -0.0251, 0.0095, -0.0029, 0.0135, 0.0068),
        "knee_angle": (0.1215, 0.0355, -0.0096, 0.0301, -0.0067, 0.0021, -0.0403, 0.0043, 0.0172),
        "ankle_angle": (0.0563, -0.0020, 0.0073, 0.0016, 0.0001, 0.0172, -0.0200, 0.0131, 0.0167),
    },
    force_spreads={
        "grf_x": (0.0637, 0.0133, 0.0350, 0.0144, 0.0286, -0.0020, 0.0161, 0.0175),
        "grf_y": (0.1881, -0.0184, 0.0946, 0.0380, 0.0643, 0.0789, 0.0218, 0.0109),
    },
)
# fmt: on
