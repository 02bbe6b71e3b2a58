"""Estimates of movement dynamics and how a model makes them."""
