"""How the learning rate changes while a network trains: the settings of every kind of schedule.

Lengths are counted in epochs, fractions too, and count from the end of the warm-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from regscope.base.settings import Settings, chosen_by, refusal

Epochs = Annotated[float, Field(gt=0, le=1_000_000)]
Factor = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, lt=1)]

WARM_UP_FROM = 0.01


class _Schedule(Settings):
    """`lengths` are the settings that are counted in epochs, and must end before the run does.

    `spans` says that the number of epochs decides every rate, the first ones too.
    """

    lengths: ClassVar[tuple[str, ...]] = ()
    spans: ClassVar[bool] = False
    kind: str

    def check(self, epochs: int) -> None:
        """Refuse what a run of so many epochs has no room for.

        Raises a `refusal` that names the key.
        """
        left, of = float(epochs), "the run's epochs"
        for key in self.lengths:
            value = getattr(self, key)
            if value >= left:
                raise refusal(key, value, f"must be less than {of}, {left:g}")
            if key == "warm_up" and value:
                left, of = left - value, "the epochs after the warm-up"


class _Warmed(_Schedule):
    """warm_up: epochs in which the rate rises linearly, a step at a time, to `learning_rate`.
    warm_up_from: the share of it with which the first step begins.
    """

    lengths: ClassVar[tuple[str, ...]] = ("warm_up",)
    warm_up: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0
    warm_up_from: Factor = WARM_UP_FROM

    @model_validator(mode="after")
    def _begins_where_it_warms_up(self) -> _Warmed:
        if not self.warm_up and self.warm_up_from != WARM_UP_FROM:
            raise refusal("warm_up_from", self.warm_up_from, "only with a warm_up above 0")
        return self


class Constant(_Warmed):
    """The same rate at every step."""

    kind: Literal["constant"] = "constant"


class Step(_Warmed):
    """The rate is multiplied by `factor` after every `every` epochs."""

    lengths: ClassVar[tuple[str, ...]] = ("warm_up", "every")
    kind: Literal["step"] = "step"
    every: Epochs
    factor: Factor = 0.1


class Exponential(_Warmed):
    """The rate falls from step to step, by `factor` in an epoch."""

    kind: Literal["exponential"] = "exponential"
    factor: Factor


class Cosine(_Warmed):
    """Half a cosine wave over the whole run (Loshchilov and Hutter 2017, "SGDR").

    lowest: where it ends, a share of `learning_rate`.
    """

    spans: ClassVar[bool] = True
    kind: Literal["cosine"] = "cosine"
    lowest: Share = 0.0


class CosineRestarts(_Warmed):
    """Half waves after one another, each from `learning_rate` (Loshchilov and Hutter 2017, "SGDR").

    first: the epochs of the first.
    longer: how many times as long as the one before each is.
    lowest: towards what they fall, a share of `learning_rate`.
    """

    lengths: ClassVar[tuple[str, ...]] = ("warm_up", "first")
    kind: Literal["cosine_restarts"] = "cosine_restarts"
    first: Epochs
    longer: Annotated[int, Field(ge=1, le=1000)] = 1
    lowest: Share = 0.0


class OneCycle(_Schedule):
    """Up to `learning_rate` and down again, once (Smith and Topin 2019, "Super-convergence").

    It warms up by itself. Momentum stays as it is, which torch's would move the other way.

    rise: the share of the run in which it rises.
    start, end: with what it begins and ends, shares of `learning_rate`.
    anneal: both ways in half a cosine wave, or linearly.
    """

    spans: ClassVar[bool] = True
    kind: Literal["one_cycle"] = "one_cycle"
    rise: Factor = 0.3
    start: Factor = 0.04
    end: Share = 0.000004
    anneal: Literal["cosine", "linear"] = "cosine"


SCHEDULES: dict[str, type[_Schedule]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "cosine_restarts": CosineRestarts,
    "one_cycle": OneCycle,
}

if TYPE_CHECKING:
    Schedule = Constant | Step | Exponential | Cosine | CosineRestarts | OneCycle
else:
    Schedule = chosen_by("kind", SCHEDULES)


def is_constant(schedule: Schedule) -> bool:
    """Whether every step has the same rate."""
    return isinstance(schedule, Constant) and not schedule.warm_up
