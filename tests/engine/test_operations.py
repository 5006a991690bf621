"""Operations of a network: known answers, those that torch counts, and what counting loads."""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from regscope.engine.base import SurveyJob
from regscope.engine.local import process, received
from regscope.engine.operations import operations
from regscope.engine.survey import survey
from tests import tiny
from tests.models.modules import nets
from tests.regularizers.settings import CELLS

PICTURES = torch.ones(3, 1, 8, 8)


def test_of_a_dense_network_two_a_weight() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    assert operations(network, PICTURES) == 2 * (65 * 16 + 17 * 10)


def test_a_convolutions_are_of_every_place() -> None:
    assert operations(nn.Conv2d(1, 4, 3, padding=1), PICTURES) == 2 * 9 * 4 * 64
    strided = nn.Conv2d(4, 8, 3, stride=2, groups=2)
    assert operations(strided, PICTURES.expand(3, 4, 8, 8)) == 2 * 9 * 2 * 8 * 9


def test_what_is_not_there_or_not_known_counts_as_two_a_weight() -> None:
    unmade = nn.Conv2d(1, 4, 3, device="meta")
    assert operations(unmade, PICTURES) == 2 * 40
    recurrence = nn.LSTM(8, 4)
    weights = sum(parameter.numel() for parameter in recurrence.parameters())
    assert operations(recurrence, PICTURES[:, 0]) == 2 * weights


def test_products_are_counted_as_torch_counts_them() -> None:
    """Of convolutions, a recurrence, and attention, whose products are not of weights alone."""
    for network in (nets.Convolving, nets.Recurrent, nets.Attending):
        made = network((1, 8, 8), 10)
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            made(PICTURES)
        least = 2 * sum(parameter.numel() for parameter in made.parameters())
        counted = counter.get_total_flops() // len(PICTURES)
        assert operations(made, PICTURES) == max(least, counted)


COMPILER = {"sympy", "torch._dynamo", "torch._inductor"}


def loaded(job: SurveyJob, messages: Connection) -> None:
    """Send what a survey loads of torch's compiler."""
    survey(job, 10**12)
    messages.send(sorted(COMPILER & set(sys.modules)))


def test_a_survey_loads_nothing_of_torchs_compiler(digits_folder: Path) -> None:
    """It would take longer than training a small cell."""
    study = tiny.study(CELLS["everything"], model=tiny.CONVOLUTIONAL)
    written = study.model_dump(mode="json", exclude_none=True)
    job = SurveyJob(written, ("none", "tested"), digits_folder, "cpu")
    with process(loaded, job, "surveyed") as pipe:
        assert received(pipe, "surveyed") == []
