"""What somebody else's code says where it fails, in one line."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

from regscope.base.paths import PACKAGE

LONGEST = 200

INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))

HOUSE = PACKAGE
OPEN = ("models", "regularizers", "datasets")
"""The folders of HOUSE that others put their own classes into."""

CORE = (
    "base.py",
    "glorot.py",
    "initialization.py",
    "order.py",
    "seen.py",
    "slots.py",
    "weights.py",
)
"""What lies there and is nobody's own."""


def cause(error: BaseException) -> str:
    """The kind of the error and what it says, in one line: `ValueError: inputs are not finite`.

    RuntimeError, which torch raises of all kinds, goes without saying.
    """
    kind, text = type(error).__name__, said(error)
    if kind == "RuntimeError" and text:
        return text
    return f"{kind}: {text}" if text else kind


def said(error: BaseException) -> str:
    """What the error says, cut to LONGEST; of TorchScript's pages the line that says why."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    report = [line for line in lines if line.startswith("RuntimeError:")]
    text = report[-1].partition(": ")[2] if report and len(lines) > 1 else " ".join(lines)
    return shortened(text)


def shortened(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 4]} ..."


def place(error: BaseException) -> str | None:
    """Where the innermost line lies that is neither torch's, Python's nor this package's core.

    As `regscope/models/mine.py, line 9`; None where the package's own core complains.
    """
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if frame.filename.startswith(INSTALLED) or frame.filename.startswith("<"):
            continue
        if not file.is_relative_to(HOUSE):
            return f"{file}, line {frame.lineno}"
        inside = file.relative_to(HOUSE)
        if inside.parts[0] not in OPEN or inside.name in CORE:
            return None
        return f"{HOUSE.name / inside}, line {frame.lineno}"
    return None
