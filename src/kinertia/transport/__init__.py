"""Where samples come from and where estimates go: networks, replayed and synthetic people, the log."""
