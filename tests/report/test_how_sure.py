"""How sure an answer is: one form, and nothing that the numbers do not carry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.report import words
from regscope.report.across import across
from regscope.report.findings import study_findings
from regscope.report.how_sure import (
    Rest,
    Shown,
    breadth,
    firmness,
    how_sure,
    least_sure,
    seeds,
    settings_of,
)
from regscope.report.measured import BY_KEY
from regscope.report.phrases import interval_of
from regscope.report.sections import Section, load_sections
from regscope.report.standings import Standing
from regscope.report.verdicts import load_claims
from regscope.report.zeros import beside_none, zeros_are_firm
from regscope.statistics import EQUAL, Interval, Pair
from regscope.study.params import load_params
from tests.committed import committed
from tests.report.test_findings import with_zeros
from tests.report.test_standings import CELLS, EDGE, FIRST, NONE, sections, shifted


def rests(*firm: bool, studies: str = "abcdefgh", data: str = "abcdefgh") -> list[Rest]:
    return [Rest(*of, 5) for of in zip(studies, data, firm, strict=False)]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (rests(True), "firm"),
        (rests(False), "open"),
        (rests(True, True, True), "firm in all 3 studies"),
        (rests(True, False, True), "firm in 2 of 3 studies"),
        (rests(False, False), "firm in none of 2 studies"),
        (rests(True, False, True, studies="aab"), "firm in 2 of 3 comparisons"),
    ],
)
def test_how_many_verdicts_are_firm(found: list[Rest], said: str) -> None:
    assert firmness(found) == said


def test_which_verdicts_are_firm() -> None:
    words = ("worse", EQUAL, "better", "better", "", "better")
    found = [Rest(of, of, word != "", 5, word) for of, word in zip("abcdef", words, strict=True)]
    assert firmness(found) == (f"firm in 5 of 6 studies (3 better, 1 worse, 1 {EQUAL})")
    assert firmness(found[2:4]) == "firm in all 2 studies (2 better)"
    assert firmness(found[:1]) == "firm"


@pytest.mark.parametrize(
    ("counts", "said"),
    [([10], "10 seeds"), ([5, 10, 5], "5 to 10 seeds"), ([10, 10], "10 seeds"), ([1], "1 seed")],
)
def test_how_many_seeds(counts: list[int], said: str) -> None:
    assert seeds(counts) == said


def interval(of: str, low: float, high: float, bound: float = 0.0) -> Shown:
    return Shown(of, f"[{low}, {high}]", Interval((low + high) / 2, low, high), bound)


def test_of_several_intervals_the_one_that_goes_farthest_to_the_bound() -> None:
    """Half widths of 1 on 2, 2 on 6, 1 on -2 and 3 on -4: the last takes 3/4 of the way."""
    found = [
        interval("a", 1, 3), interval("b", 4, 8), interval("c", -3, -1), interval("d", -7, -1),
    ]  # fmt: skip
    assert [one.doubt for one in found] == [1 / 2, 1 / 3, 1 / 2, 3 / 4]
    assert least_sure(found) == "least sure 95 % interval [-7, -1] (d)"
    assert least_sure(found[:1]) == "95 % interval [1, 3] (a)"
    assert least_sure(found[:1], of_one=True) == "95 % interval [1, 3]"
    alike = [interval("a", 0, 0, 1), interval("b", 0, 0, 1)]
    assert least_sure(alike) == "95 % intervals all [0, 0]"
    assert least_sure([]) == "no interval, as no method is firmly better"


def test_an_interval_of_zeros_is_held_against_their_bound() -> None:
    assert interval("a", 2, 4, 5).doubt == 1 / 2
    assert interval("a", 2, 4, 3).doubt == np.inf


@pytest.mark.parametrize(
    ("found", "studies", "said"),
    [
        (rests(True), 7, "one study"),
        (rests(True, True), 2, "2 studies, 2 data sets"),
        (rests(True, True), 7, "2 of 7 studies, 2 data sets"),
        (rests(True, True, True, data="aab"), 3, "3 studies, 2 data sets"),
        (rests(True, True, data="aa"), 2, "2 studies, 1 data set"),
        (rests(True, True, True, studies="aab", data="xxx"), 4, "2 of 4 studies, 1 data set"),
    ],
)
def test_how_many_studies_of_how_many_data_sets(found: list[Rest], studies: int, said: str) -> None:
    assert breadth(found, studies) == said


def standing(reg: str, tried: str = "", better: str = "") -> Standing:
    return Standing(reg, tuple("abc"), (), (), (), tuple(tried), tuple(better))


@pytest.mark.parametrize(
    ("found", "everyone", "said"),
    [
        ([standing("l1")], [], "study settings, not tuned"),
        ([standing("l1", "ab")], [], "study settings, and tuned in 2 studies: better in none"),
        ([standing("l1", "a", "a")], [], "study settings, and tuned in 1 study: better in 1 (a)"),
        (
            [standing("l1", "abc", "ab")],
            [standing("l1", "abc", "ab"), standing("l2", "ab", "ab")],
            "study settings, and tuned in 3 studies: better in 2 (a and b)",
        ),
        (
            [standing("l1", "abc")],
            [standing("l1", "abc"), standing("l2", "ab", "b")],
            "study settings, and tuned in 3 studies: better in none, more often L2 in b",
        ),
        (
            [standing("l1", "a"), standing("l2", "b", "b"), standing("ema")],
            [],
            "study settings, and tuned in 2 studies: better L2 in b",
        ),
        (
            [standing("l1", "a"), standing("l2", "b")],
            [],
            "study settings, and tuned in 2 studies: better in none",
        ),
    ],
)
def test_whose_settings_and_what_is_better_tuned(
    found: list[Standing], everyone: list[Standing], said: str
) -> None:
    assert settings_of(found, everyone) == said


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(1, 20)), min_size=1),
    st.integers(0, 3),
)
def test_five_things_in_one_order(found: list[tuple[str, bool, int]], others: int) -> None:
    own = [Rest(study, study, firm, count) for study, firm, count in found]
    studies = len({rest.study for rest in own})
    line = how_sure(own, [interval("a", 1, 3)], "study settings", studies + others)
    first, counts, ends, settings, breadths = line.split("; ")
    assert first.startswith(("firm", "open"))
    assert (first == "firm" or "in all" in first) == all(one.firm for one in own)
    assert re.fullmatch(r"(\d+ to )?\d+ seeds?", counts)
    assert "95 % interval [1, 3]" in ends
    assert settings == "study settings"
    assert breadths.startswith("one study" if studies == 1 else str(studies))


def test_what_is_on_the_edge_or_undecided_is_open(workspace: Path) -> None:
    """The edge of `test_standings`, and differences of ten times their mean."""
    cells = {"none": NONE, "l1": EDGE, "l2": shifted(0.0, spread=10)}
    own = sections(only=cells)
    assert across(own, tuple(CELLS))[0].sure == (
        "firm in none of 2 comparisons; 5 seeds; no interval, as no method is firmly better; study"
        " settings, not tuned; one study"
    )


def test_the_interval_is_the_tables_own(workspace: Path) -> None:
    own = sections(first=FIRST)
    row = own["first"].results.compared["test_accuracy"]["l1"]
    ends = f"[+{100 * row['low']:.2f}, +{100 * row['high']:.2f}] points"
    assert interval_of(row, BY_KEY["test_accuracy"]) == ends
    assert f"; 95 % interval {ends} (L1); " in across(own, tuple(CELLS))[0].sure
    assert interval_of(row, BY_KEY["test_r2"]).endswith("] in test R²")


def zeros(*shares: float) -> Pair:
    return Pair(np.arange(len(shares)), np.array(shares), np.zeros(len(shares)))


@pytest.mark.parametrize(
    ("shares", "firm"),
    [
        ([0.0] * 5, True),
        ([0.5] * 5, True),
        ([0.5] * 4, False),
        # Together .012 on the mean, without the last seed nothing.
        ([0.0, 0.0, 0.0, 0.0, 0.06], False),
        # On the side of none, and with last digits on the other.
        ([0.0099, 0.0101, 0.0097, 0.0101, 0.0099], False),
        ([0.0090, 0.0091, 0.0089, 0.0091, 0.0089], True),
    ],
)
def test_whether_zeros_are_firm(shares: list[float], firm: bool) -> None:
    assert zeros_are_firm(zeros(*shares)) == firm


def test_zeros_are_those_that_the_baseline_has_not(workspace: Path) -> None:
    own = with_zeros(sections(first=FIRST)["first"], none=0.2, l1=0.5)
    pair = beside_none(own, "l1")
    assert (pair.cell - pair.other) == pytest.approx(np.full(5, 0.3))
    assert beside_none(with_zeros(own, none=np.nan), "l1").other.tolist() == [0.0] * 5
    (asked,) = (one for one in across({"first": own}, tuple(CELLS)) if one.name == "zeros")
    assert asked.sure == (
        "firm; 5 seeds; 95 % interval [+30.00, +30.00] % of the weights; study settings, not tuned;"
        " one study"
    )


@pytest.fixture(scope="module")
def ours() -> tuple[dict[str, Section], Sequence[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(committed())
        params = load_params()
        return load_sections((), params), params.regs


def test_every_committed_answer_says_how_sure_it_is(
    ours: tuple[dict[str, Section], Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(committed())
    found = across(*ours, load_claims())
    assert len(found) >= 10
    for one in found:
        assert len(one.sure.split("; ")) == 5, one
        assert len(one.answer) <= 2
        assert "[" not in " ".join(one.answer), one


def test_the_committed_counts_of_firm_verdicts_are_those_of_the_tables(
    ours: tuple[dict[str, Section], Sequence[str]],
) -> None:
    """Recounted from the rows of comparisons, of batch norm in all studies."""
    own, regs = ours
    rows = [
        row
        for section in own.values()
        if (row := section.results.compared[section.results.primary].get("batch_norm"))
    ]
    decided = {"better", "worse", "no difference that matters"}
    firm = [
        row
        for row in rows
        if row["verdict"] in decided and row["firm"] and row.get("beats_guess") != "no"
    ]
    (often,) = (one for one in across(own, regs) if one.name == "often")
    assert "Batch norm" in often.answer[0]
    counted = ", ".join(
        f"{number} {word}"
        for word in ("better", "worse", EQUAL)
        if (number := sum(row["verdict"] == word for row in firm))
    )
    assert often.sure.startswith(f"firm in {len(firm)} of {len(rows)} studies ({counted}); ")


def test_it_is_explained_where_pages_say_how_they_are_read() -> None:
    said = dict(words.HOW_TO_READ)["How sure"]
    order = ("firm", "seeds", "interval", "settings", "studies")
    assert [*sorted(order, key=said.index)] == [*order]


def test_a_studys_page_says_it_behind_its_headline(
    ours: tuple[dict[str, Section], Sequence[str]],
) -> None:
    (told,) = (line for line in study_findings(ours[0]["mnist"]) if "Was the headline of" in line)
    (asked,) = (one for one in across(*ours, load_claims()) if one.name == "document-000")
    assert told == f"{asked.asked} {asked.answer[0]} How sure: {asked.sure}."
