"""What all pages of the report have in common: style, scripts, the field that searches."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from regscope.figures.marks import marks
from regscope.figures.style import display_name
from regscope.report import addresses, words
from regscope.report.blocks import Part, kind
from regscope.report.html_tables import table_html
from regscope.report.search_index import search_index
from regscope.report.sections import Section
from regscope.report.verdicts import Claims

if TYPE_CHECKING:
    from jinja2 import Environment

STYLES = ("page.css", "search.css")
SCRIPTS = ("page.js", "search.js", "pair.js", "anchors.js")
PICTURES = "img-src 'self' file:"
"""From the page's own folder, be it opened as a file or from a server."""

_OUTLINES = {
    "s": "",
    "^": "50% 0, 100% 100%, 0 100%",
    "D": "50% 0, 100% 50%, 50% 100%, 0 50%",
    "v": "0 0, 100% 0, 50% 100%",
    "P": "33% 0, 67% 0, 67% 33%, 100% 33%, 100% 67%, 67% 67%, 67% 100%, 33% 100%, 33% 67%, 0 67%,"
    " 0 33%, 33% 33%",
    "X": "20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%,"
    " 30% 50%, 0 20%",
    "*": "50% 0, 62% 36%, 100% 36%, 69% 58%, 81% 95%, 50% 72%, 19% 95%, 31% 58%, 0 36%, 38% 36%",
}
SHAPES = {"o": ""} | {
    marker: " border-radius: 0;" + f" clip-path: polygon({outline});" * bool(outline)
    for marker, outline in _OUTLINES.items()
}
"""By marker, what makes a round swatch have its shape."""

Parts = Mapping[str, Sequence[Part]]


@dataclass(frozen=True)
class Frame:
    """Texts that stand in every page, and the names of the studies, each of which has one."""

    style: str
    script: str
    search_index: Markup
    studies: tuple[str, ...]

    def page(self, template: str, **values: Any) -> bytes:
        return self._environment.get_template(template).render(values).encode()

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
        environment.globals |= {
            "style": Markup(self.style),
            "script": Markup(self.script),
            "policy": content_security_policy(self.style, self.script),
            "search_index": self.search_index,
            "studies": self.studies,
            "key": words.KEY,
            "table": table_html,
            "kind": kind,
            "display_name": display_name,
            "addresses": addresses,
        }
        return environment


def frame(
    sections: Mapping[str, Section], parts: Parts, regs: Sequence[str], claims: Claims
) -> Frame:
    found = search_index(sections, parts, regs, claims)
    studies = {name: addresses.study_file(name) for name in sections}
    return Frame(
        "".join(map(_asset, STYLES)) + _swatches(sections, regs),
        "".join(map(_asset, SCRIPTS)),
        data({"studies": studies, "found": found}),
        tuple(sections),
    )


def content_security_policy(style: str, script: str) -> str:
    """Nothing is loaded but pictures, and nothing runs or styles the page but these two texts."""
    return (
        f"default-src 'none'; {PICTURES}; base-uri 'none'; form-action 'none';"
        f" style-src {_hashed(style)}; script-src {_hashed(script)}"
    )


def data(value: Any) -> Markup:
    """JSON that ends no element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _swatches(sections: Mapping[str, Section], regs: Sequence[str]) -> str:
    """A rule for the mark of every name that a table may show: its colour and its shape."""
    further = [
        name
        for section in sections.values()
        for names in (*(document.runs for document in section.documents), section.swept)
        for name in names
    ]
    return "".join(
        f".reg-{name} {{ background: {mark.colour};{SHAPES[mark.marker]} }}\n"
        for name, mark in marks([*regs, *further]).items()
    )


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
