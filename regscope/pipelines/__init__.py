"""The pipelines of single studies: a `dvc.yaml` and a lock each, made from one template.

DVC reads and writes the whole of a lock file after every stage, so each study has its own; and a
study's cells are the names in params.yaml, which the template reads, so that none is listed twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from regscope.base import paths
from regscope.base.files import write_text
from regscope.tasks import TASKS, Task

NAME = "STUDY"
PLACES = ("OWN_FILES", "MODEL_FILES")
PREDICTIONS = {
    True: "confusion:\n      template: confusion\n      x: predicted\n      y: actual",
    False: "predicted:\n      template: scatter\n      x: actual\n      y: predicted",
}
"""How `dvc plots` draws predictions, by whether they are of classes."""

MADE = "# Made from regscope/pipelines/"


def study_pipelines(
    studies: Iterable[str],
    tasks: Mapping[str, Task] | None = None,
    own_files: Mapping[str, Iterable[Path]] | None = None,
    model_files: Mapping[str, Iterable[Path]] | None = None,
) -> dict[Path, str]:
    """`{file: text}`: what `dvc repro` runs of each study, and what `dvc plots` draws of it.

    `tasks` by study, classification where none is given; `own_files` those that a study's data
    are read from, `model_files` those that its networks are made from.
    """
    found = {study: (tasks or {}).get(study, TASKS["classification"]) for study in studies}
    return {
        paths.pipeline(study): _with_files(
            _template("study.yaml", study),
            own=(own_files or {}).get(study, ()),
            model=(model_files or {}).get(study, ()),
        )
        .replace("SCORE", task.score)
        .replace("PREDICTIONS", PREDICTIONS["confused" in task.tables])
        for study, task in found.items()
    }


def _with_files(template: str, own: Iterable[Path] = (), model: Iterable[Path] = ()) -> str:
    """A template with the files of a study's own in their places among dependencies."""
    found = dict(zip(PLACES, (own, model), strict=True))

    def listed(place: re.Match[str]) -> str:
        indent, name = place.groups()
        return "".join(f"{indent}- {_as_yaml(file.as_posix())}\n" for file in found[name])

    return re.sub(rf"^( *)- ({'|'.join(PLACES)})\n", listed, template, flags=re.MULTILINE)


def _as_yaml(text: str) -> str:
    return text if re.fullmatch(r"[\w./-]+", text) else json.dumps(text, ensure_ascii=False)


def dependencies(stage: str) -> list[Path]:
    """What a stage of every study's pipeline depends on, with NAME in place of the study's."""
    stages = yaml.safe_load(_template("study.yaml", NAME))["stages"]
    return [Path(path) for path in stages[stage]["deps"] if path not in PLACES]


def rates_pipelines(
    studies: Iterable[str], model_files: Mapping[str, Iterable[Path]] | None = None
) -> dict[Path, str]:
    """`{file: text}`: what `make rates` runs of each study."""
    files = model_files or {}
    return {
        paths.rates_pipeline(study): _with_files(
            _template("rates.yaml", study), model=files.get(study, ())
        )
        for study in studies
    }


def write(pipelines: Mapping[Path, str]) -> list[Path]:
    """Write those that are not there or differ; which those were."""
    stale = [
        path
        for path, text in pipelines.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        write_text(path, pipelines[path])
    return stale


def superfluous(pipelines: Mapping[Path, str]) -> list[Path]:
    """Those made from a template for studies that are gone."""
    there = {*Path("studies").glob("*/dvc.yaml"), *Path("rates").glob("*/dvc.yaml")}
    return sorted(path for path in there - set(pipelines) if MADE in path.read_text("utf-8"))


def _template(file: str, study: str) -> str:
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    # The first lines are about the template itself.
    return text.partition("---\n")[2].replace(NAME, study)
