"""What all studies say together, in sentences by rules: phrases.py, findings.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import values
from regscope.report.measured import ACCURACY
from regscope.report.phrases import (
    NO_ZEROS,
    SOME_ZEROS,
    headlines,
    noted,
    zero_shares,
)
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.standings import Standing, standings
from regscope.report.verdicts import Claims
from regscope.study.params import BASELINE

KINDS = {
    "image": "pictures",
    "points": "tables of numbers",
    "table": "tables",
    "tokens": "sentences",
}


def across(
    sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()
) -> tuple[str, ...]:
    """Over all studies: which methods are better how often, where, and what stays of it; zeros;
    and whether the documents' headlines were right."""
    if not sections:
        return ()
    found = standings(sections, regs)
    return (
        *_most_often(found),
        *_by_kind(sections, regs),
        *_what_stays(found),
        *_of_none(sections),
        *_zeros(sections, regs),
        *headlines(claims),
    )


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


def _by_kind(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """By what is put into the networks: what is better there and what worse, and how often."""
    for kind, title in KINDS.items():
        own = {name: one for name, one in sections.items() if one.study.data.kind == kind}
        if not own:
            continue
        found = standings(own, regs)
        yield f"For {title} ({_studies(own)}), " + _sides(
            [(one, one.better, f"in {len(one.better)} of {len(one.studies)}") for one in found],
            [(one, one.worse, f"in {len(one.worse)} of {len(one.studies)}") for one in found],
            len(own),
        )
        tried = [name for name in own if any(name in one.tried for one in found)]
        if tried:
            yield f"For {title}, tuned ({', '.join(tried)}), " + _sides(
                [(one, one.better_there, f"({', '.join(one.better_there)})") for one in found],
                [(one, one.worse_there, f"({', '.join(one.worse_there)})") for one in found],
                len(tried),
            )


Side = Sequence[tuple[Standing, Sequence[str], str]]
"""Of every method the studies in which it is so, and how that is told."""


def _sides(better: Side, worse: Side, studies: int) -> str:
    """What is better and what worse, most often first; of one study the names say it all."""

    def named(side: Side) -> str:
        ordered = sorted((one for one in side if one[1]), key=lambda one: -len(one[1]))
        return joined(
            [
                display_name(standing.reg) + f" {where}" * (studies > 1)
                for standing, _, where in ordered
            ]
        )

    less = f"; firmly worse: {named(worse)}" if any(names for _, names, _ in worse) else ""
    return f"firmly better: {named(better) or 'no method'}{less}."


def _studies(own: Mapping[str, Section]) -> str:
    """How many, and of how many data sets where these are fewer: they are not independent."""
    sources = len({section.study.data.called for section in own.values()})
    count = f"{len(own)} {'study' if len(own) == 1 else 'studies'}"
    return count if sources == len(own) else f"{count} of {sources} data set{'s' * (sources > 1)}"


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


def _zeros(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    """Which methods set weights to zero, and in how many of their studies."""
    found = {name: zero_shares(section) for name, section in sections.items()}
    if not any(found.values()):
        return
    told_of = []
    for reg in regs:
        shares = {name: one[reg] for name, one in found.items() if reg in one}
        lost = [name for name in shares if reg in sections[name].results.lost]
        some = [one for name, one in shares.items() if one >= SOME_ZEROS and name not in lost]
        if some:
            ends = sorted({f"{100 * share:.0f}" for share in (min(some), max(some))}, key=int)
            nothing = f"; in {joined(lost)} it learned nothing" if lost else ""
            told_of.append(
                f"{display_name(reg)}, in {len(some)} of {len(shares)} studies"
                f" ({' to '.join(ends)} % of them{nothing})"
            )
    plain = [one["l1"] for one in found.values() if "l1" in one]
    count = sum(share >= SOME_ZEROS for share in plain)
    asked = f" (L1 in the loss in {count} of {len(plain)})" * bool(plain and not count)
    yield (
        f"A hundredth of the weights or more is exactly zero with {joined(told_of)}; with no other"
        f" method{asked}."
        if told_of
        else f"{NO_ZEROS}{asked}."
    )
