"""Advice in words: what to use, what it buys, how sure that is, and what was not decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regscope.advice.lost import without_room
from regscope.base.lines import joined
from regscope.measures import catalog
from regscope.regularizers import REGULARIZERS
from regscope.report.advice_phrases import (
    Arm,
    Data,
    arm_name,
    arm_of,
    difference,
    examples,
    interval,
    methods_told,
    ranked,
    size,
    times,
    training,
    value,
    within_sentence,
)
from regscope.statistics import EQUAL, UNDECIDED
from regscope.study.params import BASELINE

TOLD = {
    EQUAL: "No difference that matters",
    "worse": "Worse than no regularizer",
    UNDECIDED: "Undecided",
}
"""How the verdicts begin that are no gain."""


def answer(data: Data) -> list[str]:
    """The paragraph, a sentence each: the advice first."""
    arm, none = arm_of(data, data["advised"]), arm_of(data, BASELINE)
    if arm["arm"] == BASELINE:
        return [
            *_none(data, none),
            *_others(data),
            *_no_room(data),
            *_trees(data),
            *_ends([none]),
        ]
    measure = catalog.named(data["measure"]).phrase
    return [
        f"Use {methods_told(arm)}, {training(arm)}.",
        f"On {examples(data)} its {measure} is {value(data, arm['test'])}:"
        f" {difference(data, arm)} against no regularizer at its best,"
        f" {value(data, none['test'])} ({training(none)}){_cost(data, arm)}.",
        _sure(data, arm),
        *_others(data),
        *_no_room(data),
        *_trees(data),
        *_ends([arm, none]),
    ]


def _none(data: Data, none: Arm) -> Iterator[str]:
    count = len(data["arms"]) - 1
    of = "the one method is not" if count == 1 else f"of {count or 'no'} methods none is"
    which = " for other examples, too" if _better_here(data) else ""
    yield f"Use no regularizer, {training(none)}: {of} shown to be better{which}."
    measure = catalog.named(data["measure"]).phrase
    guess = "" if none["beats_guess"] else ", not shown to be better than always guessing the same"
    yield f"On {examples(data)} its {measure} is {value(data, none['test'])}{guess}."


def _cost(data: Data, arm: Arm) -> str:
    ratio = times(data, arm)
    return f", for {ratio.removesuffix('×')} times its training time" if ratio else ""


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
    return f"{told} For other examples like these it holds, too: {interval(data, low, high)}."


def _better_here(data: Data) -> list[Arm]:
    """Better than no regularizer on these examples alone, the best first."""
    here = [arm for arm in data["arms"] if arm.get("verdict") == "better" and arm["beats_guess"]]
    return ranked(data, [arm for arm in here if not arm.get("holds", True)])


def _what_would_decide(data: Data, arm: Arm) -> str:
    """Of the first of those that are better on these examples alone."""
    low, high, count = arm["new_low"], arm["new_high"], len(data["arms"]) - 1
    told = f"{arm_name(arm)} comes first: for other examples {interval(data, low, high)}"
    if count > 1 and not low <= 0 <= high:
        told += f" taken by itself, which one of {count} methods may come to by luck"
    return f"{told}. More examples to test on would decide."


def _others(data: Data) -> Iterator[str]:
    """The other arms, by verdict."""
    others = [arm for arm in data["arms"] if arm["arm"] not in (data["advised"], BASELINE)]
    better = [arm for arm in others if arm["verdict"] == "better" and arm["beats_guess"]]
    better_here = _better_here(data)
    for told, found in (
        (
            "Better than no regularizer, but not than always guessing the same",
            [arm for arm in others if arm["verdict"] == "better" and not arm["beats_guess"]],
        ),
        ("Better than no regularizer, too", [arm for arm in better if arm.get("holds", True)]),
        (
            "Better on these examples, which is not shown for others",
            better_here,
        ),
    ):
        if found:
            yield f"{told}: {joined([with_size(data, arm) for arm in ranked(data, found)])}."
    if data["advised"] == BASELINE and better_here:
        yield _what_would_decide(data, better_here[0])
    here = [arm for arm in others if arm["verdict"] == "worse" and not arm.get("holds", True)]
    if here:
        yield (
            "Worse on these examples, which is not shown for others:"
            f" {joined([arm_name(arm) for arm in ranked(data, here)])}."
        )
    for verdict, told in TOLD.items():
        found = ranked(
            data, [arm for arm in others if arm["verdict"] == verdict and arm not in here]
        )
        if found:
            yield f"{told}: {joined([arm_name(arm) for arm in found])}."
        if found and found[0].get("undecided"):
            note = str(found[0]["undecided"])
            yield f"Of these {arm_name(found[0])} comes first: {note[:1].lower()}{note[1:]}"


def _no_room(data: Data) -> Iterator[str]:
    """Which arms had no room in the minutes: nothing is said of them."""
    found = without_room(data["unfit"])
    if found:
        count = "Of one more arm" if len(found) == 1 else f"Of {len(found)} more arms"
        yield (
            f"{count} nothing is said, for want of minutes:"
            f" {joined([arm_name({'arm': name, 'methods': {}}) for name in found])}."
        )


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
        f"Gradient-boosted trees, of as many settings, have {value(data, trees['test'])}"
        f" ({difference(data, trees)}): {matter}."
    )


def _ends(arms: Sequence[Arm]) -> Iterator[str]:
    """Which of them have chosen an end of what was tried."""
    for arm in arms:
        if arm["ends"]:
            name = "No regularizer" if arm["arm"] == BASELINE else arm_name(arm)
            what = joined([_end(one) for one in arm["ends"]])
            yield f"{name} has chosen {what} of those tried: better may lie beyond."


def _end(told: str) -> str:
    """`the largest l2` as people write the method."""
    the, which, what = told.split(" ", 2)
    named = within_sentence(what) if what in REGULARIZERS else what
    return f"{the} {which} {named}"


def with_size(data: Data, arm: Arm) -> str:
    return f"{arm_name(arm)} ({size(data, arm['difference'])})"
