"""Published figures that the pages show beside ours."""

from __future__ import annotations

from dataclasses import dataclass

from regscope.claims.reading import load_claims
from regscope.measures.catalog import ACCURACY
from regscope.study.params import Params


@dataclass(frozen=True)
class Document:
    """One table of one document: what single runs gave, by the cell of `study` that repeats them.

    file: the document's file name; section: the table in it.
    unstated: what the document leaves open, so that the study had to choose it.
    runs: `{reg: value}`, accuracies as fractions, losses in nats.
    """

    file: str
    section: str
    title: str
    study: str
    measure: str
    unstated: str
    runs: dict[str, float]

    @property
    def of_accuracy(self) -> bool:
        return self.measure == ACCURACY

    @property
    def place(self) -> str:
        """The table, and what of it where that is not accuracy: `Table 1, training loss`."""
        losses = {"test_loss": ", test loss", "train_loss": ", training loss"}
        return self.section + losses.get(self.measure, "")


def load_published(params: Params) -> tuple[Document, ...]:
    """Of claims.yaml, the tables with what they leave open, in its order.

    Raises RegscopeError: one line that names the key and what is wrong with it.
    """
    claims = load_claims(params)
    return tuple(
        Document(
            group.document,
            table.section,
            claims.documents[group.document],
            group.study,
            table.measure,
            table.unstated,
            table.runs,
        )
        for group in claims.groups
        for table in group.published
        if table.unstated
    )
