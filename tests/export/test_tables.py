"""An exported table: raw rows in, predictions out, without this project."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import nn

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.datasets.own import description_file
from regscope.datasets.table import FormDescription, Table, TableDescription, encoded
from regscope.export.cell import TrainedSeed
from regscope.export.plain import predict
from regscope.export.tables import columns_of, example_text
from regscope.export.writing import export
from regscope.own.table_asked import TableAsked
from regscope.study.networks import MODEL_FILE, in_own_unit, load_networks
from regscope.study.params import Study
from tests import tiny
from tests.command.called import called
from tests.export.alone import FORBIDDEN
from tests.own import tables

MODEL: dict[str, Any] = {"kind": "tabular", "hidden": [8], "embedding": 3}

# As `python predict.py rows.csv`, where this project cannot be imported.
ALONE = (
    FORBIDDEN
    + """
import runpy

sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
)

ROWS = """city,other,since,age
Rome,x,2012-03-01,44.5
 Bern ,x,2012/3/1 12:00,
Oslo,x,?,30
?,x,2024-12-31T23:59:59.5+01:00,NaN
"""
"""Columns in another order and one more; values missing, an unknown category, spaces, times."""

READ = [
    [44.5, 1, 4443],
    [np.nan, 0, 4443.5],
    [30, -1, np.nan],
    [np.nan, np.nan, 9131 + (22 * 3600 + 59 * 60 + 59.5) / 86400],
]
"""2012-03-01 is 12 * 365 + 3 leap days + 31 + 29 days after 2000-01-01."""

Settle = Callable[..., tuple[Study, Dataset]]


@pytest.fixture
def settle(workspace: Path) -> Settle:
    """Writes params.yaml with the study `tiny` of a table, its data, and the cell `tested`."""

    def settled(
        model: tiny.Values = MODEL, asked: TableAsked | None = None, **changed: list[str]
    ) -> tuple[Study, Dataset]:
        target = "age" if "age" in changed else "left"
        source = tables.brought(asked, target, Path("data/own"), **changed)
        study = tiny.study(
            {"dropout": 0.1},
            data=source.model_dump(mode="json"),
            model=model,
            split={"train": 160, "validation": 32},
            training={"seeds": 2, "epochs": 2},
        )
        dataset = source.read()
        params = {
            "study": "tiny",
            "reg": "tested",
            "studies": {"tiny": study.model_dump(mode="json", exclude_none=True)},
        }
        paths.PARAMS.write_text(yaml.safe_dump(params))
        trained = tiny.trained(study, dataset, [0, 1])
        state = {name: value.numpy() for name, value in trained.model.state_dict().items()}
        write_tensors(paths.model("tiny", "tested") / MODEL_FILE, state)
        dataset.save(paths.prepared("tiny"))
        return study, dataset

    return settled


def network_of(study: Study, dataset: Dataset, seed: int) -> nn.Module:
    network = load_networks(study, "tested", paths.model("tiny", "tested"), dataset)[seed]
    return in_own_unit(network, study, "tested", dataset, seed)


def alone(folder: str, rows: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE, f"{folder}/predict.py", rows],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": "/nowhere"},
    )


def printed(done: subprocess.CompletedProcess[str]) -> list[list[str]]:
    assert (done.returncode, done.stderr) == (0, "")
    return list(csv.reader(io.StringIO(done.stdout)))


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["torch", "state_dict"])
def test_raw_rows_give_the_networks_predictions(settle: Settle, chosen: str) -> None:
    study, dataset = settle()
    called("export", "tiny", "tested", "--seed", "1", "--format", chosen, "--out", "out")
    written = {"README.md", "columns.json", "example.csv", "model.py", "predict.py"}
    programs = {"model.pt2"} if chosen == "torch" else set()
    assert {file.name for file in Path("out").iterdir()} == {*written, "state_dict.pt", *programs}
    Path("rows.csv").write_text(ROWS)
    header, *found = printed(alone("out", "rows.csv"))
    assert header == ["row", "left", "P(no)", "P(yes)"]
    with torch.no_grad():
        logits = network_of(study, dataset, 1)(torch.tensor(READ, dtype=torch.float32))
    assert [row[0] for row in found] == ["1", "2", "3", "4"]
    assert [row[1] for row in found] == [dataset.classes[place] for place in logits.argmax(1)]
    shares = np.array([row[2:] for row in found], float)
    np.testing.assert_allclose(shares, logits.softmax(1).numpy(), rtol=2e-6)


@pytest.mark.slow
def test_a_file_of_the_table_itself_gives_the_accuracy_of_the_card(settle: Settle) -> None:
    study, dataset = settle()
    called("export", "tiny", "tested", "--out", "out")
    _, *found = printed(alone("out", "data/own/churn.csv"))
    places = dataset.split(study.split, 0).holdout
    right = [found[row][1] == dataset.classes[dataset.targets[row]] for row in places]
    assert f"| {np.mean(right):.2%} of".replace("%", " %") in Path("out/README.md").read_text()


def test_numbers_come_in_their_own_unit(settle: Settle) -> None:
    study, dataset = settle(age=[f"{1000 + row / 7:.3f}" for row in range(tables.ROWS)])
    called("export", "tiny", "tested", "--out", "out")
    Path("rows.csv").write_text("since,city,left\n2012-03-01,Rome,yes\n?,Oslo,\n")
    header, *found = printed(alone("out", "rows.csv"))
    assert header == ["row", "age"]
    columns = [column.name for column in dataset.columns]
    read = {"city": [1, -1], "since": [4443, np.nan], "left": [1, np.nan]}
    rows = np.array([read[name] for name in columns]).T
    with torch.no_grad():
        expected = network_of(study, dataset, 0)(torch.tensor(rows, dtype=torch.float32))
    np.testing.assert_allclose([float(row[1]) for row in found], expected[:, 0], rtol=1e-6)
    described = json.loads(Path("out/columns.json").read_text())
    assert described["target"] == {"name": "age", "measures": "age", "unit": ""}


@pytest.mark.slow
def test_the_example_and_the_card(settle: Settle) -> None:
    study, dataset = settle()
    called("export", "tiny", "tested", "--out", "out")
    example = list(csv.DictReader(io.StringIO(Path("out/example.csv").read_text())))
    train = dataset.inputs[dataset.split(study.split, 0).train]
    [row] = example
    assert list(row) == ["age", "city", "since"]
    assert float(row["age"]) == pytest.approx(np.nanmedian(train[:, 0]), rel=1e-5)
    assert row["city"] == "Bern"
    card = Path("out/README.md").read_text()
    assert "float32 `[batch, 3]`, a number for each column" in card
    done = alone("out", "out/example.csv")
    assert f"```text\n{done.stdout}```" in card
    described = json.loads(Path("out/columns.json").read_text())
    [[age, *others]] = predict.read_rows("out/example.csv", described)
    assert f"`[[{age:.6g}, {others[0]:.6g}, {others[1]:.6g}]]`" in card


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("age,city\n1,Bern\n", "has no column since: it has age, city"),
        ("city,since,age\nBern,,old\n", "row 1, column age: 'old' is no number"),
        ("city,since,age\nBern,,1\nBern,,1e39\n", "row 2, column age: '1e39': every number must"),
        ("city,since,age\nBern,1.5.2020,1\n", "row 1, column since: '1.5.2020' is no date such"),
        ("city,since,age\nBern,,1,2\n", "line 2 has 4 values, and the first has 3"),
        ("city,since,age,age\nBern,,1,2\n", "the column age is there twice"),
        ("1,2,3\n4,5,6\n", "the first line holds numbers: must be the names of the columns"),
        ("city,since,age\nCity,Since,Age\n", "the header stands there twice: take line 2 out"),
        ("city,since,age\n", "has only a header line"),
        ("\n", "is empty"),
        ('city,since,age\nBern,,"1\nRome,,2\n', "a quote is opened and never closed"),
        ('city,since,age\n"Bern,,1\nRome,,2\n', "line 3 has 1 values, and the first has 3"),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, told: str, workspace: Path) -> None:
    described = columns_of(cell_of(tables.brought()))
    Path("rows.csv").write_text(text)
    with pytest.raises(predict.Refused) as refused:
        predict.read_rows("rows.csv", described)
    assert str(refused.value).startswith(f"rows.csv: {told}")
    assert "\n" not in str(refused.value)


def test_a_refusal_is_one_line_and_an_exit_status(settle: Settle) -> None:
    settle()
    called("export", "tiny", "tested", "--format", "state_dict", "--out", "out")
    Path("rows.csv").write_text("city,since,age\nBern,,old\n")
    done = alone("out", "rows.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "rows.csv: row 1, column age: 'old' is no number\n"
    done = alone("out", "nowhere.csv")
    assert done.stderr == "nowhere.csv: cannot be read: No such file or directory\n"
    Path("out/model.py").unlink()
    Path("rows.csv").write_text("city,since,age\nBern,,1\n")
    assert alone("out", "rows.csv").stderr.endswith(
        "out: has neither model.pt2 nor model.py nor model.onnx\n"
    )


def cell_of(source: Table) -> TrainedSeed:
    """As far as its columns go."""
    study = tiny.study(
        data=source.model_dump(mode="json"), model=MODEL, split={"train": 160, "validation": 32}
    )
    return TrainedSeed("t", study, "none", 0, 1, nn.Identity(), source.read(), 0.5, 8, None)


WORDS = [
    *("1", "+1", "-2.5", ".5", "5.", "1e3", "1E-3", "1_000", "0x1", "١", "1,5", "-", ".", "old"),
    *("inf", "-Infinity", "nan", "NAN", "-nan", "nan(7)", "1e39", "1e400", "1e-400"),
    *("", " ", "  7 ", "\t8", "?", "NA", "null", "None", "#N/A", "Bern", "bern", "Rome", "Oslo"),
    *("Zürich", "a\nb", 'x"y', "2020-1-2", "2020/01/02", "2020-01/02", "1969-12-31", "0000-01-01"),
    *("9999-12-31", "2020-02-30", "2021-02-29", "2020-13-01", "13-1-2020", "20200102"),
    *("2020-01-02T03:04", "2020-01-02 03:04:05", "2020-01-02T3:04:05.1234567", "2020-01-02T24:00"),
    *(
        "2020-01-02T23:59:60",
        "2020-01-02T03:04Z",
        "2020-01-02T03:04+0130",
        "2020-01-02T03:04-23:59",
    ),
    *("2020-01-02T03:04+24:00", "2020-01-02T03:04+01:60", "2020-01-02T03:04+23:60"),
]


@pytest.mark.parametrize("word", WORDS)
def test_values_are_read_as_they_were_when_the_table_was(word: str, workspace: Path) -> None:
    """Every word in a column of every kind: the same numbers, or refused by both."""
    source = tables.brought()
    described = columns_of(cell_of(source))
    for name in ("age", "city", "since"):
        row = {"age": "1", "city": "Bern", "since": "2012-03-01", "left": "yes"} | {name: word}
        with Path("rows.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([row.keys(), row.values()])
        assert read_alone(described) == read_here(source.described()), (name, word)


def read_alone(described: dict[str, Any]) -> bytes | None:
    try:
        rows = predict.read_rows("rows.csv", described)
    except predict.Refused:
        return None
    return as_bytes(torch.tensor(rows).numpy())


def as_bytes(inputs: np.ndarray) -> bytes:
    """Where every nan is one and the same."""
    return bytes(np.nan_to_num(inputs, nan=-7e7).tobytes())


def read_here(described: TableDescription) -> bytes | None:
    try:
        with np.errstate(over="ignore"):
            inputs, _, _ = encoded(Path("rows.csv"), described)
    except RegscopeError:
        return None
    # A table with such a number is refused as data.
    return None if np.isinf(inputs).any() else as_bytes(inputs)


FORMS: dict[str, bytes] = {
    "mark": "\ufeffage,city,since,left\n1,Bern,,yes\n".encode(),
    "line ends": b"age,city,since,left\r\n1,Bern,,yes\r\n2,Rome,,no\r\n",
    "old line ends": b"age,city,since,left\r1,Bern,,yes\r",
    "quotes": b'"age","ci""ty",city,since,left\n"1","a,b","Be"rn,"",yes\n',
    "line end in quotes": b'age,"x",city,since,left\n1,"a\nb",Bern,,yes\n',
    "empty lines": b"age,city,since,left\n\n1,Bern,,yes\n\n\n2,Rome,,no\n\n",
    "no last line end": b"age,city,since,left\n1,Bern,,yes",
    "names with spaces": b" age , city,since ,left\n1,Bern,,yes\n",
    "Latin-1": "age,city,since,left,x\n1,Bern,,yes,\xe4\n".encode("latin-1"),
    "UTF-16": "age,city,since,left,x\n1,Bern,,yes,ä\n".encode("utf-16"),
    "spaces alone": b"age,city,since,left\n  \n1,Bern,,yes\n",
    "empty": b" \n",
    "NUL": b"age,city,since,left\n1,Bern,\0,yes\n",
    "Parquet": b"PAR1 and so on",
}


@pytest.mark.parametrize("name", FORMS)
def test_files_are_read_as_they_were_when_the_table_was(name: str, workspace: Path) -> None:
    source = tables.brought()
    Path("rows.csv").write_bytes(FORMS[name])
    described = columns_of(cell_of(source))
    found = read_alone(described)
    assert found == read_here(source.described())
    assert (found is None) == (name in ("spaces alone", "empty", "NUL", "Parquet"))
    Path("rows.csv.gz").write_bytes(gzip.compress(FORMS[name]))
    if found is not None:
        assert predict.read_rows("rows.csv.gz", described)


def test_without_a_header_columns_go_by_number(workspace: Path) -> None:
    described = {
        "columns": [
            {"name": "3", "kind": "number"},
            {"name": "1", "kind": "category", "categories": ["a", "b;c"]},
        ],
        "delimiter": ";",
        "header": False,
        "missing": ["", "?"],
        "epoch": "2000-01-01",
        "target": {"name": "2", "classes": ["x", "y"]},
    }
    Path("rows.csv").write_text('"b;c";x;1.5;more\nz;;?;\n')
    rows = predict.read_rows("rows.csv", described)
    np.testing.assert_array_equal(rows, [[1.5, 1], [np.nan, -1]])
    assert example_text(described, {0: 2.25}) == "a;;2.25\n"
    Path("rows.csv").write_text("a;x\n")
    with pytest.raises(predict.Refused, match=r"has no column 3: it has 1, 2$"):
        predict.read_rows("rows.csv", described)


def test_numbers_that_name_the_described_columns_are_a_header(workspace: Path) -> None:
    """As pandas numbers columns; where they are not the described ones, they are a row."""
    described = {
        "columns": [{"name": "0", "kind": "number"}, {"name": "1", "kind": "number"}],
        "delimiter": ",",
        "header": True,
        "missing": [""],
        "epoch": "2000-01-01",
        "target": {"name": "target", "classes": ["x", "y"]},
    }
    Path("rows.csv").write_text("1,0\n0.5,2\n")
    assert predict.read_rows("rows.csv", described) == [[2, 0.5]]
    Path("rows.csv").write_text("2,0.5\n0.5,2\n")
    with pytest.raises(predict.Refused, match="the first line holds numbers"):
        predict.read_rows("rows.csv", described)


def test_a_first_column_without_a_name_is_the_index(workspace: Path) -> None:
    """As it was when the table was read; another one is not."""
    described = {
        "columns": [{"name": "a", "kind": "number"}, {"name": "(index)", "kind": "number"}],
        "delimiter": ",",
        "header": True,
        "missing": [""],
        "epoch": "2000-01-01",
        "target": {"name": "target", "classes": ["x", "y"]},
    }
    Path("rows.csv").write_text(" ,a\n7,0.5\n")
    assert predict.read_rows("rows.csv", described) == [[0.5, 7]]
    Path("rows.csv").write_text("a,\n0.5,7\n")
    with pytest.raises(predict.Refused, match=r"has no column \(index\): it has a, $"):
        predict.read_rows("rows.csv", described)


def test_columns_of_a_source_that_describes_no_file() -> None:
    inputs = np.zeros((60, 2), np.float32)
    columns = (Column("a", ("u", "v")), Column("b", gaps=True))
    dataset = Dataset("table", inputs, np.zeros(60, np.int64), ("n", "y"), columns=columns)
    cell = TrainedSeed("t", tiny.study(), "none", 0, 1, nn.Identity(), dataset, 0.5, 60, None)
    found = columns_of(cell)
    assert found["columns"] == [
        {"name": "a", "kind": "category", "categories": ["u", "v"]},
        {"name": "b", "kind": "number"},
    ]
    assert found["target"] == {"name": "class", "classes": ["n", "y"]}
    assert (found["delimiter"], found["header"]) == (",", True)


def test_of_parquet_rows_are_csv_with_a_header(workspace: Path) -> None:
    source = tables.brought()
    described = source.described().model_copy(update={"form": FormDescription()})
    description_file(source.path).write_text(
        json.dumps(described.model_dump(mode="json", exclude_defaults=True))
    )
    found = columns_of(cell_of_description(source, described))
    assert (found["delimiter"], found["header"]) == (",", True)


def cell_of_description(source: Table, described: TableDescription) -> TrainedSeed:
    columns = tuple(column.read for column in described.columns)
    inputs = np.zeros((tables.ROWS, len(columns)), np.float32)
    targets = np.zeros(tables.ROWS, np.int64)
    dataset = Dataset("table", inputs, targets, described.classes, columns=columns)
    study = tiny.study(
        data=source.model_dump(mode="json"), model=MODEL, split={"train": 160, "validation": 32}
    )
    return TrainedSeed("t", study, "none", 0, 1, nn.Identity(), dataset, 0.5, 8, None)


def test_a_table_that_was_brought_in_anew_is_refused(settle: Settle) -> None:
    settle()
    tables.brought(None, city=["Oslo", "Rome"] * (tables.ROWS // 2))
    with pytest.raises(RegscopeError, match=r"^data/prepared/tiny: the table was brought in anew"):
        called("export", "tiny", "tested", "--format", "state_dict", "--out", "out")
    assert not Path("out").exists()


NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self, input_shape, classes):
        super().__init__()
        self.hidden, self.output = nn.Linear(*input_shape, 6), nn.Linear(6, classes)

    def forward(self, inputs):
        return self.output(self.hidden(inputs).tanh())
"""


@pytest.mark.slow
def test_a_module_of_ones_own_predicts_by_its_program(workspace: Path, settle: Settle) -> None:
    Path("my_nets.py").write_text(NET)
    source = tables.brought()
    study = tiny.study(
        data=source.model_dump(mode="json"),
        model={"kind": "module", "path": "my_nets.py:Net"},
        split={"train": 160, "validation": 32},
    )
    dataset = source.read()
    torch.manual_seed(0)
    network = study.model.build(dataset.input_shape, 2).eval()
    study.model.fit(network, dataset.inputs)
    cell = TrainedSeed("t", study, "none", 0, 1, network, dataset, 0.5, 40, None)
    names = export(cell, ["torch"], Path("out"))
    assert "model.pt2" in names
    assert "model.py" not in names
    Path("rows.csv").write_text(ROWS)
    _, *found = printed(alone("out", "rows.csv"))
    with torch.no_grad():
        expected = network(torch.tensor(READ, dtype=torch.float32)).softmax(1).numpy()
    np.testing.assert_allclose([float(row[2]) for row in found], expected[:, 0], rtol=2e-6)


@pytest.mark.slow
def test_onnx_takes_gaps_and_batches_of_any_size(
    settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than a category has, too."""
    from onnx.reference import ReferenceEvaluator

    study, dataset = settle()
    called("export", "tiny", "tested", "--format", "onnx", "--out", "out")
    evaluator = ReferenceEvaluator("out/model.onnx")
    network = network_of(study, dataset, 0)
    for inputs in (dataset.inputs, np.array(READ, np.float32)[:1], np.array(READ, np.float32)):
        (found,) = evaluator.run(["logits"], {"inputs": inputs})
        with torch.no_grad():
            expected = network(torch.from_numpy(inputs)).numpy()
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-4, atol=1e-5)
