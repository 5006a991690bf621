"""Which methods are better and worse by what is put into the networks, in sentences.

Of several studies the best method is the one that is firmly better than none in most of them, of
one study the one with the largest gain; the sentences say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import comparisons
from regscope.report.findings import study_answer
from regscope.report.how_sure import Shown, how_sure, rests_of, settings_of, shown, sure_of
from regscope.report.label_noise import as_labelled, noisy
from regscope.report.measured import BY_KEY
from regscope.report.phrases import by_gain, sized
from regscope.report.questions import Question
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.study.params import BASELINE

KINDS = {
    "image": "pictures",
    "points": "arrays of numbers",
    "table": "tables with named columns",
    "tokens": "sentences",
}


def best_by_kind(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[Question]:
    """A question a kind that some study is of, and one of studies with label noise."""
    for kind, title in KINDS.items():
        own = {
            name: one for name, one in as_labelled(sections).items() if one.study.data.kind == kind
        }
        yield from _asked(f"for {title}", title, own, regs)
    yield from _asked("where training labels are wrong", "wrong labels", noisy(sections), regs)


def _asked(
    where: str, name: str, own: Mapping[str, Section], regs: Sequence[str]
) -> Iterator[Question]:
    found = standings(own, regs)
    if found:
        answer, sure = _of_one(own, found) if len(own) == 1 else _of_several(own, found)
        yield Question(
            f"best-{name.replace(' ', '-')}",
            f"Which method is best {where}?",
            answer,
            sure,
            tuple(own),
        )


Answer = tuple[tuple[str, ...], str]
"""Sentences, and how sure they are."""


def most_often(found: Sequence[Standing]) -> list[Standing]:
    """Those that are firmly better in most studies; none where nothing is in any."""
    most = max((len(one.better) for one in found), default=0)
    return [one for one in found if most and len(one.better) == most]


def _of_one(own: Mapping[str, Section], found: Sequence[Standing]) -> Answer:
    ((name, section),) = own.items()
    answer = study_answer(section, interval=False)
    better = by_gain(section)
    order = ", largest gain first" if len(better) > 1 else ""
    said = f"In {name}, the one study{order}: {answer[:1].lower()}{answer[1:]}"
    intervals = [_gain(section, reg) for reg in better[:1]]
    first = [one for one in found if one.reg in (better[:1] or [one.reg])]
    sure = how_sure(
        list(rests_of(own, [one.reg for one in found])),
        intervals,
        settings_of(first, found),
        len(own),
    )
    return (said,), sure


def _gain(section: Section, reg: str) -> Shown:
    measure = BY_KEY[section.results.primary]
    return shown(display_name(reg), comparisons(section.results, measure.key)[reg], measure)


def _of_several(own: Mapping[str, Section], found: Sequence[Standing]) -> Answer:
    first = most_often(found)
    others = [one for one in found if one not in first]
    if len(first) == 1:
        opening = _leader(own, first[0])
        further = _others(others, others, "Of the others, firmly")
    elif first:
        opening = f"Tied, most often firmly better than {BASELINE}: {_tied(first)}."
        further = _others(others, found, "Firmly")
    else:
        opening = f"No method that was tried is firmly better than {BASELINE} in any study."
        further = _others((), found, "Firmly")
    return (opening, further), sure_of(own, first, found)


def _others(better: Sequence[Standing], worse: Sequence[Standing], opening: str) -> str:
    """Who else is better, and who is worse."""
    said = [
        f"{side}: {named}"
        for side, named in (("better", _sides(better, "better")), ("worse", _sides(worse, "worse")))
        if named
    ]
    return f"{opening} {'; firmly '.join(said)}." if said else "No other is firmly better or worse."


def _leader(own: Mapping[str, Section], one: Standing) -> str:
    """Who is better most often, by how much, where worse, and what is left where all is tuned."""
    sizes = []
    for name in one.better:
        measure = BY_KEY[own[name].results.primary]
        row = comparisons(own[name].results, measure.key)[one.reg]
        sizes.append(f"{name} by {sized(row, measure, interval=False)}")
    there = f" ({joined(one.better_there)})" if one.better_there else ""
    tuned = f"; tuned, in {len(one.better_there) or 'none'} of {len(one.tried)}{there}"
    return (
        f"Most often better than {BASELINE}: {display_name(one.reg)}, firmly in {len(one.better)}"
        f" of {len(one.studies)} studies ({joined(sizes)}), worse in"
        f" {len(one.worse) or 'no study'}{tuned if one.tried else ''}."
    )


def _tied(first: Sequence[Standing]) -> str:
    """Those that are better in as many studies, with which."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for one in first:
        alike.setdefault((len(one.studies), *one.better), []).append(display_name(one.reg))
    return joined(
        [
            f"{joined(names)} in {len(better)} of {of} ({', '.join(map(str, better))})"
            for (of, *better), names in alike.items()
        ]
    )


def _sides(found: Sequence[Standing], side: str) -> str:
    """Who is so in some study, most often first, with in how many of how many."""
    alike: dict[tuple[int, int], list[str]] = {}
    for one in sorted(found, key=lambda one: -len(getattr(one, side))):
        if number := len(getattr(one, side)):
            alike.setdefault((number, len(one.studies)), []).append(display_name(one.reg))
    return ", ".join(
        f"{joined(names)} in {number} of {of}" for (number, of), names in alike.items()
    )
