"""What all studies say together: questions, and answers in sentences by rules: phrases.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regscope.report.best_by_kind import best_by_kind
from regscope.report.better_most_often import better_most_often
from regscope.report.headlines import headlines
from regscope.report.label_noise import as_labelled
from regscope.report.left_when_tuned import left_when_tuned
from regscope.report.questions import Question
from regscope.report.sections import Section
from regscope.report.standings import standings
from regscope.report.verdicts import Claims
from regscope.report.zeros import zeros


def across(
    sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()
) -> tuple[Question, ...]:
    """Over all studies: which methods are better for which data; zeros; whether the documents'
    headlines were right; which methods are better how often, and what stays of it."""
    if not sections:
        return ()
    found = standings(sections, regs)
    others = as_labelled(sections)
    asked = (
        *best_by_kind(sections, regs),
        zeros(sections, regs),
        *headlines(claims),
        better_most_often(others, standings(others, regs)),
        left_when_tuned(sections, found),
    )
    return tuple(question for question in asked if question is not None)
