"""The page of all advice: a paragraph a data set, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regscope.advice.ranking import Ranking, ranking
from regscope.base import paths
from regscope.base.files import write_bytes, write_text
from regscope.figures.advice_ranks import Ranks, ranks_figure
from regscope.report.advice_answer import answer
from regscope.report.advice_page import PAGE_FILE
from regscope.report.advice_phrases import Data
from regscope.report.advice_ranking import called, over_data_sets, table
from regscope.report.advice_tables import overview
from regscope.report.in_markdown import joined, link
from regscope.report.render import escape, markdown
from regscope.study.params import BASELINE

ALT = "Mean rank of every method over the data sets, with the critical difference"


def write_summary(found: Mapping[str, Data]) -> None:
    """Write the page of all advice, and with data sets enough the picture of their ranks."""
    page = paths.ADVICE_PAGE
    blocks = ["# Advice, data set by data set", *_each(found)]
    ranked = ranking(found)
    if ranked is not None:
        write_bytes(paths.ADVICE_RANKS, ranks_figure(_ranks(ranked)))
        blocks += [
            "## Over all of them",
            escape(" ".join(over_data_sets(found))),
            f"![{ALT}]({link(paths.ADVICE_RANKS, page)})",
            f"{escape(table(ranked).caption)}:",
            markdown(table(ranked)),
        ]
    write_text(page, joined(blocks))


def _each(found: Mapping[str, Data]) -> Iterator[str]:
    yield f"{escape(overview(found).caption)}:"
    yield markdown(overview(found))
    yield "\n".join(
        f"- [{escape(name)}]({link(paths.advice(name) / PAGE_FILE, paths.ADVICE_PAGE)}),"
        f" {escape(data['title'])}: {escape(' '.join(answer(data)[:2]))}"
        for name, data in found.items()
    )


def _ranks(ranked: Ranking) -> Ranks:
    return Ranks(
        len(ranked.studies),
        [(called(one), one.rank) for one in ranked.standings if one.rank is not None],
        next(called(one) for one in ranked.standings if one.method == BASELINE),
        ranked.critical,
    )
