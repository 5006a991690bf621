"""The folder `report`: a start page, a page a study, and the pictures beside them."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from regscope.base import paths
from regscope.base.folders import whole_folder
from regscope.claims.rule import VERDICTS
from regscope.figures.style import colours, display_name
from regscope.report import addresses, tables, words
from regscope.report.across import across
from regscope.report.alternative_texts import alternative_text, published_text
from regscope.report.blocks import Block, Folded, Part, kind
from regscope.report.cell_means import CellMeans, cell_means, side_by_side
from regscope.report.claims_table import claims_table
from regscope.report.findings import study_findings
from regscope.report.html_tables import table_html
from regscope.report.parts import parts
from regscope.report.pictures import Picture
from regscope.report.ranking import ranking
from regscope.report.results_page import PUBLISHED_ALT
from regscope.report.search_index import search_index
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

if TYPE_CHECKING:
    from jinja2 import Environment

STYLES = ("page.css", "search.css")
SCRIPTS = ("page.js", "search.js", "pair.js", "anchors.js")
PICTURES = "img-src 'self' file:"
"""From the page's own folder, be it opened as a file or from a server."""

Parts = Mapping[str, Sequence[Part]]


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
    report = _Report(
        sections,
        regs,
        claims,
        published,
        {name: study_findings(section) for name, section in sections.items()},
        across(sections, regs, claims),
        {name: parts(section) for name, section in sections.items()} if found is None else found,
    )
    return dict(report.files())


@dataclass(frozen=True)
class _Report:
    sections: Mapping[str, Section]
    regs: Sequence[str]
    claims: Claims
    published: bytes
    findings: Mapping[str, Sequence[str]]
    across: Sequence[str]
    parts: Parts

    def files(self) -> Iterator[tuple[str, bytes]]:
        yield addresses.START, self._page("start.html.jinja", **self._start())
        for name, section in self.sections.items():
            shown = list(_pictures(self.parts[name]))
            content = {addresses.picture_file(one.file): one.file.read_bytes() for one in shown}
            yield addresses.study_file(name), self._study(section, shown, content)
            yield from content.items()
        yield addresses.picture_file(paths.PUBLISHED), self.published

    def _start(self) -> dict[str, Any]:
        sections, claims = self.sections, self.claims
        studies = {name: section.results for name, section in sections.items()}
        alt = " ".join((PUBLISHED_ALT, *published_text(sections.values())))
        return {
            "heading": words.TITLE,
            "lead": words.LEAD,
            "networks": sum(len(results.seeds) for results in studies.values()),
            "how_to_read": words.HOW_TO_READ,
            "answers": {name: found[0] for name, found in self.findings.items()},
            "across": self.across,
            "rankings": {name: ranking(results, self.regs) for name, results in studies.items()},
            "claims": claims,
            "claim_counts": counts(claims),
            "firm_counts": firm_counts(claims),
            "claims_headline": headline(claims),
            "discoveries": discoveries(claims),
            "claims_counted": counts_table(claims),
            "held_against": held_against(claims),
            "claim_tables": {
                verdict: claims_table(judged)
                for verdict in VERDICTS
                if (judged := [claim for claim in claims if claim["verdict"] == verdict])
            },
            "overview": tables.overview_table(studies, self.regs).led_to(addresses.METHOD),
            "seed_counts": seed_counts_table([section.evidence for section in sections.values()]),
            "published": _attributes(paths.PUBLISHED, self.published, alt),
        }

    def _study(
        self, section: Section, shown: Iterable[Picture], content: Mapping[str, bytes]
    ) -> bytes:
        means = cell_means(section)
        return self._page(
            "study.html.jinja",
            heading=section.study.title,
            name=section.name,
            section=section,
            findings=self.findings[section.name],
            changes=section.changes.led_to(),
            pictures=_by_file(section, shown, content, means),
            side_by_side=_data(side_by_side(section, means)),
        )

    def _page(self, template: str, **values: Any) -> bytes:
        page = self._environment.get_template(template).render(values)
        return page.encode()

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        environment = Environment(
            loader=PackageLoader("regscope.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = "".join(map(_asset, STYLES)) + _swatches(self.sections, self.regs)
        script = "".join(map(_asset, SCRIPTS))
        found = search_index(self.sections, self.parts, self.regs, self.claims)
        environment.globals |= {
            "style": Markup(style),
            "script": Markup(script),
            "policy": content_security_policy(style, script),
            "search_index": _data(
                {
                    "studies": {name: addresses.study_file(name) for name in self.sections},
                    "found": found,
                }
            ),
            "sections": self.sections,
            "key": words.KEY,
            "parts": self.parts,
            "table": table_html,
            "kind": kind,
            "display_name": display_name,
            "addresses": addresses,
        }
        return environment


def _by_file(
    section: Section, shown: Iterable[Picture], content: Mapping[str, bytes], means: CellMeans
) -> dict[Path, dict[str, str | int]]:
    return {
        one.file: _attributes(
            one.file,
            content[addresses.picture_file(one.file)],
            alternative_text(one, section, means),
        )
        for one in shown
    }


def _attributes(file: Path, png: bytes, alt: str) -> dict[str, str | int]:
    """Of a picture's element, its `width` and `height` in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    source = addresses.link(addresses.picture_file(file))
    return {"src": source, "width": width, "height": height, "alt": alt}


def _pictures(found: Iterable[Part]) -> Iterator[Picture]:
    for part in found:
        yield from _inside(part.blocks)


def _inside(blocks: Iterable[Block]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Folded):
            yield from _inside(block.blocks)


def content_security_policy(style: str, script: str) -> str:
    """Nothing is loaded but pictures, and nothing runs or styles the page but these two texts."""
    return (
        f"default-src 'none'; {PICTURES}; base-uri 'none'; form-action 'none';"
        f" style-src {_hashed(style)}; script-src {_hashed(script)}"
    )


def _data(value: Any) -> Markup:
    """JSON that ends no element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


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
