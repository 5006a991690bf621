"""Writes record.json anew: `python -m tests.training.golden`; with --show ARITHMETIC, prints it.

Do so only after raising NUMERICS_VERSION in regscope/numerics.py. The weights are those of portable
arithmetic, which every x86-64 processor with AVX2 gives bit for bit.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from regscope.arithmetic import settle, steady_numpy


def main() -> None:
    # Before numpy and torch are loaded.
    steady_numpy()
    show = sys.argv[1:2] == ["--show"]
    arithmetic: Any = sys.argv[2] if show else "portable"
    reason = settle(arithmetic)
    import torch

    from regscope.numerics import NUMERICS_VERSION
    from tests.training.golden import FILE
    from tests.training.golden.cells import all_numbers

    torch.set_num_threads(1)
    cases = all_numbers()
    portable = arithmetic == "portable" and reason is None
    content = {"numerics_version": NUMERICS_VERSION, "portable": portable, "cases": cases}
    text = json.dumps(content, indent=1)
    one_line_a_list = re.sub(r"\[[^]]*\]", lambda found: " ".join(found[0].split()), text) + "\n"
    if show:
        print(one_line_a_list, end="")
    elif reason:
        sys.exit(f"portable arithmetic is not to be had here ({reason}): the record stays as it is")
    else:
        FILE.write_text(one_line_a_list)
        print(f"{FILE}: {len(cases)} cells at version {NUMERICS_VERSION}")


if __name__ == "__main__":
    main()
