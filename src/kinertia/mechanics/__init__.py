"""Multibody physics: kinematics, equations of motion, energy, passive moments, contact."""

from kinertia.mechanics import contact, dynamics, energy, kinematics, passive, plane

__all__ = ["contact", "dynamics", "energy", "kinematics", "passive", "plane"]
