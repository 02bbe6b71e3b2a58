"""Training of any network: the loop, what changes in it, files that are whole whenever it is killed, people and windows."""
