"""Calibrated bands around what a model estimates."""
