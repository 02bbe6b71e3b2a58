"""What a person does: speeds, slope and personal style of each recording.

Speeds scale with leg length at equal Froude number (Alexander 1989, Physiol Rev 69). Cadence varies around the usual one as
people do at a given speed (walk ratio: Sekiya & Nagasaki 1998, Gait Posture 8; running: van Oeveren et al. 2019, Sports
Biomech). Angles stay within the spread between people that the published mean curves come with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kinertia.simulation.person import Person
from kinertia.simulation.reference import Leg, Style, leg_length

WALKING_M_S = {"walk_1": (0.85, 1.15), "walk_2": (1.2, 1.5), "walk_3": (1.55, 1.95)}
RUNNING_M_S = {"run_1": (2.2, 2.8), "run_2": (2.9, 3.6), "run_3": (3.7, 4.7)}
"""Speeds of a leg of average length, drawn evenly."""
SLOW_M_S = (0.5, 1.1)
"""In place of the first, of varied people."""
WALKING_RANGE_M_S = (0.8, 2.0)
SLOWEST_M_S = 0.45
"""Of varied people."""
RUNNING_RANGE_M_S = (2.0, 5.0)
SLOPE_M_S = (1.0, 1.5)
SLOPE_DEG = (2.0, 6.0)
"""Steepness, up or down."""
AVERAGE_LEG_M = 0.91  # leg of the norms' people, for equal Froude numbers
# Standard deviations between people, or between the legs of one.
STRIDE_TIME = {"walk": 0.05, "run": 0.04}
AMPLITUDE = 0.06
OFFSET_DEG = (3.0, 2.5, 2.5)
"""Hip, knee, ankle."""
SIDE_AMPLITUDE = 0.015
SIDE_OFFSET_DEG = 0.8
SIDE_DELAY = 0.008
TILT_DEG = {"walk": (-3.0, 2.5), "run": (-5.0, 2.5)}
"""Mean and standard deviation of pelvis tilt, forward negative."""
LEAN_DEG = {"walk": (0.0, 2.5), "run": (3.0, 2.5)}
"""The same of the trunk over the pelvis, forward positive."""
VARIED_STRIDE_TIME = {"walk": 0.07, "run": 0.06}
"""In place of :data:`STRIDE_TIME`, of varied people, and so on."""
VARIED_TILT_DEG = {"walk": (-6.0, 4.0), "run": (-10.0, 5.0)}
"""Measured people of walking_moco and emg_walking_ceinms tilt by -6 to -8 deg, a runner by -18."""
VARIED_LEAN_DEG = {"walk": (0.0, 3.0), "run": (4.0, 4.0)}
DUTY = {"walk": 0.012, "run": 0.03}
"""Part of the stride that feet of varied people are on the ground longer than usual at a speed, standard deviation; with stride
time it tells styles of running apart (van Oeveren et al. 2021, Sports Biomech)."""
SWAY_DEG = (1.5, 2.5)
"""Spread of the first harmonic by which pelvis and trunk of varied people move back and forth, twice in a stride."""
SHARP = {"walk": (1.1, 0.25), "run": (1.2, 0.25)}
"""Mean and standard deviation of the power of varied people's vertical force: the runner of running_hamner has peaks of 2.2 and
2.5 BW where the published mean, slowed down, has 2.0 and 2.2."""
WAVES, WAVE_DEG, SIDE_WAVE_DEG = 4, 3.0, 1.0
"""Harmonics by which the shape of a person's curves differs from the mean, of the first one [deg], and between the legs: curves
of walking_arnold's and walking_moco's people differ from Winter's by 3 to 8 deg after shift and size."""
EVEN = np.repeat([0.25, 2.0, 0.25, 2.0], 2)
"""Sizes of harmonics of what both legs do in turn, relative to those of a leg: mostly the second and fourth of a stride."""
LARGEST = 2.0
"""Standard deviations at which every draw is cut."""


@dataclass(frozen=True)
class Condition:
    """One steady way of moving.

    Attributes
    ----------
    name : of the recording.
    running : or walking.
    speed : [m/s].
    slope_rad : uphill positive [rad].
    style : of the person when walking or running.
    """

    name: str
    running: bool
    speed: float
    slope_rad: float
    style: Style


def draw(person: Person) -> dict[str, Condition]:
    """Three walking speeds, three running speeds and a walk on a slope, by name."""
    generator, styles = person.stream("conditions"), draw_styles(person)
    # v^2 / (g L) the same for all
    size = math.sqrt(leg_length(person.body) / AVERAGE_LEG_M)

    def speed(bounds: tuple[float, float], limits: tuple[float, float]) -> float:
        return float(np.clip(size * generator.uniform(*bounds), *limits))

    walks, limits = WALKING_M_S, WALKING_RANGE_M_S
    if person.varied:
        walks, limits = WALKING_M_S | {"walk_1": SLOW_M_S}, (SLOWEST_M_S, WALKING_RANGE_M_S[1])
    result = [Condition(name, False, speed(b, limits), 0.0, styles["walk"]) for name, b in walks.items()]
    result += [Condition(name, True, speed(b, RUNNING_RANGE_M_S), 0.0, styles["run"]) for name, b in RUNNING_M_S.items()]
    slope = math.radians(generator.uniform(*SLOPE_DEG)) * (1.0 if generator.integers(2) else -1.0)
    result.append(Condition("slope", False, speed(SLOPE_M_S, WALKING_RANGE_M_S), slope, styles["walk"]))
    return {condition.name: condition for condition in result}


def draw_styles(person: Person) -> dict[str, Style]:
    """``walk`` and ``run`` to the person's own style, with legs that differ a little."""
    generator = person.stream("style")
    size, shift = 1.0 + AMPLITUDE * _normal(generator, 3), np.radians(OFFSET_DEG) * _normal(generator, 3)
    differ = 0.5 * SIDE_AMPLITUDE * _normal(generator, 3)
    apart = 0.5 * math.radians(SIDE_OFFSET_DEG) * _normal(generator, 3)
    delay = 0.5 * SIDE_DELAY * float(_normal(generator, 1)[0])
    shape = person.stream("shape")
    common, lopsided = (_waves(shape, float(person.varied) * spread) for spread in (WAVE_DEG, SIDE_WAVE_DEG))
    right, left = (
        Leg(
            tuple((size + sign * differ).tolist()),
            tuple((shift + sign * apart).tolist()),
            late,
            _rows(common + sign * lopsided),
        )
        for sign, late in ((1.0, 0.0), (-1.0, delay))
    )
    styles = {}
    usual = STRIDE_TIME, TILT_DEG, LEAN_DEG
    times, tilts, leans = (VARIED_STRIDE_TIME, VARIED_TILT_DEG, VARIED_LEAN_DEG) if person.varied else usual
    for kind, variation in times.items():
        slower, tilt, lean = _normal(generator, 3).tolist()
        styles[kind] = Style(
            right=right,
            left=left,
            stride_time=1.0 + variation * slower,
            pelvis_tilt_rad=math.radians(tilts[kind][0] + tilts[kind][1] * tilt),
            lean_rad=math.radians(leans[kind][0] + leans[kind][1] * lean),
        )
        if person.varied:
            longer, sharper = _normal(shape, 2).tolist()
            sharp = SHARP[kind][0] + SHARP[kind][1] * sharper
            sway = _rows(np.stack([_waves(shape, degrees)[0] * EVEN for degrees in SWAY_DEG]))
            styles[kind] = replace(styles[kind], duty=DUTY[kind] * longer, sway=sway, sharp=sharp)
    return styles


def _waves(generator: np.random.Generator, spread_deg: float) -> np.ndarray:
    """(3, 2 H) coefficients of the joints' harmonics [rad]; higher ones are smaller."""
    harmonic = np.repeat(np.arange(1, WAVES + 1), 2)
    return math.radians(spread_deg) * _normal(generator, 3 * len(harmonic)).reshape(3, -1) / harmonic


def _rows(values: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, values.tolist()))


def _normal(generator: np.random.Generator, count: int) -> np.ndarray:
    return np.clip(generator.standard_normal(count), -LARGEST, LARGEST)
