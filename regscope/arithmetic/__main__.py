"""What this processor gives, beside the record: `python -m regscope.arithmetic`."""

from __future__ import annotations

import json
import sys

from regscope.arithmetic.choice import settle, steady_numpy


def main() -> None:
    # Before numpy and torch are loaded.
    steady_numpy()
    reason = settle("portable")
    from regscope.arithmetic.answers import RECORD, answers

    found = answers()
    if "--write" in sys.argv[1:]:
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    record = json.loads(RECORD.read_text())
    for name, digest in found.items():
        print(f"{name:24} {digest}  {'' if digest == record.get(name) else 'OTHER BITS'}".rstrip())
    print(f"portable arithmetic: {reason or 'yes'}")


if __name__ == "__main__":
    main()
