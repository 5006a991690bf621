"""What is asked of an advice, and how much of it fits into the minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from regscope.advice.protocol import MOST_MIXED
from regscope.advice.search import networks_to_come, next_generation
from regscope.base.errors import RegscopeError
from regscope.study.changed import changed
from regscope.study.params import Study

LEAST_PART = 20
"""Examples of a part, below which there is nothing to choose by."""

LEAST_ARMS = 2
"""None, and what is held against it."""

SPARE = 1.1
"""What is to come is taken to last so many times as long as what was measured says."""


@dataclass(frozen=True)
class Asked:
    """How much is tried: so many `trials` an arm, or as many as fit into the `minutes`.

    methods: those that are tried, all that fit by default. seed: where the search draws from.
    test_seeds: how many networks of each choice are trained anew and judged. part: on how many of
    the examples, by default on all.
    """

    trials: int | None = None
    minutes: float | None = None
    methods: tuple[str, ...] = ()
    seed: int = 0
    test_seeds: int = 10
    part: int | None = None

    def __post_init__(self) -> None:
        """Raises RegscopeError, in one line, for what cannot be asked."""
        if (self.trials is None) == (self.minutes is None):
            raise RegscopeError("advise: give one of --minutes and --trials")
        for option, value, least in (
            ("--trials", self.trials, 1),
            ("--seeds", self.test_seeds, 5),
            ("--seed", self.seed, 0),
            ("--part", self.part, LEAST_PART),
        ):
            if value is not None and value < least:
                raise RegscopeError(f"{option} {value}: must be at least {least}")
        if self.minutes is not None and not 0 < self.minutes <= 100_000:
            raise RegscopeError(f"--minutes {self.minutes:g}: must be above 0, and at most 100,000")


def part_of(study: Study, part: int | None) -> Study:
    """The study with so many of the examples that train, for about as many updates.

    Of them as large a share are its validation part.

    Raises RegscopeError where there are no more than that.
    """
    if part is None:
        return study
    whole = study.train_size
    if part >= whole:
        raise RegscopeError(f"--part {part}: must be less than the {whole:,} examples that train")
    validation = max(1, round(study.split.validation * part / whole))
    epochs = round(study.training.epochs * whole / part)
    return changed(
        study, split={"train": part, "validation": validation}, training={"epochs": epochs}
    )


def nothing(trials: int) -> float:
    """No seconds, however many trials there are."""
    del trials
    return 0.0


@dataclass
class Clock:
    """What is left of the minutes, by what a network has taken so far, for the `arms` that are
    gone on with.

    `spent` are seconds of an earlier go at the same advice; `further` says how many it takes
    beside networks where so many trials of an arm are made; `now` gives seconds.
    """

    minutes: float
    arms: int
    epochs: int
    longest: int
    test_seeds: int
    spent: float = 0.0
    further: Callable[[int], float] = nothing
    now: Callable[[], float] = monotonic
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.now()

    @property
    def elapsed(self) -> float:
        return self.spent + self.now() - self._began

    def room_for_more(self, trials: int, seconds: float, networks: int) -> bool:
        """Whether another generation of trials fits, after so many an arm.

        All so far took so many `seconds`, for so many `networks`.
        """
        each = SPARE * seconds / max(1, networks)
        count = next_generation(trials)
        coming = self._seconds(trials + count, each, self.arms) + self.arms * count * each
        return self.elapsed + coming <= 60 * self.minutes

    def fitting(self, trials: int, seconds: float, networks: int) -> int:
        """Of how many arms the minutes hold what must follow the first trials.

        Raises RegscopeError where they do not of two, none and one method.
        """
        each = seconds / max(1, networks)

        def ends(arms: int) -> float:
            return self.elapsed + self._seconds(trials, each, arms)

        for arms in range(self.arms, LEAST_ARMS - 1, -1):
            if ends(arms) <= SPARE * 60 * self.minutes:
                return arms
        every = f", {ends(self.arms) / 60:.1f} for all {self.arms} arms" * (self.arms > LEAST_ARMS)
        raise RegscopeError(
            f"--minutes {self.minutes:g}: no room for more than the first {trials} trials of each"
            f" arm; give {ends(LEAST_ARMS) / 60:.1f} or more to judge one method{every}. What was"
            " trained is kept"
        )

    def _seconds(self, trials: int, each: float, arms: int) -> float:
        """Of all that follows so many trials an arm, where a network takes `each` in the study's
        own epochs."""
        longer = self.longest / self.epochs
        searched = sum(networks_to_come(arms, trials))
        judged = (arms + MOST_MIXED) * self.test_seeds
        return each * longer * (searched + judged) + self.further(trials)
