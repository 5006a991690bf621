"""Advice as tables and data, from which pages and pictures are made."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from statistics import median
from typing import Any

import numpy as np

from regscope.advice.advise import Advice
from regscope.advice.arms import Setting
from regscope.advice.judged import Judged, Part, advised, without_each
from regscope.advice.protocol import COCKTAIL, LAST_SEEDS
from regscope.base import paths
from regscope.measures import catalog
from regscope.results.compared import ACCURACIES
from regscope.statistics import Pair, compare_family, undecided_note
from regscope.statistics.paired import Comparison
from regscope.study.params import BASELINE

SEARCH_FILE = "search.csv"
TEST_FILE = paths.SEEDS_FILE
TIMES_FILE = paths.TIMES_FILE


def data(name: str, advice: Advice) -> dict[str, Any]:
    """Everything that a page says, in plain numbers: scores are in the measure's own direction."""
    study = advice.study
    measure = catalog.named(study.primary_measure)
    return {
        "study": name,
        "title": study.title,
        "measure": measure.name,
        "matters": study.evaluation.matters if measure.matters else None,
        "trials": advice.trials,
        "seed": advice.asked.seed,
        "search_seeds": LAST_SEEDS,
        "test_seeds": advice.asked.test_seeds,
        "test_examples": advice.test_size,
        "shared_test": advice.shared,
        "networks": advice.networks,
        "guess": _number(measure.sign * advice.guess),
        "advised": advised(advice.judged).arm,
        "arms": [_arm(advice, one, measure.sign) for one in advice.judged],
        **_of_part(advice),
        "trees": _trees(advice),
        "parts": [_part(one, measure.sign) for one in advice.parts],
        "unfit": advice.unfit,
        "environment": advice.environment,
    }


def _of_part(advice: Advice) -> dict[str, dict[str, int]]:
    """How many examples trained, where these are a part, of how many."""
    if advice.asked.part is None:
        return {}
    split = advice.study.split
    part = {"train": advice.asked.part, "validation": split.validation, "of": advice.whole}
    return {"part": part}


def tables(advice: Advice) -> dict[str, str]:
    """Every network of the search and of the test, a row each, by file."""
    sign = catalog.named(advice.study.primary_measure).sign
    head = ("learning_rate", "epochs", "methods", "seed", "score", "loss")
    searched = (
        (*_setting(setting, epochs), seed, _text(sign * score), _text(loss))
        for (setting, seed), network in advice.search.used.items()
        for epochs, score, loss in zip(
            advice.read_off(setting), network.scores, network.losses, strict=True
        )
    )
    called = _called(advice)
    test = (
        (called.get(setting, ""), *_setting(setting), seed, _text(sign * network.scores[-1]),
         _text(network.losses[-1]))
        for (setting, seed), network in advice.test.used.items()
    )  # fmt: skip
    return {
        SEARCH_FILE: _csv(head, searched),
        TEST_FILE: _csv(("arm", *head), test),
        TIMES_FILE: _csv(("arm", "seconds"), _times(advice)),
    }


def _times(advice: Advice) -> Iterable[tuple[str, str]]:
    """What training one network of each choice took, where that was heard: of this run, and no
    part of advice.json, which the same settings give again."""
    for one in advice.judged:
        heard = [
            network.seconds
            for (setting, _), network in advice.test.used.items()
            if setting == one.chosen.setting and network.seconds is not None
        ]
        if heard:
            yield one.arm, f"{median(heard):.4g}"


def _called(advice: Advice) -> dict[Setting, str]:
    """Whose choice a setting is, or which part of the cocktail it is without; of an arm that is
    left out nothing."""
    found: dict[Setting, str] = {}
    for one in advice.judged:
        if one.arm == COCKTAIL:
            less = without_each(one.chosen.setting)
            found |= {own: f"{COCKTAIL} without {name}" for name, own in less.items()}
    # Without a part it may be what a method alone has chosen, whose row it is first.
    return found | {one.chosen.setting: one.arm for one in advice.judged}


def _arm(advice: Advice, one: Judged, sign: int) -> dict[str, Any]:
    setting = one.chosen.setting
    row = {
        "arm": one.arm,
        "tried": one.chosen.tried,
        "methods": setting.cell,
        "learning_rate": setting.learning_rate,
        "epochs": setting.epochs,
        "ends": list(one.chosen.ends),
        "validation": _number(sign * one.chosen.choice.mean),
        "test": _number(sign * float(one.test.mean())),
        "beats_guess": one.beats_guess,
    }
    if one.arm == BASELINE:
        return row
    compared = one.row
    row |= _compared(compared, sign) | {"undecided": _wanting(compared, measure_of(advice))}
    if one.new_data is not None:
        interval = one.new_data.interval
        low, high = sorted((sign * interval.low, sign * interval.high))
        row |= {
            "new_low": _number(low),
            "new_high": _number(high),
            "new_p_holm": _number(one.new_data.p_holm),
            "holds": one.new_data.holds,
        }
    return row


def _trees(advice: Advice) -> dict[str, Any] | None:
    """Trees beside what is advised, seed by seed."""
    trees, used = advice.trees, advised(advice.judged)
    if trees is None:
        return None
    study = advice.study
    matters = study.evaluation.matters if measure_of(advice) in ACCURACIES else None
    seeds = np.arange(len(trees.test))
    [row] = compare_family([Pair(seeds, trees.test, used.test)], True, matters)
    return {
        "tried": trees.tried,
        "setting": dict(trees.setting),
        "test": _number(float(trees.test.mean())),
        **_compared(row, 1),
    }


def _part(one: Part, sign: int) -> dict[str, Any]:
    return {"method": one.method, **_compared(one.row, sign)}


def _compared(row: Mapping[str, Any], sign: int) -> dict[str, Any]:
    low, high = sorted((sign * row["low"], sign * row["high"]))
    return {
        "difference": _number(sign * row["difference"]),
        "low": _number(low),
        "high": _number(high),
        "p_holm": _number(row["p_holm"]),
        "verdict": row["verdict"],
        "firm": row["firm"],
    }


def measure_of(advice: Advice) -> str:
    """Of the study: what its advice is about, as tables call it."""
    return advice.study.primary_measure


def _wanting(row: Mapping[str, Any], measure: str) -> str:
    comparison = Comparison(**{name: row[name] for name in Comparison.__dataclass_fields__})
    return undecided_note(comparison, row["verdict"], catalog.named(measure).in_points)


def _setting(setting: Setting, epochs: int | None = None) -> tuple[str, int, str]:
    methods = " ".join(f"{name}={value:g}" for name, value in setting.methods)
    return f"{setting.learning_rate:g}", epochs or setting.epochs, methods


def _number(value: float) -> float | None:
    """With nine significant digits, as tables have them; None of what is none."""
    return float(f"{value:.9g}") if isfinite(value) else None


def _text(value: float) -> str:
    return f"{value:.9g}" if isfinite(value) else ""


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
