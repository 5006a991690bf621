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
    expected = {"reproduced": 2, "not run": 1}
    assert verdicts.counts(claims) == {word: expected.get(word, 0) for word in VERDICTS}
    table = verdicts.counts_table(claims)
    assert table.caption == "2 of 3 published claims compared with the seeds, the other not run"
    assert verdicts.held_against(claims[:1]) == "1 published claim compared with the seeds"
    rows = {row[0].text: [cell.text for cell in row[1:-1]] for row in table.rows}
    assert rows["reproduced"] == ["2", "2", "2", "0", "0", "0", "0"]
    assert rows["not run"] == ["1", "1", "1", "0", "0", "0", "0"]
    assert tuple(verdicts.MEANINGS) == VERDICTS


def test_the_headline_counts_what_is_firm_stated_and_could_have_failed() -> None:
    def one(**changed: object) -> dict[str, object]:
        return synthetic.claim("a", "tiny", "reproduced") | {"assumed": []} | changed

    claims = [
        one(),
        one(firm=False),
        one(assumed=["l1"]),
        one(unstated="epochs"),
        one(departs="a smaller network"),
        one(hardly_fails="why"),
        one(set_knowing="the margin"),
        one(verdict="contradicted"),
    ]
    assert verdicts.headline(claims) == (
        "7 of 8 are reproduced, 6 of these firmly: 3 in a setting that the document states in full,"
        " and 1 of those could well have failed, by a number that was set before results were"
        " known."
    )
    edge = one(firm=False)
    assert verdicts.firm_counts([edge, *claims])["reproduced"] == 6
    assert verdicts.discoveries([one(q=0.06), one(p_holm=0.2), one(q=None)]) == (
        "Each p is corrected by Holm's method within a family of its own. Over all 2"
        " readings that were tested, 0 of the 1 with a corrected p below 0.05 have a false"
        " discovery rate q below 0.05, too."
    )
