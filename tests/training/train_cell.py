"""Train a cell as a stage does: `python -m tests.training.train_cell STUDY.json DATA OUT`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from regscope.base.errors import run
from regscope.base.processes import end_with_caller
from regscope.base.tensors import write_tensors
from regscope.engine.cell import train_cell
from regscope.study.params import Study


def main() -> None:
    study, data, out = (Path(argument) for argument in sys.argv[1:])
    end_with_caller()
    trained = train_cell(
        Study.model_validate(json.loads(study.read_text())), "tested", data, "tiny/tested"
    )
    write_tensors(out, {**trained.state, "history": trained.history})


if __name__ == "__main__":
    run(main)
