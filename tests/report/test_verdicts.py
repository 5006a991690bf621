"""Published claims on the pages."""

from __future__ import annotations

from pathlib import Path

from regscope.claims.rule import VERDICTS
from regscope.report import verdicts
from tests.report import synthetic


def test_no_claims_where_none_were_judged(workspace: Path) -> None:
    assert verdicts.load_claims() == ()


def test_every_verdict_is_counted_and_explained(workspace: Path) -> None:
    given = ("reproduced", "not run", "reproduced")
    synthetic.write_claims(
        *(synthetic.claim(str(index), "tiny", verdict) for index, verdict in enumerate(given))
    )
    claims = verdicts.load_claims()
    assert [claim["id"] for claim in claims] == ["0", "1", "2"]
    assert verdicts.counts(claims) == {
        "reproduced": 2, "same direction": 0, "not separable": 0, "contradicted": 0, "not run": 1,
    }  # fmt: skip
    table = verdicts.counts_table(claims)
    assert table.caption == "2 of 3 published claims compared with the seeds, the other not run"
    assert verdicts.held_against(claims[:1]) == "1 published claim compared with the seeds"
    assert [row[1].text for row in table.rows] == ["2", "0", "0", "0", "1"]
    assert tuple(verdicts.MEANINGS) == VERDICTS
    assert set(verdicts.DECIDED) < set(VERDICTS)
