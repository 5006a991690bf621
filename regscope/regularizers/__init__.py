"""Regularizers: one file each. A file dropped in here is a new key in params.yaml."""

from regscope.base.discovery import import_all
from regscope.regularizers.base import Regularizer, Scoped, Target

import_all(__name__, __path__)


def _named(cls: type[Regularizer]) -> dict[str, type[Regularizer]]:
    found = {cls.name: cls} if hasattr(cls, "name") else {}
    for subclass in cls.__subclasses__():
        found |= _named(subclass)
    return found


REGULARIZERS: dict[str, type[Regularizer]] = dict(sorted(_named(Regularizer).items()))

__all__ = ["REGULARIZERS", "Regularizer", "Scoped", "Target"]
