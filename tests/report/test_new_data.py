"""What the pages say of new data, beside the seeds' intervals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from regscope.base import paths
from regscope.base.files import write_json
from regscope.report.evidence import Evidence
from regscope.report.new_data import doubtful, new_data, new_data_table, sentence, studies_table
from regscope.results.effects import Row
from regscope.statistics import overlap_widening

pytestmark = pytest.mark.usefixtures("workspace")

POOL: dict[str, Any] = {"source": "digits"}
MOONS: dict[str, Any] = {"source": "moons", "samples": 1000, "noise": 0.1}
MNIST: dict[str, Any] = {"source": "mnist"}
REGS = ("none", "l1", "l2")


def evidence(
    data: dict[str, Any], discordant: dict[str, float] | None = None, low: float = 0.001
) -> Evidence:
    """Two seeds; L1 is 0.01 better, L2 as much worse, with intervals of one width."""
    settings = {
        "title": "Tiny",
        "data": data,
        "split": {"train": 797, "validation": 10},
        "model": {"kind": "mlp", "hidden": [8]},
        "training": {
            "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "epochs": 2, "seeds": 2,
        },
        "evaluation": {"training_loss": 0.5},
        "regularizers": {"none": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.1}},
    }  # fmt: skip
    accuracies = {"none": (0.89, 0.91), "l1": (0.90, 0.92), "l2": (0.88, 0.90)}
    seeds = pd.DataFrame(
        {"reg": reg, "seed": seed, "test_accuracy": accuracy}
        for reg, own in accuracies.items()
        for seed, accuracy in enumerate(own)
    )
    reach = 0.01 - low
    compared = pd.DataFrame(
        {
            "reg": reg, "measure": "test_accuracy", "seeds": 2, "difference": difference,
            "low": difference - reach, "high": difference + reach, "verdict": verdict,
        }
        for reg, difference, verdict in (("l1", 0.01, "better"), ("l2", -0.01, "worse"))
    )  # fmt: skip
    rows: list[Row] = [
        {"reg": reg, "test_set_error": error} for reg, error in (discordant or {}).items()
    ]
    return Evidence("small", settings, seeds, compared, (), (), rows)


def measured(share: float, **changed: Any) -> None:
    settings = dict(evidence(POOL).settings) | changed
    write_json(paths.overlap("small", "json"), {"settings": settings, "share": share})


def test_seeds_with_examples_of_their_own_speak_of_new_data() -> None:
    found = evidence(MOONS)
    one = new_data(found)["l1"]
    assert (one.interval.low, one.interval.high) == pytest.approx((0.001, 0.019))  # type: ignore[union-attr]
    assert new_data_table(found, REGS) is None
    assert sentence(found, REGS).endswith("nothing: every seed draws examples of its own.")


def test_splits_of_one_pool_make_it_as_much_wider_as_was_measured() -> None:
    measured(1.5)
    found = evidence(POOL)
    assert overlap_widening(1.5, 2) == 2
    one = new_data(found)["l1"]
    assert one.interval is not None
    assert (one.interval.low, one.interval.high) == pytest.approx((-0.008, 0.028))
    table = new_data_table(found, REGS)
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == [
        "L1", "+1.00 [+0.10, +1.90]", "0.000", "2.00 times", "[−0.80, +2.80]",
    ]  # fmt: skip
    assert sentence(found, REGS).endswith(
        "Better or worse here, and perhaps neither on new data: L1, L2."
    )


def test_cells_seeds_and_evaluation_may_be_others_than_when_it_was_measured() -> None:
    training = dict(evidence(POOL).settings["training"]) | {"seeds": 40}
    measured(1.5, training=training, regularizers={"none": {}})
    assert new_data(evidence(POOL))["l1"].widened == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"split": {"train": 700, "validation": 10}},
        {"model": {"kind": "mlp", "hidden": [9]}},
        {"model": {"kind": "gone"}},
    ],
)
def test_of_other_settings_it_was_not_measured(changed: dict[str, Any]) -> None:
    measured(1.5, **changed)
    found = evidence(POOL)
    one = new_data(found)["l1"]
    assert one.interval is None
    assert (one.shown, one.lost) == ("–", False)
    assert "was not measured" in sentence(found, REGS)
    assert new_data_table(found, REGS) is None


def test_a_shared_test_set_adds_its_error() -> None:
    """Half widths of 0.9 points of the seeds and 1.96 times 0.4 of the examples."""
    found = evidence(MNIST, {"l1": 0.004, "l2": 0.001})
    reach = math.hypot(0.9, 1.959964 * 0.4)
    one = new_data(found)["l1"]
    assert one.interval is not None
    assert 100 * one.interval.low == pytest.approx(1 - reach)
    assert 100 * one.interval.high == pytest.approx(1 + reach)
    assert one.lost
    assert not new_data(found)["l2"].lost
    assert sentence(found, REGS).endswith("perhaps neither on new data: L1.")


def test_accuracies_alone_give_a_bound() -> None:
    """Of 0.91 and 0.90 on 10,000 examples, as if independent."""
    one = new_data(evidence(MNIST))["l1"]
    assert one.error == pytest.approx(math.sqrt((0.91 * 0.09 + 0.90 * 0.10) / 10_000))
    assert one.shown.endswith(" at most")
    table = new_data_table(evidence(MNIST), REGS)
    assert table is not None
    assert table.rows[0][3].text == "≤ 0.415"


def test_of_words_the_bound_is_of_sentences() -> None:
    found = evidence(MNIST)
    found.seeds["test_error"] = found.seeds["reg"].map({"none": 0.003, "l1": 0.004, "l2": 0.0})
    assert new_data(found)["l1"].error == pytest.approx(0.005)


def test_the_overview_counts_what_new_data_put_in_doubt() -> None:
    own, shared = evidence(MOONS), evidence(MNIST, {"l1": 0.004, "l2": 0.001})
    assert doubtful({"own": own, "shared": shared}).endswith(
        "of 4 differences in accuracy that are better or worse, 1 could be 0 then (shared: L1)."
    )
    assert doubtful({"own": own}).endswith("better or worse, none could be 0 then.")
    assert doubtful({"bound": evidence(MNIST)}).endswith(
        "2 could be 0 then (bound: L1, L2). Without single predictions, which not all studies kept,"
        " that is a bound."
    )


def test_a_row_a_study() -> None:
    found = [evidence(MOONS), evidence(MNIST, {"l1": 0.004, "l2": 0.001})]
    rows = [[cell.text for cell in row] for row in studies_table(found).rows]
    assert rows[0][2:] == ["nothing", "2", "0"]
    assert rows[1][2:] == ["an error of 0.10 to 0.40 points", "2", "1"]


def test_one_seed_has_no_interval() -> None:
    found = evidence(MNIST, {"l1": 0.004, "l2": 0.001}, low=math.nan)
    assert new_data(found)["l1"].shown == "–"
    assert not new_data(found)["l1"].lost
