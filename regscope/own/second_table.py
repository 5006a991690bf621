"""A second file beside a table, whose rows test: read as the first, and told where it differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from regscope.base import paths
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.datasets.table import (
    ColumnDescription,
    FormDescription,
    TableDescription,
    TestFile,
    encoded,
)
from regscope.datasets.table_checks import check_table
from regscope.own.table_asked import TableAsked
from regscope.tables.csv_form import Form
from regscope.tables.kinds import held
from regscope.tables.look import Seen, named
from regscope.tables.reading import read_table
from regscope.tables.text import COMPRESSED


def second_file(path: Path, name: str, asked: TableAsked, seen: Seen) -> tuple[TestFile, int]:
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
        form=written(its_form),
        spelled=spelled,
    )
    return found, table.num_rows


def with_second(
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
    told = [*_unknown(inputs, columns), *trained_on(encoded(training, described)[0], inputs)]
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


def trained_on(training: np.ndarray, test: np.ndarray) -> Iterator[str]:
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
    alike = np.where(np.isnan(rows), np.float32(np.nan), rows + np.float32(0))
    return (blake2b(row.tobytes(), digest_size=16).digest() for row in alike)


def _spelled(labels: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Labels that differ from a class in case, spaces or a last point alone, and that class.

    Raises RegscopeError over a label that is no class's.
    """
    by_plain = {plain(name): name for name in classes}
    found = {}
    for label in labels:
        if label in classes:
            continue
        near = by_plain.get(plain(label))
        if near is None or len(by_plain) < len(classes):
            raise RegscopeError(f"label {shown(label)}: none of {listed(classes, near=label)}")
        found[label] = near
    return found


def plain(label: str) -> str:
    """Without what a person may write otherwise: case, spaces, lines, a last point."""
    return label.strip().rstrip(".").casefold().replace(" ", "").replace("_", "").replace("-", "")


def stored_name(path: Path, name: str) -> str:
    """What the file is called below data/own: as the study, with its own endings."""
    endings = path.suffixes[-1:]
    if endings and endings[0].lower() in COMPRESSED:
        endings = path.suffixes[-2:]
    return name + "".join(endings).lower()


def written(form: Form) -> FormDescription:
    return FormDescription(delimiter=form.delimiter, header=form.header)
