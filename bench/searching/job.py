"""The search that all ways make: a study, its methods, and how many settings of each."""

from __future__ import annotations

STUDY = "digits"
METHODS = ("l1", "l2", "weight_decay", "dropout", "label_smoothing", "gradient_clipping")
"""Those that take a line or two in a loop of one's own."""

TRIALS = 16
ARRAYS = "arrays.npz"
JOB = "job.json"
