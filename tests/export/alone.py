"""What an exported folder is run with: a process that cannot import this project."""

from __future__ import annotations

FORBIDDEN = """
import sys

class Forbidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "regscope":
            raise ImportError(name)

sys.meta_path.insert(0, Forbidden())
"""
"""The beginning of such a program."""
