from __future__ import annotations

from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.report.published import load_published

VALID = """\
documents:
  - file: paper.txt
    section: Table 1
    title: A paper
    study: tiny
    measure: test_accuracy
    unstated: everything
    runs: {none: 0.9}
"""


def test_the_published_figures() -> None:
    by_study = {document.study: document for document in load_published()}
    assert by_study["mnist"].runs == {
        "none": 0.9293,
        "l1": 0.9297,
        "l2": 0.9162,
        "dropout": 0.9225,
    }
    assert by_study["mnist_dense"].runs == {
        "l1": 0.9789,
        "l2": 0.9790,
        "elastic_net": 0.9822,
        "dropout": 0.9817,
        "batch_norm": 0.9827,
    }
    assert by_study["fashion"].runs == {
        "none": 0.8969,
        "l1": 0.8421,
        "l2": 0.8941,
        "dropout": 0.9023,
        "l2_dropout": 0.8946,
    }


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("title:", "name:", "documents.0.name: unknown key; known here: file, section, title, "),
        ("0.9", "92.93", "documents.0.runs.none: an accuracy from 0 to 1"),
        ("test_accuracy", "f1", "documents.0.measure: Input should be 'test_accuracy'"),
        ("{none: 0.9}", "[", "not YAML: "),
    ],
)
def test_refusals(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "published.yaml"
    path.write_text(VALID)
    assert load_published(path)[0].runs == {"none": 0.9}
    path.write_text(VALID.replace(before, after, 1))
    with pytest.raises(RegscopeError) as refused:
        load_published(path)
    assert str(refused.value).startswith(f"{path}: {message}")
    assert "\n" not in str(refused.value)
