"""Torch functions traced once, and the same computation in other languages: CasADi and ONNX."""
