"""What must fit together in one entry of claims.yaml; each check raises a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic_core import PydanticCustomError

from regscope.base.lines import choose
from regscope.base.settings import refusal
from regscope.claims.measures import choices, parse
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from regscope.claims.schema import Claim

Comparison = Literal[
    "higher", "lower", "highest", "lowest", "equal", "at_least", "at_most", "value"
]
DIRECTED: tuple[Comparison, ...] = ("higher", "lower", "highest", "lowest")
LEVELS: tuple[Comparison, ...] = ("at_least", "at_most")

NEEDED = {"layers": "layer", "units": "layer", "confused": "pair", "paths": "at"}
"""The key that goes with a table's measures, and with no others."""

COMPARED_BY: dict[str, tuple[Comparison, ...]] = {
    "spread": DIRECTED,
    "paths": ("higher", "lower", "equal"),
    "confused": ("at_least",),
}
"""The comparisons that a table's measures allow, where not all."""


@dataclass(frozen=True)
class Known:
    """What the entries of claims.yaml may name.

    A study may be without a cell that others have: claims about it are not run.
    `layers`: of every study that is built.
    """

    documents: tuple[str, ...]
    studies: tuple[str, ...]
    regs: tuple[str, ...]
    layers: Mapping[str, tuple[str, ...]]


def check_measure(claim: Claim) -> None:
    """The measure is known, and has the key and a comparison that go with it."""
    if parse(claim.measure) is None:
        raise refuse("measure", claim.measure, choices(claim.measure))
    table = claim.parsed.table
    for key in ("layer", "pair", "at"):
        value = getattr(claim, key)
        if NEEDED.get(table) == key and value is None:
            raise refusal(key, None, f"must be given with measure {claim.measure}")
        if NEEDED.get(table) != key and value is not None:
            raise refusal(key, value, f"goes with no measure {claim.measure}")
    if claim.comparison not in COMPARED_BY.get(table, (claim.comparison,)):
        raise refuse("comparison", claim.comparison, COMPARED_BY[table])
    if table == "paths" and claim.others != (BASELINE,):
        raise refusal("against", claim.against[0], f"a path is held against strength 0: {BASELINE}")
    if table == "confused" and claim.threshold not in (None, 0):
        raise refusal("threshold", claim.threshold, "must be 0, the mean pair")


def check_comparison(claim: Claim) -> None:
    """The comparison has the keys that it needs, and no others."""
    kind = claim.comparison
    fitting = {
        "against": kind not in (*LEVELS, "value"),
        "threshold": kind in LEVELS,
        "margin": kind == "equal",
    }
    for key, fits in fitting.items():
        value = getattr(claim, key)
        if value not in (None, ()) and not fits:
            raise refusal(key, value, f"goes with no comparison {kind}")
    if kind in LEVELS and claim.threshold is None:
        raise refusal("threshold", None, f"must be given with comparison {kind}")
    if kind in ("highest", "lowest") and len(claim.against) < 2:
        raise refusal("against", list(claim.against), "must name at least two other cells")
    if claim.deterministic and kind not in LEVELS:
        raise refusal("deterministic", claim.deterministic, f"goes with no comparison {kind}")
    if kind == "value" and (len(claim.cell) > 1 or set(claim.reported) != set(claim.cell)):
        raise refusal("reported", None, "must be one value, of the one cell that `cell` names")


READ_OTHERWISE = (
    "measure", "layer", "pair", "at", "comparison", "cell", "against", "threshold", "margin",
    "reported", "sizes_compare", "unstated", "measured_by",
)  # fmt: skip
"""The keys that another reading of the same sentence may change."""


def check_reading(number: int, keys: Mapping[str, object]) -> None:
    """It changes what it is measured by, and nothing of what the document says."""
    for key, value in keys.items():
        if key not in READ_OTHERWISE:
            raise refusal(
                f"readings.{number}.{key}",
                value,
                f"a reading may change: {', '.join(READ_OTHERWISE)}",
            )
    if "measured_by" not in keys:
        raise refusal(f"readings.{number}.measured_by", None, "must be given")


def check_names(claim: Claim, known: Known) -> None:
    """The study, its cells and its layer exist."""
    if claim.study not in known.studies:
        raise refuse("study", claim.study, known.studies)
    for key, names in (("cell", claim.cell), ("against", claim.others)):
        for name in names:
            if name not in known.regs:
                raise refuse(key, name, known.regs)
    for name in claim.others:
        if name in claim.cell and claim.parsed.table != "paths":
            raise refusal("against", name, "is in cell too")
    for name, value in claim.reported.items():
        if name not in (*claim.cell, *claim.others):
            raise refusal(f"reported.{name}", value, "no cell that is compared here")
    for name in claim.assumed:
        if name not in (*claim.cell, *claim.others):
            raise refusal("assumed", name, "no cell that is compared here")
    layers = known.layers.get(claim.study)
    if claim.layer is not None and layers is not None and claim.layer not in layers:
        raise refuse("layer", claim.layer, layers, f"study {claim.study} has: ")


def refuse(
    key: str, value: str, allowed: Iterable[str], before: str = "choose from: "
) -> PydanticCustomError:
    return refusal(key, value, choose(allowed, before, near=value))
