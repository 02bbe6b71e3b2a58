"""Measured motion in space on the tree of its own model, and virtual sensors on it."""
