"""YAML files: read as DVC reads them, and refused in one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import parse_yaml as read_by_dvc
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.base.yaml_files import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]

VALUES: dict[str, Any] = {
    "010": 10, "0o10": 8, "0x1F": 31, "08": 8, "1_000": 1000, "+1": 1, "-0": 0,
    "1e-4": 1e-4, "1E5": 1e5, "1.e4": 1e4, "12e03": 12000.0, "+.5": 0.5, "1.": 1.0,
    "1:30": "1:30", "1:30:20.5": "1:30:20.5", ".inf": float("inf"), "-.INF": float("-inf"),
    "no": "no", "Yes": "Yes", "on": "on", "true": True, "TRUE": True, "null": None, "~": None,
    "{no: 1, 1: 2}": {"no": 1, 1: 2}, "!!str 010": "010", "'010'": "010",
    "[&a {x: 1}, *a]": [{"x": 1}, {"x": 1}], "{<<: {a: 1, b: 2}, a: 3}": {"a": 3, "b": 2},
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_values_by_hand(text: str) -> None:
    found = parse_yaml(f"a: {text}", "file")["a"]
    assert (found, type(found)) == (VALUES[text], type(VALUES[text]))


SCALARS = st.one_of(
    st.from_regex(r"[-+]?[0-9][0-9_]{0,3}(\.[0-9_]{0,3})?([eE][-+]?[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"0[obx][0-9a-fA-F]{1,4}", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}(:[0-5]?[0-9]){1,2}(\.[0-9])?", fullmatch=True),
    st.from_regex(r"(19|20)[0-9]{2}-[01]?[0-9]-[0-3]?[0-9]", fullmatch=True),
    st.sampled_from(["yes", "No", "ON", "off", "y", "n", "True", "nULL", "~", ".nan", ".Inf", "="]),
    st.text(alphabet="ab01.-+_:~", min_size=1, max_size=6),
)


@given(SCALARS, SCALARS)
def test_what_dvc_reads(first: str, second: str) -> None:
    text = f"a: {first}\nb: [{second}, {{{first}: {second}}}]"
    try:
        expected = read_by_dvc(text, "file")
    except Exception:  # noqa: BLE001  (DVC lets whatever the types raise pass)
        with pytest.raises(RegscopeError):
            parse_yaml(text, "file")
    else:
        assert repr(parse_yaml(text, "file")) == repr(expected)


@pytest.mark.parametrize(
    "name", ["params.yaml", "claims.yaml", "paths/params.yaml", "rates/params.yaml", "dvc.yaml"]
)
def test_the_repositorys_own_files_are_what_dvc_reads(name: str) -> None:
    assert parse_yaml((ROOT / name).read_text(), name) == read_by_dvc(
        (ROOT / name).read_text(), name
    )


def laughs(depth: int, joined: str) -> str:
    """Every line holds ten of the line before it."""
    lines = ["a0: &a0 {k: 1}"]
    for number in range(1, depth):
        aliases = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"a{number}: &a{number} {joined.format(aliases)}")
    return "\n".join(lines)


REFUSED = {
    "a: 1\na: 2": 'not YAML: line 2: a second key "a"',
    "x: {a: 1, b: 2, a: 3}": 'not YAML: line 1: a second key "a"',
    "{1: a, true: b}": 'not YAML: line 1: a second key "True"',
    "a: [": "not YAML: line 1: while parsing a flow node did not find expected node content",
    "a: &x [*x]": "the alias *x stands in what it stands for",
    "[" * 100_000: "nested deeper than 50 levels",
    "- " * 100_000 + "a": "nested deeper than 50 levels",
    laughs(9, "[{}]"): "more than 200000 values, every alias written out",
    laughs(9, "{{<<: [{}]}}"): "more than 200000 values, every alias written out",
    "a: !!set {b}": "holds a set, which no setting is",
    "a: !!binary aGk=": "holds a bytes, which no setting is",
    "a: 0x" + "f" * 500: "holds a number of 2000 bits, which is too long for a whole number",
    "a: !!int abc": "not YAML: a value or a key: invalid literal for int() with base 10: 'abc'",
    "a: 2024-13-45": "not YAML: a value or a key: month must be in 1..12",
    "{[[1]]: 2}": "not YAML: a value or a key: unhashable type: 'list'",
    "--- 1\n--- 2": "not YAML: line 2: expected a single document in the stream but found another"
    " document",
    "!!python/name:os.system": "not YAML: line 1: could not determine a constructor for the tag"
    " 'tag:yaml.org,2002:python/name:os.system'",
}


@pytest.mark.parametrize("text", REFUSED, ids=[text[:20] for text in REFUSED])
def test_what_is_refused(text: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        parse_yaml(text, "file", "; advice")
    assert str(refused.value) == f"file: {REFUSED[text]}; advice"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe, folder, loop = tmp_path / "pipe", tmp_path / "folder", tmp_path / "loop"
    os.mkfifo(pipe)
    folder.mkdir()
    loop.symlink_to(loop)
    reasons = {
        pipe: "must be a file, not a folder, a pipe or a device",
        folder: "must be a file, not a folder, a pipe or a device",
        Path(os.devnull): "must be a file, not a folder, a pipe or a device",
        loop: "Too many levels of symbolic links",
        tmp_path / ("x" * 300): "File name too long",
        tmp_path / "absent": "no such file; run this where params.yaml lies",
    }
    for path, reason in reasons.items():
        with pytest.raises(RegscopeError) as refused:
            read_yaml(path, "params.yaml")
        assert str(refused.value).endswith(reason), path


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(10**11)
    with pytest.raises(RegscopeError, match=r"large.yaml: must be at most 4 MB$"):
        read_yaml(large, "params.yaml")
