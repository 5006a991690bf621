"""Which method is better than none most often, whatever the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.best_by_kind import most_often
from regscope.report.how_sure import sure_of
from regscope.report.questions import Question
from regscope.report.sections import Section
from regscope.report.standings import Standing
from regscope.study.params import BASELINE

ASKED = "Which method is better most often, over all data?"


def better_most_often(
    sections: Mapping[str, Section], found: Sequence[Standing]
) -> Question | None:
    """Who is firmly better in most studies, and who in none."""
    first = most_often(found)
    said = [
        f"{display_name(one.reg)}, firmly in {len(one.better)} of {len(one.studies)} studies"
        f" ({', '.join(one.better)}), worse in {len(one.worse) or 'no study'}"
        for one in first
    ]
    answer = [f"Most often better than {BASELINE}: {'; '.join(said)}."] * bool(said)
    never = [display_name(one.reg) for one in found if len(one.studies) > 1 and not one.better]
    everywhere = any(len(one.better) == len(one.studies) > 1 for one in found)
    further = ["no method is better in all of several studies"] * (bool(said) and not everywhere)
    if never:
        further.append(f"better in none, of those that several have: {joined(never)}")
    if further:
        answer.append(f"{further[0][:1].upper()}{'; '.join(further)[1:]}.")
    if not answer:
        return None
    return Question("often", ASKED, tuple(answer), sure_of(sections, first, found))
