"""Modules of convolutional networks; they import torch, which reading params.yaml must not."""
