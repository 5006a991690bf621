"""Learning rates against torch's own schedulers, step by step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.optim import SGD, AdamW, Optimizer, lr_scheduler

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.settings import Settings
from regscope.study.schedules import SCHEDULES
from regscope.study.training import AdamWTraining, Training
from regscope.training.schedules import learning_rates

RATE = 0.3
EPOCHS, STEPS = 6, 8

Scheduler = lr_scheduler.LRScheduler
Make = Callable[[Optimizer, int], Scheduler]


def written(schedule: dict[str, Any] | None, epochs: int = EPOCHS) -> dict[str, Any]:
    run = {"optimizer": "sgd", "learning_rate": RATE, "batch_size": 8, "epochs": epochs, "seeds": 5}
    return run if schedule is None else {**run, "schedule": schedule}


class Run(Settings):
    training: Training


def training(schedule: dict[str, Any] | None, epochs: int = EPOCHS) -> Training:
    return Run.model_validate({"training": written(schedule, epochs)}).training


def rates_of(scheduler: Scheduler, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        (group,) = scheduler.optimizer.param_groups
        found.append(float(group["lr"]))
        scheduler.optimizer.step()
        scheduler.step()
    return found


def optimizer() -> Optimizer:
    return SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=RATE)


KINDS: dict[str, tuple[dict[str, Any], Make]] = {
    "constant": ({"kind": "constant"}, lambda own, _: lr_scheduler.LambdaLR(own, lambda _: 1.0)),
    "step": (
        {"kind": "step", "every": 1.25, "factor": 0.4},
        lambda own, _: lr_scheduler.StepLR(own, 10, 0.4),
    ),
    "exponential": (
        {"kind": "exponential", "factor": 0.7},
        lambda own, _: lr_scheduler.ExponentialLR(own, 0.7 ** (1 / STEPS)),
    ),
    "cosine": (
        {"kind": "cosine", "lowest": 0.1},
        lambda own, steps: lr_scheduler.CosineAnnealingLR(own, steps, 0.1 * RATE),
    ),
    "cosine to 0": (
        {"kind": "cosine"},
        lambda own, steps: lr_scheduler.CosineAnnealingLR(own, steps),
    ),
    "restarts": (
        {"kind": "cosine_restarts", "first": 1.5},
        lambda own, _: lr_scheduler.CosineAnnealingWarmRestarts(own, 12),
    ),
    "longer restarts": (
        {"kind": "cosine_restarts", "first": 0.5, "longer": 3, "lowest": 0.2},
        lambda own, _: lr_scheduler.CosineAnnealingWarmRestarts(own, 4, 3, 0.2 * RATE),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_torchs(kind: str) -> None:
    schedule, make = KINDS[kind]
    expected = rates_of(make(optimizer(), EPOCHS * STEPS), EPOCHS * STEPS)
    found = learning_rates(training(schedule), STEPS)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("warm_up", "first"), [(1.0, 0.01), (2.625, 0.5)])
def test_and_after_a_warm_up(kind: str, warm_up: float, first: float) -> None:
    schedule, make = KINDS[kind]
    steps = int(warm_up * STEPS)
    own = optimizer()
    parts = [
        lr_scheduler.LinearLR(own, first, 1.0, steps),
        make(own, EPOCHS * STEPS - steps),
    ]
    expected = rates_of(lr_scheduler.SequentialLR(own, parts, [steps]), EPOCHS * STEPS)
    warmed = {**schedule, "warm_up": warm_up, "warm_up_from": first}
    np.testing.assert_allclose(learning_rates(training(warmed), STEPS), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({}, {}),
        ({"anneal": "linear"}, {"anneal_strategy": "linear"}),
        ({"rise": 0.5, "start": 0.1, "end": 0.01},
         {"pct_start": 0.5, "div_factor": 10, "final_div_factor": 10}),
        ({"rise": 0.05}, {"pct_start": 0.05}),
    ],
)  # fmt: skip
def test_one_cycle_is_torchs(changed: dict[str, Any], options: dict[str, Any]) -> None:
    own = optimizer()
    scheduler = lr_scheduler.OneCycleLR(
        own, RATE, total_steps=EPOCHS * STEPS, cycle_momentum=False, **options
    )
    expected = rates_of(scheduler, EPOCHS * STEPS - 1)
    found = learning_rates(training({"kind": "one_cycle", **changed}), STEPS)
    # Behind its last step torch's refuses to go.
    np.testing.assert_allclose(found[:-1], expected, rtol=1e-12)
    (group,) = own.param_groups
    assert found[-1] == pytest.approx(group["lr"], rel=1e-12)


def test_known_rates() -> None:
    step = {"kind": "step", "every": 1, "factor": 0.5, "warm_up": 1, "warm_up_from": 0.5}
    assert learning_rates(training(step, 3), 2).tolist() == [
        *(RATE * share for share in (0.5, 0.75, 1, 1, 0.5, 0.5)),
    ]
    cosine = learning_rates(training({"kind": "cosine"}, 1), 4) / RATE
    assert cosine == pytest.approx([1, 0.5 + 8**-0.5, 0.5, 0.5 - 8**-0.5])


def test_without_a_schedule_nothing_changes_and_nothing_is_dumped() -> None:
    """What is dumped decides whether results are still a study's."""
    plain = training(None)
    assert learning_rates(plain, 3).tolist() == [RATE] * 3 * EPOCHS
    assert "schedule" not in plain.model_dump()
    assert training({"kind": "constant"}) == plain
    used = {"kind": "constant", "warm_up": 1.5, "warm_up_from": 0.2}
    assert training(used).model_dump()["schedule"] == used


OPTIONS: dict[str, dict[str, Any]] = {
    "constant": {},
    "step": {"every": 1.5},
    "exponential": {"factor": 0.5},
    "cosine": {"lowest": 0.05},
    "cosine_restarts": {"first": 1, "longer": 2},
    "one_cycle": {},
}


@given(
    kind=st.sampled_from(sorted(SCHEDULES)),
    epochs=st.integers(3, 12),
    steps=st.integers(3, 20),
    warm_up=st.sampled_from([0, 0.5, 1]),
)
def test_rates_are_one_a_step_and_never_above_the_rate(
    kind: str, epochs: int, steps: int, warm_up: float
) -> None:
    schedule = {"kind": kind, **OPTIONS[kind]}
    if kind != "one_cycle":
        schedule["warm_up"] = warm_up
    settings = training(schedule, epochs)
    found = learning_rates(settings, steps)
    assert found.shape == (epochs * steps,)
    assert (found > 0).all()
    assert found.max() <= RATE
    if kind != "one_cycle":
        assert found.max() == RATE
    if not settings.schedule.spans:
        # What a longer run begins with.
        longer = learning_rates(training(schedule, epochs + 1), steps)
        assert longer[: len(found)].tolist() == found.tolist()


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ({"kind": "step", "every": 6}, "every = 6.0: must be less than the run's epochs, 6"),
        ({"kind": "step", "every": 4.5, "warm_up": 2},
         "every = 4.5: must be less than the epochs after the warm-up, 4"),
        ({"kind": "cosine_restarts", "first": 10},
         "first = 10.0: must be less than the run's epochs, 6"),
        ({"kind": "cosine", "warm_up": 6},
         "warm_up = 6.0: must be less than the run's epochs, 6"),
        ({"kind": "constant", "warm_up": -1}, "warm_up = -1: must be at least 0"),
        ({"kind": "constant", "warm_up_from": 0.5},
         "warm_up_from = 0.5: only with a warm_up above 0"),
        ({"kind": "constant", "warm_up": 1, "warm_up_from": 0},
         "warm_up_from = 0: must be greater than 0"),
        ({"kind": "step", "every": 1, "factor": 1}, "factor = 1: must be less than 1"),
        ({"kind": "step", "every": 0}, "every = 0: must be greater than 0"),
        ({"kind": "exponential", "factor": 0}, "factor = 0: must be greater than 0"),
        ({"kind": "exponential"}, "factor: must be given"),
        ({"kind": "cosine", "lowest": 1}, "lowest = 1: must be less than 1"),
        ({"kind": "cosine_restarts", "first": 1, "longer": 1.5},
         "longer = 1.5: must be a whole number"),
        ({"kind": "one_cycle", "start": 0}, "start = 0: must be greater than 0"),
        ({"kind": "one_cycle", "rise": 1}, "rise = 1: must be less than 1"),
        ({"kind": "one_cycle", "anneal": "cubic"},
         "anneal = cubic: choose from: cosine, linear"),
        ({"kind": "one_cycle", "warm_up": 1},
         "warm_up = 1: unknown key; known here: kind, rise, start, end, anneal"),
        ({"kind": "plateau"}, "kind = plateau: choose from: constant, step, exponential,"
         " cosine, cosine_restarts, one_cycle"),
        ({}, "kind: must be given; choose from: constant, step, exponential, cosine,"
         " cosine_restarts, one_cycle"),
    ],
)  # fmt: skip
def test_schedules_that_do_not_fit_are_refused(schedule: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        training(schedule)
    line = one_line(refused.value, {"training": written(schedule)})
    assert line == f"training.schedule.{told}"


@pytest.mark.parametrize(
    ("schedule", "steps", "told"),
    [
        ({"kind": "constant", "warm_up": 0.1}, 4,
         "training.schedule.warm_up = 0.1: is 0 steps, of 4 in an epoch, and must be at least one"
         " and less than the 8 that there are"),
        ({"kind": "step", "every": 0.9, "warm_up": 1}, 2,
         "training.schedule.every = 0.9: is 2 steps, of 2 in an epoch, and must be at least one"
         " and less than the 2 that there are"),
        ({"kind": "one_cycle"}, 3,
         "training.schedule.rise = 0.3: must be two steps or more, and the run has 6"),
    ],
)  # fmt: skip
def test_lengths_that_come_to_no_step_are_refused(
    schedule: dict[str, Any], steps: int, told: str
) -> None:
    with pytest.raises(RegscopeError) as refused:
        learning_rates(training(schedule, 2), steps)
    assert str(refused.value) == told


def test_adamws_settings_begin_with_torchs() -> None:
    settings = AdamWTraining.model_validate({**written(None), "optimizer": "adamw"})
    torchs = inspect.signature(AdamW).parameters
    found = (settings.betas, settings.epsilon, settings.weight_decay)
    assert found == tuple(torchs[name].default for name in ("betas", "eps", "weight_decay"))
