"""What a line of an evaluation's tables is."""

from typing import Any

Row = dict[str, Any]
"""Names and numbers by column; nan where a number cannot be had."""
