"""What is said of the advice for many data sets."""

from __future__ import annotations

import pytest

from regscope.advice.ranking import ranking
from regscope.base import paths
from regscope.report.advice_ranking import over_data_sets, table, told
from regscope.report.advice_summary import write_summary
from tests.advice.test_answer import advice, arm


def alike(studies: int) -> dict[str, dict[str, object]]:
    """L2 ahead everywhere, dropout everywhere behind."""
    every = [arm("l2", 0.02, holds=True), arm("dropout", -0.02, verdict="worse", holds=True)]
    return {f"set{number}": dict(advice(*every, advised="l2")) for number in range(studies)}


def test_who_is_ahead_more_often_than_chance_comes_first() -> None:
    found = ranking(alike(12))
    assert found is not None
    first, often, best = told(found)
    assert first == (
        "L2 is ahead of no regularizer, both at their best, on more data sets than chance would"
        " have it."
    )
    assert often == "Shown to be better most often: L2, on 12 of 12."
    assert best.startswith("L2 has the best mean rank, 1.0 of 3 (Friedman's p ")
    assert best.endswith("0 of the others cannot be told from it.")


def test_of_a_few_data_sets_nothing_is_more_than_chance() -> None:
    first, *_, best = over_data_sets(alike(3))
    assert first == (
        "3 data sets are too few to show, of 2 methods, that one is ahead of no regularizer more"
        " often than not."
    )
    assert "1 of the others cannot be told from it, no regularizer among them." in best


def test_trees_are_counted_where_there_are_any() -> None:
    found = alike(3)
    assert not any("trees" in sentence for sentence in over_data_sets(found))
    for name, verdict in (("set0", "better"), ("set1", "worse"), ("set2", "undecided")):
        found[name] = {**found[name], "trees": {"verdict": verdict}}
    assert over_data_sets(found)[-1] == (
        "Of 3 tables gradient-boosted trees of as many settings are better than the network that is"
        " advised on 1, on the examples of the test, and worse on 1."
    )


def test_once_is_not_often() -> None:
    found = alike(3)
    for name in ("set1", "set2"):
        found[name] = dict(advice(arm("l2", 0.001), arm("dropout", -0.001)))
    assert not any("most often" in sentence for sentence in over_data_sets(found))


def test_a_method_that_few_data_sets_have_is_counted_on_these() -> None:
    found = {f"set{number}": dict(advice(arm("l2"), arm("dropout"))) for number in range(12)}
    for name in ("set0", "set1", "set2"):
        l2, cutout = arm("l2", 0.02), arm("cutout", 0.02)
        found[name] = dict(advice(l2, arm("dropout"), cutout))
    assert "Shown to be better most often: L2, on 3 of 12; Cutout, on 3 of 3." in over_data_sets(
        found
    )


def test_of_two_data_sets_nothing_is_said() -> None:
    assert over_data_sets(alike(2)) == []


def test_the_table_counts_verdicts_and_has_none_without() -> None:
    found = ranking(alike(12))
    assert found is not None
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table(found).rows}
    assert list(rows) == ["L2", "No regularizer", "Dropout"]
    assert rows["L2"][:6] == ["1.0", "12", "0", "0", "0", "12 of 12"]
    assert rows["Dropout"][1:6] == ["0", "0", "12", "0", "0 of 12"]
    assert set(rows["No regularizer"][1:]) == {"–"}


@pytest.mark.parametrize("studies", [2, 3])
def test_the_page_has_a_line_a_data_set_and_ranks_of_enough(
    workspace: object, studies: int
) -> None:
    found = alike(studies)
    write_summary(found)
    page = paths.ADVICE_PAGE.read_text()
    assert page.startswith("# Advice, data set by data set\n")
    for name in found:
        assert f"- [{name}]({name}/README.md), " in page
    assert paths.ADVICE_RANKS.is_file() == (studies == 3)
    assert ("../../plots/advice/ranks.png" in page) == (studies == 3)
