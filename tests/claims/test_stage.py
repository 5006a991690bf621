from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import stages.claims
from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.claims.rule import VERDICTS
from tests.claims import synthetic
from tests.claims.synthetic import entry, group

NONE = np.array([0.900, 0.904, 0.908, 0.902, 0.906, 0.901])
NOISE = np.array([0.001, -0.001, 0.0005, -0.0005, 0.0008, -0.0008])


@pytest.fixture
def judged_from(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Claims about a study with results, one without, and one that is only planned."""
    synthetic.write(
        group(entry(), entry(id="lower", comparison="lower")),
        group(entry(id="without"), study="other"),
        group(entry(id="planned"), study="future"),
    )
    # Only the file's presence is asked for; what is in it comes from `load`.
    folder = paths.summary("digits")
    folder.mkdir(parents=True)
    (folder / "seeds.csv").touch()
    evidence = synthetic.accuracies(none=NONE, l1=NONE + 0.02 + NOISE)
    monkeypatch.setattr(results, "load", lambda name: {"digits": evidence.results}[name])
    return workspace


def test_the_stage_writes_every_claim_and_the_counts(
    judged_from: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages.claims.main()
    written = json.loads(paths.CLAIMS.read_text())
    assert list(written) == ["claims", "untestable", "crc32"]
    assert [(one["id"], one["verdict"]) for one in written["claims"]] == [
        ("l1-better", "reproduced"),
        ("lower", "contradicted"),
        ("without", "not run"),
        ("planned", "not run"),
    ]
    counted = json.loads(paths.VERDICTS.read_text())
    assert list(counted) == [*VERDICTS, "firm"]
    firm = counted.pop("firm")
    given = {"reproduced": 1, "contradicted": 1, "not run": 2}
    assert counted == {verdict: given.get(verdict, 0) for verdict in VERDICTS}
    assert firm == {verdict: given.get(verdict, 0) for verdict in VERDICTS if verdict != "not run"}
    assert capsys.readouterr().out == (
        "claims: 1 reproduced (1 firm), 1 contradicted (1 firm), 2 not run\n"
    )


def test_the_same_results_give_the_same_bytes(judged_from: Path) -> None:
    stages.claims.main()
    first = paths.CLAIMS.read_bytes(), paths.VERDICTS.read_bytes()
    stages.claims.main()
    assert (paths.CLAIMS.read_bytes(), paths.VERDICTS.read_bytes()) == first


def test_a_refused_file_leaves_what_was_written(judged_from: Path) -> None:
    stages.claims.main()
    before = paths.CLAIMS.read_bytes()
    synthetic.write(group(entry(), study="cifar"))
    with pytest.raises(RegscopeError, match="study = cifar"):
        stages.claims.main()
    assert paths.CLAIMS.read_bytes() == before
