"""The data of a job in every form that the ways read, and of a study, made once under
`.regscope/bench`.

A job's folder holds `raw` (verified files), `prepared` (what this project's stages read), `brief`
(the same with two test examples, to see what starting costs), the arrays that Keras's `load_data`
would give, and the files as torchvision lays them out.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.jobs import Job
from bench.ways.record import ARRAYS
from regscope.base.files import write_bytes
from regscope.datasets import Dataset
from regscope.study.params import Study

FOLDER = Path(".regscope") / "bench"
RAW, PREPARED, BRIEF = "raw", "prepared", "brief"
TORCHVISION = Path("MNIST") / "raw"


def folder(job: Job) -> Path:
    """The folder with the data of `job`, made where it is not there yet."""
    source = job.study.data
    made = FOLDER / f"{source.source}-{job.test}"
    if (made / "whole").exists():
        return made
    shutil.rmtree(made, ignore_errors=True)
    for part in (RAW, PREPARED, BRIEF, str(TORCHVISION)):
        (made / part).mkdir(parents=True)
    source.download(made / RAW)
    dataset = shortened(source.prepare(made / RAW), job.test)
    dataset.save(made / PREPARED)
    shortened(dataset, 2).save(made / BRIEF)
    _write_arrays(dataset, made / ARRAYS)
    for packed in (made / RAW).glob("*-ubyte.gz"):
        write_bytes(made / TORCHVISION / packed.stem, gzip.decompress(packed.read_bytes()))
    (made / "whole").touch()
    return made


def prepared(name: str, study: Study) -> Path:
    """The folder with what stages read of a study, made where it is not there yet."""
    made = (FOLDER / PREPARED / name).absolute()
    if not (made / "whole").exists():
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as raw:
            study.data.download(Path(raw))
            study.data.prepared(Path(raw), name).save(made)
        (made / "whole").touch()
    return made


def shortened(dataset: Dataset, test: int) -> Dataset:
    """The same with only the first `test` of the official test examples."""
    assert dataset.official_train is not None
    end = dataset.official_train + test
    return replace(dataset, inputs=dataset.inputs[:end], targets=dataset.targets[:end])


def repeated(dataset: Dataset, times: int) -> Dataset:
    """The same with its training examples `times` over."""
    assert dataset.official_train is not None
    train = dataset.official_train

    def repeat(values: np.ndarray) -> np.ndarray:
        return np.concatenate([*[values[:train]] * times, values[train:]])

    return replace(
        dataset,
        inputs=repeat(dataset.inputs),
        targets=repeat(dataset.targets),
        official_train=times * train,
    )


def _write_arrays(dataset: Dataset, path: Path) -> None:
    train = dataset.official_train
    images, labels = dataset.inputs[:, 0], dataset.targets.astype(np.uint8)
    np.savez(
        path,
        x_train=images[:train],
        y_train=labels[:train],
        x_test=images[train:],
        y_test=labels[train:],
    )
