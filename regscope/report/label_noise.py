"""Studies whose training labels are drawn anew: of them questions of their own are asked."""

from __future__ import annotations

from collections.abc import Mapping

from regscope.report.sections import Section

Sections = Mapping[str, Section]

APART = "those with labels drawn anew are asked apart"


def noisy(sections: Sections) -> dict[str, Section]:
    """Those with label noise."""
    return {name: one for name, one in sections.items() if one.study.data.label_noise}


def as_labelled(sections: Sections) -> dict[str, Section]:
    """All others: a method's gain on wrong labels is none on right ones."""
    return {name: one for name, one in sections.items() if not one.study.data.label_noise}


def of_gaps(section: Section) -> str:
    """What is put into differences between training and test; empty without label noise."""
    share = section.study.data.label_noise
    if not share:
        return ""
    return (
        f"Training counts labels as they are given, {100 * share:g} % of them drawn anew, and a"
        " test the true ones: gaps hold that difference, too, and are not of overfitting alone."
    )


def apart(sections: Sections) -> str:
    """What a table of the others says of those with label noise; empty where there are none."""
    return f"; {APART}" if noisy(sections) else ""
