"""`regscope train`."""

from __future__ import annotations

from typing import Annotated

import typer


def train(
    studies: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDY]...", help="The active one by default.")
    ] = None,
) -> None:
    """Train what is not current, of several studies at once.

    \b
    Reads   params.yaml, and through DVC what is current
    Writes  data/prepared, and below .regscope networks, which `dvc repro` finds there
    Example regscope train digits moons
    """
    from regscope.base import paths
    from regscope.engine.pool import Wanted, train_all
    from regscope.pipelines.stale import prepare, stale_cells
    from regscope.study.params import load_params

    params = load_params()
    names = list(dict.fromkeys(studies or [params.study]))
    found = {name: params.named(name) for name in names}
    prepare(names)
    stale = {name: cells for name, cells in stale_cells(names).items() if cells}
    for name in names:
        print(f"{name}: {len(stale.get(name, ()))} of {len(found[name].cells)} cells to train")
    train_all(
        [
            Wanted(name, found[name], tuple(cells), paths.prepared(name))
            for name, cells in stale.items()
        ]
    )
