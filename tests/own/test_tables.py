"""A table that someone brings becomes a description and a proposal, and what is read is it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets.own import description_file, write_description
from regscope.datasets.splits import SplitSettings
from regscope.datasets.table import Table
from regscope.own.second_table import stored_name, trained_on
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table
from tests.own import tables
from tests.own.tables import brought, words


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_is_described_is_read() -> None:
    source = brought()
    assert (source.kind, source.size, source.quantity) == ("table", tables.ROWS, None)
    assert source.categories == ("city",)
    assert [str(file) for file in source.own_files] == [
        "data/own/churn.csv", "data/own/churn.csv.json",
    ]  # fmt: skip
    folder = Path("raw")
    folder.mkdir()
    source.download(folder)
    assert json.loads((folder / "file.json").read_text())["path"] == "data/own/churn.csv"
    dataset = source.prepared(folder, "churn")
    assert dataset.classes == ("no", "yes")
    assert dataset.input_shape == (-1, 2, 0)
    words = tables.words()
    ages = [float(word) if word else np.nan for word in words["age"]]
    np.testing.assert_array_equal(dataset.inputs[:, 0], np.array(ages, np.float32))
    cities = {"Bern": 0, "Rome": 1}
    np.testing.assert_array_equal(
        dataset.inputs[:, 1], [cities.get(city, np.nan) for city in words["city"]]
    )
    np.testing.assert_array_equal(dataset.targets, [value == "yes" for value in words["left"]])


def test_numbers_are_targets_too() -> None:
    source = brought(target="age", age=[f"{row / 7:.3f}" for row in range(tables.ROWS)])
    assert source.quantity is not None
    assert source.quantity.called == "age"
    dataset = source.read()
    np.testing.assert_allclose(dataset.targets, np.round(np.arange(tables.ROWS) / 7, 3))


def test_a_test_file_comes_behind_and_its_labels_may_be_written_otherwise(tmp_path: Path) -> None:
    words = tables.words(seed=9)
    words["left"] = [f"{value.upper()}." for value in words["left"]]
    test = tables.written(tmp_path / "later.csv", **words)
    source = brought(TableAsked(test=test))
    assert (source.size, source.official_train) == (2 * tables.ROWS, tables.ROWS)
    assert Path("data/own/churn.test.csv") in source.own_files
    dataset = source.read()
    expected = [value in ("yes", "YES.") for value in [*tables.words()["left"], *words["left"]]]
    np.testing.assert_array_equal(dataset.targets, expected)


def test_labels_of_a_test_file_that_are_none_are_refused(tmp_path: Path) -> None:
    words = tables.words(seed=9) | {"left": ["perhaps"] * tables.ROWS}
    test = tables.written(tmp_path / "later.csv", **words)
    with pytest.raises(RegscopeError, match=r"later\.csv: label perhaps: none of no, yes"):
        brought(TableAsked(test=test))


def test_a_category_that_was_not_there_is_unknown_and_another_file_is_refused() -> None:
    source = brought()
    stored = Path(source.path)
    stored.write_text(stored.read_text().replace("Rome", "Oslo"))
    with pytest.raises(RegscopeError, match="not the file that data/own/churn"):
        source.download(Path())
    assert set(source.read().inputs[:, 1][~np.isnan(source.read().inputs[:, 1])]) == {-1, 0}


def test_rows_in_order_of_time() -> None:
    days = [f"20{20 + row % 3}-01-{1 + row % 28:02d}" for row in range(tables.ROWS)]
    source = brought(TableAsked(time="since"), since=days)
    assert "since" not in [column.name for column in source.described().columns]
    order = np.argsort(np.array(days), kind="stable")
    expected = np.array(tables.words()["left"])[order] == "yes"
    np.testing.assert_array_equal(source.read().targets, expected)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.csv", "churn.csv"),
        ("a.csv.gz", "churn.csv.gz"),
        ("my.table.v2.TSV", "churn.tsv"),
        ("a", "churn"),
    ],
)
def test_files_are_called_as_their_study(name: str, stored: str) -> None:
    assert stored_name(Path(name), "churn") == stored


def test_a_source_without_description_or_with_another_target_is_refused() -> None:
    source = brought()
    with pytest.raises(ValueError, match=r"describes left: bring the table in anew"):
        Table(path=source.path, target="age")
    description_file(source.path).unlink()
    with pytest.raises(ValueError, match=r"no such file; `regscope new` writes"):
        Table(path=source.path, target="left")


@pytest.mark.parametrize("removed", ["churn.csv", "churn.test.csv"])
def test_a_file_that_is_not_there_is_told_with_how_to_get_it(removed: str, tmp_path: Path) -> None:
    test = tables.written(tmp_path / "later.csv", **tables.words(seed=9))
    source = brought(TableAsked(test=test))
    path = Path("data/own") / removed
    path.unlink()
    with pytest.raises(RegscopeError) as refused:
        source.download(Path())
    assert str(refused.value) == (f"{path}: no such file; if DVC keeps it: dvc checkout {path}.dvc")
    assert not Path("file.json").exists()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("sha256", "ABC", "sha256 = ABC: must "),
        ("size", 0, "size = 0: must be at least 1"),
        ("rows", 3, "rows = 3: unknown key"),
    ],
)
def test_a_description_that_is_none_is_refused(key: str, value: Any, told: str) -> None:
    source = brought()
    file = description_file(source.path)
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    with pytest.raises(RegscopeError) as refused:
        source.described()
    assert str(refused.value).startswith(f"{file}: {told}")
    with pytest.raises(ValueError, match=r"data/own/churn\.csv\.json: "):
        Table(path=source.path, target="left")


def test_few_rows_are_refused() -> None:
    few: dict[str, Any] = {name: words[:12] for name, words in tables.words().items()}
    with pytest.raises(RegscopeError, match=r"brought\.csv: 12 rows; at least 20"):
        brought(None, **few)


def test_the_proposal_is_told_by_rows_and_target() -> None:
    path = tables.written(Path("churn.csv"))
    proposal = look_at_table(path, "churn", "left", TableAsked()).proposal
    assert proposal["title"] == "left, from churn.csv"
    assert proposal["split"] == {"train": 160, "validation": 32, "by": "stratified"}
    assert proposal["model"] == {"kind": "tabular", "hidden": [64, 64], "embedding": 8}
    assert "primary" not in proposal["evaluation"]
    rare = ["yes"] * 10 + ["no"] * 190
    looked = look_at_table(
        tables.written(Path("churn.csv"), left=rare), "churn", "left", TableAsked()
    )
    told = "class yes is 5.0% of the rows: balanced accuracy says more than accuracy"
    assert told in looked.warned
    uneven = looked.proposal
    assert uneven["evaluation"]["primary"] == "balanced_accuracy"
    assert uneven["training"]["class_weights"] == "balanced"


def test_groups_train_or_test_together() -> None:
    names = [f"ward {row % 40}" for row in range(tables.ROWS)]
    source = brought(TableAsked(group="ward"), ward=names)
    assert source.groups
    dataset = source.read()
    assert dataset.groups is not None
    split = dataset.split(SplitSettings(train=150, validation=30, by="group"), seed=0)
    assert not set(dataset.groups[split.train]) & set(dataset.groups[split.holdout])
    with pytest.raises(RegscopeError, match="column ward: missing in 1 rows: of no group"):
        brought(TableAsked(group="ward"), ward=["", *names[1:]])


@pytest.mark.parametrize("wards", [9, 40, 200])
def test_the_split_proposed_for_groups_can_be_drawn(wards: int) -> None:
    """By every seed, with a part that is watched, whatever sizes they have."""
    sizes = np.random.default_rng(wards).integers(0, wards, tables.ROWS)
    names = [f"ward {row}" for row in sizes]
    path = tables.written(Path("churn.csv"), ward=names)
    looked = look_at_table(path, "churn", "left", TableAsked(group="ward"))
    dataset = brought(TableAsked(group="ward"), ward=names).read()
    for seed in range(20):
        drawn = dataset.split(
            SplitSettings(**looked.proposal["split"]), seed, "validation", watched=True
        )
        assert min(len(drawn.train), len(drawn.holdout), len(drawn.watched)) > 0


@pytest.mark.parametrize(
    ("target", "file", "split"),
    [
        # 200 rows: 160 train, 32 of these are set aside.
        ("age", False, {"train": 160, "validation": 32, "by": "stratified"}),
        ("left", False, {"train": 160, "validation": 32, "by": "stratified"}),
        ("age", True, {"validation": 40, "by": "stratified"}),
        ("left", True, {"validation": 40, "by": "stratified"}),
    ],
)
def test_stratify_gives_every_part_the_targets_shares(
    target: str, file: bool, split: dict[str, Any], tmp_path: Path
) -> None:
    """A test file's rows are whatever they are."""
    ages = [f"{row / 7:.3f}" for row in range(tables.ROWS)]
    path = tables.written(Path("churn.csv"), age=ages)
    later = tables.written(tmp_path / "later.csv", **tables.words(seed=9) | {"age": ages})
    asked = TableAsked(test=later if file else None, stratify=True)
    assert look_at_table(path, "churn", target, asked).proposal["split"] == split


def test_without_it_numbers_are_not_and_classes_only_without_a_test_file(tmp_path: Path) -> None:
    ages = [f"{row / 7:.3f}" for row in range(tables.ROWS)]
    path = tables.written(Path("churn.csv"), age=ages)
    later = tables.written(tmp_path / "later.csv", **tables.words(seed=9))
    for target, test, by in (
        ("age", None, None),
        ("left", None, "stratified"),
        ("left", later, None),
    ):
        proposal = look_at_table(path, "churn", target, TableAsked(test=test)).proposal
        assert proposal["split"].get("by") == by


def test_numbers_are_stratified_by_ten_bins_and_beside_a_test_file_too(tmp_path: Path) -> None:
    ages = [f"{row / 7:.3f}" for row in range(tables.ROWS)]
    later = tables.written(tmp_path / "later.csv", **tables.words(seed=9) | {"age": ages})
    for test in (None, later):
        path = tables.written(Path("churn.csv"), age=ages)
        asked = TableAsked(test=test, stratify=True)
        proposal = look_at_table(path, "churn", "age", asked).proposal
        dataset = brought(asked, target="age", age=ages).read()
        split = dataset.split(
            SplitSettings(**proposal["split"]), seed=0, holdout="validation" if test else "test"
        )
        assert np.bincount(split.holdout // 20, minlength=10).tolist() == [4] * 10


@pytest.mark.parametrize("aside", ["group", "time"])
def test_stratify_goes_with_neither_group_nor_time(aside: str) -> None:
    with pytest.raises(RegscopeError, match=r"^--stratify: goes with neither --group nor --time$"):
        brought(TableAsked(stratify=True, **{aside: "since"}))  # type: ignore[arg-type]


def test_a_group_of_the_test_file_that_trains_is_refused(tmp_path: Path) -> None:
    names = [f"ward {row % 40}" for row in range(tables.ROWS)]
    own = tables.words(seed=9)
    others = [f"room {row % 40}" for row in range(tables.ROWS)]
    test = tables.written(tmp_path / "later.csv", **own, ward=others)
    assert brought(TableAsked(group="ward", test=test), ward=names).read().groups is not None
    test = tables.written(tmp_path / "later.csv", **own, ward=["ward 3", *others[1:]])
    with pytest.raises(RegscopeError, match=r"later\.csv: column ward: ward 3: in the other file"):
        brought(TableAsked(group="ward", test=test), ward=names)


def test_rows_of_a_test_file_that_are_not_as_described_are_refused(tmp_path: Path) -> None:
    own = tables.words(seed=9)
    for changed, told in (
        ({"age": ["old"] * tables.ROWS}, "column age: old is no number"),
        ({"left": ["", *own["left"][1:]]}, "column left: missing in 1 rows"),
        ({"age": ["1e20"] * tables.ROWS}, "inputs: column age reaches"),
    ):
        test = tables.written(tmp_path / "later.csv", **own | changed)
        with pytest.raises(RegscopeError, match=rf"later\.csv: {told}"):
            brought(TableAsked(test=test))


def test_gaps_of_a_test_file_are_gaps(tmp_path: Path) -> None:
    """Though the rows that train have none."""
    ages = [f"{row}.5" for row in range(tables.ROWS)]
    test = tables.written(tmp_path / "later.csv", **tables.words(seed=9) | {"age": ["", *ages[1:]]})
    source = brought(TableAsked(test=test), age=ages)
    folder = Path("raw")
    folder.mkdir()
    source.download(folder)
    dataset = source.prepared(folder, "churn")
    assert dataset.input_shape == (-1, 2, 0)
    assert np.flatnonzero(np.isnan(dataset.inputs[:, 0])).tolist() == [tables.ROWS]


def test_what_pandas_writes_is_read_without_its_index() -> None:
    """The same study, and the same data, as of the file without it."""
    plain = brought().read()
    stored = Path("data/own/churn.csv")
    lines = stored.read_text().splitlines()
    Path("with.csv").write_text(
        "\n".join([f",{lines[0]}", *(f"{row},{line}" for row, line in enumerate(lines[1:]))]) + "\n"
    )
    looked = look_at_table(Path("with.csv"), "churn", "left", TableAsked())
    assert "left out: (index) (without a name, as an index), row (numbers the rows)" in looked.told
    stored.write_bytes(Path("with.csv").read_bytes())
    write_description(stored, looked.description)
    np.testing.assert_array_equal(
        Table(path=str(stored), target="left").read().inputs, plain.inputs
    )


def test_rows_are_alike_as_networks_read_them() -> None:
    """Whatever the sign of a zero or of what is no number."""
    train = np.array([[0.0, np.nan], [1.0, 2.0]], np.float32)
    test = np.array([[-0.0, -np.nan], [1.0, 3.0]], np.float32)
    (told,) = trained_on(train, test)
    assert told.startswith("1 of the test rows is among those that train")
    assert not list(trained_on(train, test[1:]))


def test_classes_that_are_spelled_alike_are_told() -> None:
    left = words()["left"]
    spelled = ["Yes" if row % 3 and word == "yes" else word for row, word in enumerate(left)]
    file = tables.written(Path("t.csv"), left=spelled)
    looked = look_at_table(file, "churn", "left", TableAsked())
    told = "classes Yes, yes are spelled alike: where they are one, write it in one way"
    assert told in looked.warned


def test_one_column_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("age city left\n" + "40 Bern yes\n" * 30)
    with pytest.raises(RegscopeError, match=r"the only column is age city left: values are cut by"):
        look_at_table(tmp_path / "t.csv", "churn", "left", TableAsked())
