"""A study's results as tables: gathered from the evaluated cells, read back from metrics/."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope import paths
from regscope.params import BASELINE, Study
from regscope.statistics import compare, holm, verdict

if TYPE_CHECKING:
    import pandas as pd

SETTINGS_FILE = "settings.json"

SUMMARY = (
    "test_accuracy",
    "test_loss",
    "train_accuracy",
    "generalization_gap",
    "weight_std",
    "near_zero_fraction",
)

COMPARED = {
    "test_accuracy": True,
    "test_loss": False,
    "generalization_gap": False,
}
"""The measures that cells are compared in, and whether more of it is better."""


@dataclass(frozen=True)
class StudyResults:
    """One study's tables: a row a cell and seed, a cell and layer, a cell and class, a cell."""

    seeds: pd.DataFrame
    layers: pd.DataFrame
    classes: pd.DataFrame
    comparisons: pd.DataFrame

    @property
    def cells(self) -> list[str]:
        return list(self.seeds["reg"].unique())

    @property
    def summary(self) -> dict[str, dict[str, float]]:
        """`{reg: {measure: mean over seeds}}`, to six decimals."""
        means = self.seeds.groupby("reg", sort=False)[list(SUMMARY)].mean()
        return {
            str(reg): {measure: round(float(row[measure]), 6) for measure in SUMMARY}
            for reg, row in means.iterrows()
        }


def gather(name: str, study: Study) -> StudyResults:
    """Put the evaluated cells of a study together, in the order of params.yaml."""
    import pandas as pd

    cells = list(study.cells)
    seeds = _concat(name, cells, "measures.csv")
    return StudyResults(
        seeds=seeds,
        layers=_concat(name, cells, "layers.csv")
        .groupby(["reg", "layer"], sort=False)
        .mean()
        .drop(columns="seed")
        .reset_index(),
        classes=pd.concat([_by_class(name, reg) for reg in cells], ignore_index=True),
        comparisons=compare_cells(seeds),
    )


def load(name: str) -> StudyResults:
    """Read what `gather` gave and the stage `summarize` wrote."""
    import pandas as pd

    folder = paths.summary(name)
    names = ("seeds", "layers", "classes", "comparisons")
    # The class names of digit studies are digits, and stay names.
    return StudyResults(
        **{table: pd.read_csv(folder / f"{table}.csv", dtype={"class": str}) for table in names}
    )


def settings(name: str) -> dict[str, Any]:
    """The study's block of params.yaml when its results were made."""
    loaded: dict[str, Any] = json.loads((paths.summary(name) / SETTINGS_FILE).read_text())
    return loaded


def environment(name: str) -> dict[str, Any]:
    """What the study's cells were trained with; a list where they differ."""
    loaded: dict[str, Any] = json.loads((paths.summary(name) / "environment.json").read_text())
    return loaded


def gather_environment(name: str, study: Study) -> dict[str, Any]:
    found = [
        json.loads((paths.model(name, reg) / "environment.json").read_text()) for reg in study.cells
    ]
    gathered: dict[str, Any] = {}
    for key in found[0]:
        values = list(dict.fromkeys(environment.get(key) for environment in found))
        gathered[key] = values[0] if len(values) == 1 else values
    return gathered


def compare_cells(seeds: pd.DataFrame) -> pd.DataFrame:
    """Every cell against the baseline in every measure of COMPARED.

    Holm's correction is over the study's cells, for each measure by itself.
    """
    import pandas as pd

    by_reg = {str(reg): rows.set_index("seed") for reg, rows in seeds.groupby("reg", sort=False)}
    baseline = by_reg.pop(BASELINE)
    rows = []
    for measure, higher_is_better in COMPARED.items():
        compared = {
            reg: compare(
                cell.loc[baseline.index, measure].to_numpy(),
                baseline[measure].to_numpy(),
                higher_is_better,
            )
            for reg, cell in by_reg.items()
        }
        corrected = holm([comparison.p_value for comparison in compared.values()])
        for (reg, comparison), p_holm in zip(compared.items(), corrected, strict=True):
            row = {"reg": reg, "measure": measure} | asdict(comparison)
            row |= {"p_holm": p_holm, "verdict": verdict(comparison, p_holm, higher_is_better)}
            rows.append(row)
    columns = [
        "reg", "measure", "seeds", "difference", "low", "high", "p_value", "p_holm",
        "p_sign_flip", "probability_better", "detectable_difference", "verdict",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _concat(name: str, cells: list[str], file: str) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for reg in cells:
        table = pd.read_csv(paths.evaluation(name, reg) / file)
        table.insert(0, "reg", reg)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _by_class(name: str, reg: str) -> pd.DataFrame:
    """Precision, recall and F1 of every class, means over seeds (scikit-learn's definitions)."""
    import numpy as np
    import pandas as pd
    from safetensors.numpy import load_file
    from sklearn.metrics import precision_recall_fscore_support

    classes = _class_names(name)
    confusion = load_file(paths.evaluation(name, reg) / "arrays.safetensors")["confusion"]
    actual, predicted = np.indices(confusion.shape[1:])
    scores = np.mean(
        [
            precision_recall_fscore_support(
                actual.ravel(), predicted.ravel(), sample_weight=counts.ravel(), zero_division=0.0
            )[:3]
            for counts in confusion
        ],
        axis=0,
    )
    return pd.DataFrame(
        {"reg": reg, "class": classes, "precision": scores[0], "recall": scores[1], "f1": scores[2]}
    )


def _class_names(name: str) -> list[str]:
    described = json.loads((paths.prepared(name) / "dataset.json").read_text())
    return list(described["classes"])


def write(results: StudyResults, folder: Path) -> None:
    """The four tables as CSV and the summary as JSON."""
    from regscope.files import write_json, write_text

    for table in ("seeds", "layers", "classes", "comparisons"):
        frame: pd.DataFrame = getattr(results, table)
        write_text(folder / f"{table}.csv", frame.to_csv(index=False, float_format="%.9g"))
    write_json(folder / "summary.json", results.summary)
