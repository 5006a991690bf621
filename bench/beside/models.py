"""scikit-learn's models for a study of a table, set as the study trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from regscope.datasets.base import Dataset
from regscope.study.params import Study

MLP, BOOSTING = "mlp", "boosting"
NAMES = (MLP, BOOSTING)


def preparation(holds: Sequence[int]) -> Any:
    """What is fitted to training rows `[n, D]`, for a table with such an `input_shape`.

    Numbers have gaps filled with the median and are standardized; behind them comes, for each
    column that has gaps, where they were; behind these every category as a column of its own. A
    category that did not train is none of them.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator, SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [place for place, held in enumerate(holds) if held <= 0]
    gaps = [place for place, held in enumerate(holds) if held < 0]
    categories = [place for place, held in enumerate(holds) if held > 0]
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    parts = [
        ("numbers", make_pipeline(filled, StandardScaler()), numbers),
        ("gaps", MissingIndicator(features="all"), gaps),
        ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
    ]
    return ColumnTransformer([part for part in parts if part[2]])


def fitted(name: str, study: Study, dataset: Dataset, rows: np.ndarray, seed: int) -> Any:
    """The model `name`, fitted to `rows` of the data; class weights are the study's.

    MLP has the study's widths, batches, learning rate and number of epochs, and its own
    preparation; all else is scikit-learn's defaults. BOOSTING has nothing but these.
    """
    inputs, targets = dataset.inputs[rows].astype(np.float64), dataset.targets[rows]
    if name == MLP:
        return _mlp(study, dataset, inputs, targets, seed)
    return _boosting(study, dataset, inputs, targets, seed)


def _mlp(study: Study, dataset: Dataset, inputs: np.ndarray, targets: np.ndarray, seed: int) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.class_weight import compute_sample_weight

    training = study.training
    settings = {
        "hidden_layer_sizes": tuple(study.model.hidden),  # type: ignore[attr-defined]
        "batch_size": min(training.batch_size, len(inputs)),
        "learning_rate_init": training.learning_rate,
        "max_iter": training.epochs,
        "n_iter_no_change": training.epochs + 1,
        "random_state": seed,
    }
    before = preparation(dataset.input_shape)
    if dataset.quantity is not None:
        network = TransformedTargetRegressor(MLPRegressor(**settings), transformer=StandardScaler())
        return make_pipeline(before, network).fit(inputs, targets)
    weights = {}
    if study.training.class_weights:
        weights["sample_weight"] = compute_sample_weight("balanced", targets)
    network = MLPClassifier(**settings).fit(before.fit_transform(inputs), targets, **weights)
    return make_pipeline(before, network)


def _boosting(
    study: Study, dataset: Dataset, inputs: np.ndarray, targets: np.ndarray, seed: int
) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    settings: dict[str, Any] = {
        "categorical_features": [held > 0 for held in dataset.input_shape],
        "random_state": seed,
    }
    if dataset.quantity is not None:
        return HistGradientBoostingRegressor(**settings).fit(inputs, targets)
    if study.training.class_weights:
        settings["class_weight"] = "balanced"
    return HistGradientBoostingClassifier(**settings).fit(inputs, targets)
