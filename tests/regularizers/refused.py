"""What a method refuses, before there is a network."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from regscope.regularizers import Regularizer, Target
from regscope.tasks import TaskName


def refused(method: Regularizer, kind: str, task: TaskName = "classification") -> str:
    """What is said of a kind of data and a task."""
    with pytest.raises(PydanticCustomError) as caught:
        method.check(Target((), {}, kind, task=task))
    context = caught.value.context
    assert context is not None
    return f"{context['key']} = {context['value']}: {context['allowed']}"
