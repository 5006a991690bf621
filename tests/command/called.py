"""The command `regscope`, called in this process."""

from __future__ import annotations

from regscope.base.errors import RegscopeError
from regscope.command.app import app


def called(*words: str) -> None:
    """As `regscope WORDS`; raises RegscopeError where that ends on one."""
    try:
        app(words, prog_name="regscope", standalone_mode=False)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise RegscopeError(ended.code.removeprefix("regscope: ")) from ended
        raise
