"""A family of comparisons judged at once, as every table of verdicts has it."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from regscope.rates import gather
from regscope.results import compared
from regscope.statistics import (
    STATISTICS,
    TOO_FEW,
    Comparison,
    Pair,
    compare,
    compare_family,
    firm,
    holm_of_family,
    verdict,
)
from regscope.sweeps import tuned

SEEDS = np.arange(6)
BASE = np.array([0.80, 0.82, 0.81, 0.79, 0.80, 0.83])
JITTER = np.array([0.001, -0.001, 0.002, 0.0, -0.002, 0.0])
FAMILY = [Pair(SEEDS, BASE + lift + JITTER, BASE) for lift in (0.03, 0.002, 0.0)]
NONE = Pair(SEEDS[:0], BASE[:0], BASE[:0])


def test_rows_are_the_comparisons_corrected_over_the_family_with_their_words() -> None:
    rows = compare_family(FAMILY, False, 0.005)
    known = [compare(pair.cell, pair.other, False, len(FAMILY), 0.005) for pair in FAMILY]
    stays = firm(FAMILY, False, 0.005)
    corrected = holm_of_family(known)
    assert [row["verdict"] for row in rows] == ["worse", *["no difference that matters"] * 2]
    for row, one, (p_holm, p_equal_holm), kept in zip(rows, known, corrected, stays, strict=True):
        assert {field.name: row[field.name] for field in fields(one)} == vars(one)
        assert (row["p_holm"], row["p_equal_holm"]) == (p_holm, p_equal_holm)
        assert row["verdict"] == verdict(one, p_holm, False, p_equal_holm)
        assert row["firm"] is kept
        assert row.keys() == {"seeds", *STATISTICS, "verdict", "firm"}


def test_a_pair_without_a_seed_is_not_counted() -> None:
    first, empty, *others = compare_family([FAMILY[0], NONE, *FAMILY[1:]], matters=0.005)
    assert empty == {"seeds": 0, "verdict": TOO_FEW}
    assert [first, *others] == compare_family(FAMILY, matters=0.005)
    assert compare_family([NONE]) == [empty]
    assert compare_family([]) == []


def test_every_table_of_verdicts_has_all_of_a_comparison() -> None:
    assert {field.name for field in fields(Comparison)} - {"seeds"} <= set(STATISTICS)
    for columns in (compared.COLUMNS, gather.COLUMNS, tuned.COLUMNS):
        first = columns.index(STATISTICS[0])
        assert columns[first : first + len(STATISTICS)] == STATISTICS
