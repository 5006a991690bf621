"""A search among settings, by `regscope advise` and as people write it with Optuna."""
