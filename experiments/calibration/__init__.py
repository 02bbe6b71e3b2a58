"""Bands of a model fitted to its errors on people of whom the truth is known."""
