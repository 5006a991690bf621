"""Advice in words: what to use, what it buys, how sure that is, and what was not decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regscope.advice.protocol import ADVICE_FILE, COCKTAIL
from regscope.base import paths
from regscope.base.json_files import read_json
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.measures import catalog
from regscope.regularizers import REGULARIZERS
from regscope.report.formats import DASH, fixed, points, points_range
from regscope.report.render import Cell, Table
from regscope.statistics import EQUAL, UNDECIDED
from regscope.study.params import BASELINE

PICTURE_FILE = "choices.png"

TOLD = {
    EQUAL: "No difference that matters",
    "worse": "Worse than no regularizer",
    UNDECIDED: "Undecided",
}
"""How the verdicts begin that are no gain."""

Data = Mapping[str, Any]
Arm = Mapping[str, Any]


def answer(data: Data) -> list[str]:
    """The paragraph, a sentence each: the advice first."""
    arm, none = _named(data, data["advised"]), _named(data, BASELINE)
    if arm["arm"] == BASELINE:
        return [*_none(data, none), *_others(data), *_trees(data), *_ends([none])]
    measure = catalog.named(data["measure"]).phrase
    return [
        f"Use {_told(arm)}, {_training(arm)}.",
        f"On {_examples(data)} its {measure} is {_value(data, arm['test'])}:"
        f" {_difference(data, arm)} against no regularizer at its best,"
        f" {_value(data, none['test'])} ({_training(none)}).",
        _sure(data, arm),
        *_others(data),
        *_trees(data),
        *_ends([arm, none]),
    ]


def table(data: Data) -> Table:
    """Every arm at its best, the best on test first."""
    measure = catalog.named(data["measure"])
    ranked = sorted(
        data["arms"],
        key=lambda arm: -measure.sign * (arm["test"] if arm["test"] is not None else 0),
    )
    rows = []
    for arm in ranked:
        compared = arm["arm"] != BASELINE
        rows.append(
            (
                Cell(_name(arm), reg=arm["arm"]),
                Cell(_strengths(arm) or DASH),
                Cell(f"{arm['learning_rate']:g}"),
                Cell(str(arm["epochs"])),
                Cell(_number(data, arm["validation"])),
                Cell(_number(data, arm["test"])),
                Cell(_size(data, arm["difference"]) if compared else DASH),
                Cell(_range(data, arm["low"], arm["high"]) if compared else DASH),
                Cell(_range(data, arm["new_low"], arm["new_high"]) if "new_low" in arm else DASH),
                _verdict(arm) if compared else Cell(DASH),
            )
        )
    caption = (
        f"Each with its best setting of {data['trials']} tried at most, chosen on validation;"
        f" {measure.phrase} over {data['test_seeds']} fresh seeds, differences to {BASELINE} at its"
        " best, corrected for all"
    )
    columns = (
        "Method", "Strength", "Learning rate", "Epochs", f"Validation{_unit(measure)}",
        f"Test{_unit(measure)}", "Difference", "95 % interval", "For new examples", "Verdict",
    )  # fmt: skip
    return Table(caption, columns, tuple(rows), frozenset({0, 1, 9}))


def of_arms(data: Data) -> list[dict[str, Any]]:
    """Those that are held against none, each with the `name` that people read, and `shown`, the
    verdict that stands for other examples and beside a guess, too."""
    return [
        {
            **arm,
            "name": _name(arm) if arm["arm"] != COCKTAIL else "Cocktail",
            "shown": _verdict(arm).verdict,
        }
        for arm in data["arms"]
        if arm["arm"] != BASELINE
    ]


def named(method: str) -> str:
    """A method as people write it."""
    return display_name(method)


def parts(data: Data) -> Table | None:
    """What each method of the cocktail adds to the others; None where there is no cocktail."""
    if not data["parts"]:
        return None
    sign = catalog.named(data["measure"]).sign
    rows = tuple(
        (
            Cell(display_name(part["method"]), reg=part["method"]),
            Cell(_size(data, part["difference"])),
            Cell(_range(data, part["low"], part["high"])),
            Cell(part["verdict"], part["verdict"], edge=not part["firm"]),
        )
        for part in sorted(data["parts"], key=lambda part: -sign * part["difference"])
    )
    caption = "What each part of the cocktail adds: with all of it against without that part"
    return Table(
        caption, ("Part", "Difference", "95 % interval", "Verdict"), rows, frozenset({0, 3})
    )


def _verdict(arm: Arm) -> Cell:
    """What it is beside none, here and elsewhere."""
    if arm["verdict"] == "better" and not arm["beats_guess"]:
        return Cell("better, not than a guess")
    if arm["verdict"] in ("better", "worse") and not arm.get("holds", True):
        return Cell(f"{arm['verdict']} on these examples")
    return Cell(arm["verdict"], arm["verdict"], edge=not arm.get("firm"))


def load_advice(study: str) -> Data | None:
    """The committed advice of a study; None where there is none."""
    file = paths.advice(study) / ADVICE_FILE
    return read_json(file) if file.is_file() else None


def overview(found: Mapping[str, Data]) -> Table:
    """A row a study: what to use, what it buys, and how sure that is."""
    rows = []
    for name, data in found.items():
        arm = _named(data, data["advised"])
        compared = arm["arm"] != BASELINE
        rows.append(
            (
                Cell(name),
                Cell(_told(arm) if compared else "no regularizer"),
                Cell(_training(arm)),
                Cell(_number(data, arm["test"])),
                Cell(_size(data, arm["difference"]) if compared else DASH),
                Cell(_range(data, *_held(arm)) if compared else DASH),
                Cell(f"{len(data['arms'])} x {data['trials']}"),
            )
        )
    columns = (
        "Study", "Use", "Trained with", "Test", "Against none", "95 % interval", "Methods x trials",
    )  # fmt: skip
    caption = (
        "Each method with the best of as many settings, chosen on validation; judged with fresh"
        " seeds on examples that the search never saw"
    )
    return Table(caption, columns, tuple(rows), frozenset({0, 1, 2}))


def _held(arm: Arm) -> tuple[float, float]:
    """The interval that holds for other examples, too, where that is known."""
    return (arm["new_low"], arm["new_high"]) if "holds" in arm else (arm["low"], arm["high"])


def as_study(data: Data, block: Mapping[str, Any]) -> dict[str, Any]:
    """The study's block of params.yaml with what is advised as its training and its one cell
    `advised`; without that cell where no regularizer is."""
    arm = _named(data, data["advised"])
    training = {"learning_rate": arm["learning_rate"], "epochs": arm["epochs"]}
    cells: dict[str, Any] = {BASELINE: {}}
    if arm["methods"]:
        cells["advised"] = dict(arm["methods"])
    return {
        **block,
        "title": f"{block['title']}, as advised",
        "training": {**block["training"], **training},
        "regularizers": cells,
    }


def to_go_on(data: Data) -> str:
    """The advice as settings of the study, in YAML."""
    arm = _named(data, data["advised"])
    cell = ", ".join(f"{name}: {_plain(value)}" for name, value in arm["methods"].items())
    return (
        f"training: {{learning_rate: {arm['learning_rate']:g}, epochs: {arm['epochs']}}}\n"
        f"regularizers: {{none: {{}}{f', advised: {{{cell}}}' if cell else ''}}}"
    )


def _none(data: Data, none: Arm) -> Iterator[str]:
    count = len(data["arms"]) - 1
    of = "the one method is not" if count == 1 else f"of {count or 'no'} methods none is"
    yield f"Use no regularizer, {_training(none)}: {of} shown to be better."
    measure = catalog.named(data["measure"]).phrase
    guess = "" if none["beats_guess"] else ", not shown to be better than always guessing the same"
    yield f"On {_examples(data)} its {measure} is {_value(data, none['test'])}{guess}."


def _sure(data: Data, arm: Arm) -> str:
    """How sure it is that the arm is better, and for what."""
    if arm["firm"]:
        firm = "firm: neither one seed nor last digits would turn it"
    else:
        firm = "on the edge: one seed, or last digits, would turn it"
    count = len(data["arms"]) - 1
    corrected = f", corrected for {count} methods" * (count > 1)
    told = f"That it is better is {firm}, of {data['test_seeds']} fresh seeds{corrected}."
    if not data["shared_test"]:
        return told
    if "holds" not in arm:
        return f"{told} Whether it holds for other examples was not measured."
    low, high = arm["new_low"], arm["new_high"]
    return f"{told} For other examples like these it holds, too: {_range(data, low, high)}."


def _others(data: Data) -> Iterator[str]:
    """The other arms, by verdict."""
    others = [arm for arm in data["arms"] if arm["arm"] not in (data["advised"], BASELINE)]
    better = [arm for arm in others if arm["verdict"] == "better" and arm["beats_guess"]]
    for told, found in (
        (
            "Better than no regularizer, but not than always guessing the same",
            [arm for arm in others if arm["verdict"] == "better" and not arm["beats_guess"]],
        ),
        ("Better than no regularizer, too", [arm for arm in better if arm.get("holds", True)]),
        (
            "Better on these examples, which is not shown for others",
            [arm for arm in better if not arm.get("holds", True)],
        ),
    ):
        if found:
            yield f"{told}: {joined([_with_size(data, arm) for arm in _ranked(data, found)])}."
    for verdict, told in TOLD.items():
        found = _ranked(data, [arm for arm in others if arm["verdict"] == verdict])
        if found:
            yield f"{told}: {joined([_name(arm) for arm in found])}."
        if found and found[0].get("undecided"):
            note = str(found[0]["undecided"])
            yield f"Of these {_name(found[0])} comes first: {note[:1].lower()}{note[1:]}"


def _trees(data: Data) -> Iterator[str]:
    """How far trees are from the network that is advised, of a table."""
    trees = data["trees"]
    if trees is None:
        return
    matter = {
        "better": "better than this network on these examples",
        "worse": "worse than this network on these examples",
        EQUAL: "no difference that matters to this network on these examples",
    }.get(trees["verdict"], "not to be told from this network")
    yield (
        f"Gradient-boosted trees, of as many settings, have {_value(data, trees['test'])}"
        f" ({_difference(data, trees)}): {matter}."
    )


def _ends(arms: Sequence[Arm]) -> Iterator[str]:
    """Which of them have chosen an end of what was tried."""
    for arm in arms:
        if arm["ends"]:
            name = "No regularizer" if arm["arm"] == BASELINE else _name(arm)
            what = joined([_end(one) for one in arm["ends"]])
            yield f"{name} has chosen {what} of those tried: better may lie beyond."


def _end(told: str) -> str:
    """`the largest l2` as people write the method."""
    the, which, what = told.split(" ", 2)
    named = _within(what) if what in REGULARIZERS else what
    return f"{the} {which} {named}"


def _ranked(data: Data, arms: Sequence[Arm]) -> list[Arm]:
    sign = catalog.named(data["measure"]).sign
    return sorted(arms, key=lambda arm: -sign * arm["difference"])


def _named(data: Data, name: str) -> Arm:
    return next(arm for arm in data["arms"] if arm["arm"] == name)


def _name(arm: Arm) -> str:
    if arm["arm"] == COCKTAIL:
        return (
            f"Cocktail of {joined([_within(name) for name in arm['methods']])}"
            if arm["methods"]
            else "Cocktail"
        )
    return display_name(arm["arm"])


def _within(name: str) -> str:
    """A method's name inside a sentence."""
    shown = display_name(name)
    first = shown.partition(" ")[0]
    named = first[1:] != first[1:].lower() or first[1:2].isdigit()
    return shown if named else shown[:1].lower() + shown[1:]


def _told(arm: Arm) -> str:
    """The methods and their strengths."""
    return joined(
        [
            _within(name) if value is True else f"{_within(name)} of {value:g}"
            for name, value in arm["methods"].items()
        ]
    )


def _strengths(arm: Arm) -> str:
    values = [(name, value) for name, value in arm["methods"].items() if value is not True]
    if arm["arm"] != COCKTAIL:
        return ", ".join(f"{value:g}" for _, value in values)
    return ", ".join(f"{_within(name)} {value:g}" for name, value in values)


def _training(arm: Arm) -> str:
    epochs = arm["epochs"]
    return f"learning rate {arm['learning_rate']:g}, {epochs} epoch{'s' * (epochs > 1)}"


def _examples(data: Data) -> str:
    count = f"{data['test_examples']:,} examples that the search never saw"
    return count if data["shared_test"] else f"{count}, others for every seed,"


def _with_size(data: Data, arm: Arm) -> str:
    return f"{_name(arm)} ({_size(data, arm['difference'])})"


def _difference(data: Data, arm: Arm) -> str:
    unit = " points" if catalog.named(data["measure"]).in_points else ""
    return f"{_size(data, arm['difference'])}{unit} {_range(data, arm['low'], arm['high'])}"


def _value(data: Data, value: float | None) -> str:
    return f"{_number(data, value)}{' %' * catalog.named(data['measure']).is_share}"


def _number(data: Data, value: float | None) -> str:
    measure = catalog.named(data["measure"])
    if value is None:
        return DASH
    return fixed(measure.scale * value, 2 if measure.in_points else 3)


def _size(data: Data, value: float) -> str:
    return points(value) if catalog.named(data["measure"]).in_points else fixed(value, 3, True)


def _range(data: Data, low: float, high: float) -> str:
    if catalog.named(data["measure"]).in_points:
        return points_range(low, high)
    return f"[{fixed(low, 3, True)}, {fixed(high, 3, True)}]"


def _unit(measure: catalog.Measure) -> str:
    return f", {measure.unit}" if measure.unit else ""


def _plain(value: float | bool) -> str:
    return "true" if value is True else f"{value:g}"
