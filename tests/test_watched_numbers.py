"""Early stopping on numbers: what is measured undoes what trained, without the watched part."""

from __future__ import annotations

import pytest

from regscope import train
from tests.tasks import numbers


def test_the_last_epochs_r2_is_that_of_the_networks_handed_over() -> None:
    study = numbers.study({"early_stopping": 2}, epochs=6)
    trained = train(study, "tested", data=numbers.dataset())
    last = trained.history[trained.history["epoch"] == 6]["holdout_r2"]
    assert trained.test_r2 == pytest.approx(list(last))
