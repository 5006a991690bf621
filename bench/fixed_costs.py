"""What has to be paid however little is trained: starts, imports, pipeline, evaluation, figures."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.pipeline import STUDY, Pipeline
from bench.processes import run_process
from regscope.base import paths

REPEATS = 2

VISION = "from regscope.models.convolutional.vision import torchvision"

IMPORTS = {
    "start Python": "pass",
    "import numpy": "import numpy",
    "import torch": "import torch",
    "import what the stage train imports": "import stages.train, regscope.engine.cell",
    "import what a worker imports": "import regscope.engine.worker",
    "import torchvision": f"{VISION}; torchvision()",
    "import lightning": f"{VISION}; torchvision(); import lightning",
}


def measure(keras: Path) -> dict[str, Any]:
    """Seconds by name: each the shortest of REPEATS, or of the pipeline's first and only run."""
    found = {
        name: fastest([sys.executable, "-c", statement]) for name, statement in IMPORTS.items()
    }
    found["import tensorflow"] = fastest([str(keras), "-c", "import tensorflow"])
    with tempfile.TemporaryDirectory() as private:
        pipeline = Pipeline(Path(private))
        first = pipeline.run("dvc", "repro")
        stages = pipeline.stages()
        nothing = min(pipeline.run("dvc", "repro").seconds for _ in range(REPEATS))
        return {
            "seconds": {name: round(seconds, 3) for name, seconds in found.items()}
            | {
                f"dvc repro, {stages} stages, all to do (one epoch)": round(first.seconds, 3),
                f"dvc repro, {stages} stages, nothing to do": round(nothing, 3),
                **_stages(pipeline),
            },
        }


def _stages(pipeline: Pipeline) -> dict[str, float]:
    # Else neither would be made anew.
    for made in (paths.model(STUDY, "none"), paths.evaluation(STUDY, "none"), ".regscope/made"):
        shutil.rmtree(pipeline.root / made)
    commands = {
        "stage train, one cell, 10 seeds, one epoch": ("stages.train", STUDY, "none"),
        "stage evaluate, one cell, 10 seeds": ("stages.evaluate", STUDY, "none"),
        "stage summarize": ("stages.summarize", STUDY),
        "stage visualize, figures of a study": ("stages.visualize", STUDY),
        "stage report": ("stages.report",),
    }
    return {
        name: round(pipeline.run(sys.executable, "-m", *command).seconds, 3)
        for name, command in commands.items()
    }


def fastest(command: Sequence[str]) -> float:
    return min(run_process(command).seconds for _ in range(REPEATS))
