"""A study put into the text of params.yaml."""

from __future__ import annotations

import pytest
import yaml

from regscope.base.errors import RegscopeError
from regscope.own.block import block_text, with_study

STUDY = {
    "title": "left: a table",
    "data": {"source": "table", "path": "data/own/churn.csv", "target": "left"},
    "split": {"train": 160, "validation": 32},
    "model": {"kind": "tabular", "hidden": [64, 64]},
    "training": {"epochs": 3},
    "evaluation": {"matters": 0.005},
    "regularizers": {"none": {}, "l2": {"l2": 0.001}},
}

BLOCK = """\
  churn:
    title: 'left: a table'
    data: {source: table, path: data/own/churn.csv, target: left}
    split: {train: 160, validation: 32}
    model:
      kind: tabular
      hidden:
      - 64
      - 64
    training:
      epochs: 3
    evaluation: {matters: 0.005}
    regularizers:
      none: {}
      l2: {l2: 0.001}
"""

BEFORE = "# Of mine.\nstudy: a  # active\nreg: l2\n\nstudies:\n  # First.\n  a:\n    title: A\n"


def test_a_study_reads_as_the_others_do() -> None:
    assert block_text("churn", STUDY) == BLOCK
    assert yaml.safe_load(block_text("churn", STUDY)) == {"churn": STUDY}


@pytest.mark.parametrize("end", ["", "\n\n", "    # Last words.\n"])
def test_it_comes_behind_the_others_and_all_else_stays(end: str) -> None:
    found = with_study(BEFORE + end, "churn", STUDY)
    assert found.startswith(BEFORE.rstrip())
    assert found.count("# ") == (BEFORE + end).count("# ")
    assert list(yaml.safe_load(found)["studies"]) == ["a", "churn"]
    assert BLOCK in found


def test_studies_need_not_come_last() -> None:
    text = BEFORE + "\n# Behind.\nmore: 1\n"
    assert with_study(text, "churn", STUDY) == BEFORE + "\n" + BLOCK + "\n# Behind.\nmore: 1\n"


def test_it_is_indented_as_the_others_are() -> None:
    found = with_study("studies:\n    a:\n        title: A\n", "churn", STUDY)
    assert "\n    churn:\n      title:" in found
    assert list(yaml.safe_load(found)["studies"]) == ["a", "churn"]


@pytest.mark.parametrize("text", ["studies: {a: {title: A}}\n", "a: 1\n", '"studies":\n  a: {}\n'])
def test_without_a_line_of_studies_alone_nothing_is_put_in(text: str) -> None:
    with pytest.raises(RegscopeError, match=r"^params\.yaml: has no line `studies:`: write it so$"):
        with_study(text, "churn", STUDY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("studies:\n  {a: {title: A}}\n", "churn"),
        ("studies:\n  {a: {title: A},\n  b: {title: B}}\nmore: 1\n", "churn"),
        ("note: '\nstudies:\n  x'\nmore:\n  studies: 1\nstudies:\n  a: {}\n", "churn"),
        ("studies:\n  a:\n    title: A\n", "123"),
    ],
    ids=["braces", "braces over lines", "the line in a text", "a number as a name"],
)
def test_what_cannot_be_put_behind_the_others_is_refused(text: str, name: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        with_study(text, name, STUDY)
    assert str(refused.value) == (
        "params.yaml: no study can be put behind the others as they are written: write each in"
        " lines of its own below `studies:`, without braces around all of them"
    )
