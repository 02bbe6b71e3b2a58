"""Experiments behind the figures of docs/benchmarks.md: every method on the same recordings, scored the same way."""
