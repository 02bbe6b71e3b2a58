"""Exported models at work, without a deep-learning library."""
