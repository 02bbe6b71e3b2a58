"""Benchmarks: each method on the same recordings, scored the same way."""
