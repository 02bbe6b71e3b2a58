"""Numerical methods that the light install needs, on numpy alone."""
