"""What DVC itself takes as studies grow: `python -m bench.pipelines [--rounds N]`.

Nine studies of thirty cells beside a project of one stage, both with stages that do next to
nothing, and the study `digits` from nothing. What counts is processor time: DVC works on one core,
and waiting for others says nothing of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml

from bench import readme, results
from bench.machine import measured
from bench.pipeline import copy_code
from bench.processes import ROOT, Finished, run_process
from bench.rounds import chosen_rounds
from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.yaml_files import read_yaml
from regscope.pipelines import study_pipelines

STUDIES, CELLS = 9, 30
COMMANDS: dict[str, Sequence[str]] = {
    "repro": ("dvc", "repro", "--quiet"),
    "exp run": ("dvc", "exp", "run", "--quiet", "--set-param", "reg=l2"),
}

ONE_STAGE = """\
stages:
  one:
    cmd: cp params.yaml out.yaml
    params: [reg]
    outs:
      - out.yaml:
          cache: false
"""

STAND_IN = """\
import json, pathlib, sys, yaml

stage, *words = sys.argv[1:]
study = words[0] if words else ""


def write(*files, content={}):
    for file in map(pathlib.Path, files):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))


if stage == "settings":
    block = yaml.safe_load(open("params.yaml"))["studies"][study]
    folder = f"data/settings/{study}"
    write(f"{folder}/data.json", content=block["data"])
    write(f"{folder}/measured.json", f"{folder}/study.json", content=block)
    for reg, cell in block["regularizers"].items():
        write(f"{folder}/cells/{reg}.json", content=cell)
elif stage == "train":
    for cell in pathlib.Path(f"data/settings/{study}/cells").iterdir():
        write(f"data/models/{study}/{cell.stem}/model")
elif stage in ("download", "preprocess", "evaluate"):
    made = {"download": "raw", "preprocess": "prepared", "evaluate": "evaluations"}
    write(f"data/{made[stage]}/{study}/file")
elif stage == "summarize":
    write(f"metrics/studies/{study}/summary.json")
elif stage == "visualize":
    write(f"plots/{study}/curves.csv", f"plots/{study}/confusion/none.csv")
elif stage == "validate":
    write("data/validated.txt")
elif stage == "gather":
    write("data/gathered.json")
elif stage == "review":
    write("metrics/review.json")
elif stage == "claims":
    write("metrics/claims.json", "metrics/verdicts.json")
elif stage == "report":
    write("metrics/README.md", "metrics/claims.md", "metrics/pages/all.md")
    write("metrics/published.png", "report/index.html")
"""


class Project:
    """A repository of its own with DVC in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {
            "DVC_ROOT": str(root),
            "DVC_NO_ANALYTICS": "1",
            # Nobody listens there.
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
            **{f"GIT_{who}_{what}": "bench@localhost"
               for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }  # fmt: skip

    def run(self, *command: str) -> Finished:
        return run_process(command, self.environment, self.root)

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "as measured")

    def seconds(self, command: Sequence[str]) -> dict[str, float]:
        """Of the command and all that it starts: by the clock, and of processors."""
        ran = self.run(*command)
        self.run("git", "checkout", "--quiet", ".")
        return {"wall": round(ran.seconds, 2), "processor": round(ran.processor, 2)}


def one_stage(root: Path) -> Project:
    root.mkdir()
    (root / "dvc.yaml").write_text(ONE_STAGE)
    (root / "params.yaml").write_text("reg: l1\n")
    project = Project(root)
    project.run("git", "init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.run("dvc", "repro", "--quiet")
    project.commit()
    return project


def many_studies(root: Path) -> Project:
    """The real pipelines, whose stages a stand-in takes the place of."""
    copy_code(root)
    block = read_yaml(ROOT / paths.PARAMS, str(paths.PARAMS))["studies"]["digits"]
    rates = [{"dropout": {"rate": (place + 1) / 100, "layers": ["hidden1"]}}
             for place in range(CELLS - 2)]  # fmt: skip
    cells = {"none": {}, "l2": {"l2": 0.1}, **{f"dropout{i}": rate for i, rate in enumerate(rates)}}
    studies = {f"study{i}": block | {"regularizers": cells} for i in range(STUDIES)}
    (root / "stand_in.py").write_text(STAND_IN)
    shutil.rmtree(root / "studies")
    together = {Path("dvc.yaml"): (root / "dvc.yaml").read_text()}
    for path, text in (together | study_pipelines(studies)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(re.sub(r"python -m stages\.", "python stand_in.py ", text))
    project = Project(root)
    project.run("git", "init", "--quiet")
    for active in (*studies, "study0"):
        written = {"study": active, "reg": "dropout0", "studies": studies}
        (root / paths.PARAMS).write_text(yaml.safe_dump(written, sort_keys=False))
        project.run("dvc", "repro", "--quiet")
    project.commit()
    return project


def measure(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as private:
        projects = {
            "one stage": one_stage(Path(private) / "one"),
            f"{STUDIES} studies of {CELLS} cells": many_studies(Path(private) / "many"),
        }
        found = [
            {
                name: {kind: project.seconds(command) for kind, command in COMMANDS.items()}
                for name, project in projects.items()
            }
            for _ in range(rounds)
        ]
        return {"rounds": found, "digits": from_nothing(Path(private) / "digits")}


def from_nothing(root: Path) -> dict[str, float]:
    """The study `digits` in a new clone: seconds by the clock, and of them DVC's own work."""
    copy_code(root)
    project = Project(root)
    project.run("git", "init", "--quiet")
    project.commit()
    started = time.perf_counter()
    dvc = subprocess.Popen(
        ("dvc", "repro", "--quiet"),
        cwd=root,
        env=os.environ | project.environment,
        stdout=subprocess.DEVNULL,
    )
    with own_seconds(dvc.pid) as own:
        if dvc.wait():
            raise RegscopeError("digits from nothing: dvc repro has failed")
    return {"wall": round(time.perf_counter() - started, 2), "dvc": round(own[0], 2)}


@contextmanager
def own_seconds(process: int) -> Iterator[list[float]]:
    """What a process has used of processors, without those that it started, as it goes."""
    found, done = [0.0], threading.Event()

    def watch() -> None:
        watched = psutil.Process(process)
        while not done.wait(0.1):
            try:
                used = watched.cpu_times()
            except psutil.Error:
                return
            found[0] = max(found[0], used.user + used.system)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def main() -> None:
    rounds = chosen_rounds("bench.pipelines", __doc__, 3)
    started = time.monotonic()
    found: Mapping[str, Any] = measured(**measure(rounds))
    results.write("pipelines", {**found, "took": round(time.monotonic() - started)})
    readme.update()


if __name__ == "__main__":
    run(main)
