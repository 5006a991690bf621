from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from regscope.evaluation.words import (
    counted,
    most_frequent_tags,
    sentence_error,
    word_measures,
)

# Ids 0 and 1 are padding and the unknown word.
WORDS = torch.tensor([[2, 3, 2, 1], [3, 1, 0, 0], [2, 4, 1, 0]], dtype=torch.int32)
TAGS = torch.tensor([[0, 1, 0, 2], [2, 2, -1, -1], [1, 0, 1, -1]])


def logits_of(predicted: list[list[int]], classes: int = 3) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(predicted), classes).float()


def test_words_come_one_sentence_after_another() -> None:
    found, labels = counted(WORDS, TAGS)
    assert found.tolist() == [2, 3, 2, 1, 3, 1, 2, 4, 1]
    assert labels.tolist() == [0, 1, 0, 2, 2, 2, 1, 0, 1]
    logits = torch.rand(3, 4, 5)
    picked, _ = counted(logits, TAGS)
    assert torch.equal(picked, torch.cat([logits[0], logits[1, :2], logits[2, :3]]))


def test_of_other_data_everything_counts() -> None:
    logits, labels = torch.rand(4, 3), torch.tensor([0, 2, 1, 1])
    assert counted(logits, labels) == (logits, labels)


def test_every_word_gets_the_tag_it_had_most_often() -> None:
    """2 is 0 twice and 1 once; 3 is 1 and 2 once each; 4 is 0; unknown is 2 twice, 1 once.

    Words that never trained, here 0 and 5, get the most frequent tag of all: each tag is there
    three times, so it is the first.
    """
    assert most_frequent_tags(WORDS, TAGS, 6, 3).tolist() == [0, 2, 0, 1, 0, 0]
    more = torch.tensor([[2, 2], [2, 0]], dtype=torch.int32)
    tags = torch.tensor([[2, 2], [1, -1]])
    assert most_frequent_tags(more, tags, 4, 3).tolist() == [2, 2, 2, 2]


def test_measures_of_words_by_hand() -> None:
    predicted = [[0, 1, 1, 2], [2, 0, 2, 2], [1, 0, 0, 0]]
    baseline = torch.tensor([0, 2, 0, 1, 0, 0])
    found = word_measures(logits_of(predicted), WORDS, TAGS, baseline)
    # Wrong are the first sentence's third word, and the second and third one's unknown words.
    assert found["padded_accuracy"] == pytest.approx(9 / 12)
    assert found["unknown_accuracy"] == pytest.approx(1 / 3)
    # Baseline: 0 1 0 2, 1 2, 0 0 2; right are all four, one of two, one of three.
    assert found["most_frequent_tag_accuracy"] == pytest.approx(6 / 9)
    assert found["test_error"] == pytest.approx(
        sentence_error(torch.tensor([3, 1, 2]), torch.tensor([4, 2, 3]))
    )


def test_without_unknown_words_there_is_no_accuracy_of_them() -> None:
    found = word_measures(
        logits_of([[0, 0]]), torch.tensor([[2, 3]]), torch.tensor([[0, 1]]), torch.zeros(4).long()
    )
    assert math.isnan(found["unknown_accuracy"])
    assert math.isnan(found["test_error"])
    assert found["padded_accuracy"] == 0.5


def test_where_sentences_are_single_words_the_error_is_that_of_examples() -> None:
    right = torch.tensor([1] * 90 + [0] * 10)
    error = sentence_error(right, torch.ones(100, dtype=torch.long))
    assert error == pytest.approx(math.sqrt(0.9 * 0.1 / 99))


def test_the_error_is_that_of_sentences_drawn_anew() -> None:
    """Sentences of other lengths, whose words tend to be right or wrong together."""
    draws = np.random.default_rng(0)
    accuracies, errors = [], []
    for _ in range(600):
        words = draws.integers(1, 20, 150)
        right = draws.binomial(words, draws.choice([0.6, 1.0], 150))
        accuracies.append(right.sum() / words.sum())
        errors.append(sentence_error(torch.from_numpy(right), torch.from_numpy(words)))
    assert np.mean(errors) == pytest.approx(np.std(accuracies), rel=0.08)
    # Words drawn one by one would vary by two thirds of that.
    single = math.sqrt(0.8 * 0.2 / (150 * 10))
    assert np.mean(errors) > 1.4 * single
