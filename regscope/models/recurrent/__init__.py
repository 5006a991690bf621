"""Modules of recurrent networks; they import torch, which reading params.yaml must not."""
