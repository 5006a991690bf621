"""Which settings of an arm are tried next: spread evenly first, then where Optuna expects most."""

from __future__ import annotations

from itertools import product
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.advice.arms import Arm, Setting
from regscope.advice.protocol import SPREAD

if TYPE_CHECKING:
    import optuna

TRIES = 20
"""Suggestions in a row that were tried already, before another one is taken."""

NOTHING = "nothing"

LEAST_MIXED = 2
"""Methods of a cocktail: one alone has an arm of its own."""


class Sampler:
    """Settings of an arm, each once, by ask and tell; the same seed and answers give the same.

    The usual setting, then SPREAD of a scrambled Sobol sequence (Bergstra and Bengio 2012 say why
    not a grid), then those of a tree-structured Parzen estimator (Bergstra et al. 2011) as Optuna
    has it.
    """

    def __init__(self, arm: Arm, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.arm = arm
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=0, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._stream = np.random.default_rng(seed)
        self._first = [_parameters(arm, arm.usual), *self._spread(seed)]
        self._pending: dict[Setting, optuna.trial.Trial] = {}
        self._told: dict[Setting, float] = {}
        self._others = self._shuffled()

    def ask(self, count: int) -> list[Setting]:
        """Fewer where there are no more."""
        found: list[Setting] = []
        while len(found) < count and (setting := self._next()) is not None:
            found.append(setting)
        return found

    def tell(self, setting: Setting, value: float) -> None:
        """How good a setting is, more being better; nan of one that cannot be trained."""
        value = value if isfinite(value) else -inf
        self._study.tell(self._pending.pop(setting), value)
        self._told[setting] = value

    def _next(self) -> Setting | None:
        if len(self._told) + len(self._pending) == self.arm.size:
            return None
        for _ in range(TRIES):
            if self._first:
                self._study.enqueue_trial(self._first.pop(0))
            trial = self._study.ask()
            setting = self._suggested(trial)
            fresh = setting not in self._told and setting not in self._pending
            if fresh and len(setting.methods) >= min(self.arm.mixed, LEAST_MIXED):
                self._pending[setting] = trial
                return setting
            self._again(trial, setting)
        return self._another()

    def _again(self, trial: optuna.trial.Trial, setting: Setting) -> None:
        import optuna

        if setting in self._told:
            self._study.tell(trial, self._told[setting])
        else:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)

    def _another(self) -> Setting | None:
        """One that was never asked for, in drawn order; None of a cocktail."""
        for setting in self._others:
            if setting not in self._told and setting not in self._pending:
                self._study.enqueue_trial(_parameters(self.arm, setting))
                trial = self._study.ask()
                assert self._suggested(trial) == setting
                self._pending[setting] = trial
                return setting
        return None

    def _suggested(self, trial: optuna.trial.Trial) -> Setting:
        arm = self.arm
        rate = arm.rates[trial.suggest_int("learning_rate", 0, len(arm.rates) - 1)]
        epochs = arm.lengths[trial.suggest_int("epochs", 0, len(arm.lengths) - 1)]
        names = list(arm.values)
        if arm.mixed > 1:
            choices = [NOTHING, *names]
            picked = [trial.suggest_categorical(f"pick_{n}", choices) for n in range(arm.mixed)]
            names = sorted({str(name) for name in picked} - {NOTHING})
        methods = tuple(
            (name, arm.values[name][trial.suggest_int(name, 0, len(arm.values[name]) - 1)])
            for name in names
        )
        return Setting(rate, epochs, methods)

    def _spread(self, seed: int) -> list[dict[str, Any]]:
        """A point of the sequence is a setting: its numbers are shares of each axis."""
        from scipy.stats import qmc

        arm = self.arm
        axes = 2 + arm.mixed + len(arm.values)
        points = qmc.Sobol(axes, rng=np.random.default_rng(seed)).random(SPREAD)
        found = []
        for point in points:
            chosen = {
                "learning_rate": _place(point[0], len(arm.rates)),
                "epochs": _place(point[1], len(arm.lengths)),
            }
            names = list(arm.values)
            if arm.mixed > 1:
                choices = [NOTHING, *names]
                for number in range(arm.mixed):
                    place = _place(point[2 + number], len(choices))
                    chosen[f"pick_{number}"] = choices[place]  # type: ignore[assignment]
            for number, name in enumerate(names):
                place = _place(point[2 + arm.mixed + number], len(arm.values[name]))
                chosen[name] = place
            found.append(chosen)
        return found

    def _shuffled(self) -> list[Setting]:
        arm = self.arm
        if arm.mixed > 1:
            return []
        methods: list[tuple[tuple[str, float], ...]] = [
            ((name, value),) for name, values in arm.values.items() for value in values
        ] or [()]
        every = [Setting(*chosen) for chosen in product(arm.rates, arm.lengths, methods)]
        return [every[place] for place in self._stream.permutation(len(every))]


def _place(share: float, count: int) -> int:
    return min(int(share * count), count - 1)


def _parameters(arm: Arm, setting: Setting) -> dict[str, Any]:
    """A setting as Optuna's parameters."""
    found: dict[str, Any] = {
        "learning_rate": arm.rates.index(setting.learning_rate),
        "epochs": arm.lengths.index(setting.epochs),
    }
    picked = [name for name, _ in setting.methods]
    if arm.mixed > 1:
        for number in range(arm.mixed):
            found[f"pick_{number}"] = picked[number] if number < len(picked) else NOTHING
    for name, value in setting.methods:
        found[name] = arm.values[name].index(value)
    return found
