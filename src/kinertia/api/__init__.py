"""The few functions that most users need, as ``import kinertia as ki`` offers them; the command line shares them."""
