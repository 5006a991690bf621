"""What must hold of a data set, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.datasets.label_noise import noisy_of
from regscope.datasets.table_checks import Column, check_table
from regscope.tables.kinds import LARGEST

INPUTS = {
    "image": (4, "uint8", "bytes [N, C, H, W]"),
    "points": (2, "float32", "numbers [N, D]"),
    "table": (2, "float32", "columns [N, D]"),
    "tokens": (2, "int32", "sentences of word ids [N, T]"),
}
"""Of every kind of data: axes, dtype, and what they are called."""

NAMED = 5
"""How many examples a line names."""


class Said(Protocol):
    """What a data set says of itself, and its source before there is any."""

    @property
    def kind(self) -> str: ...
    @property
    def official_train(self) -> int | None: ...
    @property
    def quantity(self) -> object | None: ...


class Source(Said, Protocol):
    """As `base.Source`."""

    @property
    def source(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def own_pools(self) -> int | None: ...
    @property
    def groups(self) -> bool: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def label_noise(self) -> float: ...


class Dataset(Said, Protocol):
    """As `base.Dataset`, which is checked when it is made."""

    @property
    def inputs(self) -> np.ndarray: ...
    @property
    def targets(self) -> np.ndarray: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def scale(self) -> float: ...
    @property
    def pools(self) -> int | None: ...
    @property
    def pool_size(self) -> int: ...
    @property
    def words(self) -> int | None: ...
    @property
    def vocabulary(self) -> tuple[str, ...]: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def groups(self) -> np.ndarray | None: ...
    @property
    def noisy_targets(self) -> np.ndarray | None: ...


def check_dataset(dataset: Dataset) -> None:
    """Raises RegscopeError, in one line, where inputs or targets are not what their kind says."""
    if dataset.kind not in INPUTS:
        raise RegscopeError(f"kind = {dataset.kind}: choose from: {listed(INPUTS)}")
    for name in ("inputs", "targets"):
        if not isinstance(getattr(dataset, name), np.ndarray):
            found = type(getattr(dataset, name)).__name__
            raise RegscopeError(f"{name}: must be a numpy array, not a {found}")
    _check_inputs(dataset)
    if dataset.quantity is None:
        _check_targets(dataset)
    else:
        _check_quantities(dataset)
    if dataset.kind == "tokens":
        _check_sentences(dataset)
    if dataset.groups is not None:
        _check_groups(dataset, dataset.groups)
    if dataset.noisy_targets is not None:
        _check_noisy(dataset, dataset.noisy_targets)


def _check_inputs(dataset: Dataset) -> None:
    inputs = dataset.inputs
    axes, dtype, called = INPUTS[dataset.kind]
    if inputs.dtype != dtype or inputs.ndim != axes or 0 in inputs.shape:
        raise RegscopeError(
            f"inputs: {inputs.dtype} of shape {list(inputs.shape)}; {dataset.kind} must be {dtype},"
            f" {called}, none of them 0"
        )
    scale = dataset.scale
    if not (np.isfinite(scale) and scale > 0):
        raise RegscopeError(f"scale = {scale}: must be a number greater than 0")
    if dataset.kind == "image":
        channels, _, width = inputs.shape[1:]
        if channels > 4 and width in (1, 3, 4):
            raise RegscopeError(
                f"inputs: of shape {list(inputs.shape)}, whose channels seem to come last; they"
                " must come first, [N, C, H, W]: transpose(0, 3, 1, 2)"
            )
        if (largest := int(inputs.max())) * scale > 1 + 1e-6:
            raise RegscopeError(
                f"inputs: up to {largest}, times scale {scale:g} more than 1; bytes times scale"
                " must lie in [0, 1]: give scale=1 / 255, say"
            )
    if dataset.kind == "points":
        _check_numbers(inputs)
    if bool(dataset.columns) != (dataset.kind == "table"):
        raise RegscopeError("columns: a table has them, and nothing else")
    if dataset.kind == "table":
        check_table(inputs, dataset.columns)


def _check_numbers(inputs: np.ndarray) -> None:
    """Every column is finite, and small enough to compute with."""
    finite = np.isfinite(inputs)
    if not finite.all():
        wrong = np.flatnonzero(~finite.all(axis=0))
        column = inputs[:, wrong[0]]
        first = float(column[~np.isfinite(column)][0])
        examples = int((~np.isfinite(column)).sum())
        others = f" (and others in columns {listed(wrong[1:])})" if len(wrong) > 1 else ""
        raise RegscopeError(
            f"inputs: column {wrong[0]} (from 0) is {first} in {examples} of {len(inputs)}"
            f" examples{others}: every input must be a finite number"
        )
    sizes = np.abs(inputs).max(axis=0)
    if (largest := float(sizes.max())) > LARGEST:
        raise RegscopeError(
            f"inputs: column {int(sizes.argmax())} (from 0) reaches {largest:.1e}; must be at most"
            f" {LARGEST:.0e}, or scaled"
        )


def _check_targets(dataset: Dataset) -> None:
    targets, classes = dataset.targets, dataset.classes
    named = isinstance(classes, tuple) and all(
        isinstance(name, str) and name and name.isprintable() for name in classes
    )
    if not named or len(set(classes)) < len(classes) or not classes:
        raise RegscopeError(
            f"classes: {listed(classes) or 'none'}: must be a tuple of names, one line of text"
            " each, none twice"
        )
    shape = dataset.inputs.shape if dataset.kind == "tokens" else dataset.inputs.shape[:1]
    if targets.dtype.kind in "fO" and targets.shape == shape:
        # nan is the one value that is not equal to itself.
        missing = np.array([value is None or value != value for value in targets.flat])
        if missing.any():
            raise RegscopeError(
                f"targets: missing in {int(missing.sum())} of {len(missing)} examples:"
                f" {_places(missing)}; leave these examples out"
            )
    if targets.dtype != "int64":
        raise RegscopeError(
            f"targets: {targets.dtype}; must be int64, the classes' numbers from 0 to"
            f" {len(classes) - 1}: astype(np.int64)"
        )
    if targets.shape != shape:
        raise RegscopeError(
            f"targets: of shape {list(targets.shape)}; must be {list(shape)}, one for each"
            f" {'word' if dataset.kind == 'tokens' else 'example'} of the inputs"
        )
    lowest, highest = int(targets.min()), int(targets.max())
    allowed = -1 if dataset.kind == "tokens" else 0
    if lowest < allowed or highest >= len(classes):
        wrong = (targets < allowed) | (targets >= len(classes))
        which = f"; not so of examples {_places(wrong)}" if wrong.ndim == 1 else ""
        raise RegscopeError(
            f"targets: from {lowest} to {highest}; must lie from 0 to {len(classes) - 1}, for the"
            f" classes {listed(classes, most=80)}{which}"
        )


def _check_noisy(dataset: Dataset, noisy: np.ndarray) -> None:
    """Labels as training sees them: classes again, one for each example."""
    if dataset.quantity is not None or dataset.kind == "tokens":
        raise RegscopeError("noisy_targets: go with classes, one for each example")
    found = getattr(noisy, "dtype", type(noisy).__name__), getattr(noisy, "shape", ())
    if found != (dataset.targets.dtype, dataset.targets.shape):
        raise RegscopeError(
            f"noisy_targets: {found[0]} of shape {list(found[1])}; must be as the targets, int64 of"
            f" shape {list(dataset.targets.shape)}"
        )
    if noisy.min() < 0 or noisy.max() >= len(dataset.classes):
        raise RegscopeError(
            f"noisy_targets: from {noisy.min()} to {noisy.max()}; must lie from 0 to"
            f" {len(dataset.classes) - 1}"
        )


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is other if one is None or other is None else np.array_equal(one, other)


def _places(wrong: np.ndarray) -> str:
    """Which examples, from 0, `wrong` `[N]` says; the first of many."""
    places = np.flatnonzero(wrong)
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    return f"{', '.join(map(str, places[:NAMED]))}{more} (from 0)"


def _check_quantities(dataset: Dataset) -> None:
    """Targets that are numbers: a finite one for each example, not all the same."""
    targets = dataset.targets
    if dataset.classes or dataset.kind == "tokens":
        what = "classes" if dataset.classes else "sentences"
        raise RegscopeError(f"quantity: targets that are numbers go with no {what}")
    if targets.dtype != "float64":
        raise RegscopeError(
            f"targets: {targets.dtype}; must be float64, numbers: astype(np.float64)"
        )
    if targets.shape != dataset.inputs.shape[:1]:
        raise RegscopeError(
            f"targets: of shape {list(targets.shape)}; must be {list(dataset.inputs.shape[:1])},"
            " one for each example of the inputs"
        )
    wrong = ~np.isfinite(targets)
    if wrong.any():
        raise RegscopeError(
            f"targets: {targets[wrong][0]} in {wrong.sum()} of {len(targets)} examples: every"
            f" target must be a finite number; not so of examples {_places(wrong)}"
        )
    if (largest := float(np.abs(targets).max())) > LARGEST:
        raise RegscopeError(
            f"targets: up to {largest:.1e} in size; must be at most {LARGEST:.0e}, or scaled"
        )
    if len(targets) > 1 and (targets == targets[0]).all():
        raise RegscopeError(f"targets: all are {targets[0]:g}: there is nothing to learn")


def _check_sentences(dataset: Dataset) -> None:
    """Ids are below `words`; padding has no target, all else has one, and padding comes last."""
    ids, words = dataset.inputs, dataset.words
    if words is None or int(ids.min()) < 0 or int(ids.max()) >= words:
        raise RegscopeError(
            f"inputs: ids from {int(ids.min())} to {int(ids.max())}; must lie from 0 to words - 1,"
            f" and words = {words}"
        )
    present = ids != 0
    if not np.array_equal(present, dataset.targets >= 0):
        raise RegscopeError("targets: must be -1 where inputs are 0, the padding, and only there")
    if not present[:, 0].all() or (present[:, 1:] & ~present[:, :-1]).any():
        raise RegscopeError("inputs: a sentence must have a word, and padding (0) only at its end")
    if dataset.vocabulary and len(dataset.vocabulary) != words:
        raise RegscopeError(f"vocabulary: {len(dataset.vocabulary)} words, and words = {words}")


def _check_groups(dataset: Dataset, groups: np.ndarray) -> None:
    """A group for each example, at least two, and none both in an official training set and in the
    test set."""
    if not isinstance(groups, np.ndarray):
        raise RegscopeError(f"groups: must be a numpy array, not a {type(groups).__name__}")
    if groups.dtype != "int64" or groups.shape != dataset.inputs.shape[:1]:
        raise RegscopeError(
            f"groups: {groups.dtype} of shape {list(groups.shape)}; must be int64"
            f" {list(dataset.inputs.shape[:1])}, one for each example of the inputs"
        )
    if dataset.pools is not None:
        raise RegscopeError("groups: seeds that split pools of their own have none")
    if (groups == groups[0]).all():
        raise RegscopeError(f"groups: all examples are of group {groups[0]}; must be two at least")
    if dataset.official_train is not None:
        first, second = np.split(groups, [dataset.official_train])
        both = np.intersect1d(first, second)
        if len(both):
            raise RegscopeError(
                f"groups: {listed(both)}: in the training set and in the test set; must be in one"
            )


def check_strata(dataset: Dataset, members: np.ndarray) -> None:
    """Raises RegscopeError, in one line, where `members` cannot be split by strata."""
    if dataset.kind == "tokens":
        raise RegscopeError("split.by = stratified: sentences have no class; choose random")
    if dataset.quantity is not None:
        return
    single = np.bincount(dataset.targets[members], minlength=len(dataset.classes)) == 1
    if single.any():
        alone = members[single[dataset.targets[members]]]
        told = listed(
            f"{dataset.classes[dataset.targets[place]]} (example {place})" for place in alone
        )
        raise RegscopeError(
            "split.by = stratified: every class must have two examples at least, and these have one"
            f" (examples from 0): {told}"
        )


def check_source(source: Source, dataset: Dataset) -> None:
    """Refuse what is not what the source said before there was any: all was checked by that.

    Raises RegscopeError, in one line.
    """
    facts = {
        "kind": (dataset.kind, source.kind),
        "examples": (dataset.pool_size, source.size),
        "pools": (dataset.pools, source.own_pools),
        "official_train": (dataset.official_train, source.official_train),
        "quantity": (dataset.quantity, source.quantity),
        "groups": (dataset.groups is not None, source.groups),
    }
    for name, (found, expected) in facts.items():
        if found != expected:
            raise RegscopeError(
                f"data: {name} = {found}, and {source.source} has {expected}: not its data"
            )
    expected = noisy_of(dataset, source.label_noise)
    if not _same(dataset.noisy_targets, expected):
        raise RegscopeError(
            f"data: noisy_targets are not those of label_noise = {source.label_noise:g}: not its"
            " data, or prepared before"
        )
    if source.columns not in ((), dataset.columns):
        raise RegscopeError(
            f"data: columns that {source.source} does not describe: not its data, or prepared"
            " before it was brought in anew"
        )
    if len(dataset.inputs) != dataset.pool_size * (dataset.pools or 1):
        raise RegscopeError(
            f"data: {len(dataset.inputs)} examples, and pools = {dataset.pools} of one size"
        )
    if dataset.quantity is None and (dataset.targets == dataset.targets.flat[0]).all():
        raise RegscopeError(
            f"targets: all {len(dataset.targets)} are of class"
            f" {dataset.classes[dataset.targets.flat[0]]}: there is nothing to tell apart"
        )
    if dataset.kind != "tokens" and len(dataset.inputs) > 1 and not _vary(dataset.inputs).any():
        told = "classes" if dataset.quantity is None else "targets"
        raise RegscopeError(f"inputs: all examples are the same: nothing tells {told} apart")


def constant_columns(dataset: Dataset) -> str | None:
    """What to tell of points with columns that never vary; of pictures such places are usual."""
    if dataset.kind != "points":
        return None
    columns = np.flatnonzero(~_vary(dataset.inputs))
    if not len(columns):
        return None
    values = listed(f"{column}: {dataset.inputs[0, column]:g}" for column in columns)
    return f"inputs: the same in every example, by column from 0: {values}; they tell nothing apart"


def _vary(inputs: np.ndarray) -> np.ndarray:
    varies: np.ndarray = (inputs != inputs[:1]).reshape(len(inputs), -1).any(axis=0)
    return varies
