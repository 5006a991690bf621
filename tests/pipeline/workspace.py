"""A temporary repository with the working tree's code and tiny studies."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from bench.pipeline import copy_code
from regscope.pipelines import study_pipelines

SOURCE = Path(__file__).parents[2]
TRAINED = re.compile(r"^(\w+/\w+): \d+ seeds?, \d+ epochs?; ", re.MULTILINE)
PIPELINE = re.compile(r"^studies/(\w+)/dvc\.yaml:")

CELLS: dict[str, Any] = {
    "none": {},
    "l1": {"l1": 0.001},
    "l2": {"l2": 0.001},
}

TINY: dict[str, Any] = {
    "study": "digits",
    "reg": "l1",
    "studies": {
        "digits": {
            "title": "Tiny digits",
            "data": {"source": "digits"},
            "split": {"train": 100, "validation": 20},
            "model": {"kind": "mlp", "hidden": [8]},
            "training": {
                "optimizer": "sgd",
                "learning_rate": 0.1,
                "batch_size": 32,
                "epochs": 2,
                "seeds": 2,
            },
            "evaluation": {"training_loss": 0.5},
            "regularizers": CELLS,
        },
        "moons": {
            "title": "Tiny moons",
            "data": {"source": "moons", "samples": 60, "noise": 0.2},
            "split": {"train": 20, "validation": 5},
            "model": {"kind": "mlp", "hidden": [4, 4]},
            "training": {
                "optimizer": "adam",
                "learning_rate": 0.01,
                "batch_size": 10,
                "epochs": 2,
                "seeds": 2,
            },
            "evaluation": {"training_loss": 0.5},
            "regularizers": {"none": {}, "l1": {"l1": 0.001}},
        },
    },
}

CLAIMS: dict[str, Any] = {
    "rule": {"significance": 0.05},
    "documents": {"paper.txt": "A paper"},
    "groups": [
        {
            "document": "paper.txt",
            "study": "digits",
            "claims": [
                {
                    "id": "l1-best",
                    "section": "Conclusion",
                    "statement": "L1 is more accurate.",
                    "check": {"measure": "test_accuracy", "comparison": "higher", "cell": "l1"},
                    "measured_by": "test accuracy against no regularization",
                }
            ],
        }
    ],
}


QUEUE_SECONDS = 200

TWO_FIGURES = """

_all_figures = figures


def figures(data):
    every = _all_figures(data)
    return {file: every[file] for file in ("accuracy.png", "curves.png")}
"""
"""Of a dozen, whose drawing takes longer than all else of a tiny study and has tests of its own."""


class Workspace:
    """A repository of its own; `run` and `dvc` work as a person's shell in an active venv."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.first_output = ""
        bin_folder = Path(sys.executable).parent
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REGSCOPE_", "DVC_", "PYTHON"))
        } | {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "GIT_AUTHOR_NAME": "test",
            "GIT_AUTHOR_EMAIL": "test@example.com",
            "GIT_COMMITTER_NAME": "test",
            "GIT_COMMITTER_EMAIL": "test@example.com",
            "COLUMNS": "200",
            # Nobody listens there: tracking costs these tests nothing, and has tests of its own.
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        }

    @classmethod
    def create(cls, root: Path, params: dict[str, Any], every_figure: bool = False) -> Workspace:
        """Copy the code without results, and commit it."""
        copy_code(root)
        if not every_figure:
            with (root / "regscope/figures/study.py").open("a") as file:
                file.write(TWO_FIGURES)
        workspace = cls(root)
        workspace.write_params(params)
        workspace.edit_yaml("claims.yaml", lambda claims: claims.update(CLAIMS))
        workspace.write_pipelines()
        workspace.run("git", "init", "--quiet", "--initial-branch=main")
        workspace.commit("start")
        return workspace

    def run(self, *command: str, ok: bool = True, seconds: float = 240) -> str:
        """Run a command; its output, both streams. `ok` says whether it must end with 0.

        The output goes through a file: what a command leaves running in the background (DVC's
        queue workers) may hold its streams open, and must not hold up the reader.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=seconds,
            )
            output.seek(0)
            printed = output.read()
        assert (done.returncode == 0) == ok, printed
        return printed

    def dvc(self, *arguments: str, ok: bool = True) -> str:
        return self.run("dvc", *arguments, ok=ok)

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def write_params(self, params: dict[str, Any]) -> None:
        (self.root / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def write_pipelines(self) -> None:
        """Those of the studies that params.yaml has."""
        shutil.rmtree(self.root / "studies", ignore_errors=True)
        studies = yaml.safe_load((self.root / "params.yaml").read_text())["studies"]
        for path, text in study_pipelines(studies).items():
            (self.root / path).parent.mkdir(parents=True)
            (self.root / path).write_text(text)

    def edit_yaml(self, name: str, change: Any) -> None:
        path = self.root / name
        loaded = yaml.safe_load(path.read_text())
        change(loaded)
        path.write_text(yaml.safe_dump(loaded, sort_keys=False))

    def experiments(self) -> dict[str, dict[str, str]]:
        """What `dvc exp show` says of every named experiment and branch: by name, then column.

        Names that stand in a metrics file and in params.yaml have the file's before them, as in
        `params.yaml:reg`.
        """
        lines = self.dvc("exp", "show", "--csv").splitlines()
        header = next(row for row, line in enumerate(lines) if line.startswith("Experiment,"))
        rows = csv.DictReader(lines[header:])
        return {
            row["Experiment"]: row
            for row in rows
            if row["typ"] == "branch_base" or row["Experiment"]
        }

    def run_queue(self, jobs: int) -> None:
        """Start DVC's workers and wait for all that is queued to end well."""
        queued = self.dvc("queue", "status").count("Queued")
        self.dvc("queue", "start", "--jobs", str(jobs))
        self.wait_for_queue(queued)

    def wait_for_queue(self, experiments: int) -> None:
        """Until so many of the queue have ended well."""
        # What asks DVC takes longer than this, from the very workers that it waits for.
        deadline = time.monotonic() + QUEUE_SECONDS
        while (output := self.dvc("queue", "status")).count("Success") < experiments:
            assert "Failed" not in output, output
            assert time.monotonic() < deadline, output
            time.sleep(8)

    def results(self) -> dict[str, bytes]:
        """Every committed result file and its content."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for folder in ("metrics", "plots")
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file()
        }


def ran(output: str) -> list[str]:
    """The stages that DVC says it ran, in order; without those that run each time.

    A stage of a study has the study before its name, as in `digits:train`.
    """
    lines = [line for line in output.splitlines() if line.startswith("Running stage '")]
    names = [PIPELINE.sub(r"\1:", line.split("'")[1]) for line in lines]
    return [name for name in names if name not in ("track", "gather")]


def trained(output: str) -> list[str]:
    """The cells that the stage says it trained, in order, as in `digits/l2`."""
    return TRAINED.findall(output)
