"""Recordings spoiled on purpose, the name that each fault should be given, and sound ones that should be given none."""
