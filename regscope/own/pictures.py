"""A folder or a zip archive of pictures, looked at and packed for a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.datasets.archives import pack
from regscope.datasets.decoding import BrokenPictureError, Picture, dimensions
from regscope.datasets.folders import Layout, laid_out
from regscope.datasets.many_pictures import File, read_pictures
from regscope.datasets.pictures import (
    LARGEST_SIDE,
    SMALLEST_SIDE,
    Files,
    PicturesDescription,
    files_of,
    opened_pictures,
    picture_of,
)
from regscope.datasets.twins import twin_notes
from regscope.own import saying
from regscope.own.for_pictures import RESIDUAL, check_classes, check_enough, proposed
from regscope.own.looked import Looked
from regscope.own.methods import PICTURES, of_epochs
from regscope.own.walked import Walked

SIDES = (28, 32, 48, 64)
"""What is proposed: the largest of these that half of the pictures have, the first at least."""
SAMPLED = 200
"""Of so many pictures, spread evenly, the side is proposed."""


@dataclass
class Tally:
    """What was seen of pictures so far, of those that are kept by name."""

    shapes: list[tuple[int, int]] = field(default_factory=list)
    modes: Counter[str] = field(default_factory=Counter)
    animated: int = 0
    coloured: int = 0
    digests: dict[str, bytes] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, digest: bytes, picture: Picture) -> None:
        self.shapes.append((picture.width, picture.height))
        self.modes[picture.mode] += 1
        self.animated += picture.animated
        self.coloured += not picture.gray
        self.digests[name] = digest


def look_at_pictures(
    path: Path, name: str, *, size: int | None = None, skip_broken: bool = False, workspace: Path
) -> Looked:
    """Read every picture once, and pack their files as they are into `workspace`.

    `size` is the side that they are to have; None proposes one. What is no picture is left out
    with `skip_broken`, and listed in the description.

    Raises RegscopeError, in one line that names the file, where it is no picture, or where the
    folder or archive is none of classes.
    """
    if size is not None and not SMALLEST_SIDE <= size <= LARGEST_SIDE:
        raise RegscopeError(f"size = {size}: must be {SMALLEST_SIDE} to {LARGEST_SIDE}")
    packed = workspace / f"{name}.zip"
    try:
        return _looked(path, packed, size, skip_broken)
    except BaseException:
        packed.unlink(missing_ok=True)
        raise


def _looked(path: Path, packed: Path, size: int | None, skip_broken: bool) -> Looked:
    tally = Tally()
    with _files(path) as files:
        layout = laid_out(files.names, files.folders, path)
        side = size or _side(files, layout)
        pack(packed, _kept(files, layout, side, skip_broken, tally))
    kept = _left(layout, tally, path)
    check_enough(len(kept.files), path)
    of = Counter(kept.files.values())
    counts = [of[one] for one in kept.classes]
    official = len(kept.train) if kept.test else None
    training = of if official is None else Counter(kept.train.values())
    check_classes(kept.classes, [training[one] for one in kept.classes], path)
    title = f"Pictures of {len(counts)} classes, {side}x{side}"
    proposal = proposed(title, len(kept.files), counts, side, official)
    digest = file_sha256(packed)
    notes = twin_notes(tally.digests, kept.files, kept.test)
    return Looked(
        file=packed,
        name=packed.name,
        description=PicturesDescription(
            bytes=packed.stat().st_size,
            sha256=digest,
            size=len(kept.files),
            official_train=official,
            classes=kept.classes,
            channels=3 if tally.coloured else 1,
            left_out=tuple(f"{file}: {why}" for file, why in tally.broken.items()),
        ),
        data={"source": "pictures", "side": side},
        told=tuple(_told(kept, counts, tally, side)),
        proposal=proposal,
        methods=of_epochs(PICTURES, proposal["training"]["epochs"]),
        warned=tuple(_warned(kept, counts, tally, side, notes)),
    )


def _files(path: Path) -> AbstractContextManager[Files]:
    if path.is_dir():
        return nullcontext(Walked(path))
    if not path.is_file():
        raise RegscopeError(f"{path}: no such folder or file; must be a folder or a zip file")
    return opened_pictures(path)


def _side(files: Files, layout: Layout) -> int:
    """The pictures' own, where all are squares of one size that is small; else one of SIDES.

    Broken pictures tell nothing here: they are dealt with where all are read.
    """
    names = list(layout.files)
    shapes = set()
    shorter = []
    for name in names[:: -(-len(names) // SAMPLED)]:
        try:
            shape = dimensions(files.read(layout.top + name))
        except BrokenPictureError:
            continue
        shapes.add(shape)
        shorter.append(min(shape))
    if len(shapes) == 1:
        width, height = shapes.pop()
        if width == height and RESIDUAL <= width <= SIDES[-1]:
            return width
    usual = median(shorter or [0])
    return max((side for side in SIDES if side <= usual), default=SIDES[0])


def _kept(
    files: Files, layout: Layout, side: int, skip_broken: bool, tally: Tally
) -> Iterator[File]:
    for read in read_pictures(files_of(files, layout), side):
        if isinstance(read.found, str) and skip_broken:
            tally.broken[read.name] = read.found
            continue
        shown = f"{files.path}/{layout.top}{read.name}"
        if isinstance(read.found, str):
            raise RegscopeError(f"{shown}: {read.found}; --skip-broken leaves such files out")
        tally.add(read.name, read.digest, picture_of(read.found, shown))
        yield read.name, read.content


def _left(layout: Layout, tally: Tally, path: Path) -> Layout:
    """The layout without broken pictures; raises RegscopeError where a class or part is empty."""
    train, test = (
        {name: of for name, of in part.items() if name not in tally.broken}
        for part in (layout.train, layout.test)
    )
    if empty := [name for name in layout.classes if name not in set(train.values())]:
        raise RegscopeError(f"{path}: no whole picture in the folder of class {listed(empty)}")
    if layout.test and not test:
        raise RegscopeError(f"{path}: the test part has no whole picture")
    return Layout(layout.classes, train, test, layout.top, layout.beside)


def _told(layout: Layout, counts: Sequence[int], tally: Tally, side: int) -> Iterator[str]:
    size = sum(counts)
    parts = saying.parts(len(layout.train), len(layout.test))
    yield f"{size:,} pictures of {len(counts)} classes; {parts}"
    yield f"classes: {saying.shares(layout.classes, counts)}"
    yield f"sizes: {_sizes(tally.shapes)}; made {side}x{side}"
    modes = listed(f"{mode} {count:,}" for mode, count in tally.modes.most_common())
    colours = (
        f"{tally.coloured:,} in colour: three channels"
        if tally.coloured
        else "all gray: one channel"
    )
    yield f"stored as: {modes}; {colours}"
    if tally.animated:
        yield f"{tally.animated:,} with several frames, of which the first is taken"
    if layout.beside:
        yield f"{len(layout.beside):,} left out, in no class's folder: {listed(layout.beside)}"


def _sizes(shapes: Sequence[tuple[int, int]]) -> str:
    ordered = sorted(shapes, key=lambda shape: (shape[0] * shape[1], shape))
    smallest, middle, largest = (ordered[place] for place in (0, len(ordered) // 2, -1))
    if smallest == largest:
        return f"all {smallest[0]}x{smallest[1]}"
    named = zip(("smallest", "median", "largest"), (smallest, middle, largest), strict=True)
    return ", ".join(f"{what} {width}x{height}" for what, (width, height) in named) + " by area"


def _warned(
    layout: Layout, counts: Sequence[int], tally: Tally, side: int, notes: Sequence[str]
) -> Iterator[str]:
    if tally.broken:
        first = next(iter(tally.broken.items()))
        yield (
            f"left out, since no whole pictures: {len(tally.broken):,}: {': '.join(first)}"
            + (f", and {len(tally.broken) - 1:,} more" if len(tally.broken) > 1 else "")
        )
    yield from saying.lacking(layout.classes, counts, layout.missing, "a picture")
    if small := sum(min(shape) < side for shape in tally.shapes):
        yield f"{small:,} pictures have a side below {side} and are enlarged"
    yield from notes[:6]
