"""The exact weights of tiny cells, as recorded and as they come out now."""

from pathlib import Path

FILE = Path(__file__).with_name("record.json")
