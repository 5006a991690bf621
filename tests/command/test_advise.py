"""`regscope advise` as a person types it: of a study, of a table, of pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from regscope.base.errors import RegscopeError
from regscope.own import for_tables
from tests.command.called import called
from tests.engine.here import Here, choose


def table(folder: Path, rows: int = 60) -> Path:
    stream = np.random.default_rng(0)
    numbers = stream.normal(size=(rows, 3))
    churned = np.where(numbers[:, 0] + 0.3 * stream.normal(size=rows) > 0, "yes", "no")
    lines = ["size,age,place,churned"]
    lines += [
        f"{a:.3f},{b:.3f},{'north' if c > 0 else 'south'},{word}"
        for (a, b, c), word in zip(numbers, churned, strict=True)
    ]
    path = folder / "churn.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    timed = ("README.md", "times.csv")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in timed}


def test_a_table_gets_an_answer_a_page_and_a_picture(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(Here(), monkeypatch)
    monkeypatch.setattr(for_tables, "EPOCHS", (5, 10))
    file = table(workspace)
    asked = ("--trials", "1", "--methods", "l2,dropout", "--seeds", "5")
    called("advise", str(file), "--target", "churned", *asked)
    told = capsys.readouterr().out
    assert "60 rows" in told
    assert "the same again: --trials 1" in told
    folder = workspace / "churn-advice"
    found = json.loads((folder / "advice.json").read_text())
    assert found["test_examples"] == 12
    assert found["arms"][0]["arm"] == "none"
    assert (folder / "README.md").read_text().startswith("# Advice: churned, from churn.csv")
    assert (folder / "choices.png").is_file()
    # The same again gives the same, but for the time that it took.
    again = contents(folder)
    called("advise", str(file), "--target", "churned", *asked)
    assert contents(folder) == again


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "advise: give a study, a table, --pictures DIR or --arrays FILE"),
        (
            ("a", "--pictures", "b"),
            "advise: give a study, a table, --pictures DIR or --arrays FILE",
        ),
        (("a", "--minutes", "1", "--trials", "1"), "advise: give one of --minutes and --trials"),
        (("digits", "--task", "number"), "--task: goes with a table, not with a study"),
        (("a.csv", "--target", "b", "--task", "x"), "--task x: choose from: classes, number"),
        (("a.csv", "--target", "b"), "a.csv: no such file"),
        (("--pictures", "nowhere"), "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    workspace: Path, words: tuple[str, ...], line: str
) -> None:
    with pytest.raises(RegscopeError) as caught:
        called("advise", *words)
    assert str(caught.value).startswith(line)


def test_a_table_without_a_target_is_asked_for_it(workspace: Path) -> None:
    file = table(workspace)
    with pytest.raises(RegscopeError, match="give --target COLUMN, what is to be told"):
        called("advise", str(file))
