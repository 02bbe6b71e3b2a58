"""Estimates shown while they are made: figures, targets, the web server and its page."""
