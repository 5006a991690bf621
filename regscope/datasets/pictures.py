"""A person's own pictures: a zip archive of them, a folder a class, read and never extracted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Protocol

import numpy as np
from pydantic import Field

from regscope.base.errors import RegscopeError
from regscope.datasets.archives import Members, allowance, opened
from regscope.datasets.base import Dataset
from regscope.datasets.decoding import Channels, Picture
from regscope.datasets.folders import Layout, laid_out
from regscope.datasets.many_pictures import File, read_pictures
from regscope.datasets.own import Description, OwnFile, description_file, read_description
from regscope.datasets.turns import dealt
from regscope.datasets.twins import twin_notes

MOST_BYTES = 500_000_000
"""Of one picture's file."""

SMALLEST_SIDE, LARGEST_SIDE = 2, 1024
Side = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)]


class PicturesDescription(Description):
    """channels: 1 where all pictures are gray, else 3.

    left_out: files that are no pictures and were left out when these were packed, each with why.
    """

    channels: Channels
    left_out: tuple[str, ...] = ()


class Pictures(OwnFile):
    """Pictures in folders, made `side` rows and columns each; pixels are bytes, scaled by 1/255.

    `path` is a zip archive that holds a folder a class, or `train/` and `test/` of such. Examples
    lie in order of their files' names, those that train first; those that test are dealt in turn of
    their classes.
    """

    description: ClassVar[type[Description]] = PicturesDescription
    source: Literal["pictures"] = "pictures"
    side: Side

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    def described(self) -> PicturesDescription:
        return read_description(self.path, PicturesDescription)

    def prepare(self, raw: Path) -> Dataset:
        """Read the archive where it lies; a file in it that is no picture is refused by name."""
        del raw
        self.check()
        described, path = self.described(), Path(self.path)
        with opened_pictures(path) as archive:
            layout = laid_out(archive.names, archive.folders, path)
            if layout.classes != described.classes:
                raise RegscopeError(f"{path}: has other classes than {description_file(path)} says")
            of = layout.files
            inputs = np.empty((len(of), described.channels, self.side, self.side), np.uint8)
            digests = {}
            files = files_of(archive, layout)
            for index, read in enumerate(read_pictures(files, self.side, described.channels)):
                inputs[index] = picture_of(read.found, f"{path}/{read.name}").pixels
                digests[read.name] = read.digest
        numbers = {name: number for number, name in enumerate(layout.classes)}
        found = Dataset(
            kind="image",
            inputs=inputs,
            targets=np.array([numbers[name] for name in of.values()], np.int64),
            classes=layout.classes,
            scale=1 / 255,
            official_train=len(layout.train) if layout.test else None,
            notes=twin_notes(digests, of, layout.test),
        )
        return dealt(found)


def opened_pictures(path: Path) -> AbstractContextManager[Members]:
    """The members of an archive of pictures, of any size, that is none made to fill the memory."""
    return opened(path, allowance(path))


class Files(Protocol):
    """Files by their names, as Members of an archive are."""

    path: Path
    names: tuple[str, ...]
    folders: tuple[str, ...]

    def size(self, name: str) -> int: ...
    def read(self, name: str) -> bytes: ...


def files_of(archive: Files, layout: Layout) -> Iterator[File]:
    """Every picture's file, those that train first; raises RegscopeError where one is too large."""
    for name in layout.files:
        check_bytes(archive.size(layout.top + name), f"{archive.path}/{name}")
        yield name, archive.read(layout.top + name)


def check_bytes(size: int, file: str) -> None:
    if size > MOST_BYTES:
        raise RegscopeError(f"{file}: {size:,} bytes; a picture may have {MOST_BYTES:,}")


def picture_of(found: Picture | str, file: str) -> Picture:
    """Raises RegscopeError, naming the file, where it is none."""
    if isinstance(found, str):
        raise RegscopeError(f"{file}: {found}")
    return found
