"""A table looked at: what is read, what is left out, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regscope.base.errors import RegscopeError
from regscope.tables.look import Asked, described, look, odd

N = 120
STREAM = np.random.default_rng(1)
WORDS = {
    "id": [str(row + 1) for row in range(N)],
    "age": [f"{age:.1f}" for age in STREAM.normal(40, 9, N)],
    "city": STREAM.choice(["Bern", "Rome", "?"], N).tolist(),
    "since": [f"20{year:02d}-03-01" for year in STREAM.integers(10, 25, N)],
    "note": [f"note {row}" for row in range(N)],
    "same": ["1"] * N,
    "left": STREAM.choice(["no", "yes"], N).tolist(),
}
WORDS["left_too"] = [value.upper() for value in WORDS["left"]]


def table(**changed: list[Any]) -> dict[str, pa.ChunkedArray]:
    return columns({**WORDS, **changed})


def columns(values: Mapping[str, Any]) -> dict[str, pa.ChunkedArray]:
    table = pa.table(values)
    return dict(zip(table.column_names, table.columns, strict=True))


def test_what_is_read_and_what_is_left_out() -> None:
    seen = look(table(), "left", Asked())
    kinds = {column.name: column.kind for column in seen.columns}
    assert kinds == {"age": "number", "city": "category", "since": "date"}
    assert seen.left_out == {
        "id": "numbers the rows",
        "note": "text, 120 different values",
        "same": "the same in every row",
        "left_too": "tells left (100.0% of rows by it alone)",
    }
    (told,) = odd(seen)
    assert told.startswith("column left_too tells left")
    assert described(seen)[0].startswith("120 rows; target left: 2 classes, ")


def test_what_is_asked_for_is_done() -> None:
    seen = look(
        table(), "left", Asked(keep=["id", "note", "left_too"], drop=["age"], aside=["city"])
    )
    assert [column.name for column in seen.columns] == ["id", "since", "note", "left_too"]
    assert seen.left_out["age"] == "as asked"
    assert seen.left_out["city"] == "splits go by it"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(drop=["left"]), "--drop left: is the target"),
        (Asked(aside=["left"]), "--group or --time left: is the target"),
        (Asked(kinds={"left": "category"}), "--category left: is the target: say --task classes"),
        (Asked(drop=["age"], keep=["age"]), "--drop age: and --keep: one of both"),
        (Asked(drop=["city"], aside=["city"]), "--drop city: and --group or --time: one of both"),
    ],
)
def test_a_column_is_one_thing(asked: Asked, told: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        look(table(), "left", asked)
    assert str(refused.value) == told


def test_text_that_is_kept_is_categories_and_a_list_cannot_be() -> None:
    seen = look(table(), "left", Asked(keep=["note"]))
    assert {column.name: column.kind for column in seen.columns}["note"] == "category"
    lists = table(lists=[[1]] * N)
    assert look(dict(lists), "left", Asked()).left_out["lists"] == "of no kind that is read"
    with pytest.raises(RegscopeError, match=r"column lists: list.*, which is no category"):
        look(lists, "left", Asked(keep=["lists"]))


def test_an_index_is_left_out_whatever_it_holds() -> None:
    assert look(table(**{"(index)": WORDS["age"]}), "left", Asked()).left_out["(index)"] == (
        "without a name, as an index"
    )


def test_what_is_lost_or_read_otherwise_than_meant_is_told() -> None:
    days = [f"{1 + row % 28}.{1 + row // 28}.2020" for row in range(N)]
    odds = list(odd(look(table(day=days, rooms=["None", "2", "3"] * (N // 3)), "left", Asked())))
    told = f"text, {len(set(days))} different values: dates? Write them as 2026-11-29"
    assert f"column day: left out; {told}" in odds
    hint = "Where that stands for a missing value, leave it empty"
    assert f"column rooms: read as names; numbers but for None? {hint}" in odds


def test_a_word_among_many_numbers_is_told_though_they_are_text() -> None:
    rents = ["-" if row % 50 == 0 else f"{row / 7:.3f}" for row in range(N)]
    seen = look(table(rent=rents), "left", Asked())
    told = "text, 118 different values: numbers but for -? Where that stands for a missing value"
    assert seen.left_out["rent"] == f"{told}, leave it empty"
    assert f"column rent: left out; {seen.left_out['rent']}" in list(odd(seen))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("{}%", "numbers? Write them without what stands around them"),
        ("${}.50", "numbers? Write them without what stands around them"),
        ("{:02d}.12.2020", "dates? Write them as 2026-11-29"),
    ],
)
def test_few_percents_money_and_dates_are_told_though_they_are_names(form: str, told: str) -> None:
    days = [form.format(1 + row % 28) for row in range(N)]
    seen = look(table(x=days), "left", Asked())
    assert {column.name: column.kind for column in seen.columns}["x"] == "category"
    assert f"column x: read as names; {told}" in list(odd(seen))


def too_fine(values: list[str]) -> list[str]:
    seen = look(table(x=values), "left", Asked())
    assert "x" in {column.name for column in seen.columns}
    return [line for line in odd(seen) if line.startswith("column x")]


def test_numbers_that_single_precision_joins_are_told() -> None:
    """Beside 1.7e9 its steps are 128, and of days beside 8,000 half of a thousandth."""
    seconds = [str(1_700_000_000 + row % 60) for row in range(N)]
    assert too_fine(seconds) == [
        "column x: 60 different numbers, 1 in single precision, which networks read: subtract an"
        " offset, as 1700000000"
    ]
    times = [f"2020-01-01 12:00:{row % 60:02d}" for row in range(N)]
    assert too_fine(times) == [
        "column x: 60 different numbers, 2 in single precision, which networks read: give it as a"
        " number, in seconds from a start"
    ]
    assert not too_fine([str(row % 60) for row in range(N)])
    assert not too_fine([f"{1e-30 * (row % 60):g}" for row in range(N)])
    assert not too_fine([str(1_700_000_000 + 86_400 * (row % 60)) for row in range(N)])
    assert not too_fine([repr(value) for value in STREAM.normal(10, 1, N).tolist()])


def test_numbers_too_large_are_refused_with_their_column() -> None:
    for name in ("age", "id"):
        with pytest.raises(RegscopeError, match=rf"column {name}: numbers up to 1\.2e"):
            look(table(**{name: [str(2**60 + row) for row in range(N)]}), "left", Asked())
    with pytest.raises(RegscopeError, match=r"column left: numbers up to 1.*: scale them$"):
        look(table(left=[f"{row}.5e38" for row in range(N)]), "left", Asked())


def of_target(values: list[str], task: str | None = None) -> str:
    """What is told of a target, or why it is refused."""
    changed = {"left": values, "left_too": WORDS["left_too"]}
    try:
        seen = look(table(**changed), "left", Asked(task=task))
    except RegscopeError as error:
        return str(error)
    return f"{len(seen.target.categories)} classes" if seen.target.categories else "number"


def few(values: int) -> list[str]:
    return [str(row % values) for row in range(N)]


def test_classes_or_a_number() -> None:
    assert of_target(few(3)) == "3 classes"
    assert of_target(few(3), "number") == "number"
    assert of_target(few(20)) == (
        "column left: 20 different whole numbers: classes or a number? Say --task number or --task"
        " classes"
    )
    assert of_target(few(20), "classes") == "20 classes"
    assert of_target(few(60)) == "number"
    assert of_target([f"{row / 7:.3f}" for row in range(N)]) == "number"
    assert of_target([f"w{row % 60}" for row in range(N)]) == (
        "column left: 60 classes: is it a number? Say --task number or --task classes"
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["no"] * N, "column left: no in every row: nothing to tell apart"),
        (["7"] * N, "column left: 7 in every row"),
        ([""] * N, "column left: missing in every row"),
        (["", "NA", *few(3)[2:]], "column left: missing in 2 rows (1, 2, from 1): what has no"),
        (["odd", *few(3)[1:]], "column left: classes with one row: odd: join them"),
        (["odd"] * 3 + few(3)[3:], "column left: class odd has 3 rows: is it a number?"),
        ([f"r{row}" for row in range(N)], "column left: another value in every row"),
        (["1", "1.0", "2"] * 40, "column left: 1 and 1.0 are one number, written in two ways"),
        (["2020-01-01"] * 60 + ["2021-01-01"] * 60, "column left: dates, which are no target"),
    ],
)  # fmt: skip
def test_targets_that_are_none(values: list[str], told: str) -> None:
    assert of_target(values).startswith(told)


def test_names_that_are_not_there_are_refused_with_the_nearest() -> None:
    with pytest.raises(RegscopeError, match="column lef: not there; columns: id, age, "):
        look(table(), "lef", Asked())
    many = table(**{f"quantity_{place}": WORDS["age"] for place in range(60)})
    with pytest.raises(
        RegscopeError, match=r"column quantity_7x: not there; columns: quantity_7, "
    ):
        look(many, "left", Asked(drop=["quantity_7x"]))


def test_nothing_left_to_read_is_refused() -> None:
    only = columns({"id": WORDS["id"], "left": WORDS["left"]})
    with pytest.raises(RegscopeError, match=r"no column is left .*\(id: numbers the rows\)"):
        look(only, "left", Asked())


def test_rows_that_come_twice_are_counted() -> None:
    twice = columns({name: [*words[:60], *words[:60]] for name, words in WORDS.items()})
    numbered = {**twice, **columns({"id": [str(row) for row in range(N)]})}
    assert look(twice, "left", Asked()).twins == 60
    assert not twice
    assert look(numbered, "left", Asked()).twins == 60
    alone = columns({"left": WORDS["left"]})
    with pytest.raises(RegscopeError, match="column left: the only one: there is nothing to tell"):
        look(alone, "left", Asked())


@pytest.mark.parametrize(
    "kind",
    [pa.float16(), pa.float32(), pa.int8(), pa.bool_(), pa.date32(), pa.time32("s"), pa.null()],
)
def test_rows_that_come_twice_are_counted_whatever_kind_they_are_of(kind: pa.DataType) -> None:
    values = pa.array(([None] * N), kind)
    if kind != pa.null():
        values = pa.array([row % 2 for row in range(N)], pa.int32()).cast(kind, safe=False)
    numbers = [float(row % 60) for row in range(N)]
    seen = look({"x": pa.chunked_array([values]), **table(age=numbers)}, "left", Asked(drop=["x"]))
    assert seen.twins == 0
    few = {"x": values, "age": numbers, "left": [["no", "yes"][row % 2] for row in range(N)]}
    assert look(columns(few), "left", Asked(drop=["x"])).twins == N - 60
