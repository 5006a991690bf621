"""The conventions that every number here follows."""

LEVEL = 0.95
"""Of every interval."""

SIGNIFICANCE = 0.05
"""Below it a corrected p value counts."""

POWER = 0.8
"""The probability of showing a true difference that a number of seeds is planned for."""

FEWEST_SEEDS = 5
"""Fewer never decide anything."""

FEWEST_SEEDS_FOR_SIGN_FLIP = 10

MOST_SEEDS = 1_000_000
"""More are never called for: such a difference is as good as none."""

LAST_DIGITS = 0.25
"""How far other rounding may move a cell's mean, in its standard errors over the seeds.

Measured on `digits`, all nine cells of ten seeds with the kernels of other instruction sets: by
0.21 at most. On `mnist`, trained again on another processor, by less than 0.01 points, 0.2.
"""
