"""Multibody physics: kinematics, equations of motion, energy, passive moments, contact."""

from kinertia.mechanics import contact, dynamics, energy, imu, kinematics, mass, passive, plane

__all__ = ["contact", "dynamics", "energy", "imu", "kinematics", "mass", "passive", "plane"]
