"""What a regularizer is: settings with hooks into one training step."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args

from pydantic import PrivateAttr, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose, joined
from regscope.base.settings import Settings, refusal
from regscope.models.slots import SlotKind, Slots
from regscope.regularizers.step import runs
from regscope.tasks.base import TaskName

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from regscope.regularizers.step import EpochEnd, Own, Step


OF_CLASSES: tuple[TaskName, ...] = ("classification", "tagging")
ANY_DATA = ("image", "points", "table", "tokens")


@dataclass(frozen=True)
class Target:
    """What a regularizer is asked to act on: a network's layer names, the kind of data, the task.

    `slots` are the network's places for modules, by what they are for; `normalization` is what the
    network has of its own, or `none`. Where layers and slots are not `found` yet, they are checked
    when a network is made. `remedies` say how a slot is made, where a person can. `channels` are
    the layers with a slot for dropout that give channels of a picture. `epochs` are those of a run,
    and `steps` the fewest that it makes, where these are known.
    """

    layers: tuple[str, ...]
    slots: Slots
    data_kind: str
    normalization: str = "none"
    task: TaskName = "classification"
    found: bool = True
    remedies: Mapping[SlotKind, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    epochs: int | None = None
    steps: int | None = None


class Regularizer(Settings):
    """One method. Subclasses name themselves and override the hooks they need; no other acts.

    `name` is the key in params.yaml. `main` is the setting that a bare number (or `true`) there
    stands for, and `off` the value of it that is the same as not naming the method; of bounds it is
    not so that `larger_is_stronger`. `tasks` and `data_kinds` are those for which it is defined.
    What `spans` depends on how long training will be: a longer one does not begin as a shorter one.
    `searched` are the values of the main setting among which a search chooses, ascending; a method
    without any is in no search.
    With `input_gradient` its `passing` finds that of the step behind a `yield`. Where it `varies`
    its hooks read the main setting as `value`, which neighbouring places may have different.

    Hooks act in this order, and the methods of one hook by their `turn`, then by name: `insert`
    once, and in every step `batch`, `passing` around the passes with `objective` between them,
    `gradients`, the optimizer's update, `weights`; `kept` after every epoch. A hook sees the places
    of a stack that have the method with equal settings, apart from a `value`, and nothing of the
    others: what it
    computes for one place may not depend on the rest. Steps run recorded on GPUs, so a hook works
    on tensors, never on numbers read out of them.
    """

    name: ClassVar[str]
    main: ClassVar[str] = "strength"
    off: ClassVar[float] = 0
    larger_is_stronger: ClassVar[bool] = True
    spans: ClassVar[bool] = False
    turn: ClassVar[int] = 0
    searched: ClassVar[tuple[float, ...]] = ()
    tasks: ClassVar[tuple[TaskName, ...]] = get_args(TaskName)
    data_kinds: ClassVar[tuple[str, ...]] = ANY_DATA
    input_gradient: ClassVar[bool] = False
    varies: ClassVar[bool] = False
    _values: Tensor | None = PrivateAttr(None)
    _runs: tuple[tuple[float, slice], ...] = PrivateAttr(())

    @model_validator(mode="before")
    @classmethod
    def _from_bare_value(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {cls.main: data}

    @property
    def value(self) -> Tensor | float:
        """The main setting: a number, or float64 `[P]`, where places that act as one differ."""
        found: float = getattr(self, self.main)
        return found if self._values is None else self._values

    @property
    def runs(self) -> tuple[tuple[float, slice], ...]:
        """The main setting as numbers, each with those neighbouring places that have it.

        For what torch computes with a number alone: a product that is rounded with its sum.
        """
        return self._runs or ((getattr(self, self.main), slice(None)),)

    @property
    def likes(self) -> Hashable:
        """What it has in common with those that may act as one with it."""
        if not self.varies:
            return self
        return self.name, self.model_dump_json(exclude={self.main})

    @classmethod
    def as_one(cls, methods: Sequence[Self], device: torch.device) -> Self:
        """Of methods that are alike, one a place, the method that acts at all these places."""
        import torch

        first = methods[0]
        if all(method == first for method in methods):
            return first
        one = first.model_copy()
        numbers = [float(getattr(method, first.main)) for method in methods]
        one._values = torch.tensor(numbers, dtype=torch.float64, device=device)
        one._runs = tuple((number, where or slice(None)) for number, where in runs(numbers, float))
        return one

    @property
    def inert(self) -> bool:
        """Whether the main setting is `off` (or false), as if the method were not named."""
        return bool(getattr(self, self.main) == self.off)

    @property
    def copies(self) -> int:
        """How often an epoch goes through every example: 2 adds a copy, which `batch` changes.

        With 1 `batch` changes the examples themselves.
        """
        return 1

    @property
    def watches(self) -> bool:
        """Whether it watches a validation part, which then does not train."""
        return False

    @property
    def held_weights(self) -> int:
        """How many further copies of the weights it holds for a while, beside its `state`."""
        return 0

    @property
    def temporary_copies(self) -> int:
        """How many copies of one tensor of weights it holds at once while it computes.

        Beyond the one that every method is allowed.
        """
        return 0

    @property
    def structure(self) -> Hashable | None:
        """What of it must be equal, beside its name, wherever networks train as one stack.

        By default everything where it puts modules into the network or runs passes of its own, its
        name alone where it changes what is read; None where networks with and without it may train
        as one.
        """
        if has_hook(self, "insert") or has_hook(self, "passing"):
            return self.model_dump_json()
        return self.copies if self.watches or self.copies > 1 else None

    def check(self, target: Target) -> None:
        """Refuse a target on which the method would do nothing, or for which there is none.

        Raises a `refusal` that names the key.
        """
        if target.task not in self.tasks:
            of = joined(self.tasks)
            raise refusal(self.name, None, f"there is none for {target.task}: it is for {of}")
        if target.data_kind not in self.data_kinds:
            of = joined(self.data_kinds)
            told = f"there is none for {target.data_kind} data: it is for {of}"
            raise refusal(self.name, None, told)

    def check_examples(self, shape: tuple[int, ...]) -> None:  # noqa: ARG002
        """Refuse examples of a shape that the method cannot have, `[C, H, W]` of pictures.

        Raises RegscopeError, in one line that names the setting.
        """
        return

    def insert(self, model: nn.Module) -> None:
        """Put modules into the plain network's slots, after initialization."""

    def state(
        self,
        parameters: Mapping[str, Tensor],  # noqa: ARG002
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        """What it remembers from step to step, `[P, ...]` by name.

        Of parameters and running statistics `[P, ...]`, as they are before training.
        """
        return {}

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """The inputs and the targets that train in place of the step's."""
        return step.inputs, step.targets

    def passing(self, step: Step, own: Own) -> Iterator[None]:  # noqa: ARG002
        """Yield wherever a forward and a backward pass are to be run.

        The gradients of the last pass are the step's; loss and accuracy are recorded in the first.
        """
        yield

    def objective(self, step: Step, own: Own) -> None:
        """Add to `step.gradient`, in place, the gradient by the logits of a term of one's own."""

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor | None:  # noqa: ARG002
        """A term of the objective that depends on the weights: one number a place, `[P]`.

        Of weights `[P, ...]` by name; None where there is no such term.
        """
        return None

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        """Change gradients before the update, in place: by default, add the penalty's.

        Through autograd, to those weights that have a part in it; a closed form is faster.
        """
        if has_hook(self, "penalty"):
            add_penalty(self, own)

    def subgradient(self, weight: Tensor) -> Tensor | None:  # noqa: ARG002
        """What optimizers that scale steps by gradients' sizes count in, of a weight `[P, ...]`.

        An element of the subdifferential of a term that acts in `weights`, of the weight's shape.
        It moves nothing itself.
        """
        return None

    def weights(self, step: Step, own: Own) -> None:
        """Change weights after the update, in place."""

    def kept(self, epoch: EpochEnd, own: Own) -> Mapping[str, Tensor]:  # noqa: ARG002
        """The tensors that training would hand over if it ended with this epoch, by name."""
        return epoch.tensors

    def try_out(self, weights: Mapping[str, Tensor]) -> None:
        """Refuse a penalty that is not one number a place, or that no weight has a part in.

        Raises RegscopeError.
        """
        import torch

        if not has_hook(self, "penalty"):
            return
        by_autograd = not has_hook(self, "gradients")
        with torch.set_grad_enabled(by_autograd):
            leaves = _leaves(weights)
            term = self.penalty(leaves)
        seeds = len(next(iter(weights.values())))
        if not isinstance(term, torch.Tensor):
            raise RegscopeError(
                f"{self.name}: the penalty is {term!r:.40}, and must be a tensor [S], one number a"
                " seed; does it act on any of these weights?"
            )
        if tuple(term.shape) != (seeds,):
            raise RegscopeError(
                f"{self.name}: the penalty has shape {list(term.shape)}, and must have one number a"
                f" seed, [{seeds}]: sum over all axes but the first"
            )
        if by_autograd and not term.requires_grad:
            raise RegscopeError(f"{self.name}: the penalty depends on none of these weights")


class Scoped(Regularizer):
    """A method that acts on chosen layers; without `layers`, on all that it can.

    `slot` is the kind of slot that it fills, of methods that act so and not on weights; `place` is
    what a network has to have for it.
    """

    slot: ClassVar[SlotKind | None] = None
    place: ClassVar[str] = "layer"
    layers: tuple[str, ...] | None = None

    def choices(self, target: Target) -> tuple[str, ...]:
        """The layers that may be named."""
        return target.layers if self.slot is None else target.slots.get(self.slot, ())

    def check(self, target: Target) -> None:
        super().check(target)
        if not target.found:
            return
        choices = self.choices(target)
        if not choices:
            remedy = target.remedies.get(self.slot) if self.slot is not None else None
            lacking = f"this model has no {self.place} for it"
            raise refusal(self.name, None, f"{lacking}: {remedy}" if remedy else lacking)
        for layer in self.layers or ():
            if layer not in choices:
                raise refusal(f"{self.name}.layers", layer, choose(choices))
        if self.layers == ():
            raise refusal(f"{self.name}.layers", [], choose(choices))


def has_hook(method: Regularizer, hook: str) -> bool:
    """Whether a method does anything there."""
    return getattr(type(method), hook) is not getattr(Regularizer, hook)


def add_penalty(method: Regularizer, own: Own) -> None:
    """Add the gradient of a method's penalty through autograd."""
    import torch

    leaves = _leaves(own.weights)
    with torch.enable_grad():
        term = method.penalty(leaves)
        assert term is not None
        found = torch.autograd.grad(term.sum(), list(leaves.values()), allow_unused=True)
    for name, gradient in zip(leaves, found, strict=True):
        if gradient is not None:
            own.gradient(name).add_(gradient)


def _leaves(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.detach().requires_grad_() for name, weight in weights.items()}
