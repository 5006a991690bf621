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

Measured on `digits`, nine cells of ten seeds with the kernels of other instruction sets: test
accuracy by 0.21 at most, other measures by 0.23.
"""

LAST_DIGITS_OF_A_DIFFERENCE = 0.5
"""How far it may move the mean of paired differences, in the standard errors of these.

More than a cell's mean, since what two cells share drops out of their spread and the rounding of
each stays. Measured as above over all compared measures: by 0.40 at most, test accuracy by 0.17;
on `mnist`, trained again by another engine, by 0.55, and 0.2 as the median of a measure. Where
training amplifies rounding over many epochs (`moons`, `mnist_dense`) a repeat is as good as
another draw, and moves a difference by 1 and more.
"""
