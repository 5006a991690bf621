from __future__ import annotations

from collections.abc import Callable

import pytest

from regscope.base import paths
from tests.report import synthetic
from tests.review import repository

Review = Callable[..., str]

OLD, NEW = "https://example.com/old", "https://example.com/new/"


@pytest.fixture
def drawn(committed: object) -> tuple[str, str]:
    """Commits before and after pictures are drawn: one other, one new, one gone, one the same."""
    _, other, gone = synthetic.draw(repository.STUDY, "same", "other", "gone")
    before = repository.commit()
    other.write_bytes(b"other")
    gone.unlink()
    synthetic.draw(repository.STUDY, "new one")
    (paths.plots(repository.STUDY) / "table.csv").write_text("1\n")
    return before, repository.commit()


def test_pictures_are_listed_by_name(review: Review, drawn: tuple[str, str]) -> None:
    text = review(*drawn)
    assert "<summary>Changed pictures (3)</summary>" in text
    assert text.split("</summary>\n\n")[1].split("\n\n")[0].splitlines() == [
        "- plots/small/gone.png (gone)",
        "- plots/small/new one.png (new)",
        "- plots/small/other.png",
    ]


def test_pictures_stand_side_by_side_at_their_addresses(
    review: Review, drawn: tuple[str, str]
) -> None:
    text = review(*drawn, "--images", OLD, NEW)
    assert "<summary>Changed pictures: plots/small (3)</summary>" in text
    assert repository.rows(text)[2:] == [
        ["gone.png", f"![gone]({OLD}/plots/small/gone.png)", "–"],
        ["new one.png", "–", f"![new one]({NEW}plots/small/new%20one.png)"],
        [
            "other.png",
            f"![other]({OLD}/plots/small/other.png)",
            f"![other]({NEW}plots/small/other.png)",
        ],
    ]


def test_in_a_workflow_the_addresses_are_the_two_commits(
    review: Review, drawn: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    before, after = drawn
    raw = "https://github.com/owner/name/raw"
    # HEAD is the later of the two.
    for text in (review(before, after), review(before)):
        assert f"({raw}/{before}/plots/small/other.png)" in text
        assert f"({raw}/{after}/plots/small/other.png)" in text


def test_a_picture_that_is_not_committed_is_named_and_not_linked(
    review: Review, drawn: tuple[str, str]
) -> None:
    (paths.plots(repository.STUDY) / "same.png").write_bytes(b"drawn anew")
    text = review(drawn[0], "--images", OLD, NEW)
    assert "Changed pictures: plots/small (3)" in text
    assert "that are not shown (1)</summary>\n\n- plots/small/same.png\n" in text
