"""Kinertia: joint angles, moments, ground reaction and speed from body-worn inertial sensors, without labels."""

__version__ = "0.1.0"
