from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from regscope import results
from regscope.base.files import write_json
from regscope.review import MEANS, REVIEWED, review
from tests import written
from tests.measures.tasked import of_classes

HELD = [
    "baseline", "reg", "difference", "interval_low", "interval_high", "p_holm",
    "p_equal_holm", "probability_better", "detectable_difference", "guess", "verdict", "firm",
]  # fmt: skip


@pytest.mark.parametrize("seeds", [1, 2, 10])
def test_a_review_holds_both_means_the_difference_and_the_weights(
    seeds: int, workspace: Path
) -> None:
    measured, _ = written.write(seeds)
    gathered = results.gather(written.NAME, written.study(seeds))
    found = review(written.NAME, "l1", gathered)
    assert list(found) == [
        "study", "reg", "baseline", "primary", "seeds", *of_classes((*REVIEWED, *MEANS)),
    ]  # fmt: skip
    assert (found["study"], found["reg"], found["baseline"]) == (written.NAME, "l1", "none")
    assert found["seeds"] == seeds
    for measure in of_classes((*REVIEWED, *MEANS)):
        index = written.MEASURES.index(measure)
        none, reg = (measured[cell][:, index].mean() for cell in ("none", "l1"))
        assert found[measure]["baseline"] == pytest.approx(none, rel=1e-5)
        assert found[measure]["reg"] == pytest.approx(reg, rel=1e-5)
    comparisons = gathered.comparisons[gathered.comparisons["reg"] == "l1"]
    rows = {row["measure"]: row for row in comparisons.to_dict("records")}
    for measure in of_classes(REVIEWED):
        row = rows[measure]
        held = found[measure]
        assert list(held) == HELD
        assert held["difference"] == pytest.approx(row["difference"], rel=1e-5)
        if seeds == 1:
            assert held["interval_low"] is held["interval_high"] is None
        else:
            assert (held["interval_low"], held["interval_high"]) == pytest.approx(
                (row["low"], row["high"]), rel=1e-5
            )
        assert held["p_holm"] == pytest.approx(row["p_holm"], rel=1e-5)
        assert held["verdict"] == row["verdict"]
        assert held["difference"] == pytest.approx(held["reg"] - held["baseline"], abs=2e-6)


def test_the_gap_is_higher_or_lower_and_accuracy_better_or_worse(workspace: Path) -> None:
    written.write(10)
    found = review(written.NAME, "l1", results.gather(written.NAME, written.study(10)))
    assert (found["test_accuracy"]["verdict"], found["test_loss"]["verdict"]) == ("better", "worse")
    gap = found["generalization_gap"]
    assert gap["difference"] > 0
    assert (gap["verdict"], gap["probability_better"]) == ("higher", 1)


@pytest.mark.parametrize("seeds", [1, 2, 10])
def test_a_review_is_json_without_nan(seeds: int, workspace: Path) -> None:
    written.write(seeds)
    reviewed = review(written.NAME, "dropout", results.gather(written.NAME, written.study(seeds)))
    write_json(Path("review.json"), reviewed)
    assert json.loads(Path("review.json").read_text()) == reviewed


def test_numbers_have_six_digits(workspace: Path) -> None:
    written.write(10)
    gathered = results.gather(written.NAME, written.study(10))
    held = review(written.NAME, "l1", gathered)["test_loss"]
    for name in HELD[:-2]:
        if held[name] is None:
            assert name == "p_equal_holm"
            continue
        assert np.format_float_positional(held[name], precision=6, fractional=False) == (
            np.format_float_positional(held[name])
        )
