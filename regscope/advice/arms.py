"""What a search tries: an arm for every method alone, for none, and for several together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from regscope.advice.protocol import COCKTAIL, LENGTHS, MOST_MIXED, RATES
from regscope.base.errors import RegscopeError
from regscope.base.lines import choose, shown
from regscope.regularizers import REGULARIZERS
from regscope.study.params import BASELINE, Study
from regscope.sweeps.measured import candidates
from regscope.sweeps.strengths import by_history

LARGEST_RATE = 1e6
"""That params.yaml may have."""


@dataclass(frozen=True, order=True)
class Setting:
    """One way to train: a learning rate, how many epochs at most, and the methods that act.

    `methods` are names and values of main settings, by name.
    """

    learning_rate: float
    epochs: int
    methods: tuple[tuple[str, float], ...] = ()

    @property
    def cell(self) -> dict[str, float]:
        return dict(self.methods)


@dataclass(frozen=True)
class Arm:
    """A part of the search, which has as many trials as every other.

    `values` are those of each of its methods, ascending, and `mixed` how many of these act at a
    time: 0 for none, 1 of a method alone, several of a cocktail. `rates` are the learning rates and
    `lengths` the epochs that networks are trained for at first. Where a training is read off before
    its end there is one, and `longest` are the epochs of those settings that are looked at closer.
    """

    name: str
    values: Mapping[str, tuple[float, ...]]
    mixed: int
    rates: tuple[float, ...]
    lengths: tuple[int, ...]
    longest: int | None = None

    @property
    def usual(self) -> Setting:
        """Where the search begins: the middle of everything."""
        names = list(self.values)[: self.mixed]
        methods = ((name, middle(self.values[name])) for name in names)
        return Setting(middle(self.rates), self.lengths[-1], tuple(sorted(methods)))

    def closer(self, setting: Setting) -> Setting:
        """The setting as it is looked at closer."""
        return setting if self.longest is None else replace(setting, epochs=self.longest)

    def ends(self, setting: Setting) -> Iterator[str]:
        """Which of a setting's numbers are the largest or smallest tried: better may lie beyond."""
        axes: dict[str, tuple[float, Sequence[float]]] = {
            "learning rate": (setting.learning_rate, self.rates),
            **{name: (value, self.values[name]) for name, value in setting.methods},
        }
        for name, (value, tried) in axes.items():
            if len(tried) > 1 and value in (tried[0], tried[-1]):
                yield f"the {'largest' if value == tried[-1] else 'smallest'} {name}"
        lengths = [*self.lengths, *([self.longest] if self.longest else [])]
        if len(set(lengths)) > 1 and setting.epochs == max(lengths):
            yield "the most epochs"

    @property
    def size(self) -> int | None:
        """How many settings there are; None where they are too many to be tried."""
        if self.mixed > 1:
            return None
        of_method = [len(values) for values in self.values.values()] or [1]
        return of_method[0] * len(self.rates) * len(self.lengths)


def middle(values: Sequence[float]) -> float:
    return values[len(values) // 2]


def arms_of(
    study: Study, shape: tuple[int, ...], asked: Sequence[str] = ()
) -> tuple[list[Arm], dict[str, str]]:
    """The arms of a study, none first and the cocktail last, and why other methods have none.

    `shape` is that of an example; `asked`: the methods alone that are to be tried, by default all
    that can.

    Raises RegscopeError for a method that there is not, and where none of them fits.
    """
    for name in asked:
        if name not in REGULARIZERS:
            raise RegscopeError(f"--methods {shown(name)}: {choose(REGULARIZERS)}")
    values: dict[str, tuple[float, ...]] = {}
    unfit: dict[str, str] = {}
    for name in asked or REGULARIZERS:
        fitting, why = _fitting(study, name, shape)
        if fitting:
            values[name] = fitting
        else:
            unfit[name] = why
    if not values:
        name, why = next(iter(unfit.items()))
        raise RegscopeError(f"no method fits the study: {name}: {why}")
    arms = [_arm(study, BASELINE, {}, 0)]
    arms += [_arm(study, name, {name: own}, 1) for name, own in values.items()]
    mixed = {name: own for name, own in values.items() if not REGULARIZERS[name].spans}
    if len(mixed) > 1:
        arms.append(_arm(study, COCKTAIL, mixed, min(MOST_MIXED, len(mixed))))
    return arms, unfit


def _arm(study: Study, name: str, values: Mapping[str, tuple[float, ...]], mixed: int) -> Arm:
    own = study.training.learning_rate
    rates = tuple(float(f"{own * factor:.3g}") for factor in RATES if own * factor <= LARGEST_RATE)
    lengths = _all_lengths(study)
    if not _by_history(study) or any(REGULARIZERS[method].spans for method in values):
        return Arm(name, values, mixed, rates, _lengths_for(study, values))
    return Arm(name, values, mixed, rates, (study.training.epochs,), lengths[-1])


def read_off(study: Study, setting: Setting) -> tuple[int, ...]:
    """After how many epochs a training is read off, ascending; the last is its end.

    A training whose every rate depends on its length does not begin as a shorter one does, and a
    measure that history does not have is taken at the end.
    """
    if not _by_history(study) or any(REGULARIZERS[name].spans for name in setting.cell):
        return (setting.epochs,)
    return tuple(epochs for epochs in _all_lengths(study) if epochs <= setting.epochs)


def _by_history(study: Study) -> bool:
    return by_history(study) and not study.training.schedule.spans


def _all_lengths(study: Study) -> tuple[int, ...]:
    own = study.training.epochs
    lengths = sorted({max(1, round(own * factor)) for factor in LENGTHS})
    return tuple(epochs for epochs in lengths if _trains(study, epochs)) or (own,)


def _lengths_for(study: Study, values: Mapping[str, Sequence[float]]) -> tuple[int, ...]:
    """Those at which all of these values may be had: some are of a training's last part."""
    cells = {
        f"{name}_{number}": {name: value}
        for name, own in values.items()
        for number, value in enumerate(own)
    }
    return tuple(epochs for epochs in _all_lengths(study) if _trains(study, epochs, cells))


def _trains(
    study: Study, epochs: int, cells: Mapping[str, Mapping[str, float]] = MappingProxyType({})
) -> bool:
    try:
        for_epochs(study, cells, 2, epochs)
    except RegscopeError:
        return False
    return True


def for_epochs(
    study: Study, cells: Mapping[str, Mapping[str, float]], seeds: int, epochs: int
) -> Study:
    """The study with `none` and these cells, trained for so many epochs.

    Raises RegscopeError: one line that names the key, its value and what is allowed.
    """
    training = study.training.model_copy(update={"epochs": epochs})
    return candidates(study.model_copy(update={"training": training}), cells, seeds)


def _fitting(study: Study, name: str, shape: tuple[int, ...]) -> tuple[tuple[float, ...], str]:
    """Those of a method's values that the study may have, and what is wrong with the last other."""
    fitting, why = [], "no values of it are known to search among"
    for value in REGULARIZERS[name].searched:
        try:
            cell = candidates(study, {name: {name: value}}, 2).cells[name]
            for method in cell.methods():
                method.check_examples(shape)
        except RegscopeError as error:
            why = str(error).removeprefix(f"regularizers.{name}.{name}: ")
        else:
            fitting.append(value)
    return tuple(fitting), why
