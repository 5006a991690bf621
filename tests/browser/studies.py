"""Two small studies for the browser, with pictures of a size that can be enlarged."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from regscope.base import paths
from regscope.report.pictures import SHOWS
from tests.report import synthetic

ACCURACIES = {
    "none": (0.90, 0.91, 0.92, 0.93, 0.94),
    "l1": (0.91, 0.92, 0.93, 0.94, 0.96),
    "dropout": (0.80, 0.79, 0.81, 0.80, 0.82),
}
CELLS: dict[str, Any] = {"none": {}, "l1": {"l1": 0.00001}, "l2": None, "dropout": {"dropout": 0.5}}


def write_studies() -> None:
    """params.yaml, results, pictures, strength paths and claims, into the working directory."""
    block = synthetic.study(CELLS, title="A study with quite a long title, for narrow screens")
    found = synthetic.found(ACCURACIES)
    synthetic.write({"mnist": block, "second": block}, {"mnist": found, "second": found})
    for folder, names in (("mnist", SHOWS), ("paths/mnist", ("paths", "pairs"))):
        for file in synthetic.draw(folder, *names):
            file.write_bytes(_picture())
    synthetic.write_sweep("mnist")
    synthetic.write_claims(
        *(
            synthetic.claim(verdict.replace(" ", "-"), "mnist", verdict)
            | {"headline": verdict == "contradicted"}
            for verdict in ("reproduced", "same direction", "contradicted", "not run")
        )
    )
    assert paths.CLAIMS.is_file()


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1600, 700), "#7799BB").save(file, format="PNG")
    return file.getvalue()
