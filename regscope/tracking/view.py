"""What MLflow's page shows of an experiment at our address: its cells, best first, and verdicts.

The page keeps a view that is shared as a tag of the experiment, which an address names.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from regscope.measures.catalog import named
from regscope.tracking.runs import CELL, KIND

KEY = "regscope"
TAG = f"mlflow.sharedViewState.{KEY}"
WIDTH = 190
"""Pixels of a column: its name can be read."""


def state(measure: str) -> str:
    """The tag's value for a study that compares `measure`."""
    columns = [f"metrics.`{measure}`", f"metrics.`difference/{measure}`"]
    columns.append(f"tags.`verdict.{measure}`")
    view = {
        "searchFilter": f"tags.`{KIND}` = '{CELL}'",
        "orderByKey": columns[0],
        "orderByAsc": named(measure).better == "lower",
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        # Widths are those of columns that are ordered.
        "columnOrder": columns,
        "columnWidths": dict.fromkeys(columns, WIDTH),
        "runListHidden": False,
    }
    return json.dumps(view)


def address(server: str, experiment: str) -> str:
    """The page of an experiment's runs on a server, in this view."""
    return f"{server}/#/experiments/{quote(experiment, safe='')}/runs?viewStateShareKey={KEY}"
