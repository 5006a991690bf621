from __future__ import annotations

import pytest
import torch
from torch import Tensor

from regscope.datasets.base import PADDING_WORD, UNKNOWN_WORD
from regscope.measures.corruptions import CORRUPTIONS, SEVERITIES, corrupted, labels_under

NAMES = list(CORRUPTIONS["tokens"])


def sentences(number: int = 300, places: int = 12) -> Tensor:
    """Every word's id says where it stands."""
    draws = torch.Generator().manual_seed(0)
    words = torch.arange(number * places, dtype=torch.int32).view(number, places) + 2
    lengths = torch.randint(1, places + 1, (number, 1), generator=draws)
    return words.masked_fill(torch.arange(places) >= lengths, PADDING_WORD)


@pytest.mark.parametrize("name", NAMES)
def test_padding_stays_padding_and_the_inputs_are_not_touched(name: str) -> None:
    words = sentences()
    before = words.clone()
    assert torch.equal(corrupted("tokens", name, words, 0), words)
    for severity in SEVERITIES:
        found = corrupted("tokens", name, words, severity)
        assert found.dtype == torch.int32
        assert torch.equal(found == PADDING_WORD, words == PADDING_WORD)
        assert not torch.equal(found, words)
    assert torch.equal(words, before)


@pytest.mark.parametrize("name", NAMES)
def test_every_network_sees_the_same_however_many_sentences_follow(name: str) -> None:
    words = sentences()
    found = corrupted("tokens", name, words, 3)
    assert torch.equal(corrupted("tokens", name, words, 3), found)
    assert torch.equal(corrupted("tokens", name, words[:20], 3), found[:20])


@pytest.mark.parametrize(("severity", "share"), list(enumerate((0.05, 0.1, 0.2, 0.35, 0.5), 1)))
def test_a_share_of_words_is_lost(severity: int, share: float) -> None:
    words = sentences()
    found = corrupted("tokens", "word_dropout", words, severity)
    lost = found != words
    assert (found[lost] == UNKNOWN_WORD).all()
    number = int((words != PADDING_WORD).sum())
    assert abs(int(lost.sum()) / number - share) < 4 * (share * (1 - share) / number) ** 0.5
    assert torch.equal(labels_under("word_dropout", words.long(), severity), words.long())


@pytest.mark.parametrize(("severity", "share"), list(enumerate((0.1, 0.25, 0.5, 0.75, 1.0), 1)))
def test_a_share_of_neighbours_change_places(severity: int, share: float) -> None:
    words = sentences()
    found = corrupted("tokens", "swap", words, severity)
    # No word is lost, and none is further than one place away.
    assert torch.equal(found.sort(1).values, words.sort(1).values)
    there = words != PADDING_WORD
    moved = (found - words)[there]
    assert set(moved.tolist()) == {-1, 0, 1}
    # Each sentence's pairs begin at its first or its second word, one as often as the other.
    lengths = there.sum(1).double()
    pairs = ((lengths / 2).floor() + ((lengths - 1) / 2).floor()).sum().item() / 2
    assert int((moved == 1).sum()) == pytest.approx(share * pairs, rel=0.15)


def test_words_take_their_labels_along() -> None:
    words = sentences()
    labels = torch.where(words != PADDING_WORD, words.long() % 7, -1)
    for severity in SEVERITIES:
        found = corrupted("tokens", "swap", words, severity)
        expected = torch.where(found != PADDING_WORD, found.long() % 7, -1)
        assert torch.equal(labels_under("swap", labels, severity), expected)
