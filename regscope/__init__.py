"""What regularization does to a neural network, as a library: docs/library.md.

Names are loaded when they are first asked for: `import regscope` alone imports nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regscope.base.errors import RegscopeError
    from regscope.library.comparing import Compared, compare
    from regscope.library.measured import Measured
    from regscope.library.measuring import measure
    from regscope.library.plotting import plot_compare
    from regscope.library.trained import Trained
    from regscope.library.training import train
    from regscope.study.params import Study, load_params

__all__ = [
    "Compared",
    "Measured",
    "RegscopeError",
    "Study",
    "Trained",
    "compare",
    "load_params",
    "measure",
    "plot_compare",
    "train",
]

if sys.argv[:1] == ["-m"]:
    # A command that is still being looked for: what it imports first need not be there.
    from regscope.base.installed import check

    check()

_HOMES = {
    "Compared": "regscope.library.comparing",
    "Measured": "regscope.library.measured",
    "RegscopeError": "regscope.base.errors",
    "Study": "regscope.study.params",
    "Trained": "regscope.library.trained",
    "compare": "regscope.library.comparing",
    "load_params": "regscope.study.params",
    "measure": "regscope.library.measuring",
    "plot_compare": "regscope.library.plotting",
    "train": "regscope.library.training",
}


if not TYPE_CHECKING:
    # Type checkers go by the imports above, and so refuse names that are not there.
    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
