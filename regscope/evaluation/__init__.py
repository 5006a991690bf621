"""Everything about a cell that needs its weights or the test data, seed by seed."""

from regscope.evaluation.cell import EMPTY, Evaluation, evaluate_cell
from regscope.evaluation.passes import logits

__all__ = ["EMPTY", "Evaluation", "evaluate_cell", "logits"]
