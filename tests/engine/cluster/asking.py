"""A process that asks for training with Ray, to be ended in the midst of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from regscope.study.params import Study
from tests.alone import ROOT

PROGRAM = """
import json, sys
from pathlib import Path
from regscope.base.errors import run
from regscope.engine.cell import train_cell
from regscope.study.params import Study

study = Study.model_validate(json.loads(Path(sys.argv[1]).read_text()))
run(lambda: train_cell(study, "tested", Path(sys.argv[2]), "tiny"))
"""

PATIENCE = 120


@contextmanager
def asked(
    folder: Path, study: Study, data: Path, variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """The process, in a session of its own, once a state of every stack has come home."""
    settings = folder / "study.json"
    settings.write_text(json.dumps(study.model_dump(mode="json", exclude_none=True)))
    fast = {"REGSCOPE_ENGINE": "ray", "REGSCOPE_CHECKPOINT_SECONDS": "0.1", "REGSCOPE_WORKERS": "2"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(settings), str(data)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **fast, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while len(list((folder / ".regscope").rglob("*.safetensors"))) < 2:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.communicate()
