from __future__ import annotations

import pytest

from tests import processors


@pytest.mark.parametrize("list_of", ["NUMERIC", "OF_PROCESSORS", "OF_FASTEST", "OF_ALL"])
def test_what_the_lists_name_is_there(list_of: str) -> None:
    """pytest says nothing of a file to leave out that is none."""
    names = getattr(processors, list_of)
    assert [name for name in names if not (processors.ROOT / "tests" / name).exists()] == []
