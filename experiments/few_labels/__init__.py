"""Learning from few labels, from encoders with and without pre-training: networks, who is tested, targets, figures."""
