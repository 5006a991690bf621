"""The sign-flip p of every committed comparison, against counting whole numbers.

Accuracies are multiples of one over the examples they are of. Their counts are read back from the
nine digits of a table, and Python's integers then know exactly which flips tie. Other measures have
no such unit: their p must lie between the counts with and without the flips that rounding might
have moved across the seen one.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from pathlib import Path

import numpy as np
import pytest

from regscope.statistics import FEWEST_SEEDS_FOR_SIGN_FLIP, compare
from tests.committed import committed

Values = Mapping[str, Mapping[str, Mapping[str, str]]]
"""`[reg][seed][measure]`, as it is written."""

MEASURES = (
    "test_accuracy", "test_loss", "generalization_gap", "expected_calibration_error",
    "brier_score", "corruption_accuracy", "prunable_fraction", "unit_correlation",
)  # fmt: skip
MOST_EXAMPLES = 300_000
"""Of a mean over corruptions: 10,000 examples, six kinds at five severities."""


def table(study: str) -> Values:
    file: Path = committed() / "metrics" / "studies" / study / "seeds.csv"
    found: dict[str, dict[str, dict[str, str]]] = {}
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            found.setdefault(row["reg"], {})[row["seed"]] = row
    return found


STUDIES = sorted(
    study
    for study in (path.name for path in (committed() / "metrics" / "studies").iterdir())
    if len(table(study)["none"]) >= FEWEST_SEEDS_FOR_SIGN_FLIP
    and "test_accuracy" in table(study)["none"]["0"]
)
"""Those of classes: what counts examples is a whole number of one unit."""


def unit(values: Values, measure: str) -> int:
    """The fewest examples that every value is a share of; 0 where there is no such number."""
    texts = [row[measure] for seeds in values.values() for row in seeds.values()]
    if "" in texts:
        return 0
    numbers = np.array([float(text) for text in texts])
    candidates = np.arange(1, MOST_EXAMPLES + 1)
    for number in numbers:
        apart = np.abs(number * candidates - np.rint(number * candidates))
        candidates = candidates[apart <= 6e-10 * candidates]
    return int(candidates[0]) if len(candidates) else 0


def counts(values: Values, measure: str) -> tuple[dict[str, dict[str, int]], int] | None:
    """The measure as whole numbers of one unit, by cell and seed, and how many units 1 is.

    None where it has no unit.
    """
    parts = (
        {"train_accuracy": 1, "test_accuracy": -1}
        if measure == "generalization_gap"
        else {measure: 1}
    )
    # Of each cell its own: what a method watches does not train.
    units = {(reg, part): unit({reg: values[reg]}, part) for reg in values for part in parts}
    if not all(units.values()):
        return None
    common = lcm(*units.values())
    whole = {
        reg: {
            seed: sum(
                sign * round(float(row[part]) * units[reg, part]) * (common // units[reg, part])
                for part, sign in parts.items()
            )
            for seed, row in seeds.items()
        }
        for reg, seeds in values.items()
    }
    return whole, common


def sums(differences: list[int]) -> list[int]:
    """The sum under every flip of signs that leaves the first alone."""
    found = [differences[0]]
    for one in differences[1:]:
        found = [total + sign * one for total in found for sign in (1, -1)]
    return found


def share(differences: list[int], slack: int = 0) -> float:
    """Of the flips whose sum is at least as far from 0 as the seen one, less `slack`."""
    seen = abs(sum(differences))
    found = sums(differences)
    return sum(abs(total) >= seen - slack for total in found) / len(found)


def found_p(values: Values, reg: str, measure: str) -> float | None:
    pairs = [
        (float(row[measure]), float(values["none"][seed][measure]))
        for seed, row in values[reg].items()
        if row[measure] and values["none"][seed][measure]
    ]
    return compare(*np.array(pairs).T).p_sign_flip if pairs else None


@pytest.mark.parametrize(
    ("study", "reg", "measure", "expected"),
    [
        ("digits", "l2", "test_accuracy", 0.875),
        ("digits", "l2", "generalization_gap", 0.875),
    ],
)
def test_known_shares(study: str, reg: str, measure: str, expected: float) -> None:
    assert found_p(table(study), reg, measure) == expected


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("measure", ["test_accuracy", "generalization_gap", "corruption_accuracy"])
def test_accuracies_are_the_exact_count(study: str, measure: str) -> None:
    """Where one count in both parts together is less than nine digits tell, within these."""
    values = table(study)
    found = counts(values, measure)
    assert found is not None, "no unit"
    whole, common = found
    for reg in values:
        if reg != "none":
            own = [whole[reg][seed] - whole["none"][seed] for seed in whole[reg]]
            told = int(2e-9 * len(own) * common)
            p = found_p(values, reg, measure)
            assert p is not None
            assert share(own) <= p <= share(own, told), reg
            assert told == 0 or measure != "test_accuracy"


def decimals(values: Values, reg: str, measure: str) -> tuple[list[int], int]:
    """Differences in units of 1e-20, and by how much rounding may move two sums apart."""
    scale = 10**20
    pairs = [
        (row[measure], values["none"][seed][measure])
        for seed, row in values[reg].items()
        if row[measure] and values["none"][seed][measure]
    ]
    exact = [(Fraction(one), Fraction(other)) for one, other in pairs]
    largest = max(abs(value) for pair in exact for value in pair)
    differences = [int((one - other) * scale) for one, other in exact]
    return differences, int(len(pairs) * largest * scale * 2 / 10**8)


@pytest.mark.parametrize("study", STUDIES)
def test_other_measures_lie_between_the_counts_that_rounding_allows(study: str) -> None:
    values = table(study)
    for reg in values:
        for measure in MEASURES:
            if reg == "none" or (found := found_p(values, reg, measure)) is None:
                continue
            own, slack = decimals(values, reg, measure)
            least, most = share(own, -slack), share(own, slack)
            assert least <= found <= most, (reg, measure)
