"""The kinertia command."""
