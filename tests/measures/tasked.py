"""Which of several measures a study of classes has."""

from __future__ import annotations

from collections.abc import Iterable

from regscope.measures.catalog import named


def of_classes(names: Iterable[str]) -> list[str]:
    return [name for name in names if "classification" in named(name).tasks]
