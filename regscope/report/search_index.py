"""What the search field of the report finds: methods, studies, their parts and cells, claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.figures.style import display_name
from regscope.report import addresses, words
from regscope.report.across import across
from regscope.report.best_by_kind import KINDS
from regscope.report.blocks import Part
from regscope.report.claims_table import anchor
from regscope.report.columns import comparisons, on_edge
from regscope.report.formats import EDGE
from regscope.report.how_sure import HOW_SURE
from regscope.report.measured import BY_KEY
from regscope.report.phrases import number_of
from regscope.report.sections import Section
from regscope.report.verdicts import Claims
from regscope.results import told

ALSO = {
    "l1": "lasso",
    "l1_prox": "lasso, soft thresholding",
    "l2": "ridge, weight decay in the loss",
    "elastic_net": "L1 and L2",
    "batch_norm": "batch normalization",
    "augmentation": "data augmentation",
    "gaussian_dropout": "multiplicative Gaussian noise",
    "group_lasso": "structured sparsity, pruning units",
    "cutout": "random erasing, occlusion",
    "mixup": "mixed examples, vicinal risk",
    "input_noise": "Gaussian noise, jitter",
    "confidence_penalty": "entropy of the outputs",
    "gradient_noise": "annealed Gaussian noise, Langevin dynamics",
    "orthogonal": "soft orthogonality, Gram matrix",
    "sam": "sharpness-aware minimization",
    "weight_decay": "decoupled, AdamW",
    "weight_noise": "synaptic noise, random perturbation of weights",
    "lookahead": "slow and fast weights, k steps forward, one step back",
    "max_norm": "constraint, clipping weights",
    "ema": "moving average of weights, Polyak averaging",
    "stochastic_depth": "drop path",
    "swa": "stochastic weight averaging",
    "spatial_dropout": "Dropout2d, channel dropout",
    "cutmix": "pasted boxes, regional mixing",
    "dropconnect": "weight dropout, WeightDrop",
    "max_dropout": "dropping the most active units",
    "activity_l1": "activity regularizer, sparse activations",
    "spectral_norm": "Lipschitz, power iteration",
    "adversarial": "FGSM, robust training",
}
"""What else people call the methods."""

Entry = tuple[str, str, str]
"""What is found, the lines that are said beside it, and where it leads."""


def search_index(
    sections: Mapping[str, Section],
    parts: Mapping[str, Sequence[Part]],
    regs: Sequence[str],
    claims: Claims,
) -> dict[str, list[Entry]]:
    """By kind, in the order in which they are shown where several fit."""
    return {
        "Question": [
            (
                one.asked,
                f"{one.answer[0]}\n{HOW_SURE} {one.sure}.",
                _start(addresses.question(one.name)),
            )
            for one in across(sections, regs, claims)
        ],
        "Method": [
            (display_name(reg), ALSO.get(reg, "in all studies"), _start(addresses.method(reg)))
            for reg in regs
        ],
        "Study": [
            (
                name,
                f"{section.study.title}; {KINDS[section.study.data.kind]},"
                f" {section.study.task.name}",
                addresses.link(addresses.study_file(name)),
            )
            for name, section in sections.items()
        ],
        "Cell": [entry for section in sections.values() for entry in _cells(section)],
        "Part": [
            (f"{part.title}: {name}", "", _within(name, addresses.part(name, part.anchor)))
            for name, found in parts.items()
            for part in found
        ],
        "Claim": [
            (
                claim["statement"],
                f"{claim['verdict']}, by {claim['measured_by']}; {claim['study']}; document"
                f" {number_of(claim)}, {claim['title']}",
                _start(anchor(claim)),
            )
            for claim in claims
        ],
        "Term": [(term, "how to read", _start(addresses.READING)) for term, _ in words.HOW_TO_READ],
    }


def _cells(section: Section) -> Iterator[Entry]:
    measure = BY_KEY[section.results.primary]
    compared = comparisons(section.results, measure.key)
    for reg in section.regs:
        row = compared.get(reg)
        said = ""
        if row is not None:
            edge = f" ({EDGE})" if on_edge(row) else ""
            said = f"{measure.difference(row['difference'])}, {told(row)}{edge}"
        yield f"{display_name(reg)} in {section.name}", said, _within(section.name, reg)


def _start(anchor: str) -> str:
    return addresses.link(addresses.START, anchor)


def _within(study: str, anchor: str) -> str:
    return addresses.link(addresses.study_file(study), anchor)
