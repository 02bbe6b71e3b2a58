"""Trained models as ONNX graphs: one per sample with network and inverse dynamics, one per person."""
