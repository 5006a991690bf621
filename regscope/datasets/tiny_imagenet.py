"""Tiny ImageNet (Stanford's course CS231n): pictures of 200 of ImageNet's classes, 64x64.

500 of each class for training and 50 for validation, which test here: the labels of the official
test set were never published. ImageNet's terms: non-commercial research and education only; the
pictures' copyright stays with their owners.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from regscope.base.errors import RegscopeError
from regscope.datasets.archives import Members, opened, write_archive
from regscope.datasets.base import Dataset, Source
from regscope.datasets.fetch import RemoteFiles, fetch, fetch_or_stand_in
from regscope.datasets.tiny_imagenet_digests import CONTENTS

TOP = "tiny-imagenet-200/"
PICTURES = "pictures.zip"
"""What `download` leaves: words.txt, val/val_annotations.txt and pictures, of the classes used."""

TRAIN, VALIDATION = 500, 50
SIDE = 64


class TinyImageNet(Source):
    """The first `classes` of the 200, in order of their WordNet ids.

    Training pictures come first, in order of class and number, then those of validation as
    val_annotations.txt lists them. Pixels are bytes, scaled by 1/255; grey pictures (55 of
    the first 25 classes' 13,750) have three equal channels. Pictures that are there twice stay,
    with a note about each pair.
    """

    source: Literal["tiny_imagenet"] = "tiny_imagenet"
    classes: Annotated[int, Field(ge=2, le=200)] = 25

    files: ClassVar[RemoteFiles] = RemoteFiles(
        dataset="tiny_imagenet",
        hosts=("http://cs231n.stanford.edu/",),
        sha256={
            "tiny-imagenet-200.zip": (
                "6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821"
            )
        },
        sizes={"tiny-imagenet-200.zip": 248_100_043},
    )
    first_25: ClassVar[RemoteFiles] = RemoteFiles(
        dataset="tiny_imagenet",
        hosts=(),
        sha256={
            "tiny-imagenet-200-first25.zip": (
                "95b3259c358f87bb471778dc496e9984bf70a82cae62949575a4adcd32dbe2c7"
            )
        },
        sizes={"tiny-imagenet-200-first25.zip": 30_013_615},
    )

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    @property
    def size(self) -> int:
        return (TRAIN + VALIDATION) * self.classes

    @property
    def official_train(self) -> int:
        return TRAIN * self.classes

    def download(self, folder: Path) -> None:
        """Leave PICTURES alone, the same bytes whichever archive the pictures came from."""
        if self.classes <= 25:
            fetched = fetch_or_stand_in(self.files, self.first_25, folder)
        else:
            fetch(self.files, folder)
            fetched = self.files
        (name,) = fetched.sha256
        with opened(folder / name) as archive:
            chosen = chosen_members(archive, self.classes)
        write_archive(folder / PICTURES, chosen)
        (folder / name).unlink()

    def prepare(self, raw: Path) -> Dataset:
        with opened(raw / PICTURES) as archive:
            words = dict(_rows(archive, "words.txt"))
            ids = sorted(words)
            held_out = _rows(archive, "val/val_annotations.txt")
            trained = _training_names(archive)
            for wnid in ids:
                counts = len(trained[wnid]), [row[1] for row in held_out].count(wnid)
                if counts != (TRAIN, VALIDATION):
                    raise RegscopeError(
                        f"{archive.path}: class {wnid} has {counts[0]} training and {counts[1]}"
                        f" validation pictures, and not {TRAIN} and {VALIDATION}"
                    )
            labels = {name: wnid for wnid in ids for name in trained[wnid]}
            labels |= {f"val/images/{name}": wnid for name, wnid in held_out}
            contents = {name: archive.read(name) for name in labels}
        names = class_names(words)
        return Dataset(
            kind="image",
            inputs=np.stack([decoded(name, content) for name, content in contents.items()]),
            targets=np.array([ids.index(wnid) for wnid in labels.values()], np.int64),
            classes=names,
            scale=1 / 255,
            official_train=self.official_train,
            notes=tuple(twins(contents, labels, dict(zip(ids, names, strict=True)))),
        )


def chosen_members(archive: Members, classes: int) -> dict[str, bytes]:
    """What PICTURES holds of the first `classes`: contents by name.

    The pictures of classes in CONTENTS are verified. Raises RegscopeError where they are others.
    """
    ids = sorted(archive.lines(f"{TOP}wnids.txt"))[:classes]
    if len(ids) < classes:
        raise RegscopeError(f"{archive.path}: has {len(ids)} classes, and not {classes}")
    words = [row[:2] for row in _rows(archive, f"{TOP}words.txt") if row[0] in ids]
    held_out = [row[:2] for row in _rows(archive, f"{TOP}val/val_annotations.txt") if row[1] in ids]
    chosen = {"words.txt": _table(sorted(words)), "val/val_annotations.txt": _table(held_out)}
    trained = _training_names(archive, TOP)
    for wnid in ids:
        names = [*trained[wnid], *(f"val/images/{name}" for name, of in held_out if of == wnid)]
        contents = {name: archive.read(f"{TOP}{name}") for name in names}
        if wnid in CONTENTS and digest(contents) != CONTENTS[wnid]:
            raise RegscopeError(
                f"{archive.path}: the pictures of class {wnid} are not those they should be"
            )
        chosen |= contents
    return chosen


def digest(contents: Mapping[str, bytes]) -> str:
    """The SHA-256 of what `sha256sum` prints of files of these names, in order of their names.

    In the folder tiny-imagenet-200, `sha256sum train/<id>/images/* val/images/<its own> |
    LC_ALL=C sort -k 2 | sha256sum` gives the same.
    """
    lines = (f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def decoded(name: str, content: bytes) -> np.ndarray:
    """The picture as bytes `[3, SIDE, SIDE]`; a grey one has three equal channels.

    Raises RegscopeError, naming it, where it is no JPEG file of that size.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            # Before it is unpacked: its size may be anything.
            if picture.size != (SIDE, SIDE):
                raise RegscopeError(
                    f"{name}: {picture.size[0]}x{picture.size[1]}, not {SIDE}x{SIDE}"
                )
            pixels = np.asarray(picture.convert("RGB"))
    except Image.DecompressionBombError as error:
        raise RegscopeError(f"{name}: not {SIDE}x{SIDE} ({error})") from error
    except (UnidentifiedImageError, OSError) as error:
        raise RegscopeError(f"{name}: not a whole JPEG file ({error})") from error
    return pixels.transpose(2, 0, 1)


def class_names(words: Mapping[str, str]) -> tuple[str, ...]:
    """The first of each id's names, in order of ids; with the id where classes share it."""
    firsts = {wnid: words[wnid].split(",")[0].strip() for wnid in sorted(words)}
    shared = list(firsts.values())
    return tuple(
        first if shared.count(first) == 1 else f"{first} ({wnid})" for wnid, first in firsts.items()
    )


def twins(
    contents: Mapping[str, bytes], labels: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[str]:
    """A sentence on every pair of files of the same bytes, in the order of `contents`.

    `labels` gives each file's class, `names` what that is called.
    """
    alike: dict[bytes, list[str]] = defaultdict(list)
    for file, content in contents.items():
        alike[hashlib.sha256(content).digest()].append(file)
    for files in alike.values():
        for first, second in combinations(files, 2):
            yield (
                f"{first} ({names[labels[first]]}) and {second} ({names[labels[second]]}) are the"
                " same file."
            )


def _rows(archive: Members, name: str) -> list[list[str]]:
    return [line.split("\t") for line in archive.lines(name)]


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def _training_names(archive: Members, top: str = "") -> defaultdict[str, list[str]]:
    """Training pictures by class, in order of their numbers, named as they are below `top`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for full in archive.names:
        name = full.removeprefix(top)
        if match := re.fullmatch(r"train/(n\d+)/images/n\d+_(\d+)\.JPEG", name):
            found[match[1]].append(name)
    for names in found.values():
        names.sort(key=_number)
    return found


def _number(name: str) -> int:
    return int(name.rpartition("_")[2].removesuffix(".JPEG"))
