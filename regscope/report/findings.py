"""What was found, in sentences.

Each rests on verdicts in the committed tables and says nothing that they do not: better and worse
are firm ones, what is on the edge stands apart, and what is only a mean over seeds is given as a
number. A cell that does no better than a guess is in none of them but as such.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from regscope.figures.style import display_name
from regscope.report.claims_table import measured
from regscope.report.columns import comparisons, on_edge, values
from regscope.report.formats import DASH, EDGE
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.report.verdicts import RESERVES, Claims
from regscope.report.words import COLLAPSED
from regscope.results import GUESS, GUESS_MEANING, told
from regscope.results.guessed import NO
from regscope.statistics import EQUAL, TOO_FEW
from regscope.study.params import BASELINE

WITHOUT = "Without a regularizer:"
SOME_ZEROS = 0.01
"""Of the weights: from here on a method is said to set some to zero."""

ZEROS = "zero_fraction"
INSIDE = ("corruption_accuracy", "expected_calibration_error", "prunable_fraction")
"""What a study's last sentences are about, of the measures that cells are compared in."""

VERDICTS = {GUESS: GUESS_MEANING, TOO_FEW: "too few seeds to tell"}
"""How those are called that are not called as they are marked."""

CALLED = {"Else unstated": "settings unstated"}
"""Reserves that a sentence calls otherwise than a table's heading."""

KINDS = {"image": "pictures", "points": "tables of numbers", "tokens": "sentences"}

Row = Mapping[Any, Any]


def study_findings(section: Section) -> tuple[str, ...]:
    """The answer first: what is better, what the others do, what the best learning rate changes;
    then what happens inside, and what a document leads with."""
    answer = (_answer(section), _others(section), _lost(section), _at_best(section))
    further = (*_inside(section), *_headlines(section.claims, of_study=True))
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
        *_of_none(sections),
        *_zeros(sections, regs),
        *_headlines(claims),
    )


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _answer(section: Section) -> str:
    measure = BY_KEY[section.results.primary]
    level = _level(section, measure)
    where = "" if measure is ACCURACY else f" in {measure.name}"
    compared = comparisons(section.results, measure.key)
    if compared and all(row["verdict"] == TOO_FEW for row in compared.values()):
        seeds = "1 seed is" if section.seeds == 1 else f"{section.seeds} seeds are"
        return f"{WITHOUT} {level}{where}; {seeds} too few to tell of any method."
    better = _firm(section, compared, "better")
    if not better:
        return f"{WITHOUT} {level}{where}; no method is firmly better."
    better.sort(key=lambda reg: -measure.entry.sign * float(compared[reg]["difference"]))
    named = [
        f"{display_name(reg)} by {_size(compared[reg], measure, interval=reg == better[0])}"
        for reg in better
    ]
    return f"{WITHOUT} {level}{where}; firmly better: {listed(named)}."


def _others(section: Section) -> str:
    """All verdicts but firmly better ones, those on the edge apart."""
    measure = BY_KEY[section.results.primary]
    compared = comparisons(section.results, measure.key)
    by_verdict: dict[str, list[str]] = {}
    edges: list[str] = []
    for reg in (reg for reg in section.regs if reg in compared):
        row, verdict = compared[reg], told(compared[reg])
        notes = [] if verdict == EQUAL else [_signed(row, measure)]
        notes += [COLLAPSED] * (reg in section.results.lost)
        shown = f"{display_name(reg)} ({', '.join(notes)})" if notes else display_name(reg)
        called = VERDICTS.get(verdict, verdict)
        if on_edge(row):
            edges.append(f"{called} {shown}")
        elif verdict != "better":
            by_verdict.setdefault(called, []).append(shown)
    said = [f"{verdict}: {', '.join(named)}" for verdict, named in by_verdict.items()]
    said += [f"on the {EDGE}: {', '.join(edges)}"] * bool(edges)
    opening = "Of the others" if _firm(section, compared, "better") else "Verdicts"
    return f"{opening}: {'; '.join(said)}." if said else ""


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
            " may turn any of this."
        )
    better, worse = (
        [
            f"{display_name(reg)} by {_size(best.tuned[reg], ACCURACY)}{_noted(beyond(best, reg))}"
            for reg in _firm(section, best.tuned, verdict)
        ]
        for verdict in ("better", "worse")
    )
    level = f"{ACCURACY.value(best.tuned[BASELINE][ACCURACY.key])} %"
    told_of = f"firmly better: {listed(better)}" if better else "no method is firmly better"
    told_of += f"; firmly worse: {listed(worse)}" if worse else ""
    return (
        f"Tuned, {BASELINE} reaches {level}{_noted(beyond(best, BASELINE))}, and against it"
        f" {told_of}."
    )


def _noted(note: str) -> str:
    return f" ({note})" if note else ""


def _inside(section: Section) -> Iterator[str]:
    shares, guesses = _zero_shares(section), _guesses(section)
    some = [
        f"{100 * share:.0f} % with {display_name(reg)}"
        + ", which learned nothing" * (reg in guesses)
        for reg, share in shares.items()
        if share >= SOME_ZEROS
    ]
    if some:
        yield f"Of the weights, exactly zero: {listed(some)}."
    elif shares:
        yield "No method sets a hundredth of the weights to exactly zero."
    for key in INSIDE:
        yield from _most(section, BY_KEY[key])


def _most(section: Section, measure: Measure) -> Iterator[str]:
    """Which cells have most and least of a measure beside the baseline, where that is firm."""
    rows = comparisons(section.results, measure.key)
    guesses = _guesses(section)
    said = []
    for verdict in ("better", "worse", "higher", "lower"):
        found = [reg for reg in _firm(section, rows, verdict) if reg not in guesses]
        if found:
            first = max(found, key=lambda reg: abs(float(rows[reg]["difference"])))
            largest = f", the largest of {len(found)} such cells" if len(found) > 1 else ""
            size = f"{_signed(rows[first], measure)}{_unit(measure)}{largest}"
            said.append(f"{verdict} with {display_name(first)} ({size})")
    if said:
        level = _level(section, measure)
        yield f"{measure.entry.title}, {level} with {BASELINE}: {listed(said)}."


def _firm(section: Section, rows: Mapping[Any, Row], verdict: str) -> list[str]:
    """The cells with this verdict, firmly, in order."""
    return [
        reg
        for reg in section.regs
        if reg in rows and reg != BASELINE and told(rows[reg]) == verdict and not on_edge(rows[reg])
    ]


def _guesses(section: Section) -> Collection[str]:
    """The cells that are no better than a guess in what the study is about."""
    compared = comparisons(section.results, section.results.primary)
    return {*section.results.lost, *(r for r, row in compared.items() if row["beats_guess"] == NO)}


def _zero_shares(section: Section) -> dict[str, float]:
    """The mean share of weights that are exactly zero, by cell; of those that have it."""
    if ZEROS not in section.results.seeds.columns:
        return {}
    cells = (reg for reg in section.regs if reg in section.results.cells and reg != BASELINE)
    shares = {reg: float(values(section.results, reg, ZEROS).mean()) for reg in cells}
    return {reg: share for reg, share in shares.items() if share == share}


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
            f" {listed(first)}."
        )
    never = [display_name(one.reg) for one in found if len(one.studies) > 1 and not one.better]
    if never:
        yield f"Firmly better in no study, of those that several have: {listed(never)}."


def _tuned(one: Standing) -> str:
    if not one.tried:
        return ""
    named = f" ({', '.join(one.better_there)})" if one.better_there else ""
    return f", tuned in {len(one.better_there)} of {len(one.tried)}{named}"


def _by_kind(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """By what is put into the networks: what is better there and what worse, and how often."""
    for kind, title in KINDS.items():
        own = {name: one for name, one in sections.items() if one.study.data.kind == kind}
        if not own:
            continue
        found = standings(own, regs)
        better = _counted({one.reg: (one.better, one.studies) for one in found}, len(own))
        worse = _counted({one.reg: (one.worse, one.studies) for one in found}, len(own))
        yield (
            f"For {title} ({_studies(own)}), firmly better: {better or 'no method'}"
            f"{f'; firmly worse: {worse}' if worse else ''}."
        )
        tried = [name for name in own if any(name in one.tried for one in found)]
        if tried:
            there = _placed({one.reg: one.better_there for one in found}, len(tried))
            less = _placed({one.reg: one.worse_there for one in found}, len(tried))
            yield (
                f"For {title}, tuned ({', '.join(tried)}), firmly better: {there or 'no method'}"
                f"{f'; firmly worse: {less}' if less else ''}."
            )


def _studies(own: Mapping[str, Section]) -> str:
    """How many, and of how many data sets where these are fewer: they are not independent."""
    sources = len({section.study.data.source for section in own.values()})
    count = f"{len(own)} {'study' if len(own) == 1 else 'studies'}"
    return count if sources == len(own) else f"{count} of {sources} data set{'s' * (sources > 1)}"


def _counted(found: Mapping[str, tuple[Sequence[str], Sequence[str]]], of: int) -> str:
    """Every method with what it has in some studies, out of those in which it is; most first."""
    there = {reg: pair for reg, pair in found.items() if pair[0]}
    ordered = sorted(there, key=lambda reg: -len(there[reg][0]))
    if of == 1:
        return listed([display_name(reg) for reg in ordered])
    return listed(
        [f"{display_name(reg)} in {len(there[reg][0])} of {len(there[reg][1])}" for reg in ordered]
    )


def _placed(found: Mapping[str, Sequence[str]], of: int) -> str:
    """Every method with the studies in which it is so; most first."""
    ordered = sorted((reg for reg in found if found[reg]), key=lambda reg: -len(found[reg]))
    if of == 1:
        return listed([display_name(reg) for reg in ordered])
    return listed([f"{display_name(reg)} ({', '.join(found[reg])})" for reg in ordered])


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
            gains.append(f"{name} {ACCURACY.difference(best - own)}{_noted(end)}")
    if gains:
        yield (
            f"Tuning alone changes the test accuracy of {BASELINE}, in points, by: {listed(gains)}."
        )


def _zeros(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """Which methods set weights to zero, and in how many of their studies."""
    found = {name: _zero_shares(section) for name, section in sections.items()}
    if not any(found.values()):
        return
    told_of = []
    for reg in regs:
        shares = {name: one[reg] for name, one in found.items() if reg in one}
        lost = [name for name in shares if reg in _guesses(sections[name])]
        some = [one for name, one in shares.items() if one >= SOME_ZEROS and name not in lost]
        if some:
            ends = sorted({f"{100 * share:.0f}" for share in (min(some), max(some))}, key=int)
            nothing = f"; in {listed(lost)} it learned nothing" if lost else ""
            told_of.append(
                f"{display_name(reg)}, in {len(some)} of {len(shares)} studies"
                f" ({' to '.join(ends)} % of them{nothing})"
            )
    plain = [one["l1"] for one in found.values() if "l1" in one]
    count = sum(share >= SOME_ZEROS for share in plain)
    asked = f" (L1 in the loss in {count} of {len(plain)})" * bool(plain and not count)
    yield (
        f"A hundredth of the weights or more is exactly zero with {listed(told_of)}; with no other"
        f" method{asked}."
        if told_of
        else f"No method sets a hundredth of the weights to exactly zero{asked}."
    )


def _headlines(claims: Claims, of_study: bool = False) -> Iterator[str]:
    """What every document would take, and what the seeds say to that, with its reserves."""
    for claim in claims:
        if claim.get("headline"):
            notes = [CALLED.get(name, name.lower()) for name, has in RESERVES.items() if has(claim)]
            notes += [f"on the {EDGE}"] * (claim.get("firm") is False)
            notes += [] if of_study else [f"study {claim['study']}"]
            beside = f" ({'; '.join(notes)})" if notes else ""
            number = str(claim["document"]).partition("_")[0]
            statement = claim["statement"].rstrip(".")
            yield (
                f"Document {number}, “{claim['title']}”, leads with “{statement}”:"
                f" {claim['verdict']}{_measured(claim)}{beside}."
            )


def _measured(claim: Mapping[str, Any]) -> str:
    """The effect with its interval, where there is one."""
    found = measured(claim)
    return "" if found == DASH else f", {found}"


def _level(section: Section, measure: Measure) -> str:
    """The baseline's mean, with its unit."""
    value = measure.value(values(section.results, BASELINE, measure.key).mean())
    return f"{value}{' %' if measure.entry.is_share else _unit(measure)}"


def _unit(measure: Measure) -> str:
    """Of a difference."""
    return " points" if measure.entry.in_points else ""


def _signed(row: Row, measure: Measure) -> str:
    return measure.difference(float(row["difference"]))


def _size(row: Row, measure: Measure, interval: bool = True) -> str:
    """How large a difference is, which has a direction already, with its interval."""
    shown = f"{measure.value(abs(float(row['difference'])))}{_unit(measure)}"
    if not interval:
        return shown
    return f"{shown} [{', '.join(measure.difference(float(row[end])) for end in ('low', 'high'))}]"
