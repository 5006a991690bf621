"""What networks are asked to give, and how far off they are: one file a task."""

from collections.abc import Container

from regscope.tasks.base import Asked, Objective, Table, Task, TaskName
from regscope.tasks.classification import Classification
from regscope.tasks.regression import Regression
from regscope.tasks.tagging import Tagging

TASKS: dict[TaskName, Task] = {
    task.name: task for task in (Classification(), Tagging(), Regression())
}


def task_of(data: Asked) -> Task:
    """Of a data set, or of its source before there is any."""
    if data.quantity is not None:
        return TASKS["regression"]
    return TASKS["tagging" if data.kind == "tokens" else "classification"]


def task_in(columns: Container[str]) -> Task:
    """Of a table of networks by its columns; tagging's tables are those of classification."""
    return TASKS["regression" if TASKS["regression"].measure in columns else "classification"]


__all__ = ["TASKS", "Asked", "Objective", "Table", "Task", "TaskName", "task_in", "task_of"]
