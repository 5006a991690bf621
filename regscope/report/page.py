"""The folder `report`: a start page, a page a study, and the pictures beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regscope.base import paths
from regscope.base.folders import whole_folder
from regscope.claims.rule import VERDICTS
from regscope.report import addresses, tables, words
from regscope.report.across import across
from regscope.report.advice_ranking import over_data_sets
from regscope.report.advice_tables import overview
from regscope.report.alternative_texts import published_text
from regscope.report.claims_table import claims_table
from regscope.report.findings import study_findings
from regscope.report.frame import Frame, Parts, frame
from regscope.report.how_sure import HOW_SURE
from regscope.report.parts import parts
from regscope.report.ranking import ranking
from regscope.report.results_page import PUBLISHED_ALT, of_new_data
from regscope.report.sections import Section, advices
from regscope.report.seed_counts import not_counted, seed_counts_table
from regscope.report.study_html import attributes, shown_pictures, study_html
from regscope.report.verdicts import (
    Claims,
    counts,
    counts_table,
    discoveries,
    firm_counts,
    headline,
    held_against,
)


def write_report(found: Mapping[str, bytes]) -> None:
    """The folder with exactly these files, there whole or not at all."""
    with whole_folder(paths.REPORT) as folder:
        for name, content in found.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def report_files(
    sections: Mapping[str, Section],
    regs: Sequence[str],
    published: bytes,
    claims: Claims = (),
    *,
    found: Parts | None = None,
) -> dict[str, bytes]:
    """`{name: content}`: pages that open offline, from a disk or a server, and their pictures.

    published: the picture of published runs beside ours; claims: every judged claim; found: the
    studies' parts, made here if not given.
    """
    if found is None:
        found = {name: parts(section) for name, section in sections.items()}
    around = frame(sections, found, regs, claims)
    pages = {
        addresses.study_file(name): study_html(around, section, found[name])
        for name, section in sections.items()
    }
    start = start_page(around, sections, regs, claims, published)
    return {addresses.START: start} | pages | picture_files(found, published)


def picture_files(found: Parts, published: bytes) -> dict[str, bytes]:
    """Those that the pages show, and the one of published runs."""
    content = {
        addresses.picture_file(one.file): one.file.read_bytes()
        for of_study in found.values()
        for one in shown_pictures(of_study)
    }
    return content | {addresses.picture_file(paths.PUBLISHED): published}


def start_page(
    frame: Frame,
    sections: Mapping[str, Section],
    regs: Sequence[str],
    claims: Claims,
    published: bytes,
) -> bytes:
    """What all studies say together; the picture of published runs stands beside it."""
    studies = {name: section.results for name, section in sections.items()}
    evidence = [section.evidence for section in sections.values()]
    alt = " ".join((PUBLISHED_ALT, *published_text(sections.values())))
    return frame.page(
        "start.html.jinja",
        sections=sections,
        heading=words.TITLE,
        lead=words.LEAD,
        networks=sum(len(results.seeds) for results in studies.values()),
        how_to_read=words.HOW_TO_READ,
        answers={name: study_findings(section)[0] for name, section in sections.items()},
        across=across(sections, regs, claims),
        how_sure=HOW_SURE,
        new_data=of_new_data(sections),
        rankings={name: ranking(results, regs) for name, results in studies.items()},
        claims=claims,
        claim_counts=counts(claims),
        firm_counts=firm_counts(claims),
        claims_headline=headline(claims),
        discoveries=discoveries(claims),
        claims_counted=counts_table(claims),
        held_against=held_against(claims),
        claim_tables={
            verdict: claims_table(judged)
            for verdict in VERDICTS
            if (judged := [claim for claim in claims if claim["verdict"] == verdict])
        },
        advice=overview(found) if (found := advices(sections)) else None,
        over_data_sets=" ".join(over_data_sets(found)),
        overview=tables.overview_table(studies, regs).led_to(addresses.METHOD),
        seed_counts=seed_counts_table(evidence),
        not_counted=not_counted(evidence),
        published=attributes(paths.PUBLISHED, published, alt),
    )
