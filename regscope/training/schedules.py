"""The learning rate of every step of a run, before it begins.

Torch's schedulers, step by step: what they do at each, these do for all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.study.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    OneCycle,
    Schedule,
    Step,
)
from regscope.study.training import Training


def learning_rates(settings: Training, steps_per_epoch: int) -> np.ndarray:
    """The rate of every step, float64 `[epochs * steps_per_epoch]`.

    Lengths in epochs are rounded to whole steps.

    Raises RegscopeError, naming the key, where a length then is no step at all, or fills the run.
    """
    schedule, steps = settings.schedule, settings.epochs * steps_per_epoch
    warming = 0
    if not isinstance(schedule, OneCycle) and schedule.warm_up:
        warming = _steps(schedule, "warm_up", steps_per_epoch, steps)
    after = FACTORS[type(schedule)](schedule, steps - warming, steps_per_epoch)
    return settings.learning_rate * np.concatenate([_warm_up(schedule, warming), after])


def _warm_up(schedule: Schedule, steps: int) -> np.ndarray:
    """LinearLR."""
    if isinstance(schedule, OneCycle) or not steps:
        return np.empty(0)
    first = schedule.warm_up_from
    return first + (1 - first) * np.arange(steps) / steps


def _constant(_: Constant, steps: int, __: int) -> np.ndarray:
    return np.ones(steps)


def _step(schedule: Step, steps: int, steps_per_epoch: int) -> np.ndarray:
    """StepLR."""
    every = _steps(schedule, "every", steps_per_epoch, steps)
    return schedule.factor ** np.floor(np.arange(steps) / every)


def _exponential(schedule: Exponential, steps: int, steps_per_epoch: int) -> np.ndarray:
    """ExponentialLR at every step, with the root of the epoch's factor."""
    return schedule.factor ** (np.arange(steps) / steps_per_epoch)


def _cosine(schedule: Cosine, steps: int, _: int) -> np.ndarray:
    """CosineAnnealingLR."""
    return _half_wave(1, schedule.lowest, np.arange(steps) / steps)


def _cosine_restarts(schedule: CosineRestarts, steps: int, steps_per_epoch: int) -> np.ndarray:
    """CosineAnnealingWarmRestarts."""
    length = _steps(schedule, "first", steps_per_epoch, steps)
    waves, told = [], 0
    while told < steps:
        waves.append(_half_wave(1, schedule.lowest, np.arange(length) / length))
        told += length
        length *= schedule.longer
    return np.concatenate(waves)[:steps]


def _one_cycle(schedule: OneCycle, steps: int, _: int) -> np.ndarray:
    """OneCycleLR, with `cycle_momentum=False`."""
    peak = schedule.rise * steps - 1
    if peak < 1:
        raise RegscopeError(
            f"training.schedule.rise = {schedule.rise:g}: must be two steps or more, and the run"
            f" has {steps}"
        )
    place = np.arange(steps)
    rising, falling = place / peak, (place - peak) / (steps - 1 - peak)
    between = {"cosine": _half_wave, "linear": _line}[schedule.anneal]
    up, down = between(schedule.start, 1, rising), between(1, schedule.end, falling)
    return np.where(place <= peak, up, down)


def _half_wave(first: float, last: float, progress: np.ndarray) -> np.ndarray:
    """From `first` at 0 to `last` at 1. Near its end the cosine's square keeps its digits."""
    return last + (first - last) * np.cos(np.pi / 2 * progress) ** 2


def _line(first: float, last: float, progress: np.ndarray) -> np.ndarray:
    return first + (last - first) * progress


def _steps(schedule: Schedule, key: str, steps_per_epoch: int, left: int) -> int:
    epochs = getattr(schedule, key)
    steps: int = round(epochs * steps_per_epoch)
    if not 0 < steps < left:
        raise RegscopeError(
            f"training.schedule.{key} = {epochs:g}: is {steps} steps, of {steps_per_epoch} in an"
            f" epoch, and must be at least one and less than the {left} that there are"
        )
    return steps


FACTORS: dict[type, Callable[[Any, int, int], np.ndarray]] = {
    Constant: _constant,
    Step: _step,
    Exponential: _exponential,
    Cosine: _cosine,
    CosineRestarts: _cosine_restarts,
    OneCycle: _one_cycle,
}
"""By the kind of schedule, what multiplies `learning_rate` at each of so many steps after warm-up;
the last argument is how many an epoch has."""
