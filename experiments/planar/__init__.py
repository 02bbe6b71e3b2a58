"""Measured motion on the planar body: a mean cycle, made consistent, and what sensors worn on it would read."""
