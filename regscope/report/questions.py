"""What somebody asks of all studies together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question and its answer, whose first sentence says it.

    sure: how sure that is, as `how_sure` writes it; about: the studies that it rests on, where
    these are few; claim: the anchor of the published claim that it is about, where it is about one.
    """

    name: str
    asked: str
    answer: tuple[str, ...]
    sure: str
    about: tuple[str, ...] = ()
    claim: str | None = None
