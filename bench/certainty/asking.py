"""What is asked, again and again."""

from __future__ import annotations

STUDIES = ("digits", "moons", "diabetes")
METHODS = ("l2", "dropout", "weight_decay", "early_stopping", "max_norm")
"""For classes and for numbers."""

TRIALS = (4, 8, 16)
REPEATS = 5
