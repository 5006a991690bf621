"""How often a program of the bench measures, as its command line says."""

from __future__ import annotations

import argparse

from regscope.base.errors import RegscopeError


def chosen_rounds(program: str, description: str | None, default: int) -> int:
    """What `--rounds` asks for; raises RegscopeError for less than one."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    told = f"how often each is measured ({default})"
    parser.add_argument("--rounds", type=int, default=default, help=told)
    rounds: int = parser.parse_args().rounds
    if rounds < 1:
        raise RegscopeError(f"--rounds {rounds}: must be at least 1")
    return rounds
