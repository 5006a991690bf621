"""Everything about a cell that needs its weights or the test data, seed by seed."""

from regscope.evaluation.cell import Evaluation, evaluate_cell
from regscope.evaluation.passes import logits

__all__ = ["Evaluation", "evaluate_cell", "logits"]
