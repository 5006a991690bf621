"""Tables beside scikit-learn: the same splits, its own preparation, its own models."""
