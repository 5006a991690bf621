"""What all studies say together: questions, and answers in sentences by rules: phrases.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.best_by_kind import best_by_kind
from regscope.report.claims_table import anchor
from regscope.report.columns import values
from regscope.report.measured import ACCURACY
from regscope.report.phrases import (
    NO_ZEROS,
    SOME_ZEROS,
    headlines,
    noted,
    number_of,
    zero_shares,
)
from regscope.report.questions import Question
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.report.verdicts import Claims
from regscope.study.params import BASELINE

ZEROS_OF_L1 = "Does L1 make weights sparse, exactly zero?"
ZEROS_OF_WHICH = "Which methods make weights sparse, exactly zero?"


def across(
    sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()
) -> tuple[Question, ...]:
    """Over all studies: which methods are better for which data; zeros; whether the documents'
    headlines were right; which methods are better how often, and what stays of it."""
    if not sections:
        return ()
    found = standings(sections, regs)
    asked = [
        *best_by_kind(sections, regs),
        _zeros(sections, regs),
        *_headlines(claims),
        Question("often", "Which method is better most often?", tuple(_most_often(found))),
        Question(
            "tuned",
            "What is left where everything is tuned?",
            (*_what_stays(found), *_of_none(sections)),
        ),
    ]
    return tuple(question for question in asked if question.answer)


def _headlines(claims: Claims) -> Iterator[Question]:
    for asked, given, claim in headlines(claims):
        name = f"document-{number_of(claim)}"
        yield Question(name, asked, (given,), (claim["study"],), anchor(claim))


def _most_often(found: Sequence[Standing]) -> Iterator[str]:
    most = max((len(one.better) for one in found), default=0)
    if most:
        everywhere = any(len(one.better) == len(one.studies) > 1 for one in found)
        opening = "" if everywhere else "No method is better in all of several studies. "
        first = [
            f"{display_name(one.reg)}, in {most} of {len(one.studies)} studies"
            f" ({', '.join(one.better)}; worse in {len(one.worse) or 'no study'}){_tuned(one)}"
            for one in found
            if len(one.better) == most
        ]
        yield (
            f"{opening}Most often firmly better than {BASELINE}, at the studies' own settings:"
            f" {joined(first)}."
        )
    never = [display_name(one.reg) for one in found if len(one.studies) > 1 and not one.better]
    if never:
        yield f"Firmly better in no study, of those that several have: {joined(never)}."


def _tuned(one: Standing) -> str:
    if not one.tried:
        return ""
    named = f" ({', '.join(one.better_there)})" if one.better_there else ""
    return f", tuned in {len(one.better_there)} of {len(one.tried)}{named}"


def _what_stays(found: Sequence[Standing]) -> Iterator[str]:
    """Of what is better at the studies' own settings, how much is so at each one's best."""
    own = {(one.reg, name) for one in found for name in one.better if name in one.tried}
    if not own:
        return
    best = {(one.reg, name) for one in found for name in one.better_there}
    studies = {name for one in found for name in one.tried}
    kept, new = len(own & best), len(best - own)
    count = "a study" if len(studies) == 1 else f"{len(studies)} studies"
    yield (
        f"Tuned, in {count}: of {len(own)} cells that are firmly better at the study's own"
        f" settings, {kept or 'none'} stay{'s' * (kept == 1)} so; {new or 'no'}"
        f" other{'s' * (new != 1)} become{'s' * (new == 1)} so."
    )


def _of_none(sections: Mapping[str, Section]) -> Iterator[str]:
    """How much the baseline gains by its learning rate and epochs alone."""
    gains = []
    for name, section in sections.items():
        if section.at_best is not None:
            own = values(section.results, BASELINE, ACCURACY.key).mean()
            best = section.at_best.tuned[BASELINE][ACCURACY.key]
            end = beyond(section.at_best, BASELINE)
            gains.append(f"{name} {ACCURACY.difference(best - own)}{noted(end)}")
    if gains:
        yield (
            f"Tuning alone changes the test accuracy of {BASELINE}, in points, by: {joined(gains)}."
        )


def _zeros(sections: Mapping[str, Section], regs: Sequence[str]) -> Question:
    """Which methods set weights to zero, and in how many of their studies; L1 by name."""
    found = {name: zero_shares(section) for name, section in sections.items()}
    told_of, plain = [], ""
    for reg in regs:
        shares = {name: one[reg] for name, one in found.items() if reg in one}
        lost = [name for name in shares if reg in sections[name].results.lost]
        some = [one for name, one in shares.items() if one >= SOME_ZEROS and name not in lost]
        if reg == "l1" and shares:
            plain = f"{len(some) or 'none'} of {len(shares)} studies"
            plain = f"Yes, in {plain}" if some else f"Not as a term of the loss: in {plain}"
        if some:
            ends = sorted({f"{100 * share:.0f}" for share in (min(some), max(some))}, key=int)
            nothing = f"; in {joined(lost)} it learned nothing" if lost else ""
            told_of.append(
                f"{display_name(reg)}, in {len(some)} of {len(shares)} studies"
                f" ({' to '.join(ends)} % of them{nothing})"
            )
    asked = ZEROS_OF_L1 if plain else ZEROS_OF_WHICH
    if not any(found.values()):
        return Question("zeros", asked, ())
    with_whom = (
        f"A hundredth of the weights or more is exactly zero with {joined(told_of)}; with no other"
        " method."
        if told_of
        else f"{NO_ZEROS}."
    )
    return Question("zeros", asked, (f"{plain}. {with_whom}" if plain else with_whom,))
