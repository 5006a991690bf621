"""What a study's results were made with: settings that are no longer written, other machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regscope.review.dotted import Change, changes, flat
from regscope.review.metrics import Metrics, StudyMetrics, block


def outdated(metrics: Metrics, params: Mapping[str, Any]) -> Mapping[str, tuple[Change, ...]]:
    """The studies whose results were made with other settings than params.yaml has, and which.

    A title decides nothing, and neither does a cell that is null. A study that is null, or no
    block of settings, is none.
    """
    written = {name: block(block(params, "studies"), name) for name in metrics.studies}
    found = {
        name: changes(_deciding(study.settings), _deciding(written[name]))
        for name, study in metrics.studies.items()
        if written[name] and study.settings
    }
    return {name: differing for name, differing in found.items() if differing}


def elsewhere(before: Metrics, after: Metrics) -> Mapping[str, tuple[Change, ...]]:
    """The studies of both that another machine, or other versions, trained."""
    found = {
        name: _environments(before.studies[name], study)
        for name, study in after.studies.items()
        if name in before.studies
    }
    return {name: differing for name, differing in found.items() if differing}


def _deciding(study: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in flat(study).items() if key != "title" and value is not None
    }


def _environments(before: StudyMetrics, after: StudyMetrics) -> tuple[Change, ...]:
    # A key that an older version did not state is no difference.
    shared = before.environment.keys() & after.environment.keys()
    return changes(
        {key: value for key, value in before.environment.items() if key in shared},
        {key: value for key, value in after.environment.items() if key in shared},
    )
