"""metrics/pages/<study>.md: one study, the answer first, for reading on a code host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.files import write_text
from regscope.report import words
from regscope.report.blocks import Part
from regscope.report.findings import study_findings
from regscope.report.in_markdown import bullets, joined, link, shown
from regscope.report.label_noise import of_gaps
from regscope.report.pictures import Picture
from regscope.report.render import escape, markdown
from regscope.report.sections import Section

WHOLE = ("advice", "accuracy", "rates", "published", "claims", "settings")
"""The parts that stand there with their tables; of the others the pictures alone, whose numbers the
table of changes has."""

FILES = {
    paths.SEEDS_FILE: "every measure of every network",
    "comparisons.csv": "every difference to none, with interval, p, what can be detected, verdict",
    "layers.csv": "weights, layer by layer",
    "units.csv": "hidden units, layer by layer",
    "pruning.csv": "accuracy at every share removed",
    "robustness.csv": "accuracy by corruption and severity",
    "reliability.csv": "accuracy by confidence",
    "classes.csv": "precision, recall and F1 of every class",
    "confused.csv": "classes mixed up",
    "discordant.csv": "on how many examples cells disagree with none",
    "guess.csv": "the constant guess",
    "paths.csv": "every strength, seed by seed",
    "tuned.csv": "what validation chose",
    "pairs.csv": "two methods at once",
    "search.csv": "every learning rate and number of epochs tried",
}
"""Tables that details stand in, by name."""


OF_RATES = {paths.SEEDS_FILE: "each at its best learning rate and epochs, seed by seed"}
"""The same of those that are something else below metrics/rates."""


def study_page(section: Section, found: Sequence[Part]) -> str:
    """The whole page, of the study and its parts; it holds no date."""
    page = paths.study_page(section.name)
    return joined(
        [
            f"# {escape(section.name)}: {escape(section.study.title)}",
            f"{escape(section.facts)} · {section.seeds} seeds."
            f" [All studies]({link(paths.RESULTS_PAGE, page)}).",
            "## Findings",
            words.KEY,
            bullets(study_findings(section)),
            *_parts(found, page, "advice", "accuracy", "rates"),
            *_whole_advice(section, page),
            "## What happens inside",
            f"{section.changes.caption}; {words.MARKS}. {words.NEUTRAL}",
            markdown(section.changes),
            *_limited(section),
            *_pictures(found, page),
            *_parts(found, page, "published", "claims", "settings"),
            "## Tables",
            f"[How to read the columns]({link(paths.RESULTS_PAGE, page)}#how-to-read)."
            " Layer by layer, class by class and every interval: the report, or these files.",
            _files(section.name, page),
        ]
    )


def _whole_advice(section: Section, page: Path) -> Iterator[str]:
    if section.advice is not None:
        own = link(paths.advice(section.name) / "README.md", page)
        yield f"[The whole advice]({own}): every method's setting, and what was not tried."


def write_pages(pages: Mapping[str, str]) -> None:
    """A page for every study, by name, and none for others."""
    paths.STUDY_PAGES.mkdir(parents=True, exist_ok=True)
    for page in paths.STUDY_PAGES.glob("*.md"):
        if page.stem not in pages:
            page.unlink()
    for name, text in pages.items():
        write_text(paths.study_page(name), text)


def _parts(found: Sequence[Part], page: Path, *anchors: str) -> Iterator[str]:
    for part in found:
        if part.anchor in anchors:
            yield f"## {part.title}"
            for block in part.blocks:
                yield from shown(block, page)


def _limited(section: Section) -> Iterator[str]:
    if noise := of_gaps(section):
        yield noise
    if section.first_examples:
        yield f"Pruning, units and robustness are measured on {section.first_examples}."


def _pictures(found: Sequence[Part], page: Path) -> Iterator[str]:
    for part in found:
        if part.anchor not in WHOLE:
            for block in part.blocks:
                if isinstance(block, Picture):
                    yield from shown(block, page)


def _files(study: str, page: Path) -> str:
    folders = (paths.summary(study), paths.sweep_summary(study), paths.rates_summary(study))
    tables = [
        (folder / name, OF_RATES.get(name, what) if folder.parent == paths.RATES else what)
        for folder in folders
        for name, what in FILES.items()
        if (folder / name).is_file()
    ]
    return "\n".join(f"- [{file.as_posix()}]({link(file, page)}): {what}" for file, what in tables)
