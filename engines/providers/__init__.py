"""ONNX Runtime's execution providers: which are here, how they are opened, and why they can't be."""
