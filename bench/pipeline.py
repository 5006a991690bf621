"""A repository of its own in a temporary folder, with this code and a short MNIST study."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from bench.jobs import CELLS
from bench.processes import ROOT, Finished, run_process
from regscope.base import paths
from regscope.base.yaml_files import read_yaml

STUDY = "mnist"
RESULTS = ("metrics/", "plots/", "bench/results/", "paths/", "rates/", "advice/")
LOCK = "dvc.lock"
NO_CLAIMS: dict[str, Any] = {"rule": {}, "documents": {}, "groups": []}


class Pipeline:
    """`dvc repro` and single stages on study `mnist` with one epoch and the cells CELLS."""

    def __init__(self, root: Path) -> None:
        self.root = root
        binaries = Path(sys.executable).parent
        self.environment = {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(root),
            "DVC_ROOT": str(root),
            "DVC_NO_ANALYTICS": "1",
            "REGSCOPE_MIRROR": _absolute_mirror(),
        }
        copy_code(root)
        (root / paths.PARAMS).write_text(yaml.safe_dump(_short_study(), sort_keys=False))
        self.run("git", "init", "--quiet")

    def run(self, *command: str) -> Finished:
        return run_process(command, self.environment, self.root)

    def stages(self) -> int:
        """How many stages `dvc repro` looks at."""
        pipelines = ["dvc.yaml", str(paths.pipeline(STUDY))]
        return len(self.run("dvc", "stage", "list", "--name-only", *pipelines).output.split())


def tracked(folder: Path = ROOT) -> list[str]:
    """Files of a repository's folder that are there and that git tracks, or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [name for name in listed if name and (folder / name).is_file()]


def copy_code(root: Path) -> None:
    """Copy what git tracks, or would track, without any results and claims."""
    for name in tracked():
        if not name.startswith(RESULTS) and not name.endswith(LOCK):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    (root / paths.CLAIMS_FILE).write_text(yaml.safe_dump(NO_CLAIMS, sort_keys=False))
    for kept in (paths.PATHS, paths.OVERLAP, paths.RATES, paths.ADVICE, paths.ADVICE_PLOTS):
        (root / kept).mkdir(parents=True)
        (root / kept / ".gitkeep").touch()


def _short_study() -> dict[str, Any]:
    written: dict[str, Any] = read_yaml(ROOT / paths.PARAMS, "params.yaml")
    written |= {"study": STUDY, "reg": "l1"}
    for study in written["studies"].values():
        study["regularizers"] = {name: study["regularizers"].get(name) for name in CELLS}
    written["studies"][STUDY]["training"]["epochs"] = 1
    return written


def _absolute_mirror() -> str:
    """The mirror as it is seen from elsewhere: a relative directory is relative to this one."""
    mirror = os.environ.get("REGSCOPE_MIRROR", "").strip()
    return mirror if not mirror or "://" in mirror else str((ROOT / mirror).resolve())
