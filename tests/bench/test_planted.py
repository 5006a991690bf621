"""Planted truths: what is right, and that the page holds what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import results
from bench.planted import page
from bench.planted.__main__ import save
from bench.planted.truths import METHODS, TRUTHS
from bench.repeated import PAGE
from regscope.regularizers import REGULARIZERS

BY_NAME = {truth.name: truth for truth in TRUTHS}


def repeat(*methods: str) -> dict[str, Any]:
    named = dict.fromkeys(methods, 0.1)
    arm = "none" if not methods else methods[0] if len(methods) == 1 else "cocktail"
    return {"advised": arm, "methods": named, "better": list(methods), "none": 0.5, "test": 0.5}


def test_right_is_a_method_that_must_win_or_none_where_none_can() -> None:
    few, nothing = BY_NAME["few_rows"], BY_NAME["no_signal"]
    assert page.is_right(few, repeat("l1"))
    assert page.is_right(few, repeat("dropout", "l1"))
    assert not page.is_right(few, repeat("l2"))
    assert not page.is_right(few, repeat())
    assert page.is_right(nothing, repeat())
    assert not page.is_right(nothing, repeat("l1"))


def test_the_table_counts_what_was_right_and_what_was_advised() -> None:
    found = page.table({"few_rows": {"0": repeat("l1"), "1": repeat("l1"), "2": repeat()}})
    [row] = found.rows
    assert [cell.text for cell in row] == [
        "two of 300 columns decide, 150 rows train", "L1", "2 of 3",
        "L1 (2) and no regularizer (1)",
    ]  # fmt: skip


def test_the_page_holds_what_was_measured() -> None:
    text = PAGE.read_text()
    assert page.current(text, results.load("planted")) == text


def test_methods_that_must_win_are_among_those_tried() -> None:
    assert set(METHODS) <= set(REGULARIZERS)
    assert all(truth.right <= set(METHODS) for truth in TRUTHS)


@pytest.mark.parametrize("truth", TRUTHS, ids=list(BY_NAME))
def test_what_is_made_is_what_it_says(truth: Any, tmp_path: Path) -> None:
    made = truth.make(np.random.default_rng(0))
    save(tmp_path / "made.npz", made)
    with np.load(tmp_path / "made.npz") as file:
        assert len(file["test_inputs"]) == made.test
        assert len(file["inputs"]) + made.test == len(made.inputs)
    shares = np.bincount(made.targets) / len(made.targets)
    assert shares.min() > 0.5 / len(shares)


def test_labels_of_the_test_are_never_drawn_anew() -> None:
    """The nearest cloud is right as often in test as clouds allow, and less often in training."""
    made = BY_NAME["label_noise"].make(np.random.default_rng(0))
    train = len(made.inputs) - made.test
    test_inputs, test_targets = made.inputs[train:], made.targets[train:]
    centres = np.stack([test_inputs[test_targets == one].mean(0) for one in range(10)])
    distance = ((made.inputs[:, None] - centres) ** 2).sum(-1)
    right = distance.argmin(1) == made.targets
    assert right[train:].mean() > 0.9
    assert 0.65 < right[:train].mean() < 0.8
