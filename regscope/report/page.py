"""report.html: one self-contained page with every table, picture and setting."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from regscope.figures.style import colours
from regscope.report import tables, words
from regscope.report.pictures import SHOWS, pictures
from regscope.report.results_page import PUBLISHED_ALT
from regscope.report.sections import Section


def report_page(sections: Mapping[str, Section], regs: Sequence[str], published: bytes) -> str:
    """HTML that opens offline; `published` is the picture of published runs beside ours."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("regscope.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    documents = [document for section in sections.values() for document in section.documents]
    published_regs = [reg for document in documents for reg in document.runs]
    environment.globals |= {
        "image": image,
        "pictures": pictures,
        "known_pictures": SHOWS,
        "inside": tables.inside,
        "colours": colours([*regs, *published_regs]),
    }
    studies = {name: section.results for name, section in sections.items()}
    return environment.get_template("page.html.jinja").render(
        style=Markup(files(__package__).joinpath("page.css").read_text()),
        title=words.TITLE,
        lead=words.LEAD,
        how_to_read=words.HOW_TO_READ,
        sections=sections,
        overview=tables.overview_table(studies, regs),
        published=published,
        published_alt=PUBLISHED_ALT,
    )


def image(source: Path | bytes) -> dict[str, str | int]:
    """Attributes of a PNG inside the page: `src` as a data URI, `width` and `height` in pixels."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    encoded = base64.b64encode(content).decode("ascii")
    return {"src": f"data:image/png;base64,{encoded}", "width": width, "height": height}
