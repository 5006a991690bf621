"""What was found, in sentences.

Each rests on verdicts in the committed tables and says nothing that they do not: better and worse
are firm ones, a method that is on the edge or undecided is called open, and what is only a mean
over seeds is given as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regscope.figures.style import display_name
from regscope.measures import catalog
from regscope.report.columns import comparisons, on_edge, values
from regscope.report.formats import EDGE
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.report.verdicts import Claims
from regscope.report.words import COLLAPSED
from regscope.results import GUESS, GUESS_MEANING, told
from regscope.statistics import EQUAL, TOO_FEW
from regscope.study.params import BASELINE

SOME_ZEROS = 0.01
"""Of the weights: from here on a method is said to set some to zero."""

INSIDE = ("corruption_accuracy", "expected_calibration_error", "prunable_fraction")
"""What a study's last sentences are about, of the measures that cells are compared in."""

VERDICTS = {GUESS: GUESS_MEANING, TOO_FEW: "too few seeds to tell"}
"""How those are called that are not called as they are marked."""

KINDS = {"image": "pictures", "points": "tables of numbers", "tokens": "sentences"}


def study_findings(section: Section) -> tuple[str, ...]:
    """The answer first: what is better, what the others do, what the best learning rate changes;
    then what happens inside, and what a document leads with."""
    answer = (_answer(section), _others(section), _lost(section), _at_best(section))
    further = (*_inside(section), *_headlines(section.claims))
    return tuple(filter(None, (*answer, *further)))


def across(
    sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()
) -> tuple[str, ...]:
    """Over all studies: which methods are better how often, where, and what stays of it; zeros;
    and what the documents lead with."""
    if not sections:
        return ()
    found = standings(sections, regs)
    return (
        *_most_often(found),
        *_by_kind(sections, regs),
        *_what_stays(found),
        *_zeros(sections, regs),
        *_headlines(claims),
    )


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _answer(section: Section) -> str:
    measure = BY_KEY[section.results.primary]
    level = _level(values(section.results, BASELINE, measure.key).mean(), measure)
    where = "" if measure is ACCURACY else f" in {measure.name}"
    compared = comparisons(section.results, measure.key)
    better = [
        reg
        for reg in section.regs
        if reg in compared and told(compared[reg]) == "better" and not on_edge(compared[reg])
    ]
    if not better:
        return f"No method is firmly better than {BASELINE}{where}, which comes to {level}."
    better.sort(key=lambda reg: -measure.entry.sign * float(compared[reg]["difference"]))
    named = [
        f"{display_name(reg)} by {_size(compared[reg], measure, interval=reg == better[0])}"
        for reg in better
    ]
    return f"Better than {BASELINE}{where}, which comes to {level}: {listed(named)}."


def _others(section: Section) -> str:
    measure = BY_KEY[section.results.primary]
    by_verdict: dict[str, list[str]] = {}
    compared = comparisons(section.results, measure.key)
    for reg in (reg for reg in section.regs if reg in compared):
        row, verdict = compared[reg], told(compared[reg])
        if verdict == "better" and not on_edge(row):
            continue
        notes = [] if verdict == EQUAL else [_signed(row, measure)]
        notes += [COLLAPSED] * (reg in section.results.lost) + [EDGE] * on_edge(row)
        shown = f"{display_name(reg)} ({', '.join(notes)})" if notes else display_name(reg)
        by_verdict.setdefault(VERDICTS.get(verdict, verdict), []).append(shown)
    said = [f"{verdict}: {', '.join(named)}" for verdict, named in by_verdict.items()]
    return f"Of the others, {'; '.join(said)}." if said else ""


def _lost(section: Section) -> str:
    lost = section.results.at_chance
    named = [
        f"{display_name(reg)} ({lost[reg]} of {section.seeds})"
        for reg in section.regs
        if reg in lost
    ]
    return f"Seeds that are hardly better than a guess: {', '.join(named)}." if named else ""


def _at_best(section: Section) -> str:
    best = section.at_best
    if best is None:
        return (
            "All cells have the study's own learning rate and epochs; others were not tried, and"
            " could turn what is close."
        )
    better = [
        f"{display_name(reg)} (by {_size(row, ACCURACY)}{_noted(beyond(best, reg))})"
        for reg in section.regs
        if (row := best.tuned.get(reg)) is not None
        and reg != BASELINE
        and told(row) == "better"
        and not on_edge(row)
    ]
    named = listed(better) if better else "no method"
    verb = "are" if len(better) > 1 else "is"
    return (
        "With the learning rate and the epochs that suit each best, chosen on validation, "
        f"{named} {verb} firmly better than {BASELINE}, which then comes to"
        f" {_level(best.tuned[BASELINE][ACCURACY.key], ACCURACY)}."
    )


def _noted(note: str) -> str:
    return f"; {note}" if note else ""


def _inside(section: Section) -> Iterator[str]:
    zeros = {reg: _zero_share(section, reg) for reg in section.regs if reg in section.results.cells}
    some = {reg: share for reg, share in zeros.items() if share >= SOME_ZEROS and reg != BASELINE}
    if some:
        named = [f"{100 * share:.0f} % with {display_name(reg)}" for reg, share in some.items()]
        yield f"Of the weights, exactly zero: {listed(named)}."
    else:
        yield "No method sets a hundredth of the weights to exactly zero."
    for key in INSIDE:
        yield from _most(section, BY_KEY[key])


def _most(section: Section, measure: Measure) -> Iterator[str]:
    """Which cells have most and least of a measure beside the baseline, where that is firm."""
    rows = comparisons(section.results, measure.key)
    firm = {reg: rows[reg] for reg in section.regs if reg in rows and not on_edge(rows[reg])}
    said = []
    for verdict in ("better", "worse", "higher", "lower"):
        found = [reg for reg, row in firm.items() if told(row) == verdict]
        if found:
            first = max(found, key=lambda reg: abs(float(firm[reg]["difference"])))
            largest = f", the largest of {len(found)}" if len(found) > 1 else ""
            said.append(
                f"{verdict} with {display_name(first)} ({_signed(firm[first], measure)}{largest})"
            )
    if said:
        level = _level(values(section.results, BASELINE, measure.key).mean(), measure)
        yield f"{measure.entry.title}, {level} with {BASELINE}: {listed(said)}."


def _most_often(found: Sequence[Standing]) -> Iterator[str]:
    common = [one for one in found if len(one.studies) > 1]
    if not common:
        return
    first = max(common, key=lambda one: (len(one.better) - len(one.worse), len(one.better)))
    everywhere = [one for one in common if len(one.better) == len(one.studies)]
    opening = "" if everywhere else "No method is better in every study that has it. "
    if first.better:
        yield (
            f"{opening}Most often firmly better than {BASELINE}, at the studies' own settings, is"
            f" {display_name(first.reg)}: in {len(first.better)} of {len(first.studies)} studies"
            f" ({', '.join(first.better)}), and worse in {len(first.worse) or 'none'}."
        )
    never = [display_name(one.reg) for one in common if not one.better]
    if never:
        yield f"Firmly better in none of two or more studies: {listed(never)}."


def _by_kind(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """By what is put into the networks: which methods are better there, and how often."""
    for kind, title in KINDS.items():
        own = {name: one for name, one in sections.items() if one.study.data.kind == kind}
        if not own:
            continue
        better = [one for one in standings(own, regs) if one.better or one.better_there]
        better.sort(key=lambda one: (len(one.worse) - len(one.better), -len(one.better_there)))
        said = _of_one(better) if len(own) == 1 else ", ".join(map(_of_several, better))
        counted = f"{len(own)} {'study' if len(own) == 1 else 'studies'}"
        yield f"For {title} ({counted}), firmly better: {said or 'no method'}."


def _of_several(one: Standing) -> str:
    """In how many studies, and in how many of those with learning rates at its best one."""
    shown = f"{display_name(one.reg)} in {len(one.better)} of {len(one.studies)}"
    there = f" (at its best learning rate in {len(one.better_there)} of {len(one.tried)})"
    return shown + there * bool(one.tried)


def _of_one(found: Sequence[Standing]) -> str:
    both = [display_name(one.reg) for one in found if one.better and one.better_there]
    own = [display_name(one.reg) for one in found if one.better and not one.better_there]
    there = [display_name(one.reg) for one in found if not one.better]
    parts = [
        f"{listed(both)}, at the best learning rate too" * bool(both),
        f"{listed(own)}{', but not at the best learning rate' * any(one.tried for one in found)}"
        * bool(own),
        f"at the best learning rate alone {listed(there)}" * bool(there),
    ]
    return "; ".join(filter(None, parts))


def _what_stays(found: Sequence[Standing]) -> Iterator[str]:
    """Of what is better at the studies' own settings, how much is so at each one's best."""
    own = {(one.reg, name) for one in found for name in one.better if name in one.tried}
    if not own:
        return
    best = {(one.reg, name) for one in found for name in one.better_there}
    studies = {name for one in found for name in one.tried}
    new = len(best - own)
    yield (
        f"In the {len(studies)} studies in which every cell, {BASELINE} too, was also given the"
        f" learning rate and the epochs that suit it best, {len(own & best)} of the {len(own)}"
        f" that are firmly better stay so, and {new or 'none'} more"
        f" become{'s' if new == 1 else ''} so."
    )


def _zeros(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """Which methods set weights to zero, and in how many of their studies."""
    told_of = []
    for reg in regs:
        shares = [
            _zero_share(section, reg)
            for section in sections.values()
            if reg in section.results.cells and reg != BASELINE
        ]
        some = [share for share in shares if share >= SOME_ZEROS]
        if some:
            ends = sorted({f"{100 * share:.0f}" for share in (min(some), max(some))}, key=int)
            told_of.append(
                f"{display_name(reg)} in {len(some)} of {len(shares)} studies"
                f" ({' to '.join(ends)} % of them)"
            )
    if "l1" in regs and any("l1" in section.results.cells for section in sections.values()):
        yield (
            f"A hundredth of the weights or more is exactly zero with {listed(told_of)}."
            if told_of
            else "No method sets a hundredth of the weights to exactly zero."
        )


def _headlines(claims: Claims) -> Iterator[str]:
    """What every document would take, and what the seeds say to that."""
    for claim in claims:
        if claim.get("headline"):
            number = str(claim["document"]).partition("_")[0]
            firm = "" if claim.get("firm") is not False else f", on the {EDGE}"
            yield (
                f"Document {number} leads with “{claim['statement']}”: {claim['verdict']}{firm}"
                f" ({claim['study']})."
            )


def _zero_share(section: Section, reg: str) -> float:
    return float(values(section.results, reg, catalog.named("zero_fraction").name).mean())


def _level(value: float, measure: Measure) -> str:
    return f"{measure.value(value)}{' %' if measure.entry.is_share else ''}{_points(measure)}"


def _points(measure: Measure) -> str:
    return " points" if measure.entry.unit == "points" else ""


def _signed(row: Mapping[Any, Any], measure: Measure) -> str:
    return measure.difference(float(row["difference"]))


def _size(row: Mapping[Any, Any], measure: Measure, interval: bool = True) -> str:
    """How large a difference is, which has a direction already, with its interval."""
    unit = " points" if measure.entry.in_points else ""
    shown = measure.value(abs(float(row["difference"])))
    if not interval:
        return shown
    ends = [measure.difference(float(row[end])) for end in ("low", "high")]
    return f"{shown}{unit} [{', '.join(ends)}]"
