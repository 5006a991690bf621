"""Augmentation: random changes of the inputs that keep their meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, StrictBool, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import refusal
from regscope.datasets.base import PADDING_WORD, UNKNOWN_WORD
from regscope.regularizers.base import Regularizer, Target
from regscope.regularizers.step import by_example

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step
    from regscope.stacking.streams import Streams

Amount = Annotated[float, Field(ge=0, le=1e6)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Factors = tuple[Amount, Amount]

UNCHANGED = (1.0, 1.0)
RADIANS = math.pi / 180
MOVES = {"shift": 0.07, "rotation": 10.0}
LOOKS: Mapping[str, float | tuple[float, float]] = {
    "horizontal_flip": 0.0,
    "vertical_flip": 0.0,
    "brightness": 0.0,
    "contrast": UNCHANGED,
    "saturation": UNCHANGED,
}
USUAL: Mapping[str, Mapping[str, float | tuple[float, float]]] = {
    "image": {**MOVES, **LOOKS},
    "points": {"jitter": 0.1},
    "tokens": {"word_dropout": 0.1},
}


class Augmentation(Regularizer):
    """What it does depends on the data; `strength` multiplies all amounts.

    Pictures are rotated by up to `rotation` degrees (default 10) and shifted by up to `shift` (a
    fraction of the side, default 0.07: two of 28 pixels), uniformly, bilinear, zeros outside (the
    affine family of Simard, Steinkraus and Platt 2003). Where any of the following is given, those
    two are 0 unless given too. `horizontal_flip` and `vertical_flip` are probabilities of being
    mirrored; up to `brightness` is added or taken away; `contrast` and `saturation` are bounds of
    a factor, `[low, high]`, and their distance from 1 is what `strength` multiplies, down to a
    factor of 0. They act in this order, with the formulas of `tf.image`; the result is cut to
    [0, 1], and then rotated and shifted.

    Points get Gaussian noise of standard deviation `jitter` (default 0.1, in units of the inputs;
    Bishop 1995). Each word of a sentence becomes the unknown word with probability `word_dropout`
    (default 0.1; Iyyer et al. 2015, with the unknown word as in Bowman et al. 2016).

    Every picture, point and word has a draw of its own in every epoch. With `added`, an epoch
    goes through the examples as they are, too.
    """

    name: ClassVar[str] = "augmentation"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)
    data_kinds: ClassVar[tuple[str, ...]] = tuple(USUAL)
    strength: Amount
    shift: Amount | None = None
    rotation: Amount | None = None
    horizontal_flip: Fraction | None = None
    vertical_flip: Fraction | None = None
    brightness: Fraction | None = None
    contrast: Factors | None = None
    saturation: Factors | None = None
    jitter: Amount | None = None
    word_dropout: Fraction | None = None
    added: StrictBool = False

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Augmentation:
        for option in ("contrast", "saturation"):
            low, high = getattr(self, option) or UNCHANGED
            if low > high:
                raise refusal(option, [low, high], "must be [low, high], low at most high")
        return self

    @property
    def copies(self) -> int:
        return 2 if self.added else 1

    def check(self, target: Target) -> None:
        super().check(target)
        kind = target.data_kind
        usual = USUAL[kind]
        choices = ", ".join(usual)
        for option in (option for options in USUAL.values() for option in options):
            value = getattr(self, option)
            if value is not None and option not in usual:
                raise refusal(
                    f"{self.name}.{option}",
                    value,
                    f"does nothing to {kind} data; options there: {choices}",
                )
        if all(self._chosen(kind, option) in (0, UNCHANGED) for option in usual):
            raise refusal(self.name, None, f"changes nothing with every amount at 0: {choices}")

    def amount(self, kind: str, option: str) -> Tensor | float:
        """Times the strength, a place's own; of a probability it may exceed 1, as good as 1."""
        amount: Tensor | float = self.value * self._chosen(kind, option)
        return amount

    def factors(self, option: str) -> tuple[Tensor | float, Tensor | float]:
        """The bounds of the factor that changes `contrast` or `saturation`."""
        low, high = (
            at_least_0(1 + self.value * (bound - 1)) for bound in self._chosen("image", option)
        )
        return low, high

    def _chosen(self, kind: str, option: str) -> Any:
        given = getattr(self, option)
        if given is not None:
            return given
        if option in MOVES and any(getattr(self, look) is not None for look in LOOKS):
            return 0.0
        return USUAL[kind][option]

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        return self.changed(step.inputs, own.draws), step.targets

    def changed(self, inputs: Tensor, draws: Streams) -> Tensor:
        """Pictures `[P*B, C, H, W]`, points `[P*B, D]` or whole-numbered words `[P*B, T]`.

        Raises RegscopeError where `saturation` meets pictures that are not of three channels.
        """
        if not inputs.is_floating_point():
            return self._words(inputs, draws)
        if inputs.dim() == 2:
            noise = draws.normal(len(inputs) // draws.count, inputs.shape[1]).flatten(0, 1)
            return inputs + noise * by_example(self.amount("points", "jitter"), noise)
        return self._moved(self._recoloured(inputs, draws), draws)

    def _words(self, words: Tensor, draws: Streams) -> Tensor:
        drawn = draws.uniform(len(words) // draws.count, words.shape[1]).flatten(0, 1)
        lost = happens(drawn, self.amount("tokens", "word_dropout")) & (words != PADDING_WORD)
        return words.masked_fill(lost, UNKNOWN_WORD)

    def _recoloured(self, pictures: Tensor, draws: Streams) -> Tensor:
        """Flipped, and in other colours."""
        from regscope.stacking.pictures import brightened, contrasted, flipped, saturated

        acting = {
            look for look, unchanged in LOOKS.items() if self._chosen("image", look) != unchanged
        }
        if not acting:
            return pictures
        # Draws of all options, whichever act: a picture is flipped alike with and without colours.
        drawn = draws.uniform(len(pictures) // draws.count, len(LOOKS)).flatten(0, 1)
        across, down, light, contrast, saturation = drawn.unbind(1)
        if "horizontal_flip" in acting:
            chance = self.amount("image", "horizontal_flip")
            pictures = flipped(pictures, happens(across, chance), 3)
        if "vertical_flip" in acting:
            chance = self.amount("image", "vertical_flip")
            pictures = flipped(pictures, happens(down, chance), 2)
        if "brightness" in acting:
            reach = by_example(self.amount("image", "brightness"), light)
            pictures = brightened(pictures, light * reach)
        if "contrast" in acting:
            pictures = contrasted(pictures, between(*self.factors("contrast"), contrast))
        if "saturation" in acting:
            self._check_channels(pictures.shape[1])
            pictures = saturated(pictures, between(*self.factors("saturation"), saturation))
        return pictures.clamp(0, 1)

    def _check_channels(self, channels: int) -> None:
        if channels != 3:
            raise RegscopeError(
                f"{self.name}.saturation: needs pictures of three channels (red, green, blue), and"
                f" these have {channels}: leave it out"
            )

    def _moved(self, pictures: Tensor, draws: Streams) -> Tensor:
        from regscope.stacking.pictures import affine

        if not any(self._chosen("image", move) for move in MOVES):
            return pictures
        drawn = draws.uniform(len(pictures) // draws.count, 3).flatten(0, 1)
        ways, turns = drawn[:, :2], drawn[:, 2]
        shift = by_example(self.amount("image", "shift"), ways)
        angle = by_example(self.amount("image", "rotation") * RADIANS, turns)
        return affine(pictures, ways * shift, turns * angle)


def at_least_0(number: Tensor | float) -> Tensor | float:
    return max(0.0, number) if isinstance(number, float | int) else number.clamp(min=0)


def happens(drawn: Tensor, probability: Tensor | float) -> Tensor:
    """True with `probability`, a place's own, of `drawn` uniform on [-1, 1)."""
    return drawn < by_example(2 * probability - 1, drawn)


def between(low: Tensor | float, high: Tensor | float, drawn: Tensor) -> Tensor:
    """Uniform on [low, high), a place's own, of `drawn` uniform on [-1, 1)."""
    middle = by_example((low + high) / 2, drawn)
    return drawn * by_example((high - low) / 2, drawn) + middle
