"""Where things stand in the folder of the report, as its pages and the search name them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from regscope.base import paths

START = paths.START_PAGE.name
PICTURES = "pictures"
SIDE_BY_SIDE = "side-by-side"
READING = "reading"


def study_file(study: str) -> str:
    """The file of a study's page. Names of studies have no hyphen, so that none takes another's."""
    taken = study.lower() == Path(START).stem
    return f"{study}-study.html" if taken else f"{study}.html"


def picture_file(picture: Path) -> str:
    """Where a picture of plots/, or another, is copied to."""
    inside = picture.relative_to(paths.PLOTS) if paths.PLOTS in picture.parents else picture.name
    return f"{PICTURES}/{Path(inside).as_posix()}"


def card(study: str) -> str:
    """The anchor of a study on the start page."""
    return f"study-{study}"


def method(reg: str) -> str:
    """The anchor of a method on the start page."""
    return f"{METHOD}{reg}"


METHOD = "method-"


def question(name: str) -> str:
    """The anchor of a question on the start page. Names of anchors there have prefixes."""
    return f"question-{name}"


def part(study: str, anchor: str) -> str:
    """The anchor of a part of a study on its page. A cell's is the cell's bare name."""
    return f"{study}-{anchor}"


def link(file: str, anchor: str = "") -> str:
    return quote(file) + (f"#{quote(anchor)}" if anchor else "")
