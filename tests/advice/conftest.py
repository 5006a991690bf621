"""Searches train in the tests' own process: starting others takes longer than tiny networks do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.here import Here, choose


@pytest.fixture(autouse=True, scope="module")
def in_this_process() -> Iterator[Here]:
    with pytest.MonkeyPatch.context() as patch:
        yield choose(Here(), patch)
