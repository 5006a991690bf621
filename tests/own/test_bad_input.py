"""`regscope new` on what is no data: one clear line, and nothing is written."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.base.errors import RegscopeError
from tests.command.called import called
from tests.own import tables
from tests.pipeline.workspace import TINY

PLAIN = tables.words()


def text(columns: dict[str, list[str]], rows: int = tables.ROWS) -> str:
    lines = [
        ",".join(row) for row in zip(*(words[:rows] for words in columns.values()), strict=True)
    ]
    return "\n".join([",".join(columns), *lines]) + "\n"


def changed(**columns: list[str]) -> str:
    return text(PLAIN | columns)


def with_line(number: int, line: str) -> str:
    lines = text(PLAIN).splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


FIRST = "row,age,city,since,left"
LEFT = PLAIN["left"]
N = tables.ROWS

CASES: dict[str, tuple[str | bytes | None, list[str], str]] = {
    "no such file": (None, [], "t.csv: no such file"),
    "empty": ("", [], "t.csv: is empty"),
    "only a header": (FIRST + "\n", [], "t.csv: has only a header line"),
    "a header twice": (with_line(2, FIRST), [], "t.csv: the header stands there twice"),
    "two headers": (with_line(2, FIRST.upper()), [], "t.csv: the header stands there twice"),
    "no header": (
        "\n".join(f"{row},{row * 2},{row % 2}" for row in range(50)), [],
        "t.csv: the first line holds numbers (0, 0, 0), and no names: give --no-header",
    ),
    "one column": (text({"left": LEFT}), [], "t.csv: column left: the only one"),
    "ragged": (with_line(7, "1,2"), [], "t.csv: line 7 has 2 values, and the first has 5: 1,2"),
    "too many values": (with_line(7, "1,2,3,4,5,6"), [], "t.csv: line 7 has 6 values"),
    "a quote never closed": (with_line(7, '1,"2,x,2020-01-01,yes'), [], "t.csv: line 7 has 2"),
    "NUL bytes": (with_line(3, "1,\0,Bern,2020-01-01,no"), [], "t.csv: line 3 holds a NUL byte"),
    "a column twice": (text(PLAIN).replace("city", "age", 1), [], "t.csv: the column age is"),
    "no such target": (
        text(PLAIN), ["--target", "lefft"], "t.csv: column lefft: not there; columns: row",
    ),
    "no target": (text(PLAIN), ["--target", ""], "t.csv: column : not there"),
    "a target of one class": (changed(left=["no"] * N), [], "t.csv: column left: no in every row"),
    "a class of one row": (
        changed(left=["once", *LEFT[1:]]), [], "t.csv: column left: classes with one row: once",
    ),
    "a class of three rows": (
        changed(left=["rare"] * 3 + LEFT[3:]), [], "t.csv: column left: class rare has 3 rows",
    ),
    "all targets missing": (changed(left=["?"] * N), [], "t.csv: column left: missing in every"),
    "targets missing": (
        changed(left=["", *LEFT[1:50], "NA", *LEFT[51:]]), [],
        "t.csv: column left: missing in 2 rows (1, 51, from 1): what has no target teaches nothing",
    ),
    "a target of dates": (
        changed(left=PLAIN["since"]), [], "t.csv: column left: dates, which are no target",
    ),
    "twenty whole numbers": (
        changed(left=[str(row % 20) for row in range(N)]), [],
        "t.csv: column left: 20 different whole numbers: classes or a number? Say --task number or",
    ),
    "sixty classes": (
        changed(left=[f"c{row % 60}" for row in range(N)]), [], "t.csv: column left: 60 classes",
    ),
    "another class a row": (
        changed(left=[f"c{row}" for row in range(N)]), [], "t.csv: column left: another value in",
    ),
    "no such task": (text(PLAIN), ["--task", "ranks"], "--task ranks: choose from: classes"),
    "text for a number": (
        text(PLAIN), ["--task", "number"], f"t.csv: column left: {LEFT[0]} is no number",
    ),
    "thousands separators": (
        changed(age=['"1,234"'] * N), [], "t.csv: column age: 1,234: numbers with thousands",
    ),
    "decimal commas": (
        text(PLAIN | {"age": ["1,5"] * N}).replace(",", ";").replace("1;5", "1,5"), [],
        "t.csv: column age: 1,5: numbers with decimal commas: write points",
    ),
    "infinities": (
        changed(age=["inf", *PLAIN["age"][1:]]), [], "t.csv: column age: inf in 1 rows",
    ),
    "an id alone": (
        text({"row": PLAIN["row"], "left": LEFT}), [],
        "t.csv: no column is left to tell left from (row: numbers the rows): --keep one",
    ),
    "ten thousand names alone": (
        text({"name": [f"name {row}" for row in range(N)], "left": LEFT}), [],
        "t.csv: no column is left to tell left from (name: text, 200 different values)",
    ),
    "the answer alone": (
        text({"left": LEFT, "too": [value.upper() for value in LEFT]}), [],
        "t.csv: no column is left to tell left from (too: tells left",
    ),
    "100,000 columns": (
        ",".join(f"c{place}" for place in range(100_000)) + "\n1\n", [],
        "t.csv: 100,000 columns; at most 20,000",
    ),
    "too few rows": (text(PLAIN, 12), [], "t.csv: 12 rows; at least 20, to train, choose and test"),
    "cut Parquet": (b"PAR1" + bytes(60), [], "t.csv: not a whole Parquet file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), [], "t.csv: line 3 holds a NUL byte"),
    "neither UTF-8 nor Latin-1": (b"a,b\n\x81\xff,1\n", [], "t.csv: line 2: neither"),
    "no such column to drop": (text(PLAIN), ["--drop", "towns"], "t.csv: column towns: not there"),
    "no such group": (text(PLAIN), ["--group", "ward"], "t.csv: column ward: not there"),
    "group and time": (
        text(PLAIN), ["--group", "city", "--time", "since"], "--group and --time: one of both",
    ),
    "rows of no group": (
        text(PLAIN), ["--group", "city"], "t.csv: column city: missing in",
    ),
    "two groups": (
        changed(city=["Bern", "Rome"] * (N // 2)), ["--group", "city"],
        "t.csv: --group city: 2 groups, the largest of 100 of 200 rows: too few or too large",
    ),
    "words for times": (
        text(PLAIN), ["--time", "city"], "t.csv: column city: neither dates, as 2026",
    ),
    "a row of no time": (
        changed(since=["", *PLAIN["since"][1:]]), ["--time", "since"],
        "t.csv: column since: missing in 1 rows: no place in time",
    ),
    "the file that trains as test": (text(PLAIN), ["--test", "t.csv"], "t.csv: the file that tra"),
    "the target dropped": (text(PLAIN), ["--drop", "left"], "t.csv: --drop left: is the target"),
    "numbers beyond all": (
        changed(age=["1e39", *PLAIN["age"][1:]]), [], "t.csv: column age: numbers up to 1e+39",
    ),
    "one number in two ways": (
        changed(left=["1", "1.0"] * (N // 2)), [], "t.csv: column left: 1 and 1.0 are one number",
    ),
    "a workbook": (b"PK\x03\x04" + bytes(60), [], "t.csv: a zip archive or a workbook"),
    "names for all but the rows": (
        FIRST + "\n" + "1,2,3,4,5,6\n" * N, [], "t.csv: line 2 has 6 values, and the first has 5:",
    ),
    "no such test file": (text(PLAIN), ["--test", "u.csv"], "u.csv: no such file"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_is_refused_in_one_line_and_nothing_is_written(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, words, told = CASES[case]
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(TINY))
    if content is not None:
        Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    target = [] if "--target" in words else ["--target", "left"]
    with pytest.raises(RegscopeError) as refused:
        called("new", "churn", "--table", "t.csv", *target, *words)
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_without_file_or_target_it_says_which_to_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(TINY))
    with pytest.raises(RegscopeError, match=r"^new: give one of --table, "):
        called("new", "churn")
    with pytest.raises(RegscopeError, match=r"^new: give --target COLUMN"):
        called("new", "churn", "--table", "t.csv")


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("digits", [], "study digits: is there already: choose another name, or give --again"),
        ("churn", ["--again"], "study churn: is not there, which --again would bring in anew"),
        ("../up", [], "study ../up: must be a name of letters"),
        ("paths", [], "study paths: must be called otherwise"),
        ("123", [], "study 123: YAML reads no text there: choose a name that is a word"),
        ("1e5", [], "study 1e5: YAML reads no text there"),
        ("null", [], "study null: YAML reads no text there"),
    ],
)
def test_names_that_cannot_be_are_refused(
    name: str, words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(TINY))
    tables.written(Path("t.csv"))
    with pytest.raises(RegscopeError) as refused:
        called("new", name, "--table", "t.csv", "--target", "left", *words)
    assert str(refused.value).startswith(told)
    assert not Path("data").exists()


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.csv.gz"])
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    params: dict[str, Any] = TINY
    Path("params.yaml").write_text(yaml.safe_dump(params))
    content = text(PLAIN).encode()
    if name.endswith("tsv"):
        content = content.replace(b",", b"\t")
    Path(name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    called("new", "churn", "--table", name, "--target", "left", "--dry-run")
    printed = capsys.readouterr().out
    assert "200 rows; target left: 2 classes" in printed
    assert "left out: row (numbers the rows)" in printed
    assert f"data: {{source: table, path: data/own/churn{name[1:]}, target: left}}" in printed
    assert "nothing written (--dry-run)" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["params.yaml", name]
