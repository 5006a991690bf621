"""The results block of README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.report import rates_tables, tables, words
from regscope.report.new_data import doubtful
from regscope.report.published import load_published
from regscope.report.published_table import inside
from regscope.report.render import escape, markdown
from regscope.report.results_page import PUBLISHED_ALT, document_source, link
from regscope.report.sections import Section, load_sections
from regscope.report.verdicts import Claims, counts_table, headline, load_claims
from regscope.results import GUESS
from regscope.study.params import load_params

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


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
    """What every cell did, how many claims hold, the picture, and a table a document."""
    if not sections:
        return "No study has results yet."
    parts = [part for section in sections.values() for part in _tables(section)]
    picture = f"![{PUBLISHED_ALT}]({link(paths.PUBLISHED, paths.README)})"
    return "\n\n".join(
        [*_overview(sections, regs), *_verdicts(claims), *([picture] * bool(parts)), *parts]
    )


def replaced(text: str, block: str, path: Path, begin: str = BEGIN, end: str = END) -> str:
    """The text with `block` between the two marks.

    Raises RegscopeError unless each mark stands once, on a line of its own, in this order.
    """
    lines = text.splitlines()
    if lines.count(begin) != 1 or lines.count(end) != 1 or lines.index(end) < lines.index(begin):
        raise RegscopeError(f"{path}: needs one line {begin} and after it one line {end}")
    kept = [*lines[: lines.index(begin) + 1], "", block, "", *lines[lines.index(end) :]]
    return "\n".join(kept) + "\n"


def _overview(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    studies = {name: section.results for name, section in sections.items()}
    networks = sum(len(results.seeds) for results in studies.values())
    table = tables.overview_table(studies, regs)
    collapsed = any(results.lost for results in studies.values())
    legend = list(words.LEGEND)
    if collapsed:
        legend.append((words.COLLAPSED, words.COLLAPSED_MEANING))
    if any(entry.verdict == GUESS for row in table.rows for entry in row):
        legend.append(words.A_GUESS)
    yield (
        f"{networks:,} networks. A row a method, a column a study: by how much test accuracy"
        " differs from that without a regularizer, in points, or what the column names in its"
        " place, at the study's own strengths, learning rate and epochs"
        f" ([everything else]({link(paths.RESULTS_PAGE, paths.README)})):"
    )
    yield markdown(table).rstrip("\n")
    statistics = link(Path("docs") / "statistics.md", paths.README)
    yield "\n".join(f"- {mark}: {meaning}" for mark, meaning in legend)
    yield f"[How verdicts are reached]({statistics}#verdicts)."
    evidence = {name: section.evidence for name, section in sections.items()}
    yield f"{escape(doubtful(evidence))} [What new data add]({statistics}#new-data)."
    yield from _at_best(sections, regs)


def _at_best(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[str]:
    tuned = {
        name: (section.results, section.at_best)
        for name, section in sections.items()
        if section.at_best is not None
    }
    if tuned:
        rates = link(Path("docs") / "learning-rates.md", paths.README)
        yield (
            "A learning rate that suits one method holds others back. The same differences, beside"
            f" [each at its best learning rate and epochs]({rates}) out of one grid for all, chosen"
            " on validation:"
        )
        yield markdown(rates_tables.overview_table(tuned, regs)).rstrip("\n")


def _verdicts(claims: Claims) -> Iterator[str]:
    if claims:
        table = counts_table(claims)
        page = f"{link(paths.RESULTS_PAGE, paths.README)}#published-claims"
        meanings = f"{link(Path('docs') / 'claims.md', paths.README)}#how-to-read-a-verdict"
        yield (
            f"{table.caption} ([claim by claim]({page})). Beside the verdicts stand their reserves:"
            f" [what the columns mean]({meanings})."
        )
        yield markdown(table).rstrip("\n")
        yield headline(claims)


def _tables(section: Section) -> Iterator[str]:
    page = f"{link(paths.RESULTS_PAGE, paths.README)}#{section.name}"
    for document, table in section.published:
        yield (
            f"{document_source(document)}, beside {section.seeds} seeds of the study"
            f" [{escape(section.name)}]({page}):"
        )
        yield markdown(table).rstrip("\n")
        unstated = f"Not stated there, and chosen by the study: {escape(document.unstated)}."
        about = f" {section.test_error}" if document.of_accuracy else ""
        yield f"{inside(table)} {unstated}{about}"
