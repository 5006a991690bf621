"""A table that someone brings: what is in it, and the study that is proposed for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from regscope.base import paths
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.datasets.splits import GroupSizes
from regscope.datasets.table import (
    ColumnDescription,
    FormDescription,
    TableDescription,
    TestFile,
    encoded,
    group_names,
    times,
)
from regscope.datasets.table_checks import check_table
from regscope.own import proposal
from regscope.own.looked import Looked
from regscope.own.methods import TABLES, of_epochs
from regscope.tables.csv_form import Form
from regscope.tables.kinds import ColumnKind, Held, held
from regscope.tables.look import Asked, Seen, described, look, named, odd
from regscope.tables.reading import read_table
from regscope.tables.text import COMPRESSED

FEWEST = 20
"""Rows from which on a study can be split in three parts."""

WIDTHS = ((2_000, 64), (20_000, 128), (10**12, 256))
BATCHES = ((5_000, 32), (50_000, 128), (10**12, 512))
"""By the most rows."""

STEPS, EPOCHS, SEEDS = 2_000, (10, 200), 10

PORTABLE = 20_000
"""The most rows with which arithmetic that is the same on every processor costs little."""

MOST_MEASURED = 2_000


@dataclass(frozen=True)
class TableAsked:
    """What a person said beside file and target."""

    header: bool = True
    test: Path | None = None
    task: str | None = None
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    drop: Collection[str] = ()
    keep: Collection[str] = ()
    group: str | None = None
    time: str | None = None
    stratify: bool = False


def look_at_table(path: Path, name: str, target: str, asked: TableAsked) -> Looked:
    """Raises RegscopeError, in one line that names the file, where no study can be made of it."""
    table, form = read_table(path, asked.header)
    aside = [column for column in (asked.group, asked.time) if column]
    columns = dict(zip(table.column_names, table.columns, strict=True))
    table = table.select([name for name in aside if name in columns])
    if len(aside) == 2:
        raise RegscopeError("--group and --time: one of both at a time")
    if asked.stratify and aside:
        raise RegscopeError("--stratify: goes with neither --group nor --time")
    try:
        seen = look(columns, target, Asked(asked.task, asked.kinds, asked.drop, asked.keep, aside))
        if seen.rows < FEWEST:
            raise RegscopeError(f"{seen.rows} rows; at least {FEWEST}, to train, choose and test")
        groups = group_names(table, asked.group)
        if asked.time:
            times(table, asked.time)
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error
    test = None
    told = list(described(seen))
    rows = seen.rows
    if asked.test is not None:
        test, more = _test_file(asked.test, name, asked, seen)
        told.append(f"{more:,} rows test, of {asked.test.name}")
        if test.spelled:
            pairs = [f"{there} as {here}" for there, here in test.spelled.items()]
            told.append(f"labels written otherwise there are read as here: {listed(pairs)}")
        rows += more
    try:
        study = proposed(seen, path, target, asked, groups, rows - seen.rows)
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error
    description = TableDescription(
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
        size=rows,
        official_train=seen.rows if test else None,
        classes=seen.target.categories if seen.target.codes is not None else (),
        measures="" if seen.target.codes is not None else target,
        target=target,
        form=_form(form),
        columns=tuple(_column(column) for column in seen.columns),
        left_out=dict(seen.left_out),
        test=test,
        group=asked.group,
        time=asked.time,
    )
    warned = [*odd(seen, asked.test is not None), *_rare(seen.target), *_alike(seen.target)]
    if asked.test is not None:
        description, more_warned = _with_test(path, asked.test, description, groups)
        warned += more_warned
    if asked.time:
        warned += _at_one_time(times(table, asked.time), study, asked)
    return Looked(
        file=path,
        name=stored_name(path, name),
        description=description,
        data={"source": "table", "target": target},
        told=tuple(told),
        proposal=study,
        methods=of_epochs(TABLES, study["training"]["epochs"]),
        warned=tuple(warned),
        others={Path(test.path).name: asked.test} if test and asked.test else {},
    )


def stored_name(path: Path, name: str) -> str:
    """What the file is called below data/own: as the study, with its own endings."""
    endings = path.suffixes[-1:]
    if endings and endings[0].lower() in COMPRESSED:
        endings = path.suffixes[-2:]
    return name + "".join(endings).lower()


def _form(form: Form) -> FormDescription:
    return FormDescription(delimiter=form.delimiter, header=form.header)


def _column(column: Held) -> ColumnDescription:
    assert column.kind != "text"
    gaps = column.codes is None and column.missing > 0
    return ColumnDescription(
        name=column.name, kind=column.kind, categories=column.categories, gaps=gaps
    )


def _test_file(path: Path, name: str, asked: TableAsked, seen: Seen) -> tuple[TestFile, int]:
    """Its description, and how many rows it has."""
    table, its_form = read_table(path, asked.header)
    try:
        for column in (seen.target.name, *(column.name for column in seen.columns)):
            named(table.column_names, column)
        spelled = {}
        if seen.target.codes is not None:
            labels = held(seen.target.name, table[seen.target.name], "category").categories
            spelled = _spelled(labels, seen.target.categories)
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error
    # With a point, which no study's name has: no other study's file can be called so.
    stored = paths.OWN / stored_name(path, f"{name}.test")
    found = TestFile(
        path=str(stored),
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
        form=_form(its_form),
        spelled=spelled,
    )
    return found, table.num_rows


def _with_test(
    training: Path, path: Path, described: TableDescription, groups: np.ndarray
) -> tuple[TableDescription, list[str]]:
    """The description of both files, a column having gaps that has some in either, and what its
    owner should look at.

    Raises RegscopeError where rows of the test file cannot be read as described, or train as well.
    """
    assert described.test is not None
    if described.test.sha256 == described.sha256:
        raise RegscopeError(f"{path}: the file that trains: its rows cannot test, too")
    inputs, _, its_groups = encoded(path, described, described.test)
    if described.group and (both := np.intersect1d(groups, its_groups)).size:
        raise RegscopeError(
            f"{path}: column {described.group}: {listed(both)}: in the other file, too; a group"
            " must train or test"
        )
    columns = tuple(
        column.model_copy(update={"gaps": column.gaps or bool(np.isnan(values).any())})
        if not column.categories
        else column
        for column, values in zip(described.columns, inputs.T, strict=True)
    )
    try:
        check_table(inputs, [column.read for column in columns])
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error
    told = [*_unknown(inputs, columns), *_trained_on(encoded(training, described)[0], inputs)]
    return described.model_copy(update={"columns": columns}), told


def _unknown(inputs: np.ndarray, columns: Sequence[ColumnDescription]) -> Iterator[str]:
    """Raises RegscopeError where no row of a test file has a category that trains."""
    for column, values in zip(columns, inputs.T, strict=True):
        there = values[~np.isnan(values)]
        share = float((there == -1).mean()) if column.categories and len(there) else 0.0
        if share == 1:
            raise RegscopeError(
                f"column {column.name}: no value there is one that trains"
                f" ({listed(column.categories, most=60)}): write them alike, or --drop"
                f" {column.name}"
            )
        if share:
            yield (
                f"column {column.name}: {share:.1%} of the test rows have values unseen in training"
            )


def _trained_on(training: np.ndarray, test: np.ndarray) -> Iterator[str]:
    """How many rows of a test file `[M, D]` are among those that train `[N, D]`, targets aside."""
    trained = set(_digests(training))
    both = sum(digest in trained for digest in _digests(test))
    if both:
        yield (
            f"{both:,} of the test rows {'is' if both == 1 else 'are'} among those that train, in"
            " every column that is read: they say little of new ones"
        )


def _digests(rows: np.ndarray) -> Iterator[bytes]:
    # In place of the rows themselves, which are many times as large; -0 is 0, and nan is nan.
    plain = np.where(np.isnan(rows), np.float32(np.nan), rows + np.float32(0))
    return (blake2b(row.tobytes(), digest_size=16).digest() for row in plain)


def _rare(target: Held) -> Iterator[str]:
    counts = class_sizes(target)
    if counts and proposal.is_uneven(counts):
        least = counts.index(min(counts))
        yield (
            f"class {target.categories[least]} is {counts[least] / sum(counts):.1%} of the rows:"
            " balanced accuracy says more than accuracy"
        )


def _alike(target: Held) -> Iterator[str]:
    """Classes whose names are told apart by case, spaces or a last point alone."""
    by_name: dict[str, list[str]] = {}
    for name in target.categories:
        by_name.setdefault(_plain(name), []).append(name)
    for names in by_name.values():
        if len(names) > 1 and _plain(names[0]):
            told = listed(names)
            yield f"classes {told} are spelled alike: where they are one, write it in one way"


def _at_one_time(when: np.ndarray, study: Mapping[str, Any], asked: TableAsked) -> Iterator[str]:
    """Rows of one time on both sides of where training ends."""
    if asked.test is not None:
        return
    ordered, train = np.sort(when), study["split"]["train"]
    if ordered[train - 1] == ordered[train]:
        both = int((ordered == ordered[train]).sum())
        yield (
            f"column {asked.time}: {both:,} rows are of the time at which training ends, and some"
            " of them test: choose split.train so that they do not"
        )


def _spelled(labels: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Labels that differ from a class in case, spaces or a last point alone, and that class.

    Raises RegscopeError over a label that is no class's.
    """
    plain = {_plain(name): name for name in classes}
    found = {}
    for label in labels:
        if label in classes:
            continue
        near = plain.get(_plain(label))
        if near is None or len(plain) < len(classes):
            raise RegscopeError(f"label {shown(label)}: none of {listed(classes, near=label)}")
        found[label] = near
    return found


def _plain(label: str) -> str:
    return label.strip().rstrip(".").casefold().replace(" ", "").replace("_", "").replace("-", "")


def proposed(
    seen: Seen, path: Path, target: str, asked: TableAsked, groups: np.ndarray, test_rows: int
) -> dict[str, Any]:
    """Split, network and training by how many rows there are.

    `groups` are the rows' own, where they are asked for; `test_rows` are those of a test file.
    Raises RegscopeError where groups are too few or too large for every seed to have all parts.
    """
    rows, has_test, counts = seen.rows, asked.test is not None, class_sizes(seen.target)
    train = rows if has_test else round(proposal.TRAIN * rows)
    batch, held = proposal.sizes(train, next(size for most, size in BATCHES if rows <= most))
    if asked.group:
        train, held = _by_group(asked.group, groups, has_test)
    split = proposal.split(train, held, bool(counts), has_test)
    if asked.group or asked.time:
        split["by"] = "group" if asked.group else "time"
    elif asked.stratify:
        split["by"] = "stratified"
    width = next(width for most, width in WIDTHS if rows <= most)
    training = proposal.training(
        train - held, batch, counts, steps=STEPS, epochs=EPOCHS, seeds=SEEDS
    )
    if rows <= PORTABLE:
        training["arithmetic"] = "portable"
    return {
        "title": f"{target}, from {path.name}",
        "split": split,
        "model": {
            "kind": "tabular",
            "hidden": [width, width],
            "embedding": 8 if any(column.kind == "category" for column in seen.columns) else 0,
        },
        "training": training,
        "evaluation": proposal.evaluation(
            test_rows if has_test else rows - train, counts, MOST_MEASURED
        ),
    }


def class_sizes(target: Held) -> list[int]:
    """Rows of each class; none where targets are numbers."""
    if target.codes is None:
        return []
    return [int(count) for count in np.bincount(target.codes, minlength=len(target.categories))]


def _by_group(name: str, groups: np.ndarray, has_test: bool) -> tuple[int, int]:
    """How many rows train and how many of these are held out: the most that leave every part some.

    Of four fifths and less, with a part that early stopping watches beside the held out one.
    """
    rows, sizes = len(groups), GroupSizes.of(groups)
    for tenths in (10,) if has_test else (8, 7, 6, 5):
        train = round(tenths / 10 * rows)
        for share in (0.2, 0.1):
            held = max(2, round(share * train))
            if (has_test or sizes.left_to_test(rows, train) >= 2) and sizes.left_to_train(
                train, held, 2
            ) >= train / 4:
                return train, held
    raise RegscopeError(
        f"--group {name}: {len(np.unique(groups)):,} groups, the largest of {sizes.largest:,} of"
        f" {rows:,} rows: too few or too large to train, choose and test on different ones"
    )
