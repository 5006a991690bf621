"""Whether the packages are there that commands need, told in one line.

It runs before anything else of a command does, and so needs none of them itself.
"""

import sys
from importlib.util import find_spec

NEEDED = (
    *("numpy", "pandas", "pydantic", "psutil", "yaml", "safetensors", "torch", "filelock", "typer"),
)
"""What no stage or no command does without, by the names that are imported."""


def check() -> None:
    """End the process with one line where a package of NEEDED is missing."""
    for name in NEEDED:
        if find_spec(name) is None:
            sys.exit(lacks(name))


def lacks(name: str) -> str:
    """What to say where a package is not there."""
    return (
        f"regscope: {name} is not installed for {sys.executable}; activate the environment"
        " (source .venv/bin/activate; make sets it up)"
    )
