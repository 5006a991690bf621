"""The page and the picture of an advice, from its data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regscope.advice.protocol import COCKTAIL
from regscope.base import paths
from regscope.base.files import write_bytes, write_text
from regscope.figures.advised import Choices, Shown, choices_figure
from regscope.figures.style import display_name, legible
from regscope.measures import catalog
from regscope.report.advice_answer import answer
from regscope.report.advice_phrases import Data, arm_name
from regscope.report.advice_settings import to_go_on
from regscope.report.advice_tables import parts, table, verdict_cell
from regscope.report.in_markdown import joined, link
from regscope.report.render import escape, markdown
from regscope.study.params import BASELINE

PAGE_FILE = "README.md"

HOW = (
    "How this was found: every method had the same number of trials, none too, each over learning"
    " rates, lengths of training and its own strength; the best of them were trained with more"
    " seeds, and the best setting of each was chosen on validation. Only then was the test looked"
    " at, with fresh seeds. [What the words mean](../../../docs/advice.md)."
)


def write_page(data: Mapping[str, Any], folder: Path, plots: Path, inside: bool = True) -> None:
    """Write README.md into `folder` and the picture into `plots`.

    inside: whether these are the repository's, whose documentation can be linked.
    """
    picture = plots / paths.CHOICES_FILE
    write_bytes(picture, choices_figure(_choices(data)))
    how = HOW if inside else HOW.rpartition(" [")[0]
    alt = f"{data['title']}: every method's difference to no regularizer, each at its best"
    page = [
        f"# Advice: {escape(data['title'])}",
        " ".join(escape(sentence) for sentence in answer(data)),
        f"![{escape(alt)}]({link(picture, folder / PAGE_FILE)})",
        f"{escape(table(data).caption)}:",
        markdown(table(data)),
        *(f"{escape(own.caption)}:\n\n{markdown(own)}" for own in [parts(data)] if own),
        how,
        *_left_out(data),
        f"To go on with it, in the study:\n\n```yaml\n{to_go_on(data)}\n```",
    ]
    write_text(folder / PAGE_FILE, joined(page))


def _left_out(data: Mapping[str, Any]) -> list[str]:
    if not data["unfit"]:
        return []
    unfit = data["unfit"].items()
    lines = (f"- {escape(display_name(method))}: {escape(why)}" for method, why in unfit)
    return ["Left out:\n\n" + "\n".join(lines)]


def _choices(data: Mapping[str, Any]) -> Choices:
    measure = catalog.named(data["measure"])
    compared = sorted(of_arms(data), key=lambda arm: -measure.sign * arm["difference"])
    return Choices(
        title=legible(data["title"], 60),
        shown=[
            Shown(arm["name"], (arm["low"], arm["difference"], arm["high"]), arm["shown"])
            for arm in compared
        ],
        matters=data["matters"],
        measure=measure.called() if not measure.in_points else f"{measure.title}, points",
        scale=measure.scale,
    )


def of_arms(data: Data) -> list[dict[str, Any]]:
    """Those that are held against none, each with the `name` that people read, and `shown`, the
    verdict that stands for other examples and beside a guess, too."""
    return [
        {
            **arm,
            "name": arm_name(arm) if arm["arm"] != COCKTAIL else "Cocktail",
            "shown": verdict_cell(arm).verdict,
        }
        for arm in data["arms"]
        if arm["arm"] != BASELINE
    ]
