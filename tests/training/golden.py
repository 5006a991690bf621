"""The exact weights of tiny cells: `python -m tests.training.golden` writes golden.json anew.

Do so only after raising NUMERICS_VERSION in regscope/numerics.py.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import torch

from regscope.datasets import Dataset
from regscope.numerics import NUMERICS_VERSION
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS

FILE = Path(__file__).with_name("golden.json")
SEEDS = (0, 3)

CASES: dict[str, dict[str, Any]] = {
    **{
        f"digits {cell} {optimizer}": {"cell": CELLS[cell], "optimizer": optimizer}
        for cell in CELLS
        for optimizer in tiny.OPTIMIZERS
    },
    **{
        f"moons {cell} {optimizer}": {
            "cell": CELLS[cell],
            "optimizer": optimizer,
            "data": tiny.MOONS,
        }
        for cell in ("none", "augmentation")
        for optimizer in tiny.OPTIMIZERS
    },
    "digits tanh": {"model": {"activation": "tanh"}},
    "digits gelu": {"model": {"activation": "gelu"}},
    **{
        f"digits convolutions {cell}": {"cell": CELLS[cell], "model": tiny.CONVOLUTIONAL}
        for cell in ("none", "dropout", "batch_norm", "l1")
    },
    "digits torch's initialization": {"model": {"initialization": "torch"}},
}


def numbers(case: str, dataset: Dataset) -> dict[str, list[float]]:
    """Of every tensor and seed: the mean size, the first and the last value."""
    trainer = tiny.trained(tiny.study(**CASES[case]), dataset, SEEDS)
    found = {}
    for name, tensor in pinned(trainer).items():
        for seed, values in zip(SEEDS, tensor.double().flatten(1), strict=True):
            described = [values.abs().mean(), values[0], values[-1]]
            found[f"{name} of seed {seed}"] = [float(f"{value:.9g}") for value in described]
    return found


def pinned(trainer: Trainer) -> dict[str, torch.Tensor]:
    """All tensors but those that rounding errors decide, and the last epoch's training loss.

    A bias before batch normalization has no gradient but rounding errors, which Adam turns into
    whole steps; the running mean follows it.
    """
    state = trainer.model.state_dict()
    kept = {
        name: tensor
        for name, tensor in state.items()
        if not name.endswith(("running_mean", "num_batches_tracked"))
        and name.replace(".bias", "_norm.bias") not in state
    }
    return {**kept, "train_loss": trainer.history[0, :, -1:]}


def datasets() -> dict[str, Dataset]:
    """By the first word of a case's name."""
    found = {}
    for name, data in (("digits", None), ("moons", tiny.MOONS)):
        with tempfile.TemporaryDirectory() as folder:
            prepared = tiny.prepare(tiny.study(data=data), Path(folder))
            found[name] = Dataset.load(prepared)
    return found


def main() -> None:
    torch.set_num_threads(1)
    loaded = datasets()
    cases = {case: numbers(case, loaded[case.split()[0]]) for case in CASES}
    content = {"numerics_version": NUMERICS_VERSION, "cases": cases}
    text = json.dumps(content, indent=1)
    one_line_a_list = re.sub(r"\[[^]]*\]", lambda found: " ".join(found[0].split()), text)
    FILE.write_text(one_line_a_list + "\n")
    print(f"{FILE}: {len(cases)} cells at version {NUMERICS_VERSION}")


if __name__ == "__main__":
    main()
