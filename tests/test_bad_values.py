"""Wrong values at every key of every file of settings: one short line each, and nothing written."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope import pipelines
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.yaml_files import parse_yaml
from regscope.rates.settings import load_rates
from regscope.study.params import Params, load_params
from stages import (
    claims,
    sweep_arguments,
    validate,
    validate_advice,
    validate_paths,
    validate_rates,
)

ROOT = Path(__file__).parents[1]

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 0.5, 1e-320, 1e39, 1e300, -1e300, 10**18, 2**63,
    float("nan"), float("inf"), float("-inf"), "", " ", "x", "X" * 300, "x" * 100_000, "no", "1:30",
    "1e-4", "010", "0o10", "../x", "a/b", "a b", "a;b", "$(touch x)", "a'b", 'a"b', "`x`", "{x}",
    "a\nb", "a\0b", "a\u202eb", "\u200f", "\x1b[31m", "none", "l1", "digits", "ß", "数",
    [], [None], [True], [[]], [1, 2], ["x"], ["none"], ["none", "none"], [0.1, 0.1], [-1], [{}],
    {}, {"x": 1}, {"none": {}}, {"": 1}, {"a\nb": 1}, {1: 2}, {None: None}, {True: 1},
    {"x" * 300: 1}, {"strength": True}, {"layers": []}, [[[[[1]]]]], list(range(2000)),
]  # fmt: skip

TEXTS = [
    "", "# nothing", "[", "a: 1\na: 2", "- 1", "3", "a: *b", "a: &a [*a]", "[" * 10_000, "\0",
    "--- 1\n--- 2", "!!set {a}", "a: !!int x", "\ta: 1", "%YAML 9.9\n---\na", "{? [1] : 2}",
    "study: 010", "a: !!python/object:os.system {}", "=", "a: 2024-13-45", "\ufeff",
]  # fmt: skip

TRIED_OF_A_FILE = 600

Stage = Callable[[], None]


FILES: dict[Path, Stage] = {
    paths.PARAMS: validate.main,
    paths.CLAIMS_FILE: claims.main,
    paths.PATHS_PARAMS: validate_paths.main,
    paths.RATES_PARAMS: validate_rates.main,
    paths.ADVICE_PARAMS: validate_advice.main,
}
"""What reads each file first, and writes where all is right."""


@cache
def committed_params() -> Params:
    return load_params(ROOT / paths.PARAMS)


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of every key and every entry of a list, the way to it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in pairs:
        yield (*before, key)
        if isinstance(entry, dict | list):
            yield from places(entry, (*before, key))


def shortened(name: Path) -> Any:
    """The committed file with two studies, or two entries a group: every key stands in these."""
    written = parse_yaml((ROOT / name).read_text(), str(name))
    if name == paths.PARAMS:
        kept = ("digits", "fashion")
        written["studies"] = {study: written["studies"][study] for study in kept}
    for group in written.get("groups", ()):
        for key in ("claims", "untestable"):
            if key in group:
                group[key] = group[key][:2]
    return written


def cases(name: Path, stream: random.Random) -> Iterator[str]:
    """Every place with some of the values, every value at some place, and whole texts."""
    yield from TEXTS
    written = shortened(name)
    found = list(places(written))
    chosen = [(place, stream.choice(VALUES)) for place in found]
    chosen += [(stream.choice(found), value) for value in VALUES for _ in range(4)]
    stream.shuffle(chosen)
    for place, value in chosen[:TRIED_OF_A_FILE]:
        changed = deepcopy(written)
        within = changed
        for key in place[:-1]:
            within = within[key]
        within[place[-1]] = value
        out = io.StringIO()
        yaml.dump(changed, out, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        yield out.getvalue()


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES, ids=str)
def test_every_wrong_value_is_one_short_line(
    name: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in (claims, sweep_arguments, validate_advice, validate_rates):
        monkeypatch.setattr(stage, "load_params", committed_params)
    grids = load_rates(committed_params(), ROOT / paths.RATES_PARAMS).studies
    pipelines.write(pipelines.rates_pipelines(grids))
    (workspace / name).parent.mkdir(exist_ok=True)
    (workspace / name).touch()
    before = files(workspace)
    refused = 0
    tried = list(cases(name, random.Random(0)))
    assert len(tried) >= 200
    for text in tried:
        (workspace / name).write_text(text)
        try:
            FILES[name]()
        except RegscopeError as error:
            line = f"regscope: {error}"
            assert line.isprintable(), text[:200]
            assert len(line) < 300, text[:200]
            assert line.startswith(f"regscope: {name}: "), line
            refused += 1
            assert files(workspace) == before, text[:200]
        for written in files(workspace) - before:
            written.unlink()
    assert refused > len(tried) / 2
