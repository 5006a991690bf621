"""Test accuracy of all seeds on corrupted examples."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from regscope.datasets.base import Kind
from regscope.evaluation.examples import Examples, chosen
from regscope.evaluation.passes import logits
from regscope.evaluation.row import Row
from regscope.evaluation.words import counted
from regscope.measures.corruptions import CORRUPTIONS, SEVERITIES, corrupted, labels_under
from regscope.measures.predictions import accuracy


def robustness_rows(
    kind: Kind,
    networks: Sequence[nn.Module],
    examples: Sequence[Examples],
    pool: Tensor,
    targets: Tensor,
    clean: Sequence[float],
) -> list[list[Row]]:
    """By seed, the accuracy under every corruption and severity; `clean` is that of severity 0.

    Examples are corrupted once for all seeds, one severity after the other.
    """
    rows: list[list[Row]] = [[] for _ in networks]
    labels = [targets[seed.few] for seed in examples]
    for name in CORRUPTIONS[kind]:
        for seed, unhurt in enumerate(clean):
            rows[seed].append({"corruption": name, "severity": 0, "accuracy": unhurt})
        for severity in SEVERITIES:
            hurt = corrupted(kind, name, pool, severity)
            for seed, network in enumerate(networks):
                found = logits(network, chosen(hurt, examples[seed].pooled))
                right = accuracy(*counted(found, labels_under(name, labels[seed], severity)))
                rows[seed].append({"corruption": name, "severity": severity, "accuracy": right})
    return rows


def corruption_together(rows: Sequence[Row], clean: float) -> dict[str, float]:
    """The mean accuracy over corruptions and severities, and what it is below the clean one."""
    hurt = [row["accuracy"] for row in rows if row["severity"] != 0]
    mean = math.fsum(hurt) / len(hurt)
    return {"corruption_accuracy": mean, "corruption_drop": clean - mean}
