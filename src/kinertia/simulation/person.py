"""Who is simulated: body size and proportions within published ranges, and what is stated about them.

Sources: height of adults, Fryar et al., NCHS Vital and Health Statistics 3(46), 2021 (United States 2015-2018); proportions of
segments, Winter (the mean) with the spread that Drillis & Contini 1966 and ANSUR (Gordon et al. 1989) state for limb lengths;
masses and radii of gyration, the differences between the estimation models that Rao et al. 2006 (J Biomech 39) compare.
Body mass index is that of people who walk and run, not of a whole population.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinertia.bodies import GAIT2D_SOLE, Body, SegmentLengths, build
from kinertia.bodies.gait2d import FOOT, SHANK, THIGH
from kinertia.recording import Subject

HEIGHT_M = {"female": (1.62, 0.07), "male": (1.755, 0.076)}
"""Mean and standard deviation."""
HEIGHT_RANGE_M = (1.45, 2.0)  # of adults
BMI = {"female": (23.0, 3.0), "male": (24.5, 3.0)}
BMI_RANGE = (17.5, 34.0)  # kg/m^2, underweight to obese class I
# Standard deviations relative to the mean person of the same height and mass.
LEG_LENGTH = 0.025
THIGH_TO_SHANK = 0.03
FOOT_LENGTH = 0.03
SEGMENT_MASS = 0.08
GYRATION = 0.04
CENTRE = 0.03
LARGEST = 2.0
"""Standard deviations at which every draw is cut."""
# Errors of what a person is said to weigh and measure.
STATED_MASS_KG = 0.7
STATED_HEIGHT_M = 0.008


@dataclass(frozen=True)
class Person:
    """One simulated person.

    Attributes
    ----------
    seed, number : name the person: they are the same whoever else is drawn.
    subject : what a method is told.
    body : the true body, with a lumbar joint, on soles that roll.
    varied : walks from 0.5 m/s on, moves and loads the ground in ways of their own.
    """

    seed: int
    number: int
    subject: Subject
    body: Body
    varied: bool = False

    @property
    def name(self) -> str:
        return f"person{self.number:03d}"

    def stream(self, purpose: str) -> np.random.Generator:
        """Their own random numbers for each purpose, so that more of one changes no other."""
        return np.random.default_rng((self.seed, self.number, *purpose.encode()))

    def facts(self) -> dict[str, Any]:
        """True and stated sizes, for a list of the people."""
        body = self.body
        # a segment is as long as its child's joint is far away
        thigh, shank = (-float(body.joint_offset[body.skeleton.segment_index(child), 1]) for child in ("tibia_r", "foot_r"))
        return {
            "sex": self.subject.sex,
            "stated": {"mass_kg": self.subject.mass_kg, "height_m": self.subject.height_m},
            "mass_kg": float(body.total_mass),
            "height_m": float(body.height),
            "thigh_m": thigh,
            "shank_m": shank,
            "segment_mass_kg": dict(zip(body.skeleton.segment_names, body.mass.tolist(), strict=True)),
        }


def draw(seed: int, number: int, *, varied: bool = False) -> Person:
    """The person of this number, independent of how many there are."""
    generator = np.random.default_rng((seed, number))
    sex = ("female", "male")[int(generator.integers(2))]
    height = float(np.clip(_about(*HEIGHT_M[sex], generator), *HEIGHT_RANGE_M))
    mass = height**2 * float(np.clip(_about(*BMI[sex], generator), *BMI_RANGE))
    subject = Subject(
        mass_kg=round(_about(mass, STATED_MASS_KG, generator), 1),
        height_m=round(_about(height, STATED_HEIGHT_M, generator), 2),
        sex=sex,
    )
    return Person(seed, number, subject, _body(mass, height, generator), varied)


def _body(mass: float, height: float, generator: np.random.Generator) -> Body:
    leg = _about(1.0, LEG_LENGTH, generator)
    ratio = _about(1.0, THIGH_TO_SHANK, generator)
    thigh, shank = THIGH.length * height, SHANK.length * height
    # the leg's length stays when thigh and shank share it otherwise
    whole = leg * (thigh + shank)
    share = ratio * thigh / (ratio * thigh + shank)
    lengths = SegmentLengths(
        thigh=share * whole,
        shank=(1.0 - share) * whole,
        foot=FOOT.length * height * _about(1.0, FOOT_LENGTH, generator),
    )
    body = build(mass, height, lengths, skeleton=GAIT2D_SOLE)
    return _vary_mass(body, generator)


def _vary_mass(body: Body, generator: np.random.Generator) -> Body:
    """Other masses, radii of gyration and centres of mass, alike on both sides; the trunk takes up the difference in mass."""
    skeleton = body.skeleton
    mass, inertia, com = body.mass.clone(), body.inertia.clone(), body.com.clone()
    kinds = ("pelvis", "femur", "tibia", "foot", "torso")
    factor = {kind: tuple(_about(1.0, size, generator) for size in (SEGMENT_MASS, GYRATION, CENTRE)) for kind in kinds}
    for index, name in enumerate(skeleton.segment_names):
        heavier, wider, further = factor[name.partition("_")[0]]
        if name != "torso":
            mass[index] *= heavier
        # I = m k^2
        inertia[index] *= mass[index] / body.mass[index] * wider**2
        com[index] *= further
    torso = skeleton.segment_index("torso")
    mass[torso] += body.total_mass - mass.sum()
    inertia[torso] *= mass[torso] / body.mass[torso]
    return replace(body, mass=mass, inertia=inertia, com=com)


def _about(mean: float, deviation: float, generator: np.random.Generator) -> float:
    return mean + deviation * float(np.clip(generator.standard_normal(), -LARGEST, LARGEST))
