"""A network of one's own on the command line."""

from __future__ import annotations

import pytest

from regscope.base.errors import RegscopeError
from regscope.own.network import own_network


def test_arguments_are_as_yaml_spells_them() -> None:
    found = own_network("my_nets.py:Net", ["width=32", "rates=[0.1, 0.2]", "name=a=b", "deep=true"])
    assert found == {
        "kind": "module",
        "path": "my_nets.py:Net",
        "arguments": {"width": 32, "rates": [0.1, 0.2], "name": "a=b", "deep": True},
    }
    assert own_network("my_nets.py:Net", []) == {"kind": "module", "path": "my_nets.py:Net"}
    assert own_network(None, []) is None


@pytest.mark.parametrize(
    ("path", "arguments", "told"),
    [
        (None, ["width=32"], "--argument width=32: goes with --network"),
        ("a.py:A", ["width"], "--argument width: give KEY=VALUE, as in --argument width=32"),
        ("a.py:A", ["2d=1"], "--argument 2d=1: give KEY=VALUE, as in --argument width=32"),
        ("a.py:A", ["a=1", "a=2"], "--argument a: is given twice"),
    ],
)
def test_what_is_no_argument_is_refused(path: str | None, arguments: list[str], told: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        own_network(path, arguments)
    assert str(refused.value) == told


def test_a_value_that_is_no_yaml_is_refused_by_its_name() -> None:
    with pytest.raises(RegscopeError, match=r"^--argument a"):
        own_network("a.py:A", ["a=[1"])
