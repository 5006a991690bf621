from __future__ import annotations

from pathlib import Path

from regscope.report.published import Document, load_published
from regscope.study.params import load_params
from tests.claims import synthetic
from tests.claims.synthetic import DOCUMENT, group

RUNS = {"none": 2.3, "l1": 2.1}


def test_tables_with_what_they_leave_open_are_shown(workspace: Path) -> None:
    table = {"section": "Table 1", "runs": RUNS}
    shown = [table | {"measure": name, "unstated": "all"} for name in ("train_loss", "test_loss")]
    synthetic.write(
        group(published=[{"measure": "loss_gap"} | table]),
        group(study="other", published=shown),
    )
    first, second = load_published(load_params())
    assert first == Document(DOCUMENT, "Table 1", "A paper", "other", "train_loss", "all", RUNS)
    assert not first.of_accuracy
    assert (first.place, second.place) == ("Table 1, training loss", "Table 1, test loss")
