"""Optimal control: a problem as it is stated, and its solution by direct collocation."""
