"""Training of the transformer stage; needs the ``transformer`` extra (torch, onnx)."""
