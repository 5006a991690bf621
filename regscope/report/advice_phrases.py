"""What sentences and tables about an advice are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regscope.advice.protocol import COCKTAIL
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.measures import catalog
from regscope.report.formats import DASH, fixed, points, points_range
from regscope.study.params import BASELINE

Data = Mapping[str, Any]
"""An advice, as advice.json has it."""

Arm = Mapping[str, Any]
"""One of its arms."""


def arm_of(data: Data, name: str) -> Arm:
    return next(arm for arm in data["arms"] if arm["arm"] == name)


def arm_name(arm: Arm) -> str:
    if arm["arm"] == COCKTAIL:
        return (
            f"Cocktail of {joined([within_sentence(name) for name in arm['methods']])}"
            if arm["methods"]
            else "Cocktail"
        )
    return display_name(arm["arm"])


def within_sentence(name: str) -> str:
    """A method's name inside a sentence."""
    shown = display_name(name)
    first = shown.partition(" ")[0]
    named = first[1:] != first[1:].lower() or first[1:2].isdigit()
    return shown if named else shown[:1].lower() + shown[1:]


def methods_told(arm: Arm) -> str:
    """The methods and their strengths."""
    return joined(
        [
            within_sentence(name) if value is True else f"{within_sentence(name)} of {value:g}"
            for name, value in arm["methods"].items()
        ]
    )


def strengths(arm: Arm) -> str:
    values = [(name, value) for name, value in arm["methods"].items() if value is not True]
    if arm["arm"] != COCKTAIL:
        return ", ".join(f"{value:g}" for _, value in values)
    return ", ".join(f"{within_sentence(name)} {value:g}" for name, value in values)


def training(arm: Arm) -> str:
    epochs = arm["epochs"]
    return f"learning rate {arm['learning_rate']:g}, {epochs} epoch{'s' * (epochs > 1)}"


def times(data: Data, arm: Arm) -> str:
    """How many times as long as none its networks trained; nothing where that was not heard."""
    own, of_none = arm.get("seconds"), arm_of(data, BASELINE).get("seconds")
    if own is None or not of_none:
        return ""
    ratio = own / of_none
    return f"{ratio:.1f}×" if ratio < 10 else f"{ratio:.0f}×"


def examples(data: Data) -> str:
    """Those that test; where a part trained, so many of how many."""
    count = f"{data['test_examples']:,} examples that the search never saw"
    count = count if data["shared_test"] else f"{count}, others for every seed,"
    if part := data.get("part"):
        return f"{count}, trained on {part['train']:,} of {part['of']:,},"
    return count


def difference(data: Data, arm: Arm) -> str:
    return f"{size_with_unit(data, arm['difference'])} {interval(data, arm['low'], arm['high'])}"


def value(data: Data, value: float | None) -> str:
    return f"{number(data, value)}{' %' * catalog.named(data['measure']).is_share}"


def number(data: Data, value: float | None) -> str:
    measure = catalog.named(data["measure"])
    if value is None:
        return DASH
    return fixed(measure.scale * value, 2 if measure.in_points else 3)


def size(data: Data, value: float) -> str:
    return points(value) if catalog.named(data["measure"]).in_points else fixed(value, 3, True)


def size_with_unit(data: Data, value: float) -> str:
    unit = " points" if catalog.named(data["measure"]).in_points else ""
    return f"{size(data, value)}{unit}"


def interval(data: Data, low: float, high: float) -> str:
    if catalog.named(data["measure"]).in_points:
        return points_range(low, high)
    return f"[{fixed(low, 3, True)}, {fixed(high, 3, True)}]"


def unit(measure: catalog.Measure) -> str:
    return f", {measure.unit}" if measure.unit else ""


def held(arm: Arm) -> tuple[float, float]:
    """The interval that holds for other examples, too, where that is known."""
    return (arm["new_low"], arm["new_high"]) if "holds" in arm else (arm["low"], arm["high"])


def ranked(data: Data, arms: Sequence[Arm]) -> list[Arm]:
    sign = catalog.named(data["measure"]).sign
    return sorted(arms, key=lambda arm: -sign * arm["difference"])
