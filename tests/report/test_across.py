"""What all studies say together."""

from __future__ import annotations

from pathlib import Path

from regscope.report.across import across
from tests.report import synthetic
from tests.report.test_findings import with_zeros
from tests.report.test_standings import CELLS, FIRST, NONE, SECOND, sections, shifted


def test_over_all_studies(workspace: Path) -> None:
    own = sections(first=FIRST, second=SECOND)
    tried = own | {
        "first": synthetic.at_best(own["first"], l1={"verdict": "undecided", "firm": True})
    }
    tried["second"] = with_zeros(tried["second"], l1=0.5)
    claim = synthetic.claim("a", "first", "contradicted") | {"headline": True, "firm": False}
    other = synthetic.claim("b", "first", "reproduced")
    assert across(tried, tuple(CELLS), [claim, other]) == (
        "Most often firmly better than none, at the studies' own settings: L1, in 2 of 2 studies"
        " (first, second; worse in no study), tuned in 0 of 1.",
        "Firmly better in no study, of those that several have: L2.",
        "For pictures (2 studies of 1 data set), firmly better: L1 in 2 of 2; firmly worse: L2 in 1"
        " of 2.",
        "For pictures, tuned (first), firmly better: no method.",
        "Tuned, in a study: of 1 cells that are firmly better at the study's own settings, none"
        " stay so; no others become so.",
        "Tuning alone changes the test accuracy of none, in points, by: first +3.00.",
        "A hundredth of the weights or more is exactly zero with L1, in 1 of 2 studies (50 % of"
        " them); with no other method.",
        "Was document paper.txt's headline right? No, on the edge. “L1 helps” (“A paper”):"
        " contradicted, +1.20 points [+0.64, +1.76] (strength assumed; study first).",
    )


def test_ties_are_all_named_and_harm_does_not_decide_who_is_most_often_better(
    workspace: Path,
) -> None:
    """L1 is better in three of five studies and worse in two, L2 better in both that have it."""
    better, worse = {"none": NONE, "l1": shifted(0.03)}, {"none": NONE, "l1": shifted(-0.03)}
    both = better | {"l2": shifted(0.02)}
    own = sections(a=both, b=both, c=better, d=worse, e=worse)
    first, *_ = across(own, tuple(CELLS))
    assert first == (
        "Most often firmly better than none, at the studies' own settings: L1, in 3 of 5 studies"
        " (a, b, c; worse in 2)."
    )
    first, *_ = across({name: own[name] for name in "abd"}, tuple(CELLS))
    assert first.endswith(
        ": L1, in 2 of 3 studies (a, b; worse in 1) and L2, in 2 of 2 studies (a, b; worse in no"
        " study)."
    )


def test_without_studies_nothing_is_said() -> None:
    assert across({}, ("none",)) == ()
