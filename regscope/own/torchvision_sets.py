"""A study of a set of torchvision's, proposed before anything of it is downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.datasets.torchvision_sets import SETS
from regscope.own.for_pictures import proposed
from regscope.own.methods import PICTURES, of_epochs
from regscope.own.writing import Tried, with_methods


def study_of_set(name: str, network: Mapping[str, Any] | None = None) -> Tried:
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
    data = {"source": "torchvision", "name": called}
    methods = of_epochs(PICTURES, proposal["training"]["epochs"])
    return with_methods(data, proposal, methods, network)
