"""Trajectory optimisation: the motion and forces that explain signals best and obey the equations of motion exactly."""
