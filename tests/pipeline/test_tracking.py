"""MLflow's store after real runs of the pipeline, in the repository and in DVC's workspaces."""

from __future__ import annotations

import pytest

from tests.pipeline.workspace import CELLS, TINY, Workspace
from tests.tracking.small import Held

EPOCHS = list(range(1, TINY["studies"]["digits"]["training"]["epochs"] + 1))
SEEDS = TINY["studies"]["digits"]["training"]["seeds"]


def held(workspace: Workspace) -> Held:
    store = workspace.root / ".regscope" / "mlflow" / "mlflow.db"
    assert store.is_file()
    return Held(f"sqlite:///{store}", "regscope/digits")


# mlflow and what it imports warn of what they deprecate themselves.
@pytest.mark.filterwarnings("default")
@pytest.mark.slow
def test_two_queue_workers_and_then_the_repository(workspace: Workspace) -> None:
    """On a store that nobody has made yet."""
    del workspace.environment["MLFLOW_TRACKING_URI"]
    # By experiment: the strength of L1, and the method that is reviewed.
    queued = {"weak": (0.002, "l1"), "strong": (0.02, "l2")}
    for name, (strength, reg) in queued.items():
        setting = f"studies.digits.regularizers.l1.l1={strength}"
        workspace.dvc("exp", "run", "--queue", "--name", name, "-S", setting, "-S", f"reg={reg}")
    workspace.run_queue(jobs=2)
    shown = workspace.experiments()
    for name, (_, reg) in queued.items():
        # What was asked for, and what was reviewed.
        assert shown[name]["params.yaml:reg"] == reg
        assert shown[name]["metrics/review.json:reg"] == reg
        assert "not tracked at" not in workspace.dvc("queue", "logs", name)
    found = held(workspace)
    assert len(found.parents()) == len(CELLS) - 1 + len(queued)
    for parent in found.parents():
        children = found.children(parent)
        assert sorted(run.data.params["seed"] for run in children) == [
            str(seed) for seed in range(SEEDS)
        ]
        for child in children:
            assert child.info.status == "FINISHED"
            assert [step for step, _ in found.curve(child, "epoch/test_loss")] == EPOCHS
    assert list(workspace.root.rglob("mlflow.db")) == [
        workspace.root / ".regscope" / "mlflow" / "mlflow.db"
    ]

    before = found.counts()
    workspace.dvc("repro")
    after = held(workspace).counts()
    # The repository's own strength of L1.
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    workspace.dvc("repro")
    assert held(workspace).counts() == after
