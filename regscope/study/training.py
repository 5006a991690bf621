"""The settings of a training run, by optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from regscope.arithmetic import Arithmetic, Precision
from regscope.base.settings import Settings, chosen_by, left_out, refusal, within
from regscope.study.schedules import Constant, Schedule

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Beta = Annotated[float, Field(ge=0, lt=1)]

Conventions = Literal["torch", "keras"]

MOST_WEIGHT = 1e6
WEIGHTED = "must be balanced, or a weight by the name of a class"


def _weights(value: Any) -> Any:
    """Names of classes, which YAML may take for numbers or truths, are text."""
    if value is None or value == "balanced":
        return value
    if not isinstance(value, dict):
        raise refusal("", value, WEIGHTED)
    for name, weight in value.items():
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 < weight <= MOST_WEIGHT:
            allowed = f"must be a number above 0, and at most {MOST_WEIGHT:,.0f}"
            raise refusal(str(name), weight, allowed)
    return {str(name): float(weight) for name, weight in value.items()}


ClassWeights = Annotated[Literal["balanced"] | dict[str, float] | None, BeforeValidator(_weights)]


class _Training(Settings):
    """`seeds: 10` trains seeds 0 to 9.

    `precision` is that of the network's products; weights and updates are always float32.
    `bfloat16` is torch's autocast; `tf32` lets GPUs round factors to 10 bits of mantissa, and
    other devices then compute in float32.

    `arithmetic: portable` gives the same bits on every x86-64 processor with AVX2, by slower
    kernels; `fastest` takes those whose last digits are the processor's own.

    `conventions: keras` computes as Keras 3 does where torch defines the same thing otherwise: the
    running variance of batch normalization is the batch's own (biased) and not the unbiased one,
    and Adam's epsilon stands beside the root of the uncorrected second moment. It changes no
    default and no other setting.

    `learning_rate` is the rate of every step, or what `schedule` begins, peaks or restarts with.

    `class_weights` are what the gradient of an example's loss counts, by the name of its class, 1
    of those that are not named; `balanced` is `n / (C * n_c)` of each seed's own training part, of
    n examples, n_c of them of class c, and C classes that are there. As in Keras, the sum over a
    batch is divided by its size, not by the sum of its weights; recorded losses are plain.
    """

    learning_rate: Annotated[float, Field(gt=0, le=1e6)]
    batch_size: Count
    epochs: Count
    seeds: Count
    precision: Precision = "float32"
    arithmetic: Arithmetic = "fastest"
    conventions: Conventions = "torch"
    schedule: Schedule = left_out(Constant())
    class_weights: ClassWeights = left_out(None)

    @model_validator(mode="after")
    def _portable_in_float32(self) -> _Training:
        if self.arithmetic == "portable" and self.precision != "float32":
            allowed = "arithmetic portable needs float32; or choose arithmetic fastest"
            raise refusal("precision", self.precision, allowed)
        return self

    @model_validator(mode="after")
    def _some_class_is_weighted(self) -> _Training:
        if self.class_weights == {}:
            raise refusal("class_weights", "{}", WEIGHTED)
        return self

    @model_validator(mode="after")
    def _schedule_ends_with_the_run(self) -> _Training:
        try:
            self.schedule.check(self.epochs)
        except PydanticCustomError as error:
            raise within("schedule", error) from error
        return self


class SGDTraining(_Training):
    """Stochastic gradient descent, with momentum as in torch (no dampening)."""

    optimizer: Literal["sgd"]
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> SGDTraining:
        if self.nesterov and not self.momentum:
            raise refusal("nesterov", True, "needs a momentum above 0")
        return self


class AdamTraining(_Training):
    """Adam (Kingma and Ba 2015)."""

    optimizer: Literal["adam"]
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    epsilon: Annotated[float, Field(gt=0)] = 1e-8


class AdamWTraining(_Training):
    """Adam, with decay apart from the adaptive step (Loshchilov and Hutter 2019).

    Every step multiplies all parameters by `1 - learning_rate * weight_decay`, as torch's does.
    """

    optimizer: Literal["adamw"]
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    epsilon: Annotated[float, Field(gt=0)] = 1e-8
    weight_decay: Annotated[float, Field(ge=0, le=1e6)] = 0.01


OPTIMIZERS: dict[str, type[Settings]] = {
    "sgd": SGDTraining,
    "adam": AdamTraining,
    "adamw": AdamWTraining,
}

if TYPE_CHECKING:
    Training = SGDTraining | AdamTraining | AdamWTraining
else:
    Training = chosen_by("optimizer", OPTIMIZERS)
