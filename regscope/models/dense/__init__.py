"""Modules of dense networks; they import torch, which reading params.yaml must not."""
