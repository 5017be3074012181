"""The second stage: a small transformer encoder in ONNX, run without torch."""
