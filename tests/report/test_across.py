"""What all studies say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from regscope.report.across import across
from regscope.report.claims_table import anchor
from regscope.report.readme import block
from regscope.report.results_page import results_page
from regscope.report.sections import Section
from tests.report import synthetic
from tests.report.test_findings import with_zeros
from tests.report.test_standings import CELLS, FIRST, NONE, SECOND, sections, shifted

ALIKE = "95 % intervals all [+2.91, +3.12] points"


def test_over_all_studies(workspace: Path) -> None:
    own = sections(first=FIRST, second=SECOND)
    tried = own | {
        "first": synthetic.at_best(own["first"], l1={"verdict": "undecided", "firm": True})
    }
    tried["second"] = with_zeros(tried["second"], l1=0.5)
    claim = synthetic.claim("a", "first", "contradicted") | {"headline": True, "firm": False}
    other = synthetic.claim("b", "first", "reproduced")
    found = across(tried, tuple(CELLS), [claim, other])
    assert {one.asked: one.answer for one in found} == {
        "Which method is best for pictures?": (
            "Most often better than none: L1, firmly in 2 of 2 studies (first by 3.02 points and"
            " second by 3.02 points), worse in no study; tuned, in none of 1.",
            "Of the others, firmly worse: L2 in 1 of 2.",
        ),
        "Does L1 make weights sparse, exactly zero?": (
            "Yes, in 1 of 2 studies. A hundredth of the weights or more is exactly zero with L1, in"
            " 1 of 2 studies (50 % of them); with no other method.",
        ),
        "Was the headline of “A paper” right?": (
            "No, on the edge. “L1 helps”: contradicted, +1.20 points.",
        ),
        "Which method is better most often, over all data?": (
            "Most often better than none: L1, firmly in 2 of 2 studies (first, second), worse in no"
            " study.",
            "Better in none, of those that several have: L2.",
        ),
        "What is left where everything is tuned?": (
            "Of 1 cell firmly better at the study's own settings, none stay so when tuned; no"
            " others become so.",
            "Tuning alone changes the test accuracy of none, in points, by: first +3.00.",
        ),
    }
    of_two = "study settings, and tuned in 1 study: better in none; 2 studies, 1 data set"
    assert {one.name: one.sure for one in found} == {
        "best-pictures": f"firm in all 2 studies (2 better); 5 seeds; {ALIKE}; {of_two}",
        "zeros": (
            "firm in all 2 studies; 5 seeds; least sure 95 % interval [0.00, 0.00] % of the weights"
            " (L1 in first); study settings, not tuned; 2 studies, 1 data set"
        ),
        "document-paper.txt": (
            "on the edge; 5 seeds; 95 % interval [+0.64, +1.76] points; study settings, strength"
            " assumed; one study"
        ),
        "often": f"firm in all 2 studies (2 better); 5 seeds; {ALIKE}; {of_two}",
        "tuned": (
            "open; 5 seeds; no interval, as no method is firmly better; tuned by one grid on"
            " validation, the baseline at an end of it in 0 of 1; one study"
        ),
    }
    (judged,) = (one for one in found if one.claim)
    assert (judged.claim, judged.about) == (anchor(claim), ("first",))
    assert len({one.name for one in found}) == len(found)


def with_label_noise(section: Section) -> Section:
    data = section.study.data.model_copy(update={"label_noise": 0.5})
    return replace(section, study=section.study.model_copy(update={"data": data}))


def test_what_helps_with_wrong_labels_is_asked_apart(workspace: Path) -> None:
    """L1 in both, worse in none: but one of them has drawn labels."""
    own = sections(first=FIRST, second=SECOND)
    noisy = own | {"second": with_label_noise(own["second"])}
    found = {one.name: one for one in across(noisy, tuple(CELLS))}
    assert found["best-pictures"].about == ("first",)
    assert (
        found["best-wrong-labels"].asked == "Which method is best where training labels are wrong?"
    )
    assert found["best-wrong-labels"].about == ("second",)
    assert found["best-wrong-labels"].answer[0].startswith("In second, the one study")
    assert "firmly in 1 of 1 studies (first)" in found["often"].answer[0]
    assert "best-wrong-labels" not in {one.name for one in across(own, tuple(CELLS))}
    told = "; those with labels drawn anew are asked apart"
    assert told in results_page(noisy, tuple(CELLS))
    assert told in block(noisy, tuple(CELLS))
    assert told not in results_page(own, tuple(CELLS))
    assert told not in block(own, tuple(CELLS))


def most_often(own: Mapping[str, Section]) -> str:
    (found,) = (one for one in across(own, tuple(CELLS)) if one.name == "often")
    return found.answer[0]


def test_ties_are_all_named_and_harm_does_not_decide_who_is_most_often_better(
    workspace: Path,
) -> None:
    """L1 is better in three of five studies and worse in two, L2 better in both that have it."""
    better, worse = {"none": NONE, "l1": shifted(0.03)}, {"none": NONE, "l1": shifted(-0.03)}
    both = better | {"l2": shifted(0.02)}
    own = sections(a=both, b=both, c=better, d=worse, e=worse)
    assert most_often(own) == (
        "Most often better than none: L1, firmly in 3 of 5 studies (a, b, c), worse in 2."
    )
    assert most_often({name: own[name] for name in "abd"}).endswith(
        ": L1, firmly in 2 of 3 studies (a, b), worse in 1; L2, firmly in 2 of 2 studies (a, b),"
        " worse in no study."
    )


def test_without_studies_nothing_is_said() -> None:
    assert across({}, ("none",)) == ()


def best(own: Mapping[str, Section]) -> tuple[str, ...]:
    return across(own, tuple(CELLS))[0].answer


def test_harm_is_told_of_whoever_is_better_most_often(workspace: Path) -> None:
    better, worse = {"none": NONE, "l1": shifted(0.03)}, {"none": NONE, "l1": shifted(-0.03)}
    first, further = best(sections(a=better, b=better, c=worse))
    assert first == (
        "Most often better than none: L1, firmly in 2 of 3 studies (a by 3.02 points and b by 3.02"
        " points), worse in 1."
    )
    assert further == "No other is firmly better or worse."


def test_none_is_best_where_several_are_better_as_often_or_no_one_is(workspace: Path) -> None:
    l1, l2 = {"none": NONE, "l1": shifted(0.03)}, {"none": NONE, "l2": shifted(0.03)}
    assert best(sections(a=l1, b=l2)) == (
        "Tied, most often firmly better than none: L1 in 1 of 1 (a) and L2 in 1 of 1 (b).",
        "No other is firmly better or worse.",
    )
    both = {"none": NONE, "l1": shifted(0.03), "l2": shifted(0.03)}
    assert best(sections(a=both, b={"none": NONE, "dropout": shifted(-0.03)})) == (
        "Tied, most often firmly better than none: L1 and L2 in 1 of 1 (a).",
        "Firmly worse: Dropout in 1 of 1.",
    )
    worse = {"none": NONE, "l1": shifted(-0.03)}
    assert best(sections(a=worse, b=worse)) == (
        "No method that was tried is firmly better than none in any study.",
        "Firmly worse: L1 in 2 of 2.",
    )


def test_one_study_answers_by_size(workspace: Path) -> None:
    (answer,) = best(sections(a={"none": NONE, "l1": shifted(0.02), "l2": shifted(0.03)}))
    assert answer == (
        "In a, the one study, largest gain first: without a regularizer: 92.00 %; firmly better: L2"
        " by 3.02 points and L1 by 2.02 points."
    )
