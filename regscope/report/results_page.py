"""metrics/README.md: what all studies say together, for reading on a code host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from regscope.base import lines, paths
from regscope.figures.style import display_name
from regscope.regularizers import REGULARIZERS
from regscope.report import tables, words
from regscope.report.across import across
from regscope.report.advice_ranking import over_data_sets
from regscope.report.advice_tables import overview
from regscope.report.claims_table import claims_table, departures, over_tables
from regscope.report.findings import study_findings
from regscope.report.formats import DASH
from regscope.report.in_markdown import answered, joined, link
from regscope.report.label_noise import apart, as_labelled
from regscope.report.new_data import doubtful
from regscope.report.render import Table, escape, markdown
from regscope.report.sections import Section, advices
from regscope.report.standings import Standing, further, standings, standings_table
from regscope.report.verdicts import MEANINGS, Claims, counts_table, discoveries, headline
from regscope.study.params import BASELINE

ADVICE_DOCS = Path("docs") / "advice.md"

PUBLISHED_ALT = (
    "Published single runs beside every seed of ours: diamonds are published runs, small dots are"
    " seeds, large dots are means with 95 % intervals."
)


def results_page(sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()) -> str:
    """The whole page; it depends on committed files only and holds no date."""
    blocks = [
        f"# {words.TITLE}",
        words.LEAD,
        "Written by the stage `report` from `metrics/`; changes made here are lost.",
    ]
    if sections:
        blocks += _found(sections, regs, claims)
        blocks += _advice(sections)
        blocks += ["## Studies", _studies(sections)]
    if claims:
        blocks += ["## Published claims", headline(claims), markdown(counts_table(claims))]
        blocks += [discoveries(claims), *_where_claims_are(claims), *_over_tables(claims)]
    if sections:
        needed = f"{link(paths.STATISTICS, paths.RESULTS_PAGE)}#how-many-seeds"
        blocks.append(f"How many seeds a difference takes, study by study: [a table]({needed}).")
        blocks += ["## How to read", _how_to_read(told={*MEANINGS} if claims else ())]
    return joined([*blocks, "## Methods", _methods()])


def _found(sections: Mapping[str, Section], regs: Sequence[str], claims: Claims) -> Iterator[str]:
    studies = {name: section.results for name, section in sections.items()}
    found = standings(as_labelled(sections), regs)
    stands = standings_table(found)
    every = standings(sections, regs)
    open_in_one = [one for one in every if len(one.studies) == 1 and not (one.better or one.worse)]
    alone = open_in_one if len(sections) > 1 else []
    shown = [reg for reg in regs if reg not in {one.reg for one in alone}]
    overview = tables.overview_table(studies, shown)
    yield "## Findings"
    yield escape(words.KEY)
    yield answered(across(sections, regs, claims), paths.RESULTS_PAGE)
    yield escape(of_new_data(sections))
    yield f"{stands.caption}{apart(sections)}:"
    yield markdown(stands)
    yield escape(further(found, stands))
    yield "## Overview"
    yield f"{overview.caption}; {words.MARKS}."
    yield markdown(overview)
    yield from _alone(alone, tables.overview_table(studies, [one.reg for one in alone]))
    yield f"![{PUBLISHED_ALT}]({link(paths.PUBLISHED, paths.RESULTS_PAGE)})"


def _advice(sections: Mapping[str, Section]) -> Iterator[str]:
    """A row a study that is told to use something, and the others in a sentence."""
    found = advices(sections)
    table = overview({name: data for name, data in found.items() if data["advised"] != BASELINE})
    page = link(paths.ADVICE_PAGE, paths.RESULTS_PAGE)
    if found:
        yield "## Advice"
        yield f"{escape(table.caption)}; [how to read it]({link(ADVICE_DOCS, paths.RESULTS_PAGE)})."
    if table.rows:
        yield markdown(table)
    if others := [name for name, data in found.items() if data["advised"] == BASELINE]:
        told = f"No regularizer is shown to be better in {lines.joined(others)}"
        yield f"{escape(told)}: [what each of them has]({page})."
    if over := over_data_sets(found):
        yield f"{escape(' '.join(over))} [The ranks of all methods]({page})."


def _alone(found: Sequence[Standing], overview: Table) -> Iterator[str]:
    """In a sentence the cells that stand in one study alone and are not firm there."""
    by_study: dict[str, list[str]] = {}
    for one, row in zip(found, overview.rows, strict=False):
        (study,) = one.studies
        entry = next(cell.text for cell in row[1:] if cell.text != DASH)
        by_study.setdefault(study, []).append(f"{display_name(one.reg)} {entry}")
    if by_study:
        told = "; ".join(f"{study}: {', '.join(cells)}" for study, cells in by_study.items())
        yield escape(f"In one study each, and neither firmly better nor worse there, {told}.")


def of_new_data(sections: Mapping[str, Section]) -> str:
    """What the answers say of new data."""
    return doubtful({name: section.evidence for name, section in sections.items()})


def _studies(sections: Mapping[str, Section]) -> str:
    """A line a study: what it is, and the first sentence of its findings."""
    return "\n".join(
        f"- [{escape(name)}]({link(paths.study_page(name), paths.RESULTS_PAGE)}),"
        f" {escape(section.study.title)}: {escape(study_findings(section)[0])}"
        for name, section in sections.items()
    )


def _where_claims_are(claims: Claims) -> Iterator[str]:
    """Links to the studies' pages, each with how many claims are held against it."""
    run = (claim for claim in claims if claim["verdict"] != "not run" and not over_tables(claim))
    there = Counter(claim["study"] for claim in run)
    if there:
        pages = {study: link(paths.study_page(study), paths.RESULTS_PAGE) for study in there}
        counted = (
            f"[{escape(study)}]({pages[study]}#published-claims) ({count})"
            for study, count in there.items()
        )
        by_question = link(paths.CLAIMS_PAGE, paths.RESULTS_PAGE)
        yield (
            f"[Claims by question]({by_question}): does it help, and what does it do? Study by"
            f" study: {', '.join(counted)}."
        )


def _over_tables(claims: Claims) -> Iterator[str]:
    """What is about no study alone, and stands on no study's page."""
    found = [claim for claim in claims if over_tables(claim)]
    if found:
        told = "; ".join(
            f"“{row[0].text.rstrip('.')}”: {row[1].text}, {row[3].text}"
            for row in claims_table(found).rows
        )
        yield escape(" ".join((f"Over all tables with advice, {told}.", *departures(found))))


def _methods() -> str:
    """Links to the cards of all methods."""
    cards = (
        f"[{display_name(name)}]({link(paths.CARDS / f'{name}.md', paths.RESULTS_PAGE)})"
        for name in REGULARIZERS
    )
    return f"What each method does: {', '.join(cards)}."


def _how_to_read(told: Collection[str]) -> str:
    """told: verdicts on claims whose meaning stands above."""
    left_out = {f"Claim {verdict}" for verdict in told}
    return "\n".join(
        f"- **{term}**: {meaning}" for term, meaning in words.HOW_TO_READ if term not in left_out
    )
