"""Predictions for the rows of a CSV file: python predict.py rows.csv

Reads columns.json, which says what the columns hold, and the network beside it. Needs torch, or
onnxruntime where the network is model.onnx, and nothing else. Prints CSV: the number of each row
from 1, and what is predicted of it; of classes with the probability of each.

A file that cannot be read as columns.json says is refused in one line, with exit status 1.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import datetime
import gzip
import io
import json
import lzma
import math
import re
import runpy
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OPENED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
BATCH = 10_000
"""Rows that pass the network at once."""

NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?", re.IGNORECASE)
INFINITE = re.compile(r"[-+]?inf(inity)?", re.IGNORECASE)
NOT_A_NUMBER = re.compile(r"[-+]?nan(\(.*\))?", re.IGNORECASE)
LARGEST = 3.4028235677973366e38
"""From here on float32 has infinity."""

DATE = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"([ T]([0-9]{1,2}):([0-9]{2})(:([0-9]{2})(\.([0-9]+))?)?(Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)
DAY = 86_400_000_000
"""Microseconds."""

UNKNOWN, MISSING = -1.0, math.nan
INDEX = "(index)"
"""A first column without a name."""


class Refused(Exception):  # noqa: N818
    """What is wrong with a file, in one line."""


def description() -> dict[str, Any]:
    """What columns.json says."""
    found: dict[str, Any] = json.loads((HERE / "columns.json").read_text(encoding="utf-8"))
    return found


def read_rows(path: str | Path, described: dict[str, Any]) -> list[list[float]]:
    """The file's rows as the network takes them: a number for each column, in order.

    Numbers are as they are, dates days since the epoch (UTC), categories their place among the
    column's from 0 and -1 one that is none of them; nan is what is missing. Raises Refused, with
    the file's name.
    """
    try:
        return _read(Path(path), described)
    except (Refused, csv.Error) as error:
        raise Refused(f"{path}: {error}") from error


def _read(path: Path, described: dict[str, Any]) -> list[list[float]]:
    columns, missing = described["columns"], set(described["missing"])
    names, rows = _cut(_text(path), described)
    places = [_place(names, column["name"]) for column in columns]
    categories = [_numbered(column) for column in columns]
    found = []
    for number, row in enumerate(rows, start=1):
        values = []
        for column, place, known in zip(columns, places, categories):  # noqa: B905
            word = row[place].strip()
            try:
                values.append(_value(word, column["kind"], known, missing, described["epoch"]))
            except Refused as error:
                raise Refused(f"row {number}, column {column['name']}: {error}") from None
        found.append(values)
    return found


def _numbered(column: dict[str, Any]) -> dict[str, float]:
    return {word: float(place) for place, word in enumerate(column.get("categories", ()))}


def _text(path: Path) -> str:
    """Text in UTF-8 or UTF-16, and what is neither as Windows' Latin-1."""
    try:
        with OPENED.get(path.suffix.lower(), open)(path, "rb") as file:
            content: bytes = file.read()
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Refused(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if content.startswith(b"PAR1"):
        raise Refused("is a Parquet file: write it as CSV")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise Refused("holds a NUL byte: no text")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise Refused("neither UTF-8 nor UTF-16 nor Latin-1: save it as UTF-8")


def _cut(text: str, described: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names of the columns, `1`, `2` and on where there is no header, and the rows."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=described["delimiter"])
    names: list[str] = []
    rows: list[list[str]] = []
    width = 0
    for row in reader:
        if not row:
            continue
        width = width or len(row)
        if len(row) != width:
            raise Refused(
                f"line {reader.line_num} has {len(row)} values, and the first has {width}"
            )
        if described["header"] and not names:
            names = [name.strip() for name in row]
            if len(names) > 1 and not names[0]:
                names[0] = INDEX
        else:
            rows.append(row)
    if not rows:
        raise Refused("has only a header line" if names else "is empty")
    if text.count('"') % 2 and any("\n" in value for value in rows[-1]):
        raise Refused("a quote is opened and never closed")
    if not names:
        return [str(place + 1) for place in range(width)], rows
    described_names = {column["name"] for column in described["columns"]}
    if sum(map(_is_number, names)) > width / 2 and not described_names <= set(names):
        raise Refused("the first line holds numbers: must be the names of the columns")
    if [value.strip().casefold() for value in rows[0]] == [name.casefold() for name in names]:
        raise Refused("the header stands there twice: take line 2 out")
    return names, rows


def _is_number(word: str) -> bool:
    return any(one.fullmatch(word) for one in (NUMBER, INFINITE, NOT_A_NUMBER))


def _place(names: list[str], name: str) -> int:
    if name not in names:
        more = ", ..." if len(names) > 20 else ""
        raise Refused(f"has no column {name}: it has {', '.join(names[:20])}{more}")
    if Counter(names)[name] > 1:
        raise Refused(f"the column {name} is there twice")
    return names.index(name)


def _value(
    word: str, kind: str, categories: dict[str, float], missing: set[str], epoch: str
) -> float:
    if word in missing:
        return MISSING
    if kind == "category":
        return categories.get(word, UNKNOWN)
    if kind == "date":
        return _days(word, epoch)
    if NOT_A_NUMBER.fullmatch(word):
        return MISSING
    if not _is_number(word):
        raise Refused(f"{word!r:.80} is no number")
    if not abs(number := float(word)) < LARGEST:
        raise Refused(f"{word!r:.80}: every number must be finite, or left empty")
    return number


def _days(word: str, epoch: str) -> float:
    """Days from the epoch to a date, and to a time of the day in UTC."""
    found = DATE.fullmatch(word)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = (
            int(found[group] or 0) for group in (1, 2, 3, 5, 6, 8)
        )
        time = datetime.time(hour, minute, second)
        # Python has no year 0; the calendar comes again after 400 years, of 146,097 days.
        since = datetime.date(2000 + year % 400, month, day).toordinal() + 146_097 * (
            year // 400 - 5
        )
        offset = _minutes(found[11])
    except ValueError:
        raise Refused(f"{word!r:.80} is no date such as 2026-11-29 or 2026-11-29 13:45") from None
    days = since - datetime.date.fromisoformat(epoch).toordinal()
    seconds = (time.hour * 60 + time.minute - offset) * 60 + time.second
    fraction = int((found[10] or "0")[:6].ljust(6, "0"))
    return (days * DAY + seconds * 1_000_000 + fraction) / DAY


def _minutes(zone: str | None) -> int:
    """East of UTC."""
    if zone in (None, "Z"):
        return 0
    assert zone is not None
    minutes = 60 * int(zone[1:3]) + int(zone[-2:])
    if minutes >= 24 * 60:
        raise ValueError
    return -minutes if zone[0] == "-" else minutes


def network_here() -> Any:
    """What gives for rows `[B, D]`, a tensor, what the network gives. Raises Refused."""
    import torch

    if (HERE / "model.pt2").exists():
        return torch.export.load(HERE / "model.pt2").module()
    if (HERE / "model.py").exists():
        network = runpy.run_path(str(HERE / "model.py"))["network"]()
        network.load_state_dict(torch.load(HERE / "state_dict.pt", weights_only=True))
        return network.eval()
    if (HERE / "model.onnx").exists():
        import onnxruntime

        session = onnxruntime.InferenceSession(str(HERE / "model.onnx"))
        return lambda rows: torch.tensor(session.run(["logits"], {"inputs": rows.numpy()})[0])
    raise Refused(f"{HERE}: has neither model.pt2 nor model.py nor model.onnx")


def outputs(rows: list[list[float]], network: Any) -> Any:
    """What the network gives for every row, a tensor `[N, ...]`."""
    import torch

    with torch.no_grad():
        return torch.cat(
            [
                network(torch.tensor(rows[start : start + BATCH], dtype=torch.float32))
                for start in range(0, len(rows), BATCH)
            ]
        )


def predictions(found: Any, target: dict[str, Any]) -> list[list[str]]:
    """A header, and what is said of every row."""
    if "classes" not in target:
        numbers = [[f"{value:.9g}"] for value in found[:, 0].tolist()]
        header = [target["name"]]
        told = numbers
    else:
        classes = target["classes"]
        shares = found.softmax(1)
        header = [target["name"], *(f"P({name})" for name in classes)]
        told = [
            [classes[place], *(f"{share:.9g}" for share in row)]
            for place, row in zip(found.argmax(1).tolist(), shares.tolist())  # noqa: B905
        ]
    return [["row", *header], *([str(row), *line] for row, line in enumerate(told, start=1))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Predictions for the rows of a CSV file, as CSV, by the network beside this."
    )
    parser.add_argument("rows", metavar="rows.csv", help="columns.json says which columns it needs")
    described = description()
    try:
        rows = read_rows(parser.parse_args().rows, described)
        found = outputs(rows, network_here())
    except Refused as error:
        sys.exit(str(error))
    csv.writer(sys.stdout, lineterminator="\n").writerows(predictions(found, described["target"]))


if __name__ == "__main__":
    main()
