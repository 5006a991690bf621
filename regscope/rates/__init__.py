"""Every cell at its best learning rate and length of training, with the same grid for all."""
