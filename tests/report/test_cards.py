from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.regularizers import REGULARIZERS
from regscope.regularizers.augmentation import USUAL
from regscope.report import cards, effects
from regscope.report.evidence import load_evidence
from regscope.report.seed_counts import not_counted, seed_counts_table
from regscope.report.verdict_examples import CERTAIN, EDGE_OF, verdict_examples
from regscope.statistics import EQUAL
from regscope.study.params import BASELINE, load_params

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / paths.CARDS

CELLS: dict[str, Any] = {
    "none": {},
    "l1": {"l1": 0.00001},
    "elastic_net": {"l1": {"strength": 0.1, "layers": ["hidden1"]}, "l2": 0.5},
    "dropout": None,
}
ACCURACIES = {
    "none": (0.90, 0.91, 0.92),
    "l1": (0.905, 0.92, 0.935),
    "elastic_net": (0.88, 0.89, 0.90),
}


def study() -> dict[str, Any]:
    """A block of params.yaml with 100 test examples a seed."""
    return {
        "title": "Tiny",
        "data": {"source": "digits"},
        "split": {"train": 1697, "validation": 10},
        "model": {"kind": "mlp", "hidden": [8]},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 16,
            "epochs": 2,
            "seeds": 3,
        },
        "evaluation": {"training_loss": 0.5},
        "regularizers": CELLS,
    }


def comparison(reg: str, measure: str, verdict: str) -> dict[str, Any]:
    return {
        "reg": reg, "measure": measure, "difference": 0.01, "low": -0.002, "high": 0.022,
        "seeds": 3, "p_holm": 0.01, "p_equal_holm": None, "matters": None,
        "detectable_difference": 0.0123, "verdict": verdict,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def results(workspace: Path) -> None:
    """Studies `first`, with results, and `other`, whose results are yet to be made."""
    params = {
        "study": "first",
        "reg": "l1",
        "studies": {"first": study(), "other": study()},
    }
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    measure("first")
    paths.CARDS.mkdir(parents=True)
    for reg in ("l1", "elastic_net", "dropout"):
        (paths.CARDS / f"{reg}.md").write_text(
            f"# {reg}\n\n{cards.BEGIN}\nold\n{cards.END}\n\nEnd\n"
        )
    (paths.CARDS / cards.INDEX).write_text("# All\n")
    paths.CLAIMS_RULE.write_text(f"{cards.VERDICTS_BEGIN}\n{cards.VERDICTS_END}\n")
    paths.STATISTICS.write_text(
        f"{cards.VERDICTS_BEGIN}\n{cards.VERDICTS_END}\n{cards.SEEDS_BEGIN}\n{cards.SEEDS_END}\n"
        f"{cards.NEW_DATA_BEGIN}\n{cards.NEW_DATA_END}\n"
    )


def measure(name: str) -> None:
    folder = paths.summary(name)
    folder.mkdir(parents=True)
    seeds = pd.DataFrame(
        {
            "reg": reg,
            "seed": seed,
            "test_accuracy": accuracy,
            "near_zero_fraction": 0.5 if reg == "l1" else 0.0625,
            "prunable_fraction": 0.75 if reg == "l1" else None,
        }
        for reg, accuracies in ACCURACIES.items()
        for seed, accuracy in enumerate(accuracies)
    )
    seeds.to_csv(folder / "seeds.csv", index=False)
    compared = [
        comparison("l1", "test_accuracy", "better"),
        comparison("elastic_net", "test_accuracy", "undecided"),
        comparison("l1", "near_zero_fraction", "lower"),
    ]
    pd.DataFrame(compared).to_csv(folder / "comparisons.csv", index=False)
    write_json(folder / "settings.json", study())


def sweep(name: str) -> None:
    folder = paths.sweep_summary(name)
    folder.mkdir(parents=True)
    row = {
        "difference": 0.004, "low": 0.001, "high": 0.007, "p_value": 0.01, "p_holm": 0.01,
        "verdict": "better",
    }  # fmt: skip
    path = (
        {"family": "l1", "strength": strength, "seed": seed, **SWEPT}
        for strength in (0, 0.0001, 0.0003, 0.001)
        for seed in range(3)
    )
    pd.DataFrame(path).to_csv(folder / "paths.csv", index=False)
    tuned = {"family": "l1", "strength": 0.0003, "low_strength": 0.0001, "high_strength": 0.001}
    found = {"validation_accuracy": 0.92, "test_accuracy": 0.925}
    pd.DataFrame([tuned | row | found]).to_csv(folder / "tuned.csv", index=False)
    alone = {"seeds": 3, "both": 0.93, "first_alone": 0.92, "second_alone": 0.926}
    pairs = [{"first": "l1", "second": second} | alone | row for second in ("l2", "dropout")]
    pd.DataFrame(pairs).to_csv(folder / "pairs.csv", index=False)
    write_json(folder / "settings.json", {"sweep": {"seeds": 3}})


SWEPT = {
    "validation_accuracy": 0.92, "validation_loss": 0.3, "test_accuracy": 0.925, "test_loss": 0.3,
}  # fmt: skip


def card(reg: str) -> str:
    return (paths.CARDS / f"{reg}.md").read_text()


def test_a_card_gets_what_its_cell_did() -> None:
    cards.rewrite()
    text = card("l1")
    assert text.startswith(
        f"# l1\n\n{cards.BEGIN}\n\nAgainst `none`, in points of test accuracy or as said:"
    )
    assert text.endswith(f"\n\n{cards.END}\n\nEnd\n")
    assert "\nold\n" not in text
    assert "in points of test accuracy or as said: better in first (+1.00)." in text
    row = "| first | 0.00001 | 91.00 | 92.00 | +1.00 [−0.20, +2.20] | – | 1.23 | **better** |"
    assert row in re.sub(" +", " ", text)
    assert "[results](../../metrics/README.md)" in text
    assert "| first | 0.1" not in text
    assert "l1 (strength 0.1, layers [hidden1]), l2 0.5" in card("elastic_net")


def test_further_measures_stand_beside_those_of_none() -> None:
    found = [load_evidence("first")]
    table = effects.measures_table(found, "l1")
    (row,) = table.rows
    shown = dict(zip(table.columns[1:], [cell.text for cell in row[1:]], strict=True))
    assert shown.pop("Near zero, %") == "50.0 (6.2)"
    assert set(shown.values()) == {"–"}
    assert [cell.stands_out for cell in row] == [
        heading == "Near zero, %" for heading in table.columns
    ]


def test_a_cell_that_no_study_has() -> None:
    cards.rewrite()
    assert f"{cards.BEGIN}\n\nNo study has trained it yet.\n\n{cards.END}" in card("dropout")


def test_a_study_without_the_cell_is_not_in_its_tables() -> None:
    measure("other")
    without = paths.summary("other") / "comparisons.csv"
    table = pd.read_csv(without)
    table[table["reg"] != "l1"].to_csv(without, index=False)
    found = [load_evidence("first"), load_evidence("other")]
    for made in (effects.accuracy_table, effects.measures_table):
        assert [row[0].text for row in made(found, "l1").rows] == ["first"]


def test_a_sweep_adds_the_tuned_strength_and_the_pairs() -> None:
    sweep("first")
    cards.rewrite()
    assert "| first | 0.0003 [0.0001, 0.001]" in card("l1")
    assert "+0.40 [+0.10, +0.70]" in card("l1")
    assert "| first | L1 + L2 " in card("l1")
    assert "| first | L1 + Dropout " in card("l1")
    assert "L1 + L2 " in card("elastic_net")
    assert "L1 + Dropout " not in card("elastic_net")
    assert "validation" not in card("dropout")


@pytest.mark.parametrize(
    ("kind", "line"),
    [("tuned", "has no row of l1"), ("paths", "l1, 0.001 has 2 of the study's 3 seeds; the first")],
)
def test_a_sweep_that_is_not_whole_is_one_line(kind: str, line: str) -> None:
    sweep("first")
    load_evidence("first")
    file = paths.sweep_summary("first") / f"{kind}.csv"
    file.write_text("\n".join(file.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(RegscopeError) as refused:
        load_evidence("first")
    assert str(refused.value).startswith(f"{file}: {line}")


def test_a_method_that_validation_leaves_out_is_not_held_against_anything() -> None:
    sweep("first")
    file = paths.sweep_summary("first") / "tuned.csv"
    out = {"strength": 0.0, "difference": 0.0, "low": None, "high": None, "verdict": "left out"}
    pd.read_csv(file).assign(**out).to_csv(file, index=False)
    (row,) = effects.tuned_table([load_evidence("first")], "l1").rows
    assert [cell.text for cell in row[1:]] == ["0 [0.0001, 0.001]", "92.50", "–", "left out"]
    assert not row[-1].stands_out


def test_the_seeds_that_a_studys_spread_calls_for() -> None:
    """The baseline's SD is 0.01 and the test set's error 0.0286; of the paired differences to L1
    (0.005, 0.01, 0.015) the SD is 0.005, of those to the elastic net 0."""
    found = [load_evidence("first")]
    found[0].seeds.loc[found[0].seeds["reg"] == "elastic_net", "test_accuracy"] = list(
        ACCURACIES["l1"]
    )
    table = seed_counts_table(found)
    assert [cell.text for cell in table.rows[0]] == [
        "first", "1.00", "2.86", "3.03", "0.50", "2", "241", "41", "13", "6",
    ]  # fmt: skip
    assert not_counted(found) == ""
    assert table.columns[6:] == tuple(
        f"Seeds for {points} points" for points in ("0.10", "0.25", "0.50", "1.00")
    )


def test_studies_whose_targets_are_numbers_are_named_beside_the_seeds_needed() -> None:
    one = load_evidence("first")
    numbers = replace(one, seeds=one.seeds.rename(columns={"test_accuracy": "test_r2"}))
    found = [replace(numbers, study="bikes"), one, replace(numbers, study="houses")]
    assert [row[0].text for row in seed_counts_table(found).rows] == ["first"]
    assert not_counted(found).startswith("Without bikes and houses, whose targets are numbers: ")


def test_every_verdict_has_an_example_or_a_dash() -> None:
    table = verdict_examples([load_evidence("first")])
    rows = {row[0].text: [cell.text for cell in row[2:]] for row in table.rows}
    assert list(rows) == [
        "better", "worse", "higher", "lower", EQUAL, CERTAIN, "undecided", EDGE_OF,
        "too few seeds",
    ]  # fmt: skip
    assert rows["better"][:2] == [
        "first: test accuracy of L1 against none, 3 seeds", "+1.00 [−0.20, +2.20]",
    ]  # fmt: skip
    assert rows["worse"] == ["–"] * 4


def test_check() -> None:
    before = card("l1")
    with pytest.raises(RegscopeError) as refused:
        cards.rewrite(check=True)
    assert str(refused.value) == (
        "docs/regularizers/l1.md, docs/regularizers/elastic_net.md, docs/regularizers/dropout.md,"
        " docs/statistics.md, docs/claims.md: the tables are not those of metrics; run"
        " `regscope cards`"
    )
    assert card("l1") == before
    cards.rewrite()
    written = (paths.CARDS / "l1.md").stat().st_mtime_ns
    cards.rewrite(check=True)
    cards.rewrite()
    assert (paths.CARDS / "l1.md").stat().st_mtime_ns == written


def test_nothing_is_written_where_one_page_lacks_its_marks() -> None:
    paths.STATISTICS.write_text("no marks\n")
    before = card("l1")
    with pytest.raises(
        RegscopeError, match=r"docs/statistics\.md: needs one line <!-- verdicts: begin"
    ):
        cards.rewrite()
    assert card("l1") == before


def test_a_card_needs_a_cell() -> None:
    (paths.CARDS / "maxout.md").write_text("# Maxout\n")
    with pytest.raises(RegscopeError) as refused:
        cards.rewrite()
    assert str(refused.value) == (
        "docs/regularizers/maxout.md: no cell of this name in params.yaml; the studies have: l1,"
        " elastic_net, dropout"
    )


def test_settings_that_mean_nothing_any_more_are_named() -> None:
    write_json(paths.summary("first") / "settings.json", study() | {"data": {"source": "gone"}})
    with pytest.raises(RegscopeError) as refused:
        cards.rewrite()
    assert str(refused.value).startswith("metrics/studies/first/settings.json: data")
    assert str(refused.value).endswith("rebuild the study with: dvc exp run -S study=first")


def test_every_method_and_every_cell_has_a_card() -> None:
    written = {file.stem for file in WRITTEN.glob("*.md")} - {"README"}
    regs = set(load_params(ROOT / paths.PARAMS).regs) - {BASELINE}
    assert written == regs
    assert set(REGULARIZERS) <= written


def test_the_index_links_to_every_card() -> None:
    links = set(re.findall(r"\]\((\w+\.md)\)", (WRITTEN / cards.INDEX).read_text()))
    assert links == {file.name for file in WRITTEN.glob("*.md")} - {cards.INDEX}


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_card_tells_every_setting_and_its_default(name: str) -> None:
    """`| `key` | default ... |`: a row for each, and no row for what is no setting."""
    text = (WRITTEN / f"{name}.md").read_text().partition("\n## Settings\n")[2]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text.partition("\n## ")[0], re.MULTILINE)
    fields = REGULARIZERS[name].model_fields
    usual = {option: amount for kind in USUAL.values() for option, amount in kind.items()}
    assert sorted(key for key, _ in rows) == sorted(fields)
    for key, told in rows:
        default = fields[key].default
        if fields[key].is_required():
            assert told == "none, must be given"
        elif isinstance(default, bool):
            assert told == f"`{str(default).lower()}`"
        elif default is not None:
            assert float(told) == default
        elif key in usual:
            assert yaml.safe_load(told.partition(" for ")[0]) == pytest.approx(usual[key])
        else:
            assert told.startswith("all ")
