"""The results block of README.md: short, the answer first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.report import words
from regscope.report.across import across
from regscope.report.in_markdown import answered, link
from regscope.report.label_noise import apart, as_labelled
from regscope.report.published import load_published
from regscope.report.render import escape, markdown
from regscope.report.results_page import PUBLISHED_ALT, of_new_data
from regscope.report.sections import Section, load_sections
from regscope.report.standings import Standing, further, standings, standings_table
from regscope.report.verdicts import Claims, headline, held_against, load_claims
from regscope.results import NO_BETTER
from regscope.study.params import load_params

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
ROWS = 12
"""Of the table of methods."""


def rewrite(check: bool = False) -> None:
    """Make what stands in README.md between BEGIN and END that of the results at hand.

    With `check` nothing is written, and RegscopeError raised where the block is not current.
    """
    before = paths.README.read_text(encoding="utf-8")
    params = load_params()
    sections = load_sections(load_published(params), params)
    after = replaced(before, block(sections, params.regs, load_claims()), paths.README)
    if check and after != before:
        raise RegscopeError(
            f"{paths.README}: the results are not those of {paths.STUDIES}; run `regscope readme`"
        )
    if after != before:
        write_text(paths.README, after)


def block(sections: Mapping[str, Section], regs: Sequence[str], claims: Claims = ()) -> str:
    """What was found, in sentences, one table and one picture."""
    if not sections:
        return "No study has results yet."
    networks = sum(len(section.results.seeds) for section in sections.values())
    count = f"{len(sections)} {'study' if len(sections) == 1 else 'studies'}"
    found = [
        f"{networks:,} networks, {count} ([all of it]({link(paths.RESULTS_PAGE, paths.README)})).",
        escape(words.KEY),
        answered(across(sections, regs, claims), paths.README),
        escape(of_new_data(sections)),
        *_stands(standings(as_labelled(sections), regs), apart(sections)),
        f"![{PUBLISHED_ALT}]({link(paths.PUBLISHED, paths.README)})",
    ]
    return "\n\n".join([*found, *([_verdicts(claims)] if claims else [])])


def replaced(text: str, block: str, path: Path, begin: str = BEGIN, end: str = END) -> str:
    """The text with `block` between the two marks.

    Raises RegscopeError unless each mark stands once, on a line of its own, in this order.
    """
    lines = text.splitlines()
    if lines.count(begin) != 1 or lines.count(end) != 1 or lines.index(end) < lines.index(begin):
        raise RegscopeError(f"{path}: needs one line {begin} and after it one line {end}")
    kept = [*lines[: lines.index(begin) + 1], "", block, "", *lines[lines.index(end) :]]
    return "\n".join(kept) + "\n"


def _stands(found: Sequence[Standing], besides: str) -> Iterator[str]:
    """A row a method that is firm in one of several studies, at most ROWS; others are named."""
    table = standings_table(found, fewest=2, most=ROWS)
    yield (
        f"{table.caption}, at the study's own strengths, learning rate and epochs{besides}; open is"
        f" what is undecided, on the edge, of too few seeds or {NO_BETTER} ([what verdicts mean]"
        f"({link(paths.STATISTICS, paths.README)}#verdicts)):"
    )
    yield markdown(table).rstrip("\n")
    others = further(found, table)
    if others:
        yield others


def _verdicts(claims: Claims) -> str:
    page = f"{link(paths.RESULTS_PAGE, paths.README)}#published-claims"
    return f"{held_against(claims)} ([claim by claim]({page})). {headline(claims)}"
