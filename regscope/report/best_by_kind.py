"""Which methods are better and worse by what is put into the networks, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import comparisons
from regscope.report.findings import study_findings
from regscope.report.measured import BY_KEY
from regscope.report.phrases import noted, sized
from regscope.report.questions import Question
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.study.params import BASELINE

KINDS = {
    "image": "pictures",
    "points": "tables of numbers",
    "table": "tables",
    "tokens": "sentences",
}


def best_by_kind(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[Question]:
    """A question a kind that some study is of."""
    for kind, title in KINDS.items():
        own = {name: one for name, one in sections.items() if one.study.data.kind == kind}
        if not own:
            continue
        found = standings(own, regs)
        answer = _of_one(own) if len(own) == 1 else _of_several(own, found)
        yield Question(
            f"best-{title.replace(' ', '-')}",
            f"Which method is best for {title}?",
            (*answer, *_tuned(own, found)),
            tuple(own),
        )


def _of_one(own: Mapping[str, Section]) -> Iterator[str]:
    for name, section in own.items():
        yield f"In {name}, the one study: {_uncapitalized(study_findings(section)[0])}"


def _of_several(own: Mapping[str, Section], found: Sequence[Standing]) -> Iterator[str]:
    most = max((len(one.better) for one in found), default=0)
    first = [one for one in found if most and len(one.better) == most]
    if len(first) == 1:
        yield _leader(own, first[0])
    elif first:
        yield (
            f"No one method stands out: most often firmly better than {BASELINE} are"
            f" {_sides(first, 'better')}."
        )
    else:
        yield f"No method that was tried is firmly better than {BASELINE} in any study."
    others = [one for one in found if one not in first]
    better, worse = _sides(others, "better"), _sides(found, "worse")
    said = [f"firmly better too: {better}"] * bool(better) + [f"firmly worse: {worse}"] * bool(
        worse
    )
    yield f"Of {_studies(own)}, {'; '.join(said) or 'no other is firmly better or worse'}."


def _leader(own: Mapping[str, Section], one: Standing) -> str:
    """Who is better most often, by how much, and whether it is so where all are tuned."""
    sizes = []
    for name in one.better:
        measure = BY_KEY[own[name].results.primary]
        row = comparisons(own[name].results, measure.key)[one.reg]
        sizes.append(f"{name} by {sized(row, measure)}")
    tuned = f"; tuned, in {len(one.better_there)} of {len(one.tried)}" if one.tried else ""
    worse = f"; firmly worse in {len(one.worse)}" if one.worse else ""
    return (
        f"{display_name(one.reg)}, most often: firmly better than {BASELINE} in {len(one.better)}"
        f" of {len(one.studies)} studies, {joined(sizes)}{worse}"
        f"{tuned}{noted(', '.join(one.better_there))}."
    )


def _tuned(own: Mapping[str, Section], found: Sequence[Standing]) -> Iterator[str]:
    tried = [name for name in own if any(name in one.tried for one in found)]
    if tried:
        better, worse = (
            joined(
                [
                    display_name(one.reg) + noted(", ".join(names) * (len(tried) > 1))
                    for one in sorted(found, key=lambda one: -len(getattr(one, side)))
                    if (names := getattr(one, side))
                ]
            )
            for side in ("better_there", "worse_there")
        )
        told = f"firmly better: {better or 'no method'}"
        told += f"; firmly worse: {worse}" if worse else ""
        yield f"Tuned, in {joined(tried)}, {told}."


def _sides(found: Sequence[Standing], side: str) -> str:
    """Who is so in some study, most often first, with in how many of how many."""
    ordered = sorted(
        (one for one in found if getattr(one, side)), key=lambda one: -len(getattr(one, side))
    )
    return joined(
        [
            f"{display_name(one.reg)} in {len(getattr(one, side))} of {len(one.studies)}"
            for one in ordered
        ]
    )


def _studies(own: Mapping[str, Section]) -> str:
    """How many, and of how many data sets where these are fewer: they are not independent."""
    sources = len({section.study.data.called for section in own.values()})
    count = f"{len(own)} studies"
    return count if sources == len(own) else f"{count} of {sources} data set{'s' * (sources > 1)}"


def _uncapitalized(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
