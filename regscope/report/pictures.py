"""The pictures of a study: which there are, in which order, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regscope.base import paths

SHOWS = {
    "accuracy": "Test accuracy of every cell: seeds, mean and 95 % interval",
    "r2": "Test R² of every cell: seeds, mean and 95 % interval",
    "predicted": "Predicted against true values of every cell",
    "residuals": "Residuals against predictions of every cell, and their spread by prediction",
    "curves": "Loss and accuracy over epochs in training and test, with a band over seeds",
    "weights": "Distribution of the weights of every cell, on one scale",
    "weights_by_layer": "Weights of every cell, layer by layer",
    "structure": "Measures of the weights of every cell, layer by layer",
    "heatmaps": "The weights of one layer of every cell, one by one",
    "pruning": "Test accuracy of every cell as its smallest weights are removed",
    "robustness": "Test accuracy of every cell under every corruption, by severity",
    "reliability": "Accuracy of every cell's predictions by their confidence",
    "units": "Correlation, effective rank and dead share of the hidden units of every cell",
    "confusion": "Confusion matrices of every cell",
    "precision_recall": "Precision against recall of the rare class, of every cell",
    "predictions": "Test examples with the class predicted for them",
    "decision": "Data and decision regions of every cell",
}

OF_NUMBERS = {
    "curves": "Loss and R² over epochs in training and test, with a band over seeds",
}
"""What they show where targets are numbers."""

SWEEP_SHOWS = {
    "paths": "Accuracy and weights of every method over its strengths",
    "pairs": "Test accuracy of every two methods at once, against the better one alone",
}


@dataclass(frozen=True)
class Picture:
    """`title` is of the study, `shows` says what is to be seen.

    `titled`: whether the picture says so itself and needs no caption.
    """

    name: str
    file: Path
    title: str
    shows: str
    titled: bool = True

    @property
    def alt(self) -> str:
        return f"{self.title}. {self.shows}."


def pictures(study: str, title: str, classes: bool = True) -> dict[str, Picture]:
    """Those that exist: the known ones in the order of SHOWS, then any others by name."""
    return _found(paths.plots(study), title, SHOWS if classes else SHOWS | OF_NUMBERS)


def sweep_pictures(study: str, title: str) -> dict[str, Picture]:
    """The pictures of its strength paths and pairs."""
    return _found(paths.sweep_plots(study), title, SWEEP_SHOWS)


def _found(folder: Path, title: str, shows: dict[str, str]) -> dict[str, Picture]:
    found = {file.stem: file for file in sorted(folder.glob("*.png"))}
    ordered = [name for name in shows if name in found]
    ordered += [name for name in found if name not in shows]
    return {
        name: Picture(
            name,
            found[name],
            title,
            shows.get(name, name.replace("_", " ").capitalize()),
            titled=name in shows,
        )
        for name in ordered
    }
