"""What goes out with a network that reads a table: its columns, an example, and how to predict."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.datasets.table import ColumnDescription, FormDescription, TableDescription
from regscope.export.cell import TrainedSeed
from regscope.tables.kinds import EPOCH
from regscope.tables.marks import MISSING

if TYPE_CHECKING:
    from torch import Tensor

PLAIN = Path(__file__).parent / "plain"
COLUMNS = "columns.json"
PREDICT = "predict.py"
EXAMPLE = "example.csv"

SHOWN = 8
"""So many of the example's numbers stand on the card."""


def write_preparation(cell: TrainedSeed, folder: Path) -> None:
    """columns.json, predict.py and example.csv.

    Raises RegscopeError where the table was brought in anew since its study was trained.
    """
    described = columns_of(cell)
    write_json(folder / COLUMNS, described)
    write_text(folder / PREDICT, (PLAIN / PREDICT).read_text(encoding="utf-8"))
    write_text(folder / EXAMPLE, example_text(described, _middles(cell)))


def columns_of(cell: TrainedSeed) -> dict[str, Any]:
    """What columns.json says: all that `predict.py` has to know to read rows as the table was.

    Raises RegscopeError where columns are described otherwise than they were when it was trained.
    """
    described, dataset = _described(cell), cell.dataset
    if cell.study.data.columns not in ((), dataset.columns):
        raise RegscopeError(
            f"{paths.prepared(cell.name)}: the table was brought in anew since, with other columns:"
            f" train again, with: dvc exp run -S study={cell.name}"
        )
    target: dict[str, Any] = {"name": described.target}
    if dataset.quantity is None:
        target["classes"] = list(dataset.classes)
    else:
        target |= {"measures": dataset.quantity.name, "unit": dataset.quantity.unit}
    return {
        "columns": [_column(column) for column in described.columns],
        "delimiter": described.form.delimiter or ",",
        "header": described.form.header is not False,
        "missing": list(MISSING),
        "epoch": EPOCH,
        "target": target,
    }


def _described(cell: TrainedSeed) -> TableDescription:
    """Of a source that describes no file, a CSV file with the columns that its data have."""
    description = getattr(cell.study.data, "described", None)
    if description is not None:
        found = description()
        assert isinstance(found, TableDescription)
        return found
    dataset = cell.dataset
    columns = tuple(
        ColumnDescription(
            name=column.name,
            kind="category" if column.categories else "number",
            categories=column.categories,
            gaps=column.gaps,
        )
        for column in dataset.columns
    )
    return TableDescription(
        bytes=0,
        sha256="0" * 64,
        size=len(dataset.inputs),
        target=dataset.quantity.name if dataset.quantity else "class",
        form=FormDescription(),
        columns=columns,
    )


def _column(column: ColumnDescription) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "kind": column.kind}
    if column.kind == "category":
        found["categories"] = list(column.categories)
    return found


def _middles(cell: TrainedSeed) -> dict[int, float]:
    """Of columns of numbers, by their place, the median of the examples that trained."""
    from regscope.models.dense.columns import ColumnEmbedding

    for module in cell.network.modules():
        if isinstance(module, ColumnEmbedding):
            return dict(zip(module.layout.numbers, module.median.tolist(), strict=True))
    return {}


def example_text(described: Mapping[str, Any], middles: Mapping[int, float]) -> str:
    """A table of one row that is none of the data: medians, and the first category of each."""
    columns = described["columns"]
    words = {
        column["name"]: _word(column, middles.get(place, 0.0))
        for place, column in enumerate(columns)
    }
    text = io.StringIO()
    writer = csv.writer(text, delimiter=described["delimiter"], lineterminator="\n")
    if described["header"]:
        writer.writerow(words)
        writer.writerow(words.values())
    else:
        places = range(1, max(int(name) for name in words) + 1)
        writer.writerow([words.get(str(place), "") for place in places])
    return text.getvalue()


def _word(column: Mapping[str, Any], middle: float) -> str:
    if column["kind"] == "category":
        return str(next(iter(column["categories"]), ""))
    if column["kind"] == "date":
        return str(date.fromisoformat(EPOCH) + timedelta(days=int(middle)))
    return f"{middle:.6g}"


def edge_rows(inputs: Tensor) -> Tensor:
    """Examples `[N, D]`, and behind them one where all is missing and one where all is unknown."""
    import torch

    width = inputs.shape[1]
    return torch.cat([inputs, torch.full((1, width), torch.nan), torch.full((1, width), -1.0)])


def predicting(cell: TrainedSeed, folder: Path) -> str:
    """The card's section on raw rows: what they must be, and what comes out of the example."""
    import torch

    from regscope.export.plain import predict

    described = json.loads((folder / COLUMNS).read_text(encoding="utf-8"))
    rows = predict.read_rows(folder / EXAMPLE, described)
    with torch.no_grad():
        printed = predict.predictions(cell.network(torch.tensor(rows)), described["target"])
    lines = "\n".join(",".join(line[:SHOWN]) for line in printed)
    columns = len(described["columns"])
    more = f", of {columns:,} numbers, which begin so," if columns > SHOWN else ""
    numbers = ", ".join(f"{value:.6g}" for value in rows[0][:SHOWN])
    found = (
        "by their names in the header, in any order; others are passed over"
        if described["header"]
        else "by their numbers, from 1: there is no header; what follows the last is passed over"
    )
    missing = ", ".join(f"`{word}`" for word in described["missing"] if word)
    return f"""## Predicting rows

```sh
python {PREDICT} {EXAMPLE}
```

prints, as CSV, what is predicted of every row, without any other code than torch:

```text
{lines}
```

Rows are CSV with {_named(described["delimiter"])} between the values. Columns are found {found}.
Spaces around a value do not count; an empty one and {missing} are missing. Dates are written
`2026-11-29` or `2026-11-29 13:45`. A category that is none of its column's is taken for an unknown
one. A column that is not there, and text where a number or a date should be, end it with one line.
`{COLUMNS}` says which columns are read, in their order, and what they hold.

`{EXAMPLE}` is no row of the data: it holds medians, and each column's first category. Inside, the
network takes it as `[[{numbers}]]`{more} float32
`[1, {columns}]`: numbers as they are, dates as days since {described["epoch"]}, categories by
their place in `{COLUMNS}`, from 0, -1 for an unknown one; nan is what is missing. What fills gaps
and standardizes is a part of the network, fitted to what trained it.

"""


def _named(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else f"`{delimiter}`"
