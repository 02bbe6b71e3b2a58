"""Networks that learn from labels: examples, training, regimes of who is learned from, and what is predicted."""
