"""How advice is sought, in numbers; docs/advice.md tells it in words.

What was asked with another protocol is asked anew: this file is what the pipeline depends on.
"""

PROTOCOL_VERSION = 2
"""Raised where the same settings would give other advice, and nothing else here says so: other
code of the search, or other values among which a method's strength is searched."""

RATES = (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10)
"""Learning rates, in units of the study's own."""

LENGTHS = (0.25, 0.5, 1, 2)
"""Epochs, in units of the study's own."""

COCKTAIL, MOST_MIXED = "cocktail", 3
"""The arm of several methods together, and how many these are at most."""

GENERATIONS = (4, 4, 8)
"""Settings of an arm that are tried at a time; what follows is as the last but twice as many."""

SPREAD = 8
"""Settings that are spread evenly, after the usual one, before a model is asked."""

FIRST_SEEDS, CLOSER_SEEDS, LAST_SEEDS = 1, 3, 9
"""Of every setting, of those that are looked at closer, and of those that may be chosen."""

CLOSER, LEAST_CLOSER = 8, 4
"""One of so many settings is looked at closer, and so many at least."""

LAST = 2
"""So many of these may be chosen."""

RESERVE_SEED = 1_000_003
"""Of the split that sets examples aside for the test: that of no seed that trains."""

RESERVE_SHARE = 0.5
"""At least of all examples that a search draws its own from, where there are more than it needs."""
