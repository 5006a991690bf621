"""Files of tables, whole or refused in one line."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from regscope.base.errors import RegscopeError
from regscope.tables import csv_files, text
from regscope.tables.kinds import held
from regscope.tables.reading import read_table

PLAIN = "a,b\n1,x\n2,y\n"


def written(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", PLAIN.encode()),
        ("t.tsv", PLAIN.replace(",", "\t").encode()),
        ("t.csv", PLAIN.replace(",", ";").encode()),
        ("t.txt", PLAIN.replace(",", "|").encode()),
        ("t.csv", PLAIN.replace("\n", "\r\n").encode()),
        ("t.csv", PLAIN.replace("\n", "\r").encode()),
        ("t.csv", b"\r\n\n" + PLAIN.encode()),
        ("t.csv", PLAIN.replace("\n", ",\n").encode()),
        ("t.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("t.csv", PLAIN.encode("utf-16")),
        ("t.csv", b"a, b\n1 , x\n 2, y \n"),
        ("t.csv", b'"a","b"\n"1","x"\n"2","y"\n'),
        ("t.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
        ("t.csv.bz2", bz2.compress(PLAIN.encode())),
        ("t.csv.xz", lzma.compress(PLAIN.encode())),
    ],
    ids=[
        *("commas", "tabs", "semicolons", "bars", "CRLF", "CR", "blank lines", "trailing"),
        *("BOM", "UTF-16", "spaces", "quotes"),
        *("gzip", "bzip2", "xz"),
    ],
)
def test_is_read_however_it_is_written(tmp_path: Path, name: str, content: bytes) -> None:
    table, _ = read_table(written(tmp_path, content, name))
    assert table.to_pydict() == {"a": ["1", "2"], "b": ["x", "y"]}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
def test_commas_in_numbers_cut_no_line(tmp_path: Path, delimiter: str, header: bool) -> None:
    """They are seen by what the column holds, which is refused."""
    rows = ["0,64;0,27;0,04", "1,5;-2,25;3,0", "7,0;0,5;1,0e3"]
    lines = [*(["x;y;z"] if header else []), *rows]
    path = written(tmp_path, "\n".join(lines).replace(";", delimiter) + "\n")
    table, form = read_table(path, header)
    assert form.delimiter == delimiter
    assert table.column_names == (["x", "y", "z"] if header else ["1", "2", "3"])
    assert table.columns[1].to_pylist() == ["0,27", "-2,25", "0,5"]
    with pytest.raises(RegscopeError, match="numbers with decimal commas: write points"):
        held("y", table.columns[1])


def test_the_header_says_which_delimiter_it_is(tmp_path: Path) -> None:
    table, form = read_table(written(tmp_path, "a,b\n1;2;3,x;y;z\n4;5;6,u;v;w\n"))
    assert table.column_names == ["a", "b"]
    assert form.delimiter == ","
    table, form = read_table(written(tmp_path, "1;2,x;3\n4;5,u;6\n"), header=False)
    assert (table.num_columns, form.delimiter) == (3, ";")


HEADERS: dict[str, str] = {
    "pandas' places and a target of numbers": "0,1,2,target\n0.5,1,-2,1\n0.1,3,5,0\n",
    "of words": "0,1,2,target\n0.5,1,-2,no\n0.1,3,5,yes\n",
    "places alone, from 0": "0,1,2\n5,0.5,1\n7,1.5,2\n",
    "and from 1": "1,2,3\n5,red,1\n7,blue,2\n",
    "behind an index": ",0,1,target\n0,0.5,1,1\n1,0.1,3,0\n",
    "with gaps below": "0,1,target\n,0.5,\n2,0.1,0\n",
    "years": "country,1990,1991,1992\n17,5,6,7\n18,6,7,8\n",
}

ROWS: dict[str, str] = {
    "numbers": "5,1,2\n3,4,1\n",
    "in order, and whole as all": "0,1,2\n3,4,1\n",
    "fractions": "5.1,3.5,word\n4.9,3.0,1\n",
    "one twice": "5,5,word\n4,3,1\n",
    "a word above words": "5,1,7,no\n3,4,1,yes\n",
    "a word that comes again": "5,1,none\n3,4,1\n3,4,none\n",
    "a gap": "5,1,\n3,4,1\n",
    "a gap as NA": "5,1,NA\n3,4,1\n",
    "a sign": "5,1,-\n3,4,1\n",
    "a place left out": "0,2,3\n0.5,0.1,0.2\n",
}


@pytest.mark.parametrize("case", HEADERS)
def test_numbers_are_names_where_what_is_below_is_of_another_kind(
    tmp_path: Path, case: str
) -> None:
    content = HEADERS[case]
    first, *rows = content.splitlines()
    table, _ = read_table(written(tmp_path, content))
    assert table.column_names == [name or "(index)" for name in first.split(",")]
    assert table.num_rows == len(rows)


@pytest.mark.parametrize("case", ROWS)
def test_a_first_row_is_no_header(tmp_path: Path, case: str) -> None:
    path = written(tmp_path, ROWS[case])
    with pytest.raises(RegscopeError, match=r"the first line holds numbers .* give --no-header"):
        read_table(path)
    assert read_table(path, header=False)[0].num_rows == len(ROWS[case].splitlines())


def test_a_file_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    table, form = read_table(written(tmp_path, "1,x\n2,y\n"), header=False)
    assert table.to_pydict() == {"1": ["1", "2"], "2": ["x", "y"]}
    assert form.header is False


def test_a_first_column_without_a_name_is_an_index(tmp_path: Path) -> None:
    """As pandas writes it, whose names of rows are quoted or not."""
    table, _ = read_table(written(tmp_path, ",a,b\n7,1,x\n3,2,y\n"))
    assert table.to_pydict() == {"(index)": ["7", "3"], "a": ["1", "2"], "b": ["x", "y"]}
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": [1.5], "__index_level_0__": [3]}), path)
    assert read_table(path)[0].column_names == ["a", "(index)"]


def test_a_last_column_without_a_name_is_none_only_where_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(RegscopeError, match="column 3 has no name that can be read"):
        read_table(written(tmp_path, "a,b,\n1,x,\n2,y,?\n"))


def test_latin_1_is_read_as_such(tmp_path: Path) -> None:
    table, _ = read_table(written(tmp_path, "name,b\nJosé,1\n".encode("latin-1")))
    assert table["name"].to_pylist() == ["José"]


def test_a_quoted_value_may_hold_delimiters_and_line_ends(tmp_path: Path) -> None:
    table, _ = read_table(written(tmp_path, 'a,b\n1,"x,\ny"\n2,z\n'))
    assert table["b"].to_pylist() == ["x,\ny", "z"]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": [1, None], "b": ["x", None], "c": [True, False]}), path)
    table, form = read_table(path)
    assert table.to_pydict() == {"a": [1, None], "b": ["x", ""], "c": ["true", "false"]}
    assert (form.delimiter, form.header) == (None, None)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view()])
def test_text_of_parquet_is_text_however_it_is_kept(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"b": pa.array(["x ", None], kind)}), path)
    assert read_table(path)[0].to_pydict() == {"b": ["x", ""]}


WRONG: dict[str, tuple[str, bytes, str]] = {
    "empty": ("t.csv", b"", "is empty"),
    "blank": ("t.csv", b"\n \n", "is empty"),
    "a mark of byte order alone": ("t.csv", b"\xef\xbb\xbf\r\n", "is empty"),
    "the same of UTF-16": ("t.csv", b"\xff\xfe", "is empty"),
    "blank UTF-16": ("t.csv", " \n \n".encode("utf-16"), "is empty"),
    "not whole UTF-16": (
        "t.csv", "a,b\n1,2\n".encode("utf-16")[:-1], "not whole UTF-16: truncated data",
    ),
    "only a header": ("t.csv", b"a,b\n", "has only a header line"),
    "200,000 columns": (
        "t.csv", b"a," * 199_999 + b"a\n" + b"1," * 199_999 + b"1\n",
        "200,000 columns; at most 20,000",
    ),
    "a long name": (
        "t.csv", b"a," + b"x" * 2_000_000 + b"\n1,2\n",
        "the first line holds more than 131,072 characters in one value: a quote that is never",
    ),
    "a quote never closed from the first line on": (
        "t.csv", b'a,"b\n' + b"1,2\n" * 50_000,
        "the first line holds more than 131,072 characters in one value: a quote that is never",
    ),
    "a long value": (
        "t.csv", b"a,b\n1," + b"x" * 35_000_000 + b"\n2,3\n",
        "a value is longer than 16 MB: a quote that is never closed, perhaps",
    ),
    "a long value in rows one longer": (
        "t.csv", b"a,b\n1,2," + b"x" * 200_000 + b"\n1,2,3\n",
        "line 2 has 3 values, and the first has 2: 1,2,x",
    ),
    "ragged": ("t.csv", b"a,b\n1,x\n2\n3,z\n", "line 3 has 1 values, and the first has 2: 2"),
    "too long": ("t.csv", b"a,b\n1,x,9\n", "line 2 has 3 values, and the first has 2: 1,x,9"),
    "a quote never closed": ("t.csv", b'a,b\n1,"x\n2,y\n', "a quote"),
    "NUL": ("t.csv", b"a,b\n1,x\n2,\x00\n", "line 3 holds a NUL byte: no text, and no Parquet"),
    "a column twice": ("t.csv", b"a,b,a\n1,2,3\n", "the column a is there twice"),
    "names for all but the rows": (
        "t.csv", b"a,b\nr1,1,2\nr2,3,4\n",
        "line 2 has 3 values, and the first has 2: name the first column, or take the delimiter",
    ),
    "a title over semicolons": (
        "t.csv", b"Results\na;b\n" + 20 * b"1;2\n", "line 2 has 2 values, and the first has 1",
    ),
    "fewer names than decimal commas": (
        "t.csv", b"b;c\nr1;1,5;2,5\nr2;0,5;1,5\n", "line 2 has 3 values, and the first has 2: name",
    ),
    "blank lines first": ("t.csv", b"\n\na,b\n1\n", "line 4 has 1 values, and the first has 2"),
    "a name in two lines": (
        "t.csv", b'a,"b\nc"\n1,2\n', "the name of column 2 goes over several lines",
    ),
    "a workbook": ("t.csv", b"PK\x03\x04" + bytes(40), "a zip archive or a workbook: save its ta"),
    "JSON": ("t.csv", b'[{"a": 1}]\n', "JSON, which is no table: save it as CSV"),
    "a column without a name": ("t.csv", b"a,,c\n1,2,3\n", "column 2 has no name"),
    "numbers for names": (
        "t.csv", b"1,2\n3,4\n", "the first line holds numbers (1, 2), and no names: give --no-h",
    ),
    "a header twice": ("t.csv", b"a,b\na,b\n1,2\n", "the header stands there twice: take line 2"),
    "two headers": (
        "t.csv", b"a,b\nyears,metres\n1,2\n",
        "line 2 looks like another header (years, metres): take one out",
    ),
    "cut gzip": ("t.csv.gz", gzip.compress(PLAIN.encode() * 99)[:40], "cannot be read: Compressed"),
    "no gzip": ("t.csv.gz", PLAIN.encode(), "cannot be read: Not a gzipped file"),
    "cut Parquet": ("t.parquet", b"PAR1" + bytes(40), "not a whole Parquet file"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_is_refused_in_one_line_that_names_the_file(tmp_path: Path, case: str) -> None:
    name, content, told = WRONG[case]
    path = written(tmp_path, content, name)
    with pytest.raises(RegscopeError) as refused:
        read_table(path)
    assert str(refused.value).startswith(f"{path}: {told}")
    assert "\n" not in str(refused.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegscopeError, match=r"none\.csv: no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(RegscopeError, match="is an address, and must be a file: download it"):
        read_table(Path("https://example.com/t.csv"))
    with pytest.raises(RegscopeError, match="is a folder; give a file, or --pictures"):
        read_table(tmp_path)


def test_what_would_be_waited_for_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (Path("/dev/null"), tmp_path / "pipe.csv"):
        with pytest.raises(RegscopeError) as refused:
            read_table(path)
        assert str(refused.value) == f"{path}: must be a file, not a pipe or a device"


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_more_text_than_is_allowed_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it unpacks to."""
    assert text.MOST_BYTES == 8 * 2**30
    content = "a,b\n" + "1,x\n" * 1_000
    packed = gzip.compress(content.encode()) if name.endswith("gz") else content
    path = written(tmp_path, packed, name)
    monkeypatch.setattr(text, "MOST_BYTES", len(content))
    assert read_table(path)[0].num_rows == 1_000
    monkeypatch.setattr(text, "MOST_BYTES", len(content) - 1)
    with pytest.raises(RegscopeError, match=r"unpacks to more than 0 GiB$"):
        read_table(path)


@pytest.mark.parametrize(("columns", "allowed"), [(20_000, True), (20_001, False)])
def test_so_many_columns_are_refused(columns: int, allowed: bool, tmp_path: Path) -> None:
    names = [f"c{place}" for place in range(columns)]
    path = written(tmp_path, f"{','.join(names)}\n{','.join(['x'] * columns)}\n")
    if allowed:
        assert read_table(path)[0].num_columns == columns
    else:
        with pytest.raises(RegscopeError, match="20,001 columns; at most 20,000"):
            read_table(path)


PARQUETS: dict[str, tuple[Callable[[], pa.Table], bool, str]] = {
    "said to have no header": (
        lambda: pa.table({"a": [1]}), False, "Parquet names its columns: leave --no-header out",
    ),
    "no rows": (lambda: pa.table({"a": pa.array([], pa.int64())}), True, "has no rows"),
    "too many columns": (
        lambda: pa.table([[1]] * 20_001, names=[f"c{place}" for place in range(20_001)]), True,
        "20,001 columns; at most 20,000",
    ),
    "a column twice": (
        lambda: pa.table([[1], [2], [3]], names=["a", "b", "a"]), True,
        "the column a is there twice",
    ),
    "an index twice": (
        lambda: pa.table([[1], [2]], names=["(index)", "__index_level_0__"]), True,
        "the column (index) is there twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARQUETS)
def test_parquet_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    table, header, told = PARQUETS[case]
    path = tmp_path / "t.parquet"
    parquet.write_table(table(), path)
    with pytest.raises(RegscopeError) as refused:
        read_table(path, header)
    assert str(refused.value) == f"{path}: {told}"


@pytest.mark.parametrize("content", [b'a,b\n1,2\n3,"4\n', b'a,b\n1,2\n3,"\n', b'a\n1\n"\n \n'])
def test_a_quote_that_ends_with_the_file_is_open(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RegscopeError, match="a quote is opened and never closed"):
        read_table(written(tmp_path, content))


def test_a_mark_of_utf_8_before_latin_1_is_no_name(tmp_path: Path) -> None:
    table, _ = read_table(written(tmp_path, b"\xef\xbb\xbfa,b\n1,caf\xe9\n2,x\n"))
    assert table.to_pydict() == {"a": ["1", "2"], "b": ["café", "x"]}


@pytest.mark.parametrize(("byte", "why"), [(b"\x81", "neither UTF-8"), (b"\x00", "holds a NUL")])
def test_lines_that_end_with_carriage_returns_count(tmp_path: Path, byte: bytes, why: str) -> None:
    with pytest.raises(RegscopeError, match=f"line 4:? {why}"):
        read_table(written(tmp_path, b"a,b\r1,2\r3,4\r5," + byte + b"\r"))


def test_many_columns_of_numbers_are_refused_at_once(tmp_path: Path) -> None:
    names = ",".join(map(str, range(40_000)))
    with pytest.raises(RegscopeError, match="40,000 columns; at most 20,000"):
        read_table(written(tmp_path, f"{names}\n{names}\n"))


VALUES = st.text(st.sampled_from('a\u00e9\u4e2d 1\r\n,"'), max_size=6).map("{}x".format)
"""None of them a number, or a name that a header has."""


@given(
    rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=40),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    chunk=st.integers(1, 40),
    packed=st.booleans(),
)
def test_wherever_blocks_and_chunks_are_cut_it_is_the_same_table(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    end: str,
    encoding: str,
    chunk: int,
    packed: bool,
) -> None:
    """As Python's reader has it; within values line ends are line feeds."""
    if end == "\r":
        rows = [(a.replace("\n", ""), b.replace("\n", "")) for a, b in rows]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("head", "of it"), *rows])
    content = out.getvalue().encode(encoding)
    name = "t.csv.gz" if packed else "t.csv"
    path = tmp_path_factory.mktemp("cut") / name
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv_files, "BLOCK", 120)
        patched.setattr(text, "CHUNK", max(chunk, 4))
        table, _ = read_table(path)
    ends = "\r" if end == "\r" else "\r\n"
    kept = [[value.replace(ends, "\n").strip() for value in row] for row in rows]
    assert [list(row) for row in zip(*table.to_pydict().values(), strict=True)] == kept


WORDS = st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n",;|\t'), max_size=8)
HEAD = ("head", "of", "it")


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=2, max_size=20))
def test_every_value_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:  # type: ignore[type-arg]
    """Behind a first row that no header could be taken for."""
    rows = [("1", "", ""), *rows]
    lines = [f'"{a}","{b}","{c}"' for a, b, c in [HEAD, *rows]]
    path = written(tmp_path_factory.mktemp("rows"), "\n".join(lines) + "\n")
    table, _ = read_table(path)
    for column, place in zip(table.columns, range(3), strict=True):
        kept = [row[place].strip() for row in rows]
        assert [value.strip() for value in column.to_pylist()] == kept
