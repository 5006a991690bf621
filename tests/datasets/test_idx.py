from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets.idx import read_idx

# Two pictures of 2x3 pixels.
KNOWN = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, *range(1, 13)])


def write(folder: Path, content: bytes) -> Path:
    path = folder / "pictures.gz"
    path.write_bytes(content)
    return path


def test_known_bytes(tmp_path: Path) -> None:
    values = read_idx(write(tmp_path, gzip.compress(KNOWN)))
    assert values.tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    labels = bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255])
    assert read_idx(write(tmp_path, gzip.compress(labels))).tolist() == [7, 0, 255]


def refusal(folder: Path, content: bytes) -> str:
    path = write(folder, content)
    with pytest.raises(RegscopeError) as refused:
        read_idx(path)
    line = str(refused.value)
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize("kept", [5, 20, -1])
def test_a_truncated_gzip_file_is_refused(kept: int, tmp_path: Path) -> None:
    assert refusal(tmp_path, gzip.compress(KNOWN)[:kept]).startswith("not a whole gzip file (")


@pytest.mark.parametrize("content", [b"<html>not found</html>", KNOWN])
def test_what_is_not_gzip_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refusal(tmp_path, content).startswith("not a whole gzip file (Not a gzipped file (")


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\x08", b"garbage", b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0"]
)
def test_what_is_not_idx_of_bytes_is_refused(content: bytes, tmp_path: Path) -> None:
    found = refusal(tmp_path, gzip.compress(content))
    assert found == "not an IDX file of unsigned bytes"


@pytest.mark.parametrize(("content", "count"), [(KNOWN[:-1], 11), (KNOWN + b"!", 13)])
def test_fewer_or_more_values_than_promised_are_refused(
    content: bytes, count: int, tmp_path: Path
) -> None:
    found = refusal(tmp_path, gzip.compress(content))
    assert found == f"{count} values where the header promises (2, 2, 3)"


def test_a_header_that_ends_early_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, gzip.compress(KNOWN[:9])) == "not an IDX file of unsigned bytes"


def test_no_more_is_unpacked_than_the_header_promises(tmp_path: Path) -> None:
    bomb = gzip.compress(KNOWN + bytes(100_000_000))
    path = write(tmp_path, bomb)
    tracemalloc.start()
    try:
        found = refusal(tmp_path, bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert path.is_file()
    assert found == "more than 13 values where the header promises (2, 2, 3)"


def test_a_header_that_promises_more_than_there_can_be_is_refused(tmp_path: Path) -> None:
    content = bytes([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28])
    assert refusal(tmp_path, gzip.compress(content)) == (
        "its header promises 3,367,254,359,296 bytes, and it can have 47,040,016"
    )


def test_whole_numbers_of_four_bytes(tmp_path: Path) -> None:
    content = bytes([0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 255])
    path = write(tmp_path, gzip.compress(content))
    assert read_idx(path, kind=">i4").tolist() == [[256, -1]]
    with pytest.raises(RegscopeError, match="not an IDX file of unsigned bytes"):
        read_idx(path)
    for kept in (-1, -4):
        write(tmp_path, gzip.compress(content[:kept]))
        with pytest.raises(RegscopeError, match=r"1 values where the header promises \(1, 2\)"):
            read_idx(path, kind=">i4")
