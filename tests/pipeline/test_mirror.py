"""`REGSCOPE_MIRROR` with the real DVC, its queue and MLflow: a source without reachable hosts."""

from __future__ import annotations

import hashlib
import shutil
from copy import deepcopy
from pathlib import Path

import pytest

from regscope.base import paths
from tests.pipeline.workspace import CELLS, TINY, Workspace
from tests.tracking.small import Held

STRENGTH = "studies.notes.regularizers.l1.l1"
FILE = "mirror/notes/notes.csv"
STORE = ".regscope/mlflow/mlflow.db"
# Two clouds of points, one for each target.
CONTENT = "".join(f"{row % 7},{row % 5 + 9 * (row % 2)},{row % 2}\n" for row in range(60)).encode()

SOURCE_FILE = f'''"""Points that only a mirror has."""

from pathlib import Path
from typing import Literal

import numpy as np

from regscope.datasets.base import Dataset, Source
from regscope.datasets.fetch import RemoteFiles, fetch

FILES = RemoteFiles(
    dataset="notes",
    hosts=("http://127.0.0.1:9/",),
    sha256={{"notes.csv": "{hashlib.sha256(CONTENT).hexdigest()}"}},
)


class Notes(Source):
    source: Literal["notes"] = "notes"

    @property
    def kind(self) -> Literal["points"]:
        return "points"

    @property
    def size(self) -> int:
        return 60

    def download(self, folder: Path) -> None:
        fetch(FILES, folder)

    def prepare(self, raw: Path) -> Dataset:
        table = np.loadtxt(raw / "notes.csv", delimiter=",")
        return Dataset(
            kind="points",
            inputs=np.ascontiguousarray(table[:, :-1], dtype=np.float32),
            targets=table[:, -1].astype(np.int64),
            classes=("even", "odd"),
        )
'''


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the study `notes`, where nothing has run yet; tests copy it."""
    params = deepcopy(TINY)
    params["studies"]["notes"] = TINY["studies"]["moons"] | {
        "title": "Tiny notes",
        "data": {"source": "notes"},
        "regularizers": TINY["studies"]["digits"]["regularizers"],
    }
    workspace = Workspace.create(tmp_path_factory.mktemp("mirror"), params)
    (workspace.root / "regscope/datasets/notes.py").write_text(SOURCE_FILE)
    (workspace.root / FILE).parent.mkdir(parents=True)
    (workspace.root / FILE).write_bytes(CONTENT)
    # DVC's temporary workspaces hold what git tracks, and so no mirror.
    with (workspace.root / ".gitignore").open("a") as file:
        file.write("/mirror/\n")
    workspace.commit("notes")
    return workspace


@pytest.fixture
def mirrored(untouched: Workspace, tmp_path: Path) -> Workspace:
    """A copy with `REGSCOPE_MIRROR=mirror`, relative to the repository."""
    root = tmp_path / "repository"
    shutil.copytree(untouched.root, root, symlinks=True)
    workspace = Workspace(root)
    workspace.environment |= {"REGSCOPE_MIRROR": "mirror", "NO_PROXY": "127.0.0.1"}
    return workspace


def refusal(workspace: Workspace) -> str:
    """The one line that a refused download gives."""
    output = workspace.dvc("exp", "run", "-S", "study=notes", ok=False)
    assert "Traceback" not in output
    assert not (workspace.root / "data/raw/notes").exists()
    assert not list(workspace.root.glob("data/.partial/*"))
    [line] = [line for line in output.splitlines() if line.startswith("regscope: ")]
    return line


@pytest.mark.slow
def test_what_cannot_be_had_is_refused_in_one_line_and_can_be_mended(mirrored: Workspace) -> None:
    file = mirrored.root / FILE
    altered = bytearray(CONTENT)
    altered[3] ^= 1
    file.write_bytes(altered)
    assert refusal(mirrored).startswith(f"regscope: {file}: not the file it should be (SHA-256 ")

    mirrored.environment["REGSCOPE_MIRROR"] = "nowhere"
    assert refusal(mirrored) == (
        f"regscope: {mirrored.root}/nowhere/notes/notes.csv: no such file; REGSCOPE_MIRROR must be"
        " a directory or URL prefix that holds notes/notes.csv"
    )

    del mirrored.environment["REGSCOPE_MIRROR"]
    assert refusal(mirrored) == (
        "regscope: cannot download notes/notes.csv (http://127.0.0.1:9/notes.csv:"
        " ConnectionError): go online, or set REGSCOPE_MIRROR to a directory or URL prefix that"
        " holds notes/notes.csv"
    )

    file.write_bytes(CONTENT)
    mirrored.environment["REGSCOPE_MIRROR"] = "mirror"
    # What else `dvc exp run` does then, the queue's workers do below.
    mirrored.dvc("repro", f"{paths.pipeline('notes')}:preprocess")
    assert (mirrored.root / "data/raw/notes/notes.csv").read_bytes() == CONTENT
    assert (mirrored.root / "data/prepared/notes").is_dir()


# mlflow and what it imports warn of what they deprecate themselves.
@pytest.mark.filterwarnings("default")
@pytest.mark.slow
def test_two_queue_workers_share_a_relative_mirror_and_a_new_store(mirrored: Workspace) -> None:
    """In DVC's temporary workspaces; then the repository, which tracks its own cells beside."""
    del mirrored.environment["MLFLOW_TRACKING_URI"]
    # By experiment: the strength of L1, and the method that is reviewed.
    queued = {"weak": ("0.0005", "l1"), "strong": ("0.05", "l2")}
    notes = ("-S", "study=notes")
    for name, (strength, reg) in queued.items():
        settings = (*notes, "-S", f"{STRENGTH}={strength}", "-S", f"reg={reg}")
        mirrored.dvc("exp", "run", "--queue", "--name", name, *settings)
    mirrored.run_queue(jobs=2)
    assert mirrored.run("git", "status", "--short") == ""
    shown = mirrored.experiments()
    for name, (strength, reg) in queued.items():
        assert shown[name]["params.yaml:study"] == shown[name]["metrics/review.json:study"]
        assert shown[name]["params.yaml:study"] == "notes"
        # What was asked for, and what was reviewed.
        assert shown[name]["params.yaml:reg"] == shown[name]["metrics/review.json:reg"] == reg
        assert shown[name][STRENGTH] == strength
        assert "not tracked at" not in mirrored.dvc("queue", "logs", name)
    assert list(mirrored.root.rglob("mlflow.db")) == [mirrored.root / STORE]
    found = held(mirrored)
    assert len(found.parents()) == len(CELLS) - 1 + len(queued)
    for parent in found.parents():
        children = found.children(parent)
        assert sorted(run.data.params["seed"] for run in children) == ["0", "1"]
        for child in children:
            assert child.info.status == "FINISHED"
            assert [step for step, _ in found.curve(child, "epoch/test_loss")] == [1, 2]

    before = found.counts()
    mirrored.dvc("exp", "run", *notes)
    after = held(mirrored).counts()
    # The repository's own strength of L1.
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    mirrored.dvc("repro")
    assert held(mirrored).counts() == after


def held(workspace: Workspace) -> Held:
    return Held(f"sqlite:///{workspace.root / STORE}", "regscope/notes")
