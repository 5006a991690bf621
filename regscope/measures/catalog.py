"""Every measure there is, an entry each, by the table that it stands in.

What lists measures asks here: the columns of seeds.csv, summary.json, comparisons.csv, what a claim
may be about, headings and decimals on the pages, the review. docs/add-a-measure.md adds one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from regscope.tasks import TASKS, TaskName, task_in

Table = Literal["seeds", "layers", "units", "paths", "spread", "confused"]
Unit = Literal["", "%", "points", "% of full", "% of units"]
Part = Literal[
    "", "accuracy", "fit", "weights", "pruning", "units", "robustness", "calibration", "classes",
    "words",
]  # fmt: skip
Listed = Literal["comparisons", "summary", "review", "cards"]

CLASSES: tuple[TaskName, ...] = ("classification", "tagging")
WORDS_ALONE: tuple[TaskName, ...] = ("tagging",)
NUMBERS_ALONE: tuple[TaskName, ...] = ("regression",)

SHARE = (0.0, 1.0)
SIZE = (0.0, inf)
WITHIN: dict[Unit, tuple[float, float]] = {
    "": (-inf, inf),
    "%": SHARE,
    "points": (-1.0, 1.0),
    "% of full": SHARE,
    "% of units": SHARE,
}
"""Between which every value of a unit lies, where the measure does not say."""


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What goes without saying of most measures.

    better: which way is; neither by itself where it is None, as of a gap, which is small of a
    network that has learned nothing.
    short: the title where there is little room. heading: what stands over it in the table of its
    own part, unit and all.
    function: what computes it, below regscope/measures, such as `predictions.brier_score`; each
    parameter names something that a trained network showed (`evaluation.seen`). Without one it is
    measured together with others, in regscope/evaluation.
    part: the part of a study's page whose table shows it. listed: where else it stands; of those
    in comparisons.csv every cell is held against the baseline.
    matters: `evaluation.matters`, the smallest difference worth having, goes for it.
    primary: a study may be about it; it is then measured on validation too.
    later: seeds.csv of studies that older versions measured may be without it.
    within: between which every value lies; None for what its unit says, WITHIN.
    """

    better: Literal["higher", "lower"] | None = None
    short: str = ""
    heading: str = ""
    function: str = ""
    part: Part = ""
    listed: tuple[Listed, ...] = ()
    matters: bool = False
    primary: bool = False
    later: bool = False
    tasks: tuple[TaskName, ...] = tuple(TASKS)
    within: tuple[float, float] | None = None


@dataclass(frozen=True)
class Measure(_Told):
    """`name` is its column. A value stands on the pages in `unit`, with so many `decimals`; None
    for as many as tell the values of a column apart."""

    name: str
    title: str
    unit: Unit = ""
    decimals: int | None = 2

    @property
    def scale(self) -> int:
        return 100 if self.unit else 1

    @property
    def in_points(self) -> bool:
        """Whether it is a fraction that is read in percent, its differences in points."""
        return self.unit in ("%", "points")

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.unit == "%"

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which every value lies, both ends included."""
        return WITHIN[self.unit] if self.within is None else self.within

    @property
    def higher_is_better(self) -> bool | None:
        return None if self.better is None else self.better == "higher"

    @property
    def sign(self) -> int:
        """What makes more better: -1 where less is."""
        return -1 if self.better == "lower" else 1

    @property
    def stem(self) -> str:
        """What it is of any examples: `accuracy` of `test_accuracy`."""
        return self.name.removeprefix("test_")

    @property
    def on_validation(self) -> str:
        """The column of the same on validation examples."""
        return f"validation_{self.stem}"

    @property
    def phrase(self) -> str:
        """What it is called inside a sentence."""
        name = self.short or self.title
        return name if name[:2].isupper() else name[:1].lower() + name[1:]

    def told(self, value: float) -> str:
        """A value where it stands alone: `95.37%`, `0.4821`."""
        return f"{value:.2%}" if self.is_share else f"{value:.4f}"

    def called(self, title: str = "") -> str:
        """`title`, by default its own, with the unit of its values: `Test accuracy, %`."""
        return ", ".join(filter(None, (title or self.title, self.unit)))


ACCURACY = TASKS["classification"].measure

PREDICTIONS = (
    Measure(
        ACCURACY, "Test accuracy", "%", better="higher", function="predictions.accuracy",
        part="accuracy", listed=("comparisons", "summary", "review"), matters=True, primary=True,
        tasks=CLASSES,
    ),
    Measure(
        "test_loss", "Test loss", decimals=4, better="lower", function="predictions.cross_entropy",
        part="fit", listed=("comparisons", "summary", "review"), primary=True, within=SIZE,
    ),
    Measure(
        "train_accuracy", "Train accuracy", "%", part="fit", listed=("review", "cards"),
        tasks=CLASSES,
    ),
    Measure("train_loss", "Train loss", decimals=4, part="fit", within=SIZE),
    Measure(
        "generalization_gap", "Gap (train − test)", "points", short="Gap", part="fit",
        listed=("comparisons", "summary", "review", "cards"), tasks=CLASSES,
    ),
    Measure("loss_gap", "Loss gap (test − train)", decimals=4),
    Measure(
        "top5_accuracy", "Top-5 accuracy", "%", better="higher",
        function="predictions.top5_accuracy", part="calibration", tasks=CLASSES,
    ),
    Measure(
        "expected_calibration_error", "Calibration error", "points", better="lower",
        function="calibration.calibration_error", part="calibration",
        listed=("comparisons", "summary", "review", "cards"), within=SHARE, tasks=CLASSES,
    ),
    Measure(
        "brier_score", "Brier score", decimals=4, better="lower",
        function="predictions.brier_score", part="calibration", listed=("comparisons",),
        within=(0.0, 2.0), tasks=CLASSES,
    ),
    Measure(
        "balanced_accuracy", "Balanced accuracy", "%", better="higher",
        function="predictions.balanced_accuracy", part="classes",
        listed=("comparisons", "summary", "review"), matters=True, primary=True, later=True,
        tasks=CLASSES,
    ),
    Measure(
        "roc_auc", "ROC AUC", "%", better="higher", function="predictions.roc_auc", part="classes",
        listed=("comparisons", "summary", "review"), matters=True, primary=True, later=True,
        tasks=CLASSES,
    ),
    Measure(
        "average_precision", "Average precision", "%", better="higher",
        function="precision_recall.average_precision", part="classes",
        listed=("comparisons", "summary", "review"), matters=True, later=True, tasks=CLASSES,
    ),
    Measure(
        "class_f1_sd", "SD of F1 over classes", decimals=3, better="lower",
        function="predictions.class_f1_sd", within=SHARE, tasks=CLASSES,
    ),
)  # fmt: skip

NUMBERS = (
    Measure(
        "test_r2", "Test R²", decimals=3, better="higher", part="accuracy",
        listed=("comparisons", "summary", "review"), matters=True, primary=True, later=True,
        tasks=NUMBERS_ALONE, within=(-inf, 1.0),
    ),
    Measure(
        "test_rmse", "Test RMSE", better="lower", part="accuracy",
        listed=("comparisons", "summary", "review"), later=True, tasks=NUMBERS_ALONE, within=SIZE,
    ),
    Measure(
        "test_mae", "Test MAE", better="lower", part="accuracy",
        listed=("comparisons", "summary", "review"), later=True, tasks=NUMBERS_ALONE, within=SIZE,
    ),
    Measure(
        "train_r2", "Train R²", decimals=3, part="fit", listed=("review",), later=True,
        tasks=NUMBERS_ALONE, within=(-inf, 1.0),
    ),
)  # fmt: skip
"""Of targets that are numbers: errors stand in the targets' own unit."""

ROBUSTNESS = (
    Measure(
        "corruption_accuracy", "Accuracy under corruption", "%", better="higher",
        short="Under corruption", heading="Mean", part="robustness",
        listed=("comparisons", "summary", "review", "cards"), matters=True, tasks=CLASSES,
    ),
    Measure("corruption_drop", "Drop", "points", better="lower", part="robustness", tasks=CLASSES),
    Measure(
        "input_gradient_norm", "Input gradient", decimals=None, part="robustness", within=SIZE,
        tasks=CLASSES,
    ),
)  # fmt: skip

PRUNED = (
    Measure(
        "pruning_area", "Pruning area", decimals=4, part="pruning", within=SHARE, tasks=CLASSES,
    ),
    Measure(
        "prunable_fraction", "Prunable weights", "%", short="Prunable", part="pruning",
        listed=("comparisons", "summary", "cards"), tasks=CLASSES,
    ),
)  # fmt: skip

HIDDEN = (
    Measure(
        "unit_correlation", "Correlation of hidden units", decimals=3, short="Unit correlation",
        heading="Correlation", part="units", listed=("comparisons",), within=SHARE,
    ),
    Measure("effective_rank_fraction", "Effective rank", "% of units", 1, part="units"),
    Measure("dead_unit_fraction", "Dead units", "%", part="units"),
    Measure("mean_activation", "Mean activation", decimals=3, part="units"),
)  # fmt: skip

DESCENT = (
    Measure("epochs_to_training_loss", "Epochs to training loss", decimals=1, within=(1.0, inf)),
    Measure("training_loss_area", "Mean training loss over epochs", decimals=4, within=SIZE),
    Measure("test_loss_rise", "Rise of the test loss", decimals=4, better="lower", within=SIZE),
    Measure(
        "best_epoch_accuracy", "Test accuracy at its best epoch", "%", better="higher",
        tasks=CLASSES,
    ),
    Measure(
        "test_accuracy_fall", "Fall of the test accuracy from its best epoch", "points",
        better="lower", within=SHARE, tasks=CLASSES,
    ),
)  # fmt: skip

WEIGHTS = (
    Measure("weight_mean", "Mean of the weights", decimals=None),
    Measure(
        "weight_std", "SD of the weights", decimals=None, heading="SD", part="weights",
        listed=("review",), within=SIZE,
    ),
    Measure("weight_skewness", "Skewness of the weights"),
    Measure(
        "weight_kurtosis", "Excess kurtosis of the weights", heading="Excess kurtosis",
        part="weights", listed=("review",), within=(-2.0, inf),
    ),
    Measure(
        "weight_l1_norm", "L1 norm", decimals=None, part="weights", listed=("review",), within=SIZE,
    ),
    Measure(
        "weight_l2_norm", "L2 norm", decimals=None, part="weights", listed=("review",), within=SIZE,
    ),
    Measure(
        "weight_max_norm", "Largest weight", decimals=None, heading="Largest", part="weights",
        within=SIZE,
    ),
    Measure(
        "near_zero_fraction", "Near zero", "%", part="weights",
        listed=("summary", "review", "cards"),
    ),
    Measure("zero_fraction", "Exactly zero", "%", part="weights", listed=("review", "cards")),
    Measure(
        "weight_hoyer", "Hoyer sparsity of the weights", decimals=3, heading="Hoyer",
        part="weights", listed=("review",), within=SHARE,
    ),
    Measure(
        "weight_gini", "Gini index of the weights", decimals=3, heading="Gini", part="weights",
        within=SHARE,
    ),
    Measure("stable_rank_fraction", "Stable rank", "% of full", 1, part="weights"),
    Measure(
        "filter_total_variation", "Filter total variation", decimals=None, part="weights",
        within=SIZE,
    ),
)  # fmt: skip

WORDS = (
    Measure(
        "padded_accuracy", "Counting padding (as tutorials report it)", "%", better="higher",
        part="words", tasks=WORDS_ALONE,
    ),
    Measure(
        "unknown_accuracy", "Unknown words", "%", better="higher", part="words",
        tasks=WORDS_ALONE,
    ),
    Measure(
        "most_frequent_tag_accuracy", "Most frequent tag, no network", "%", part="words",
        tasks=WORDS_ALONE,
    ),
    Measure("test_error", "Error of the test set", "points", tasks=WORDS_ALONE, within=SHARE),
)  # fmt: skip

SEEDS = (*PREDICTIONS, *NUMBERS, *ROBUSTNESS, *PRUNED, *HIDDEN, *DESCENT, *WEIGHTS, *WORDS)
"""A value a network: the columns of seeds.csv, in its order."""

LAYERS = (
    Measure("mean", "Mean", decimals=None),
    Measure("std", "SD", decimals=None, within=SIZE),
    Measure("skewness", "Skewness"),
    Measure("kurtosis", "Excess kurtosis", within=(-2.0, inf)),
    Measure("l1_norm", "L1 norm", decimals=None, within=SIZE),
    Measure("l2_norm", "L2 norm", decimals=None, within=SIZE),
    Measure("max_norm", "Largest", decimals=None, within=SIZE),
    Measure("near_zero_fraction", "Near zero", "%"),
    Measure("zero_fraction", "Exactly zero", "%"),
    Measure("hoyer", "Hoyer sparsity", decimals=3, heading="Hoyer", within=SHARE),
    Measure("gini", "Gini index", decimals=3, heading="Gini", within=SHARE),
    Measure("spectral_norm", "Spectral norm", decimals=None, within=SIZE),
    Measure("stable_rank", "Stable rank", decimals=1, within=SIZE),
    Measure(
        "total_variation",
        "Total variation of filters",
        decimals=None,
        heading="Total variation",
        within=SIZE,
    ),
)
"""A value a layer with weights: the columns of layers.csv."""

UNITS = (
    Measure("correlation", "Correlation", decimals=3, within=SHARE),
    Measure("effective_rank", "Effective rank", decimals=1, within=SIZE),
    Measure("dead_fraction", "Dead units", "%"),
    Measure("mean_activation", "Mean activation", decimals=3),
)
"""A value a layer of hidden units: the columns of units.csv."""

CONFUSED = (Measure("excess", "Errors over the mean pair", decimals=1),)
"""A value a pair of classes: what claims read in confused.csv."""

PRIMARY = tuple(measure for measure in SEEDS if measure.primary)
"""What a study may be about."""

SCORES = tuple(dict.fromkeys(task.measure for task in TASKS.values()))
"""What studies are about that do not say, by task."""

VALIDATION = tuple(
    replace(
        measure,
        name=measure.on_validation,
        title=f"Validation {measure.phrase.removeprefix('test ')}",
        function="",
    )
    for measure in PRIMARY
)

_ANYWHERE = {measure.name: measure for measure in (*SEEDS, *VALIDATION)}

PATHS = tuple(
    _ANYWHERE[name]
    for name in (
        "validation_accuracy", "validation_loss", ACCURACY, "test_loss", "train_accuracy",
        "generalization_gap", "zero_fraction", "near_zero_fraction", "weight_l2_norm",
        "expected_calibration_error", "validation_balanced_accuracy", "validation_roc_auc",
        "balanced_accuracy", "roc_auc",
    )
)  # fmt: skip
"""A value a network at every strength: the columns of paths.csv, those of later versions last."""

TABLES: dict[Table, tuple[Measure, ...]] = {
    "seeds": SEEDS,
    "layers": LAYERS,
    "units": UNITS,
    "spread": SEEDS,
    "paths": PATHS,
    "confused": CONFUSED,
}
"""`spread` is the standard deviation over seeds of what `seeds` has."""


def named(name: str) -> Measure:
    """The measure of seeds.csv or paths.csv. Raises KeyError where there is none."""
    return _ANYWHERE[name]


def score_in(columns: Container[str]) -> str:
    """What a study is about that does not say, by a table of its seeds."""
    return task_in(columns).measure


def of_task(task: TaskName) -> tuple[Measure, ...]:
    """What is measured of every network of a study."""
    return tuple(measure for measure in SEEDS if task in measure.tasks)


def listed(where: Listed, *first: str) -> tuple[Measure, ...]:
    """What stands there: those named, then what a study may be about, then as in seeds.csv."""
    found = [measure for measure in SEEDS if where in measure.listed]
    return _after(first, sorted(found, key=lambda measure: not measure.primary))


def of_part(part: Part, *first: str) -> tuple[Measure, ...]:
    """What a table of the part shows: those named, then what else there is, as in seeds.csv."""
    return _after(first, [measure for measure in SEEDS if measure.part == part])


def of_layers(*first: str) -> tuple[Measure, ...]:
    """What a layer has: those named, then as in layers.csv."""
    return _after(first, LAYERS, LAYERS)


def _after(
    first: Sequence[str], measures: Sequence[Measure], among: Sequence[Measure] = SEEDS
) -> tuple[Measure, ...]:
    known = {measure.name: measure for measure in among}
    others = [measure for measure in measures if measure.name not in first]
    return (*(known[name] for name in first), *others)
