"""The pictures of a study: which there are, in which order, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regscope import paths

SHOWS = {
    "accuracy": "Test accuracy of every cell: seeds, mean and 95 % interval",
    "curves": "Loss and accuracy over epochs in training and test, with a band over seeds",
    "decision": "Data and decision regions of every cell",
    "weights": "Distribution of the weights of every cell, on one scale",
    "weights_by_layer": "Weights of every cell, layer by layer",
    "heatmaps": "Weights of the first layer of every cell",
    "confusion": "Confusion matrices of every cell",
    "predictions": "Test examples with the class predicted for them",
}


@dataclass(frozen=True)
class Picture:
    name: str
    file: Path
    shows: str

    def alt(self, title: str) -> str:
        return f"{title}. {self.shows}."


def pictures(study: str) -> dict[str, Picture]:
    """Those that exist: the known ones in the order of SHOWS, then any others by name."""
    found = {file.stem: file for file in sorted(paths.plots(study).glob("*.png"))}
    ordered = [name for name in SHOWS if name in found]
    ordered += [name for name in found if name not in SHOWS]
    return {
        name: Picture(name, found[name], SHOWS.get(name, name.replace("_", " ").capitalize()))
        for name in ordered
    }
