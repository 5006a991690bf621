"""Choose a strength on validation, for studies whose source states none.

The rule (docs/strengths.md) was written down before any figure was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.files import write_csv
from regscope.base.lines import choose, shown
from regscope.datasets import Dataset
from regscope.engine.cell import train_cell
from regscope.measures import catalog
from regscope.results.guessed import split_guess
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE, Study, load_params
from regscope.sweeps.tuned import beats
from regscope.tasks import task_of

SEEDS = 5


GRIDS: dict[str, tuple[float, ...]] = {
    "l1": (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3),
    "l2": (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "dropout": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
}


def measured(study: Study) -> dict[str, tuple[int, int]]:
    """By what the study may be about: a column of its history, and the sign that makes more
    better."""
    columns = task_of(study.data).history
    return {
        primary: (columns.index(f"holdout_{primary}"), catalog.named(name).sign)
        for primary, name in PRIMARIES.items()
        if f"holdout_{primary}" in columns
    }


def by_history(study: Study) -> bool:
    """Whether the history of a training holds the study's primary measure."""
    return study.primary in measured(study)


def one_standard_error(
    accuracies: Mapping[float, Sequence[float]], guess: Sequence[float] | None = None
) -> float:
    """The largest strength whose mean is within one standard error of the best mean.

    Where some strengths beat the constant `guess` by seed, only among these.

    The standard error is that of the best strength's mean over seeds (Breiman et al. 1984,
    "Classification and Regression Trees", section 3.4.3; Hastie, Tibshirani and Friedman 2009,
    section 7.10).
    """
    learned = beyond_guess(accuracies, guess)
    means = {
        strength: float(np.mean(values))
        for strength, values in accuracies.items()
        if strength in learned or not learned
    }
    best = max(means, key=lambda strength: means[strength])
    error = float(np.std(accuracies[best], ddof=1) / np.sqrt(len(accuracies[best])))
    return max(strength for strength, mean in means.items() if mean >= means[best] - error)


def beyond_guess(
    accuracies: Mapping[float, Sequence[float]], guess: Sequence[float] | None
) -> list[float]:
    """The strengths that validation shows to be better than the constant guess."""
    known = None if guess is None else np.asarray(guess)
    return [strength for strength, own in accuracies.items() if beats(np.asarray(own), known)]


def validation_accuracies(
    name: str, study: Study, family: str, strength: float, seeds: int = SEEDS
) -> list[float]:
    """Each seed's accuracy on its validation examples, after training on the others.

    Of a study that is about the loss, that loss with its sign turned.
    """
    chosen: dict[str, Any] = study.model_dump(mode="json", exclude={"regularizers"})
    chosen["training"]["seeds"] = seeds
    chosen["regularizers"] = {BASELINE: {}, "candidate": {family: strength}}
    try:
        candidate = Study.model_validate(chosen)
    except ValidationError as error:
        raise RegscopeError(one_line(error, chosen)) from error
    trained = train_cell(
        candidate,
        "candidate",
        paths.prepared(name),
        f"{name}/{family}={strength:g}",
        holdout="validation",
    )
    column, sign = measured(study)[study.primary]
    return [float(sign * value) for value in trained.history[column, :, -1]]


def validation_guess(name: str, study: Study, seeds: int = SEEDS) -> list[float]:
    """The constant guess by the same measure, of every seed."""
    dataset = Dataset.load(paths.prepared(name))
    primary = study.primary
    sign = measured(study)[primary][1]
    return [
        sign * split_guess(study, dataset, seed, "validation")[primary] for seed in range(seeds)
    ]


def choose_strength(name: str, family: str, strengths: Sequence[float] = ()) -> None:
    """Train with each strength, and say which the rule chooses.

    Without strengths the fixed grid is tried and every seed's accuracy kept. Raises RegscopeError
    for a family without a grid, and a study whose measure a history does not hold.
    """
    study = load_params().named(name)
    if family not in GRIDS:
        raise RegscopeError(f"FAMILY {shown(family)}: {choose(GRIDS)}")
    primary, known = study.primary, measured(study)
    if primary not in known:
        raise RegscopeError(
            f"studies.{name}.evaluation.primary = {primary}: a training's history has no such"
            f" measure to choose by; {choose(known)}, or choose with: make paths"
        )
    spelled, sign = catalog.named(PRIMARIES[primary]).told, known[primary][1]
    accuracies = {}
    for strength in strengths or GRIDS[family]:
        accuracies[strength] = validation_accuracies(name, study, family, strength)
        mean = spelled(sign * float(np.mean(accuracies[strength])))
        print(f"{family} = {strength:g}: {mean}", flush=True)
    guess = validation_guess(name, study)
    chosen = one_standard_error(accuracies, guess)
    rows = [
        {"strength": strength, "seed": seed, f"validation_{primary}": sign * value}
        for strength, values in accuracies.items()
        for seed, value in enumerate(values)
    ]
    print(f"constant guess: {spelled(sign * float(np.mean(guess)))}")
    if not beyond_guess(accuracies, guess):
        print("no strength is better than the constant guess")
    print(f"chosen by the one-standard-error rule: {family} = {chosen:g}")
    if not strengths:
        target = paths.STRENGTHS / f"{name}-{family}.csv"
        write_csv(target, rows)
        print(f"every seed's accuracy: {target}")
