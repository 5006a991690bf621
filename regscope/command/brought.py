"""What a person says of data of their own: options that several verbs take, and the look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from regscope.own.looked import Looked
    from regscope.own.table_asked import TableAsked

Target = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Of a table: what is to be told.")
]
Test = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Of a table: further rows, which test.")
]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="The first line is a row; columns are 1, 2, ...")
]
Task = Annotated[
    str | None, typer.Option(metavar="TASK", help="What the target is: classes or number.")
]
Drop = Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Leave this column out.")]
Keep = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="Read it though it looks useless.")
]
Category = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="Its values are names, not sizes.")
]
Group = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Rows of one value train or test together.")
]
Time = Annotated[str | None, typer.Option(metavar="COLUMN", help="The latest rows test.")]
Stratify = Annotated[bool, typer.Option("--stratify", help="Every part has the target's shares.")]
Pictures = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A folder a class, or a zip archive of such.")
]
Size = Annotated[
    int | None, typer.Option(metavar="SIDE", help="Of pictures: the side they are read at.")
]
SkipBroken = Annotated[
    bool, typer.Option("--skip-broken", help="Leave out files that are no pictures.")
]
Arrays = Annotated[
    Path | None, typer.Option(metavar="FILE", help="inputs and targets, .npz or .safetensors.")
]
Network = Annotated[
    str | None, typer.Option(metavar="FILE:CLASS", help="A torch module of one's own.")
]
Argument = Annotated[
    list[str] | None, typer.Option(metavar="KEY=VALUE", help="Of that module's constructor.")
]

KINDS = {
    "--table": "a table",
    "--pictures": "pictures",
    "--arrays": "arrays",
    "--torchvision": "a set of torchvision",
}
"""What someone brings, by the option that names it."""


@dataclass(frozen=True)
class OfTable:
    """Options of a table."""

    target: str | None
    test: Path | None
    no_header: bool
    task: str | None
    drop: list[str] | None
    keep: list[str] | None
    category: list[str] | None
    group: str | None
    time: str | None
    stratify: bool

    def asked(self) -> TableAsked:
        """Raises RegscopeError for a task that there is not."""
        from regscope.base.errors import RegscopeError
        from regscope.own.table_asked import TableAsked

        if self.task not in (None, "classes", "number"):
            raise RegscopeError(f"--task {self.task}: choose from: classes, number")
        return TableAsked(
            header=not self.no_header,
            test=self.test,
            task=self.task,
            kinds=dict.fromkeys(self.category or (), "category"),
            drop=self.drop or (),
            keep=self.keep or (),
            group=self.group,
            time=self.time,
            stratify=self.stratify,
        )


@dataclass(frozen=True)
class OfPictures:
    """Options of pictures."""

    size: int | None
    skip_broken: bool


def check_options(kind: str | None, table: OfTable, pictures: OfPictures) -> None:
    """Refuse options that say nothing of what was given, one of KINDS or nothing for a study.

    Raises RegscopeError.
    """
    from regscope.base.errors import RegscopeError

    given = "a study" if kind is None else KINDS[kind]
    for of, options in ((KINDS["--table"], table), (KINDS["--pictures"], pictures)):
        if of == given:
            continue
        for field in fields(options):
            if getattr(options, field.name) not in (None, False):
                option = f"--{field.name.replace('_', '-')}"
                raise RegscopeError(f"{option}: goes with {of}, not with {given}")


@contextmanager
def looked_at(
    name: str,
    table: Path | None,
    of_table: OfTable,
    pictures: Path | None,
    of_pictures: OfPictures,
    arrays: Path | None,
) -> Iterator[Looked]:
    """What is seen of the one of the three that is given; what is made of it lasts as the block.

    Raises RegscopeError, in one line, where no study can be made of it.
    """
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        if table is not None:
            from regscope.own.tables import look_at_table

            # Verbs ask for it in words of their own.
            assert of_table.target is not None
            yield look_at_table(table, name, of_table.target, of_table.asked())
        elif pictures is not None:
            from regscope.own.pictures import look_at_pictures

            own = of_pictures
            yield look_at_pictures(
                pictures, name, size=own.size, skip_broken=own.skip_broken, workspace=workspace
            )
        else:
            from regscope.own.arrays import look_at_arrays

            assert arrays is not None
            yield look_at_arrays(arrays, name, workspace=workspace)


def say(looked: Looked) -> None:
    """Print what was seen, and what its owner should look at."""
    for line in looked.told:
        print(line)
    for line in looked.warned:
        print(f"look: {line}")
