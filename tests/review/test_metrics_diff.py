"""DVC's own table: once for real, then as it prints it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.review.metrics_diff import metrics_diff
from tests.command.called import called
from tests.review import repository
from tests.review.test_comment import STRONGER, WORSE

PRINTED = """\
| Path                  | Metric   | abc  | workspace   | Change   |
|-----------------------|----------|------|-------------|----------|
| metrics/review.json   | reg      | 1    | 2           | 1        |
| metrics/verdicts.json | not run  | 3    | -           | -        |

"""


def prints(stdout: str, code: int = 0, stderr: str = "") -> list[list[str]]:
    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        assert command[1:] == ["-m", "dvc", "metrics", "diff", "--md", "abc"]
        return subprocess.CompletedProcess(command, code, stdout, stderr)

    return metrics_diff("abc", None, run)


def test_dvc_tells_of_the_studies_and_not_of_the_review(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = paths.summary(repository.STUDY) / "summary.json"
    files = [summary.as_posix(), paths.REVIEW.as_posix()]
    Path("dvc.yaml").write_text(yaml.safe_dump({"metrics": files}))
    write_json(paths.REVIEW, {"difference": 0.1})
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], check=True)
    repository.commit()
    repository.write(repository.ACCURACIES | {"l2": WORSE}, STRONGER)
    write_json(paths.REVIEW, {"difference": 0.2})
    called("review", "HEAD")
    text = capsys.readouterr().out
    assert "<summary>dvc metrics diff (2)</summary>" in text
    rows = [row for row in repository.rows(text) if row[0].startswith("metrics/")]
    assert rows == [
        [summary.as_posix(), "l2.generalization_gap", "0.07", "0.073", "0.003"],
        [summary.as_posix(), "l2.test_accuracy", "0.92", "0.917", "-0.003"],
    ]


def test_headings_are_before_and_after() -> None:
    assert prints(PRINTED) == [
        ["Path", "Metric", "before", "after", "Change"],
        ["metrics/verdicts.json", "not run", "3", "-", "-"],
    ]


def test_no_rows_are_no_table() -> None:
    assert prints("\n".join(PRINTED.splitlines()[:3])) == []
    assert prints("") == []


@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        ("WARNING: old\nERROR: not a DVC repository\n", "not a DVC repository"),
        ("", "failed without a word"),
    ],
)
def test_dvcs_own_error_is_told(stderr: str, told: str) -> None:
    with pytest.raises(RegscopeError, match=f"^dvc metrics diff: {told}$"):
        prints("", 255, stderr)
