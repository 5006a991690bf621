"""claims.yaml itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from regscope.advice.protocol import COCKTAIL
from regscope.advice.settings import load_advice
from regscope.claims.advised import TREES
from regscope.claims.check import Value
from regscope.claims.measures import OVER_TABLES
from regscope.claims.reading import load_claims
from regscope.claims.schema import Claims
from regscope.study.params import load_params
from tests.committed import committed

DOCUMENTS = {
    "000_3113faf57c8c4416.txt",
    "001_efd20620fc3d7ca7.txt",
    "002_408e8fe876265221.txt",
    "003_21f5146bfa4151ce.txt",
    "004_1abfdfaa346d0915.txt",
    "arXiv-2106.11189",
    "arXiv-1710.09412",
    "arXiv-2010.01412",
    "arXiv-1903.11680",
}


@pytest.fixture(scope="module")
def claims() -> Claims:
    return load_claims(load_params(committed() / "params.yaml"), committed() / "claims.yaml")


def test_every_document_is_quoted_and_no_other(claims: Claims) -> None:
    assert set(claims.documents) == DOCUMENTS
    assert {claim.document for claim in claims.claims} == DOCUMENTS
    assert len(claims.claims) >= 40
    assert claims.untestable


def test_a_strength_is_assumed_wherever_a_cell_with_an_assumed_one_is_judged(
    claims: Claims,
) -> None:
    """Documents 000 and 001 leave strengths open, 000 for the two penalties only."""
    open_strengths = {
        "000_3113faf57c8c4416.txt": {"l1", "l2"},
        "001_efd20620fc3d7ca7.txt": {"l1", "l2", "elastic_net", "dropout"},
        "003_21f5146bfa4151ce.txt": {"l2"},
    }
    for claim in claims.claims:
        cells = {cell for one in claim.every_reading for cell in one.check.compared}
        judged = cells & open_strengths.get(claim.document, set())
        assert set(claim.assumed) == judged, claim.id


def test_every_published_accuracy_is_a_claim(claims: Claims) -> None:
    """Printed losses may hold penalties: of them not all are."""
    for group in claims.groups:
        for table in group.published:
            single = {
                cell: value
                for claim in claims.claims
                if (claim.document, claim.study) == (group.document, group.study)
                and claim.check.measure == table.measure
                and isinstance(claim.check, Value)
                for cell, value in claim.check.printed.items()
            }
            assert single.items() <= table.runs.items()
            assert single == table.runs or table.measure != "test_accuracy"


def test_a_figure_is_typed_once(claims: Claims) -> None:
    """What is published for a measure stands in no entry again."""
    text = (committed() / "claims.yaml").read_text()
    for group in claims.groups:
        for table in group.published:
            for cell, value in table.runs.items():
                assert text.count(f"{cell}: {value}") == 1


def test_every_claim_about_advice_names_a_study_that_has_or_may_have_its_arms(
    claims: Claims,
) -> None:
    """Committed advice must have them; what is not committed yet, advice/params.yaml must ask for
    every method among them, of a table whose trees stand beside it."""
    params = load_params(committed() / "params.yaml")
    asked = load_advice(params, committed() / "advice/params.yaml")
    held = 0
    for claim in claims.claims:
        table, column = claim.check.parsed
        if table != "advice" or claim.study == OVER_TABLES:
            continue
        study = params.named(claim.study)
        assert study.primary_measure == column, claim.id
        assert study.data.kind == "table", claim.id
        methods = asked.named(claim.study).asked.methods
        assert set(claim.check.compared) <= {"none", *methods, COCKTAIL, TREES}, claim.id
        assert claim.departs, claim.id
        folder = committed() / "metrics/advice" / claim.study
        if folder.is_dir():
            data = json.loads((folder / "advice.json").read_text())
            arms = {arm["arm"] for arm in data["arms"]} | ({TREES} if data["trees"] else set())
            assert set(claim.check.compared) <= arms, claim.id
            held += 1
    assert held >= 4


def test_no_claim_stands_twice(claims: Claims) -> None:
    """The same comparison under two names would weigh double in the counts, and so would two
    readings of one sentence."""
    asked = [
        (claim.document, claim.study, claim.check.model_copy(update={"reported": {}}))
        for claim in claims.claims
        for claim in claim.every_reading
    ]
    assert [one for one in asked if asked.count(one) > 1] == []


def test_the_pages_example_is_an_entry_of_the_file(claims: Claims, tmp_path: Path) -> None:
    text = (committed() / "docs/claims.md").read_text()
    (example,) = re.findall(r"^```yaml\n(groups:.*?)^```", text, re.DOTALL | re.MULTILINE)
    header = yaml.safe_dump({"rule": {}, "documents": dict(claims.documents)})
    (tmp_path / "claims.yaml").write_text(header + example)
    params = load_params(committed() / "params.yaml")
    (told,) = load_claims(params, tmp_path / "claims.yaml").claims
    assert told in claims.claims
