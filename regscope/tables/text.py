"""Files of text, packed or not, as a stream of UTF-8: a large one need not be whole in memory."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from regscope.base.errors import RegscopeError

COMPRESSED = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
MOST_BYTES = 8 << 30
"""Of a file once unpacked: what is larger has to be cut before."""
HEAD, CHUNK = 1 << 20, 1 << 22
LONGEST_LINE = 1 << 24
"""Bytes that the first line may have."""
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Text:
    """A file of text that was read through once. Its lines end as `ends` or, of line feeds, as
    these behind a carriage return; so many `"` are in it."""

    path: Path
    encoding: str
    ends: bytes
    quotes: int

    def stream(self) -> io.BufferedReader:
        """As UTF-8 with line feeds, from the first line on that is not empty."""
        return io.BufferedReader(_Chunks(_from_first_line(self._lines())), CHUNK)

    def head(self) -> bytes:
        """Of that stream HEAD bytes, or as many as the first line has.

        Raises RegscopeError where that has more than LONGEST_LINE.
        """
        with self.stream() as stream:
            found = stream.read(HEAD)
            if b"\n" not in found:
                found += stream.readline(LONGEST_LINE)
        if len(found) > LONGEST_LINE:
            raise RegscopeError(f"the first line is longer than {LONGEST_LINE >> 20} MB")
        return found

    def line_of(self, row: str) -> int:
        """Which line of the file, from 1, a row begins with; 0 where none does.

        For a file that is refused: it is read whole.
        """
        whole = b"".join(self._lines())
        place = whole.find(row.rstrip("\r\n").encode())
        return whole.count(b"\n", 0, place) + 1 if place >= 0 else 0

    def _lines(self) -> Iterator[bytes]:
        chunks = _unmarked(unpacked(self.path))
        if self.encoding != "utf-8":
            chunks = (words.encode() for words in codecs.iterdecode(chunks, self.encoding))
        if self.ends == b"\r":
            return (chunk.replace(b"\r", b"\n") for chunk in chunks)
        return _line_feeds(chunks)


def examined(path: Path, encoding: str = "utf-8") -> Text:
    """Read a file through once; what is no UTF-8 is taken for Windows' Latin-1.

    Raises RegscopeError, naming the line where one is to blame, where it is no text.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    size = quotes = feeds = returns = 0
    blank = True
    try:
        for chunk in chain(_unmarked(unpacked(path)), (b"",)):
            if not size and chunk.startswith(UTF_16_MARKS) and encoding != "utf-16":
                return examined(path, "utf-16")
            size += len(chunk)
            check_size(size)
            if encoding != "utf-16" and (place := chunk.find(b"\0")) >= 0:
                line = _ends(chunk[:place], feeds, returns) + 1
                raise RegscopeError(f"line {line} holds a NUL byte: no text, and no Parquet file")
            words = decoder.decode(chunk, final=not chunk)
            quotes += words.count('"')
            feeds += words.count("\n")
            returns += words.count("\r")
            blank = blank and not words.strip()
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            return examined(path, "cp1252")
        if encoding == "utf-16":
            raise RegscopeError(f"not whole UTF-16: {error.reason}") from error
        line = _ends(error.object[: error.start], feeds, returns) + 1
        raise RegscopeError(f"line {line}: neither UTF-8 nor Latin-1: save it as UTF-8") from error
    if blank:
        raise RegscopeError("is empty")
    return Text(path, encoding, b"\n" if feeds else b"\r", quotes)


def unpacked(path: Path) -> Iterator[bytes]:
    """A file's content, none of it empty. Raises RegscopeError where it cannot be read."""
    opened: Any = COMPRESSED.get(path.suffix.lower(), open)
    try:
        with opened(path, "rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RegscopeError(f"cannot be read: {reason}") from error


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise RegscopeError(f"unpacks to more than {MOST_BYTES >> 30} GiB")


def _ends(part: bytes, feeds: int, returns: int) -> int:
    """How many lines end before and in `part`: by carriage returns where no line feed came."""
    feeds += part.count(b"\n")
    return feeds or returns + part.count(b"\r")


def _unmarked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Without UTF-8's mark of byte order, whatever else the text is in."""
    yield next(chunks, b"").removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _line_feeds(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Line feeds in place of those behind a carriage return, which chunks may cut apart."""
    kept = b""
    for chunk in chunks:
        whole = kept + chunk
        kept = b"\r" if whole.endswith(b"\r") else b""
        yield whole.removesuffix(kept).replace(b"\r\n", b"\n")
    yield kept


def _from_first_line(chunks: Iterator[bytes]) -> Iterator[bytes]:
    begun = False
    for chunk in chunks:
        kept = chunk if begun else chunk.lstrip(b"\r\n")
        begun = begun or bool(kept)
        if kept:
            yield kept


class _Chunks(io.RawIOBase):
    """A file that is read once, from beginning to end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._place == len(self._rest):
            self._rest, self._place = next(self._chunks, b""), 0
        part = self._rest[self._place : self._place + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)
