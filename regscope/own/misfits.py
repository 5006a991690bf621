"""Which methods a network of one's own cannot have: tried out before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.datasets.own import write_description
from regscope.own.looked import Looked
from regscope.study.params import BASELINE, Study


def misfits(block: dict[str, Any], looked: Looked, folder: Path) -> dict[str, str]:
    """Of the cells of a block those that its network cannot have, and why.

    The block's data are described in `folder`, which is written to. Raises RegscopeError where the
    network cannot be trained at all.
    """
    from regscope.training.found import check_found

    cells = dict(block["regularizers"])
    alone = {BASELINE: cells.pop(BASELINE)}
    study = Study.model_validate(block | {"regularizers": alone})
    path = folder / "alone" / looked.name
    path.parent.mkdir()
    path.symlink_to(looked.file.absolute())
    # Rows of a second file are no matter of a network.
    one_file = {"test": None, "official_train": None} if looked.others else {}
    write_description(path, looked.description.model_copy(update=one_file))
    dataset = study.data.model_copy(update={"path": str(path)}).prepare(folder)
    check_found(study, [], dataset)
    found = {}
    for reg, cell in cells.items():
        try:
            own = Study.model_validate(block | {"regularizers": alone | {reg: cell}})
            check_found(own, [reg], dataset)
        except RegscopeError as error:
            found[reg] = str(error)
    return found
