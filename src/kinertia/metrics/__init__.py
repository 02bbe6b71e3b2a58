"""How estimates are compared with a reference."""
