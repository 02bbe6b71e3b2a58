"""Encoders of IMU signals that are trained without labels first, then with few labels: `kinertia pretrain`."""
