"""What is said alike of examples of any kind, of which `what` is the word: pictures, examples."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from regscope.base.lines import listed

FEW = 5
"""Examples of a class below which its owner is told."""


def parts(train: int, test: int) -> str:
    return f"{train:,} train and {test:,} test" if test else "no test part: it is drawn by seed"


def shares(classes: Sequence[str], counts: Sequence[int]) -> str:
    size = sum(counts)
    named = zip(classes, counts, strict=True)
    return listed([f"{name} {count:,} ({count / size:.1%})" for name, count in named], most=400)


def lacking(
    classes: Sequence[str], counts: Sequence[int], untested: Collection[str], what: str
) -> Iterator[str]:
    """Classes of few examples, or of none in the test part."""
    if untested:
        yield f"classes without {what} in the test part: {listed(untested)}"
    few = [name for name, count in zip(classes, counts, strict=True) if count < FEW]
    if few:
        yield f"fewer than {FEW} of: {listed(few)}"
