"""torchvision, imported so that it also works beside a CPU build of torch.

The ordinary torchvision wheel links CUDA for its compiled operators; beside a CPU build of torch
they do not load, and torchvision fails on import although its datasets, transforms and models
need none of them. Everything here imports torchvision through this module, and only where it is
used: it takes seconds to load.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_MISSING_OPERATOR = "operator torchvision::nms does not exist"
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

# torch forgets the schemas when the library object goes.
_libraries: list[Any] = []


def torchvision() -> ModuleType:
    """The module torchvision.

    Where it imports by itself, this does nothing else. Where its operators are missing, their
    schemas are declared first, so that only calling `nms` itself fails.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if _MISSING_OPERATOR not in str(error):
            raise
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    _declare_operators()
    return importlib.import_module("torchvision")


def _declare_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    _libraries.append(library)
