"""What was found in a study, in sentences.

Each rests on verdicts in the committed tables and says nothing that they do not: better and worse
are firm ones, what is on the edge stands apart, and what is only a mean over seeds is given as a
number. A cell that does no better than a guess is in none of them but as such.
"""

from __future__ import annotations

from collections.abc import Iterator

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.advice_answer import answer
from regscope.report.columns import comparisons, on_edge
from regscope.report.formats import EDGE
from regscope.report.headlines import headlines
from regscope.report.how_sure import HOW_SURE
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.phrases import (
    NO_ZEROS,
    SOME_ZEROS,
    baseline_level,
    by_gain,
    firmly,
    guessing,
    noted,
    signed,
    sized,
    unit_of,
    zero_shares,
)
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.words import COLLAPSED
from regscope.results import GUESS, GUESS_MEANING, told
from regscope.statistics import EQUAL, TOO_FEW
from regscope.study.params import BASELINE

WITHOUT = "Without a regularizer:"
INSIDE = ("corruption_accuracy", "expected_calibration_error", "prunable_fraction")
"""What a study's last sentences are about, of the measures that cells are compared in."""

VERDICTS = {GUESS: GUESS_MEANING, TOO_FEW: "too few seeds to tell"}
"""How those are called that are not called as they are marked."""


def study_findings(section: Section) -> tuple[str, ...]:
    """The answer first: what is better, what the others do, what the best learning rate changes;
    then what happens inside, and whether a document's headline was right."""
    answer = (study_answer(section), _others(section), _lost(section), _at_best(section))
    judged = (
        f"{one.asked} {' '.join(one.answer)} {HOW_SURE} {one.sure}."
        for one in headlines(section.claims)
    )
    further = (*_inside(section), *judged)
    return tuple(filter(None, (*answer, *further)))


def study_answer(section: Section, interval: bool = True) -> str:
    """What is firmly better than the baseline, by how much; the first with its interval."""
    measure = BY_KEY[section.results.primary]
    level = baseline_level(section, measure)
    where = "" if measure is ACCURACY else f" in {measure.name}"
    compared = comparisons(section.results, measure.key)
    if compared and all(row["verdict"] == TOO_FEW for row in compared.values()):
        seeds = "1 seed is" if section.seeds == 1 else f"{section.seeds} seeds are"
        return f"{WITHOUT} {level}{where}; {seeds} too few to tell of any method."
    better = by_gain(section)
    if not better:
        return f"{WITHOUT} {level}{where}; no method is firmly better."
    named = [
        f"{display_name(reg)} by {sized(compared[reg], measure, interval and reg == better[0])}"
        for reg in better
    ]
    return f"{WITHOUT} {level}{where}; firmly better: {joined(named)}."


def _others(section: Section) -> str:
    """All verdicts but firmly better ones, those on the edge apart."""
    measure = BY_KEY[section.results.primary]
    compared = comparisons(section.results, measure.key)
    by_verdict: dict[str, list[str]] = {}
    edges: list[str] = []
    for reg in (reg for reg in section.regs if reg in compared):
        row, verdict = compared[reg], told(compared[reg])
        notes = [] if verdict == EQUAL else [signed(row, measure)]
        notes += [COLLAPSED] * (reg in section.results.lost)
        shown = f"{display_name(reg)} ({', '.join(notes)})" if notes else display_name(reg)
        called = VERDICTS.get(verdict, verdict)
        if on_edge(row):
            edges.append(f"{called} {shown}")
        elif verdict != "better":
            by_verdict.setdefault(called, []).append(shown)
    said = [f"{verdict}: {', '.join(named)}" for verdict, named in by_verdict.items()]
    said += [f"on the {EDGE}: {', '.join(edges)}"] * bool(edges)
    opening = "Of the others" if firmly(section, compared, "better") else "Verdicts"
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
        own = "All cells have the study's own learning rate and epochs"
        if section.advice is None:
            return f"{own}; others were not tried, and may turn any of this."
        return f"{own}; others may turn any of this. Each at its best: {answer(section.advice)[0]}"
    better, worse = (
        [
            f"{display_name(reg)} by {sized(best.tuned[reg], ACCURACY)}{noted(beyond(best, reg))}"
            for reg in firmly(section, best.tuned, verdict)
        ]
        for verdict in ("better", "worse")
    )
    level = f"{ACCURACY.value(best.tuned[BASELINE][ACCURACY.key])} %"
    told_of = f"firmly better: {joined(better)}" if better else "no method is firmly better"
    told_of += f"; firmly worse: {joined(worse)}" if worse else ""
    return (
        f"Tuned, {BASELINE} reaches {level}{noted(beyond(best, BASELINE))}, and against it"
        f" {told_of}."
    )


def _inside(section: Section) -> Iterator[str]:
    shares, lost = zero_shares(section), section.results.lost
    some = [
        f"{100 * share:.0f} % with {display_name(reg)}" + ", which learned nothing" * (reg in lost)
        for reg, share in shares.items()
        if share >= SOME_ZEROS
    ]
    if some:
        yield f"Of the weights, exactly zero: {joined(some)}."
    elif shares:
        yield f"{NO_ZEROS}."
    for key in INSIDE:
        yield from _most(section, BY_KEY[key])


def _most(section: Section, measure: Measure) -> Iterator[str]:
    """Which cells have most and least of a measure beside the baseline, where that is firm."""
    rows = comparisons(section.results, measure.key)
    guesses = guessing(section)
    said = []
    for verdict in ("better", "worse", "higher", "lower"):
        found = [reg for reg in firmly(section, rows, verdict) if reg not in guesses]
        if found:
            first = max(found, key=lambda reg: abs(float(rows[reg]["difference"])))
            largest = f", the largest of {len(found)} such cells" if len(found) > 1 else ""
            size = f"{signed(rows[first], measure)}{unit_of(measure)}{largest}"
            said.append(f"{verdict} with {display_name(first)} ({size})")
    if said:
        level = baseline_level(section, measure)
        yield f"{measure.entry.title}, {level} with {BASELINE}: {joined(said)}."
