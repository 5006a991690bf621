"""`regscope advise` as a person types it: of a study, of a table, of pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.command import advising
from regscope.own import for_tables
from tests import tiny
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


def test_of_arrays_it_is_the_same(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(Here(), monkeypatch)
    monkeypatch.setattr(for_tables, "EPOCHS", (5, 10))
    stream = np.random.default_rng(0)
    inputs = stream.normal(size=(60, 4)).astype(np.float32)
    np.savez(workspace / "clouds.npz", inputs=inputs, targets=(inputs[:, 0] > 0).astype(np.int64))
    asked = ("--trials", "1", "--methods", "l2", "--seeds", "5")
    called("advise", "--arrays", "clouds.npz", *asked)
    assert "To go on with it:" in capsys.readouterr().out
    found = json.loads((workspace / "clouds-advice" / "advice.json").read_text())
    assert [arm["arm"] for arm in found["arms"]] == ["none", "l2"]


def test_a_study_gets_its_pages_its_ranks_and_settings_to_go_on_with(
    workspace: Path,
    digits_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(Here(), monkeypatch)
    tracked: list[str] = []
    monkeypatch.setattr(advising, "prepare", lambda names: None)
    monkeypatch.setattr(advising, "track_advice", tracked.append)
    shutil.copytree(digits_folder, paths.prepared("digits"))
    study = tiny.study({"l2": 0.01}).model_dump(mode="json", exclude_none=True)
    study["regularizers"] = {"none": {}, "l2": {"l2": 0.01}}
    params = {"study": "digits", "reg": "l2", "studies": {"digits": study}}
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    asked = ("--trials", "1", "--methods", "l2", "--seeds", "5", "--write")
    called("advise", "digits", *asked)
    told = capsys.readouterr().out
    assert tracked == ["digits"]
    assert "[digits](digits/README.md)" in paths.ADVICE_PAGE.read_text()
    assert (paths.advice("digits") / "README.md").is_file()
    assert (paths.advice_plots("digits") / "choices.png").is_file()
    used = json.loads((paths.advice("digits") / "advice.json").read_text())["advised"]
    written = yaml.safe_load(paths.PARAMS.read_text())["studies"]
    assert ("digits_advised" in written) == (used != "none")
    assert ("nothing written" in told) == (used == "none")


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
