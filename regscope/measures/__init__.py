"""What is measured of a trained network: pure functions from tensors to numbers."""
