"""Encoders of IMU signals that are trained without labels first, and with few labels afterwards."""
