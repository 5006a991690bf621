"""One look for every figure: names, type, and how a figure becomes bytes."""

from __future__ import annotations

import io
import re
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawn = TypeVar("Drawn")

DPI = 130
INK = "#222222"
GREY = "#6F6F6F"
FAINT = "#D9D9D9"
RIGHT = "#00734F"
WRONG = "#B8410B"
NEUTRAL = "#2C5F8A"

NAMES = {
    "l1": "L1",
    "l1_prox": "Proximal L1",
    "l2": "L2",
    "l2_dropout": "L2 + dropout",
    "mixup_dropout": "Mixup + dropout",
    "sam": "SAM",
    "ema": "EMA",
    "swa": "SWA",
    "activity_l1": "L1 of activations",
    "cutmix": "CutMix",
    "dropconnect": "DropConnect",
    "max_dropout": "MaxDropout",
}

LONGEST = 120
"""Letters of a title."""
JOINERS = "\u200c\u200d"
MOST_MISSING = 40
_MISSING = re.compile(r"Glyph (\d+) .*missing from font", re.S)
_SPACED = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")

TYPE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#9A9A9A",
    "axes.formatter.useoffset": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.h_pad": 0.07,
    "figure.constrained_layout.hspace": 0.03,
    "figure.constrained_layout.w_pad": 0.06,
    "figure.constrained_layout.wspace": 0.02,
    "figure.dpi": DPI,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
    "text.color": INK,
    # Titles and names of classes are other people's: `$` and `_` in them are letters.
    "text.parse_math": False,
    "xtick.color": "#9A9A9A",
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8,
    "xtick.major.size": 3,
    "xtick.major.width": 0.7,
    "xtick.minor.size": 0,
    "ytick.color": "#9A9A9A",
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8,
    "ytick.major.size": 3,
    "ytick.major.width": 0.7,
    "ytick.minor.size": 0,
}


def display_name(reg: str) -> str:
    """The name of a cell as people write it: `elastic_net` is `Elastic net`."""
    if reg in NAMES:
        return NAMES[reg]
    words = reg.replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else reg


def legible(text: str, longest: int = LONGEST) -> str:
    """Somebody else's title or name as it can be drawn: one line of at most `longest` letters.

    Line breaks and control characters are a space; marks that have no sign of their own and
    halves of characters are left out, but for joiners, which shape the letters beside them.
    """
    kept = ("" if _invisible(letter) else letter for letter in _SPACED.sub(" ", text))
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _invisible(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Cn") and letter not in JOINERS


def render(draw: Callable[[Drawn], Figure], data: Drawn) -> bytes:
    """The PNG of `draw(data)` in the house style: the same bytes every time.

    matplotlib's own defaults are the base, whatever a matplotlibrc says; the file names no
    software and no date. Letters that the font lacks are boxes, which is said once on stderr.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from regscope.figures.palette import indexed

    with house_style():
        # Any: matplotlib does not type this class.
        canvas: Any = FigureCanvasAgg(draw(data))
        canvas.draw()
        picture = indexed(np.asarray(canvas.buffer_rgba()))
    file = io.BytesIO()
    picture.save(file, format="PNG", dpi=(DPI, DPI))
    return file.getvalue()


@contextmanager
def house_style() -> Iterator[None]:
    """matplotlib as the figures have it, and afterwards as it was."""
    from matplotlib import style

    with style.context(["default", TYPE]), _one_line_of_missing_letters():
        yield


@contextmanager
def _one_line_of_missing_letters() -> Iterator[None]:
    """In place of matplotlib's warning of two lines a letter and figure."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    missing = set()
    for warning in caught:
        if found := _MISSING.match(str(warning.message)):
            missing.add(chr(int(found[1])))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    if missing:
        _say_missing("".join(sorted(missing)[:MOST_MISSING]))


@cache
def _say_missing(letters: str) -> None:
    print(f"regscope: figures have boxes for letters that their font lacks: {letters}",
          file=sys.stderr)  # fmt: skip
