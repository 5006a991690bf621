"""Messages between processes: one that has nobody left to tell ends without a word."""

from __future__ import annotations

import subprocess
import sys

ALONE = """
from multiprocessing import Pipe
from regscope.engine.messages import asked, errors_told, tell
theirs, ours = Pipe()
theirs.close()
{last_words}
print("still here")
"""


def alone(last_words: str) -> tuple[int, str]:
    """How a process ends that outlives the one that listened, and all that it prints."""
    ended = subprocess.run(
        [sys.executable, "-c", ALONE.format(last_words=last_words)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_with_nobody_to_tell_a_process_ends_quietly() -> None:
    assert alone("with errors_told(ours): tell(ours, None)") == (1, "")


def test_with_nobody_to_tell_of_an_error_it_ends_quietly() -> None:
    assert alone("with errors_told(ours): raise ValueError('lost')") == (1, "")


def test_with_nobody_to_ask_there_is_nothing_more_to_do() -> None:
    assert alone("assert list(asked(ours)) == []") == (0, "still here\n")
