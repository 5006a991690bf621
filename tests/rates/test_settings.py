"""rates/params.yaml: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.base.errors import RegscopeError
from regscope.rates.settings import load_rates
from regscope.study.params import Params, load_params
from tests.alone import ROOT
from tests.rates import settings

GRID = settings.rates()["grids"]["digits"]


def loaded(workspace: Path, change: dict[str, Any]) -> None:
    raw = settings.rates()
    raw["grids"]["digits"] |= change
    file = workspace / "rates.yaml"
    file.write_text(yaml.safe_dump(raw))
    load_rates(Params.model_validate(settings.raw_params()), file)


def test_the_projects_own_grids_are_valid() -> None:
    found = load_rates(load_params(ROOT / "params.yaml"), ROOT / "rates" / "params.yaml")
    assert set(found.studies) <= set(found.grids)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"learning_rates": [0.1, 0.01]},
            "grids.digits.learning_rates = 0.01: must be greater than 0.1 before it",
        ),
        ({"epochs": [2, 2]}, "grids.digits.epochs = 2: must be greater than 2 before it"),
        (
            {"learning_rates": [0.01, 1.0]},
            "grids.digits.learning_rates = [0.01, 1.0]: must hold the study's own, 0.1",
        ),
        ({"epochs": [1, 3]}, "grids.digits.epochs = [1, 3]: must hold the study's own, 2"),
        ({"seeds": 1}, "grids.digits.seeds = 1:"),
        ({"learning_rates": [-1, 0.1]}, "grids.digits.learning_rates.0 = -1:"),
        ({"rates": [1]}, "grids.digits.rates = [1]: unknown key"),
    ],
)
def test_a_wrong_grid_is_one_line(workspace: Path, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        loaded(workspace, change)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"studies": ["digits", "digits"]}, "every name once"),
        ({"studies": ["other"]}, "studies = other: choose from: digits"),
        ({"grids": {"other": GRID}, "studies": ["other"]}, "unknown study"),
    ],
)  # fmt: skip
def test_wrong_names_are_one_line(workspace: Path, change: dict[str, Any], complaint: str) -> None:
    file = workspace / "rates.yaml"
    file.write_text(yaml.safe_dump(settings.rates() | change))
    with pytest.raises(RegscopeError, match=complaint):
        load_rates(Params.model_validate(settings.raw_params()), file)


@pytest.mark.parametrize("primary", ["loss", "balanced_accuracy", "roc_auc"])
def test_a_grid_of_a_study_about_another_measure_is_one_line(workspace: Path, primary: str) -> None:
    raw = settings.raw_params()
    file = workspace / "rates.yaml"
    file.write_text(yaml.safe_dump(settings.rates()))
    raw["studies"]["digits"]["evaluation"] |= {"primary": "accuracy"}
    load_rates(Params.model_validate(raw), file)
    raw["studies"]["digits"]["evaluation"]["primary"] = primary
    with pytest.raises(RegscopeError) as refused:
        load_rates(Params.model_validate(raw), file)
    assert str(refused.value) == (
        f"{file}: grids.digits: the study's evaluation.primary = {primary}: must be accuracy, by"
        " which grids are searched and judged"
    )


def test_a_study_without_a_grid_is_refused_by_name() -> None:
    found = load_rates(load_params(ROOT / "params.yaml"), ROOT / "rates" / "params.yaml")
    with pytest.raises(RegscopeError, match="study fashion: choose from: digits, moons"):
        found.named("fashion")


def test_a_grid_of_epochs_for_a_method_that_spans_the_run_is_one_line(workspace: Path) -> None:
    raw = settings.raw_params()
    raw["studies"]["digits"]["regularizers"]["averaged"] = {"swa": 0.25}
    params = Params.model_validate(raw)
    file = workspace / "rates.yaml"
    file.write_text(yaml.safe_dump(settings.rates()))
    with pytest.raises(RegscopeError) as refused:
        load_rates(params, file)
    assert str(refused.value) == (
        f"{file}: grids.digits.epochs = [1, 2, 4]: must be the study's own alone: with swa, of the"
        " cell averaged, a longer training does not begin as a shorter one"
    )
    own = {**GRID, "epochs": [2]}
    file.write_text(yaml.safe_dump(settings.rates() | {"grids": {"digits": own}}))
    load_rates(params, file)


@pytest.mark.parametrize(
    ("schedule", "complaint"),
    [
        (
            {"kind": "cosine"},
            "grids.digits.epochs = [1, 2]: must be the study's own alone: with"
            " training.schedule.kind cosine a longer training does not begin as a shorter one",
        ),
        (
            {"kind": "step", "every": 1.5},
            "grids.digits.epochs = 1: too few for the study's training.schedule.every = 1.5, which"
            " must be less than the run's epochs, 1",
        ),
    ],
)
def test_a_grid_that_the_studys_schedule_does_not_serve_is_one_line(
    workspace: Path, schedule: dict[str, Any], complaint: str
) -> None:
    raw = settings.raw_params()
    raw["studies"]["digits"]["training"]["schedule"] = schedule
    params = Params.model_validate(raw)
    file = workspace / "rates.yaml"
    for epochs in ([1, 2], [2]):
        grid = {**GRID, "epochs": epochs}
        file.write_text(yaml.safe_dump(settings.rates() | {"grids": {"digits": grid}}))
        if epochs == [2]:
            load_rates(params, file)
        else:
            with pytest.raises(RegscopeError) as refused:
                load_rates(params, file)
            assert str(refused.value) == f"{file}: {complaint}"
