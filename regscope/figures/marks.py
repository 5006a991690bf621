"""How figures and pages tell names apart: by colour, and where colours come round again by shape.

There are as many colours as can be told apart on white, by dichromats too. The next name after the
last colour has the first one again, with another marker and another dash: a pair of lines differs
in hue, or in form. So any number of names has marks, a person's own among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from regscope.study.params import BASELINE

Dash = Literal["solid"] | tuple[int, tuple[float, ...]]
"""As matplotlib has it: an offset, then lengths on and off in units of the line's width."""

NEUTRAL = "#4D4D4D"
"""The baseline's own colour."""

# Okabe and Ito 2008 (without its yellow, which fades on white), a dark wine from Paul Tol, two
# violets: at least 18 CIELAB units apart, also as deuteranopes and protanopes see them.
PALETTE = (
    "#0072B2",
    "#7B2FF0",
    "#D55E00",
    "#CC79A7",
    "#009E73",
    "#E69F00",
    "#56B4E9",
    "#661100",
    "#EE33FF",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES: tuple[Dash, ...] = (
    "solid",
    (0, (7.0, 1.6)),
    (0, (1.2, 1.4)),
    (0, (6.0, 1.5, 1.2, 1.5)),
    (0, (3.0, 1.2, 1.2, 1.2, 1.2, 1.2)),
)
"""By round; their numbers have no common divisor, so that rounds repeat late."""

KNOWN = (
    "l1", "l1_prox", "l2", "elastic_net", "dropout", "batch_norm", "augmentation", "l2_dropout",
    "label_smoothing",
    "confidence_penalty", "sam", "gradient_clipping", "weight_decay", "max_norm", "ema",
    "early_stopping", "stochastic_depth", "gaussian_dropout",
    "group_lasso", "orthogonal", "input_noise", "cutout", "mixup", "gradient_noise",
    "weight_noise", "swa", "lookahead", "cutmix", "dropconnect", "max_dropout", "activity_l1",
    "spectral_norm", "adversarial", "spatial_dropout",
)  # fmt: skip
"""Names that have their mark wherever they stand, a line a round."""


@dataclass(frozen=True)
class Mark:
    """`marker` is matplotlib's letter for the shape of dots, `dash` is of lines."""

    colour: str
    marker: str = MARKERS[0]
    dash: Dash = DASHES[0]

    @property
    def plain(self) -> bool:
        """Whether the colour alone tells it apart."""
        return self.marker == MARKERS[0]


def marks(regs: Iterable[str]) -> dict[str, Mark]:
    """A mark for each name, all different up to 360 of them.

    KNOWN names have theirs wherever they stand; the others get one by their position among the
    unknown, so that a name added at the end changes no other's.
    """
    regs = list(dict.fromkeys(regs))
    unknown = [reg for reg in regs if reg != BASELINE and reg not in KNOWN]
    places = {reg: place for place, reg in enumerate((*KNOWN, *unknown))}
    return {reg: Mark(NEUTRAL) if reg == BASELINE else _mark(places[reg]) for reg in regs}


def colours(regs: Iterable[str]) -> dict[str, str]:
    """The colour of each name's mark, for what says the name beside it."""
    return {reg: mark.colour for reg, mark in marks(regs).items()}


def _mark(place: int) -> Mark:
    turn, colour = divmod(place, len(PALETTE))
    return Mark(PALETTE[colour], MARKERS[turn % len(MARKERS)], DASHES[turn % len(DASHES)])
