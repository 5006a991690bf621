"""A study's results as tables: gathered from the evaluated cells, read back from metrics/."""

from regscope.results.compared import COMPARED, compare_cells
from regscope.results.gathered import gather, gather_environment
from regscope.results.guessed import GUESS, GUESS_MEANING, NO_BETTER, told, worded
from regscope.results.loading import (
    accuracies,
    as_study,
    environment,
    flaws,
    has_results,
    known_settings,
    load,
    settings,
    tested,
    trained,
)
from regscope.results.study import (
    SUMMARY,
    TABLES,
    StudyResults,
    write,
    write_environment,
)

__all__ = [
    "COMPARED",
    "GUESS",
    "GUESS_MEANING",
    "NO_BETTER",
    "SUMMARY",
    "TABLES",
    "StudyResults",
    "accuracies",
    "as_study",
    "compare_cells",
    "environment",
    "flaws",
    "gather",
    "gather_environment",
    "has_results",
    "known_settings",
    "load",
    "settings",
    "tested",
    "told",
    "trained",
    "worded",
    "write",
    "write_environment",
]
