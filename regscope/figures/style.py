"""One look for every figure: names, colours, type, and how a figure becomes bytes."""

from __future__ import annotations

import colorsys
import io
import re
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from regscope.study.params import BASELINE

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
    "sam": "SAM",
    "ema": "EMA",
    "swa": "SWA",
}

# Okabe and Ito 2008 (without its yellow, which fades on white), a dark wine from Paul Tol, a
# violet, and what a search left: at least 18 CIELAB units apart, also as deuteranopes and
# protanopes see them. That search has no more to give that does not fade on white: further names
# get a colour by `colours`.
COLOURS = {
    BASELINE: "#4D4D4D",
    "l1": "#0072B2",
    "l1_prox": "#7B2FF0",
    "l2": "#D55E00",
    "elastic_net": "#CC79A7",
    "dropout": "#009E73",
    "batch_norm": "#E69F00",
    "augmentation": "#56B4E9",
    "l2_dropout": "#661100",
    "label_smoothing": "#EE33FF",
    "confidence_penalty": "#664477",
    "sam": "#220099",
    "gradient_clipping": "#776633",
    "weight_decay": "#5566DD",
    "max_norm": "#88DD66",
    "ema": "#EEBBBB",
    "early_stopping": "#112277",
    "stochastic_depth": "#99BB77",
    "gaussian_dropout": "#22EEFF",
    "group_lasso": "#2211EE",
    "orthogonal": "#EEDD00",
    "input_noise": "#002255",
    "cutout": "#440011",
    "mixup": "#110022",
    "gradient_noise": "#382B43",
    "weight_noise": "#FFD5B1",
}
FURTHER = ("#332288", "#999933", "#AA4499", "#44AA99", "#BBAA00", "#882255")
GOLDEN_RATIO = 0.618033988749895

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


def colours(regs: Iterable[str]) -> dict[str, str]:
    """A colour for each name, all different.

    Known names have theirs wherever they stand; the others get one by their position among the
    unknown, so that a name added at the end changes no colour.
    """
    regs = list(dict.fromkeys(regs))
    unknown = [reg for reg in regs if reg not in COLOURS]
    given = {reg: _further(position) for position, reg in enumerate(unknown)}
    return {reg: COLOURS.get(reg) or given[reg] for reg in regs}


def _further(position: int) -> str:
    if position < len(FURTHER):
        return FURTHER[position]
    beyond = position - len(FURTHER)
    lightness = (0.42, 0.58, 0.3)[beyond % 3]
    channels = colorsys.hls_to_rgb(beyond * GOLDEN_RATIO % 1, lightness, 0.7)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)


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
