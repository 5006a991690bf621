"""A study of a set of torchvision's, proposed before anything of it is downloaded."""

from __future__ import annotations

from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.datasets.torchvision_sets import SETS
from regscope.own.for_pictures import methods_for, proposed


def study_of_set(name: str) -> dict[str, Any]:
    """All keys of a study of params.yaml; its classes are taken to be of one size.

    Raises RegscopeError, with the names that there are, where there is no such set.
    """
    known = {one.lower(): one for one in SETS}
    if name.lower() not in known:
        raise RegscopeError(f"torchvision = {name}: {choose(SETS, near=name)}")
    called = known[name.lower()]
    published = SETS[called]
    size = published.train + published.test
    title = f"{called}, pictures of {published.count} classes, {published.side}x{published.side}"
    proposal = proposed(title, size, [1] * published.count, published.side, published.train)
    return {
        "title": proposal.pop("title"),
        "data": {"source": "torchvision", "name": called},
        **proposal,
        "regularizers": methods_for(proposal["model"]),
    }
