"""A table that someone brings: what is in it, and the study that is proposed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.datasets.table import (
    ColumnDescription,
    TableDescription,
    group_names,
    times,
)
from regscope.own import proposal
from regscope.own.for_tables import class_sizes, proposed
from regscope.own.looked import Looked
from regscope.own.methods import TABLES, of_epochs
from regscope.own.second_table import plain, second_file, stored_name, with_second, written
from regscope.own.table_asked import TableAsked
from regscope.tables.kinds import Held
from regscope.tables.look import Asked, described, look, odd
from regscope.tables.reading import read_table

FEWEST = 20
"""Rows from which on a study can be split in three parts."""


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
        test, more = second_file(asked.test, name, asked, seen)
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
        form=written(form),
        columns=tuple(_column(column) for column in seen.columns),
        left_out=dict(seen.left_out),
        test=test,
        group=asked.group,
        time=asked.time,
    )
    warned = [*odd(seen, asked.test is not None), *_rare(seen.target), *_alike(seen.target)]
    if asked.test is not None:
        description, more_warned = with_second(path, asked.test, description, groups)
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


def _column(column: Held) -> ColumnDescription:
    assert column.kind != "text"
    gaps = column.codes is None and column.missing > 0
    return ColumnDescription(
        name=column.name, kind=column.kind, categories=column.categories, gaps=gaps
    )


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
        by_name.setdefault(plain(name), []).append(name)
    for names in by_name.values():
        if len(names) > 1 and plain(names[0]):
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
