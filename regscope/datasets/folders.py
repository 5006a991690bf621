"""Names of files in folders as classes: a folder a class, or `train/` and `test/` of such."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown

TRAIN, TEST = "train", "test"
_PARTS = {"train": TRAIN, "training": TRAIN, "test": TEST, "testing": TEST}
_VALIDATION = ("val", "valid", "validation", "dev")
_OF_SYSTEMS = ("__macosx", "thumbs.db", "desktop.ini")
SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm",
    ".pbm",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Which files are of which class; files are called as they are below `top`.

    classes: sorted by name.
    train, test: the class of every file, sorted by name; no test part: all are in `train`.
    top: what comes before every name, a folder that holds all and its `/`, or nothing.
    beside: files that lie in no class's folder and are no pictures by their names.
    """

    classes: tuple[str, ...]
    train: dict[str, str]
    test: dict[str, str]
    top: str = ""
    beside: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The class of every file, those that train first."""
        return {**self.train, **self.test}

    @property
    def missing(self) -> tuple[str, ...]:
        """Classes without a file in the test part, where there is one."""
        there = set(self.test.values())
        return tuple(name for name in self.classes if self.test and name not in there)


def laid_out(files: Iterable[str], folders: Iterable[str], where: object) -> Layout:
    """The classes of files, named relative to `where` with `/`; hidden files are left out.

    `folders` are those that are known to be there, empty or not. A folder that holds all others is
    gone through. Below a class's folder there may be more folders.

    Raises RegscopeError, in one line that names `where`, where they are not so laid out.
    """
    names = sorted(name for name in files if _visible(name))
    for name, following in pairwise(names):
        if name == following:
            raise RegscopeError(f"{where}/{name}: is there twice")
    there = {name for name in folders if _visible(name)}
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in there:
            there.add(folder)
            folder = folder.rpartition("/")[0]
    for name in (*names, *there):
        _check_name(name, where)
    top = _top(names, there)
    place = f"{where}/{top}".rstrip("/")
    beside = [name for name in names if not name.startswith(top)]
    names = [name[len(top) :] for name in names if name.startswith(top)]
    there = {name[len(top) :] for name in there if name.startswith(top)}
    parts = _parts(there, place)
    found: dict[str, dict[str, str]] = {TRAIN: {}, TEST: {}}
    for name in names:
        above = name.split("/")[:-1]
        part = parts.get(above[0], "") if above and parts else TRAIN
        above = above[1:] if parts else above
        if part and above:
            found[part][name] = above[0]
        elif _called_a_picture(name):
            raise RegscopeError(f"{place}/{name}: a picture that lies in no class's folder")
        else:
            beside.append(name)
    classes = _classes(there, parts, TRAIN)
    for strange in sorted(_classes(there, parts, TEST) - classes) if parts else ():
        raise RegscopeError(
            f"{place}: class {shown(strange)} is in the test part and not in the training part"
        )
    _check_classes(classes, set(found[TRAIN].values()), place)
    if TEST in parts.values() and not found[TEST]:
        raise RegscopeError(f"{place}: the test part has no picture")
    return Layout(tuple(sorted(classes)), found[TRAIN], found[TEST], top, tuple(beside))


def _visible(name: str) -> bool:
    return not any(part.startswith(".") or part.lower() in _OF_SYSTEMS for part in name.split("/"))


def _check_name(name: str, where: object) -> None:
    if not name.isprintable() or "\\" in name:
        raise RegscopeError(
            f"{where}: {name!r} has a sign in its name that is a backslash or not printed: rename"
            " it"
        )


def _top(names: Collection[str], folders: Collection[str]) -> str:
    """The folder that holds all the others, and its `/`; nothing where there is none."""
    top = ""
    while True:
        inside = {_first(name[len(top) :]) for name in folders if name.startswith(top)}
        if len(inside) != 1:
            return top
        below = f"{top}{inside.pop()}/"
        if (
            not any(name.startswith(below) for name in folders)
            or _has_pictures(names, top)
            or _has_pictures(names, below)
        ):
            return top
        top = below


def _first(name: str) -> str:
    return name.partition("/")[0]


def _has_pictures(names: Collection[str], folder: str) -> bool:
    """Whether some lie directly in it, by their names."""
    return any(
        name.startswith(folder) and "/" not in name[len(folder) :] and _called_a_picture(name)
        for name in names
    )


def _called_a_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _parts(folders: Collection[str], place: str) -> dict[str, str]:
    """Which folders are the training part and the test part; none where there are not both."""
    tops = sorted({_first(name) for name in folders})
    parts = {name: _PARTS[name.lower()] for name in tops if name.lower() in _PARTS}
    validation = [name for name in tops if name.lower() in _VALIDATION]
    if TRAIN not in parts.values() or not (TEST in parts.values() or validation):
        return {}
    others = [name for name in tops if name not in parts]
    if validation and TEST not in parts.values():
        raise RegscopeError(
            f"{place}: train/ and {validation[0]}/, and no test/: call {validation[0]}/ test/ if it"
            " is to test; validation examples are taken from train/"
        )
    if others or len(parts) > 2:
        beside = listed(f"{name}/" for name in (others or tops))
        raise RegscopeError(
            f"{place}: train/ and test/ have beside them: {beside}; must be those two alone"
            " (validation examples are taken from train/)"
        )
    return parts


def _classes(folders: Collection[str], parts: dict[str, str], part: str) -> set[str]:
    if not parts:
        return {_first(name) for name in folders}
    (own,) = (f"{name}/" for name, of in parts.items() if of == part)
    return {_first(name[len(own) :]) for name in folders if name.startswith(own)}


def _check_classes(classes: Collection[str], filled: Collection[str], place: str) -> None:
    if not classes:
        raise RegscopeError(f"{place}: has no folder of pictures; must be a folder a class")
    if empty := sorted(set(classes) - set(filled)):
        raise RegscopeError(f"{place}: no picture in the folder of class {listed(empty)}")
    if len(classes) == 1:
        raise RegscopeError(
            f"{place}: one class, {shown(next(iter(classes)))}; must be two at least, a folder each"
        )
