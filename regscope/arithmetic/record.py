"""What this processor gives, beside the record."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regscope.arithmetic.choice import settle, steady_numpy


def lines(write: bool = False) -> Iterator[str]:
    """A line an operation and whether arithmetic is portable here; `write` makes it the record.

    numpy and torch must not be loaded yet.
    """
    steady_numpy()
    reason = settle("portable")
    from regscope.arithmetic.answers import RECORD, answers

    found = answers()
    if write:
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    record = json.loads(RECORD.read_text())
    for name, digest in found.items():
        yield f"{name:24} {digest}  {'' if digest == record.get(name) else 'OTHER BITS'}".rstrip()
    yield f"portable arithmetic: {reason or 'yes'}"
