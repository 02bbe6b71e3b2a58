"""Self-supervised learning: sequences, networks, losses, training."""
