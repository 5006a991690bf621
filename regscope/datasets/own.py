"""A person's own file as a data source: what lies at `path`, and the description beside it.

`regscope new` looks at a file once and writes what it holds into `PATH.json`, which goes into git
with the file's `.dvc`. Settings are checked by the description, so that a file of a million rows is
not read again by every stage; that it is still the described file is checked where it is read.

Descriptions of files that studies of this project read are part of the package (`described/`, at
the same paths): its params.yaml is read wherever it is copied to.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

from pydantic import Field, ValidationError, model_validator

from regscope.base.complaints import one_line
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.base.json_files import read_json
from regscope.base.settings import Settings, refusal
from regscope.datasets.base import Quantity, Source

RECEIPT = "file.json"
"""What `download` leaves of a file that is there already: its path, size and SHA-256."""
DESCRIBED = Path(__file__).parent / "described"


class Description(Settings):
    """What a file holds, as it was found when it was brought in.

    bytes, sha256: of the file itself.
    size: examples; the first `official_train` of them are a training set of their own.
    classes: their names, in the order of their numbers; none where targets are numbers, which
    `measures` names then, in `unit`.
    """

    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1)]
    official_train: Annotated[int, Field(ge=1)] | None = None
    classes: tuple[str, ...] = ()
    measures: str = ""
    unit: str = ""

    @property
    def quantity(self) -> Quantity | None:
        return None if self.classes else Quantity(self.measures, self.unit)


Described = TypeVar("Described", bound=Description)


def beside(path: str | Path) -> Path:
    """Where the description of a file is written."""
    return Path(f"{path}.json")


def description_file(path: str | Path) -> Path:
    """Where the description of a file lies: beside it, or else in the package if that has it."""
    written, ours = beside(path), DESCRIBED / beside(path)
    return ours if ours.is_file() and not written.exists() else written


def write_description(path: Path, description: Description) -> None:
    write_json(beside(path), description.model_dump(mode="json", exclude_defaults=True))


def read_description(path: str, kind: type[Described]) -> Described:
    """Raises RegscopeError, in one line, where there is none, or another file's."""
    file = description_file(path)
    try:
        modified = file.stat().st_mtime_ns
    except OSError as error:
        raise RegscopeError(
            f"{file}: no such file; `regscope new` writes what {path} holds into it"
        ) from error
    found = _read(file, modified, kind)
    assert isinstance(found, kind)
    return found


# Every check of params.yaml asks for the size, the classes and more, of every study.
@lru_cache(maxsize=256)
def _read(file: Path, modified: int, kind: type[Description]) -> Description:
    del modified
    found = read_json(file)
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        raise RegscopeError(f"{file}: {one_line(error, found)}") from error


class DescribedSource(Source):
    """A source whose files a description tells of, so that none is read to check settings."""

    @abstractmethod
    def described(self) -> Description: ...

    @property
    def size(self) -> int:
        return self.described().size

    @property
    def official_train(self) -> int | None:
        return self.described().official_train

    @property
    def quantity(self) -> Quantity | None:
        return self.described().quantity


class OwnFile(DescribedSource):
    """A source that reads a file which is there already, under DVC.

    Subclasses say what kind of Description lies beside it, and read it in `prepare`.
    """

    description: ClassVar[type[Description]] = Description
    path: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _is_described(self) -> OwnFile:
        try:
            self.described()
        except RegscopeError as error:
            raise refusal("path", self.path, str(error)) from error
        return self

    def described(self) -> Description:
        return read_description(self.path, self.description)

    @property
    def called(self) -> str:
        return self.path

    @property
    def own_files(self) -> tuple[Path, ...]:
        described = description_file(self.path)
        ours = described.is_relative_to(DESCRIBED)
        return (Path(self.path),) if ours else (Path(self.path), described)

    def download(self, folder: Path) -> None:
        """Leave a receipt of the file: it is read where it lies.

        Raises RegscopeError where it is not there, or not the one described.
        """
        self.check()
        described = self.described()
        receipt = {"path": self.path, "bytes": described.bytes, "sha256": described.sha256}
        write_json(folder / RECEIPT, receipt)

    def check(self) -> None:
        """Raises RegscopeError where the file is not there, or not the one described."""
        described = self.described()
        check_file(Path(self.path), described.bytes, described.sha256, self.path)


def check_file(path: Path, size: int, sha256: str, described: str) -> None:
    """Raises RegscopeError where a file is not there, or not the one that the description of
    `described` tells of."""
    if not path.is_file():
        raise RegscopeError(f"{path}: no such file; if DVC keeps it: dvc checkout {path}.dvc")
    if path.stat().st_size != size or file_sha256(path) != sha256:
        raise RegscopeError(
            f"{path}: not the file that {description_file(described)} describes; bring it in anew"
            " with: regscope new"
        )
