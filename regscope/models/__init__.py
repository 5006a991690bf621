"""Architectures: one file a family, each a settings class that builds a plain torch module.

A module names its layers; `layer_names` lists those that own weights. Beside a layer `hidden1`
a module may offer the slots `hidden1_norm` and `hidden1_dropout` (`nn.Identity`), where
regularizers put batch normalization and dropout, and beside a residual branch `block1` the slot
`block1_residual`, where they leave the branch out.
"""

from typing import Any

from regscope.base.discovery import import_all
from regscope.models.base import ModelSettings

import_all(__name__, __path__)


def _named(of: Any) -> dict[str, type[ModelSettings]]:
    """Those that derive from `of`, by what they are called."""
    found = {}
    for cls in of.__subclasses__():
        found[cls.model_fields["kind"].default] = cls
        found |= _named(cls)
    return found


KINDS: dict[str, type[ModelSettings]] = dict(sorted(_named(ModelSettings).items()))

__all__ = ["KINDS", "ModelSettings"]
