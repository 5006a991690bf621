"""What MLflow's page shows of an experiment at our address: its cells, best first, and verdicts.

The page keeps a view that is shared as a tag of the experiment, which an address names.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from regscope.tracking.runs import CELL, KIND

KEY = "regscope"
TAG = f"mlflow.sharedViewState.{KEY}"


def state(measure: str) -> str:
    """The tag's value for a study that compares `measure`."""
    metrics = (measure, f"difference/{measure}", f"difference_low/{measure}")
    metrics += (f"difference_high/{measure}",)
    columns = [*(f"metrics.`{name}`" for name in metrics), f"tags.`verdict.{measure}`"]
    view = {
        "searchFilter": f"tags.`{KIND}` = '{CELL}'",
        "orderByKey": columns[0],
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        "runListHidden": False,
    }
    return json.dumps(view)


def address(server: str, experiment: str) -> str:
    """The page of an experiment's runs on a server, in this view."""
    return f"{server}/#/experiments/{quote(experiment, safe='')}/runs?viewStateShareKey={KEY}"
