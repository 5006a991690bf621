"""Many files read at once."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets import many_pictures
from regscope.datasets.decoding import Channels, Picture
from regscope.datasets.many_pictures import Read, read_pictures
from tests.datasets.drawn import noise


@pytest.fixture
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files at a time, and more than two in processes."""
    monkeypatch.setattr(many_pictures, "TOGETHER", 2)
    monkeypatch.setattr(many_pictures, "ALONE", 1)


FILES = [(f"{seed}.png", noise(seed)) for seed in range(9)]
FILES[4] = ("4.png", b"text")


def told(found: list[Read]) -> list[tuple[str, object]]:
    return [
        (read.name, read.found.pixels.tolist() if isinstance(read.found, Picture) else read.found)
        for read in found
    ]


@pytest.mark.usefixtures("few_together")
def test_the_same_in_the_same_order_with_any_number_of_processes() -> None:
    alone = list(read_pictures(iter(FILES), 8, processes=1))
    assert [read.name for read in alone] == [name for name, _ in FILES]
    assert [read.content for read in alone] == [content for _, content in FILES]
    assert [read.digest for read in alone] == [hashlib.sha256(x).digest() for _, x in FILES]
    assert alone[4].found == "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)"
    assert isinstance(alone[5].found, Picture)
    for processes in (2, 3):
        assert told(list(read_pictures(iter(FILES), 8, processes=processes))) == told(alone)


@pytest.mark.usefixtures("few_together")
def test_no_more_files_are_taken_than_are_read() -> None:
    """However many come, only so many are held."""
    taken = 0

    def coming() -> Iterator[tuple[str, bytes]]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield f"{number}.png", noise(number)

    found = read_pictures(coming(), 8, processes=2)
    for _ in range(3):
        next(found)
    assert taken < 20
    found.close()


def test_few_files_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(workers: int) -> None:
        raise AssertionError

    monkeypatch.setattr(many_pictures, "_pool", no_process)
    assert len(list(read_pictures(FILES, 8, processes=2))) == len(FILES)


@pytest.mark.usefixtures("few_together")
def test_a_process_that_is_killed_is_told() -> None:
    import multiprocessing

    def coming() -> Iterator[tuple[str, bytes]]:
        for number in range(100):
            if number == 30:
                for child in multiprocessing.active_children():
                    assert child.pid is not None
                    os.kill(child.pid, signal.SIGKILL)
            yield f"{number}.png", noise(number)

    with pytest.raises(RegscopeError) as error:
        list(read_pictures(coming(), 8, processes=2))
    assert str(error.value) == (
        "a process that read pictures died, for want of memory perhaps; run the same command again"
    )


def test_gray_is_read_as_asked() -> None:
    both: tuple[Channels, ...] = (1, 3)
    for channels in both:
        (read,) = read_pictures([("a.png", noise(0, channels=1))], 8, channels)
        assert isinstance(read.found, Picture)
        assert read.found.pixels.shape == (channels, 8, 8)
        assert np.array_equal(read.found.pixels[0], read.found.pixels[-1])
