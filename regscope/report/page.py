"""report.html: one self-contained page with every table, picture and setting."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from regscope.claims.rule import VERDICTS
from regscope.figures.style import colours, display_name
from regscope.report import tables, words
from regscope.report.blocks import Block, Folded, Part, kind
from regscope.report.claims_table import claims_table
from regscope.report.embedded import image, images
from regscope.report.parts import parts
from regscope.report.pictures import Picture
from regscope.report.ranking import ranking
from regscope.report.results_page import PUBLISHED_ALT
from regscope.report.sections import Section
from regscope.report.seed_counts import seed_counts_table
from regscope.report.verdicts import (
    Claims,
    counts,
    counts_table,
    discoveries,
    firm_counts,
    headline,
    held_against,
)


def report_page(
    sections: Mapping[str, Section], regs: Sequence[str], published: bytes, claims: Claims = ()
) -> str:
    """HTML that opens offline.

    published: the picture of published runs beside ours; claims: every judged claim.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("regscope.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = {name: parts(section) for name, section in sections.items()}
    encoded = images(_pictures(shown.values()))
    environment.globals |= {
        "image": encoded.__getitem__,
        "kind": kind,
        "display_name": display_name,
    }
    style = _asset("page.css") + _swatches(sections, regs)
    script = _asset("page.js")
    studies = {name: section.results for name, section in sections.items()}
    return environment.get_template("page.html.jinja").render(
        style=Markup(style),
        script=Markup(script),
        policy=content_security_policy(style, script),
        title=words.TITLE,
        lead=words.LEAD,
        networks=sum(len(results.seeds) for results in studies.values()),
        how_to_read=words.HOW_TO_READ,
        sections=sections,
        parts=shown,
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
        overview=tables.overview_table(studies, regs),
        seed_counts=seed_counts_table([section.evidence for section in sections.values()]),
        published=image(published),
        published_alt=PUBLISHED_ALT,
    )


def _pictures(studies: Iterable[Sequence[Part]]) -> Iterator[Path]:
    for found in studies:
        for part in found:
            yield from _inside(part.blocks)


def _inside(blocks: Iterable[Block]) -> Iterator[Path]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block.file
        elif isinstance(block, Folded):
            yield from _inside(block.blocks)


def content_security_policy(style: str, script: str) -> str:
    """Nothing is loaded, and nothing runs or styles the page but these two texts."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none';"
        f" style-src {_hashed(style)}; script-src {_hashed(script)}"
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _swatches(sections: Mapping[str, Section], regs: Sequence[str]) -> str:
    """A rule for the colour of every name that a table may show."""
    further = [
        name
        for section in sections.values()
        for names in (*(document.runs for document in section.documents), section.swept)
        for name in names
    ]
    return "".join(
        f".reg-{name} {{ background: {colour}; }}\n"
        for name, colour in colours([*regs, *further]).items()
    )


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
