"""The comment on a branch, against a repository of two commits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.files import write_json
from regscope.review.cells import CellChange
from regscope.review.changes import Changes
from regscope.review.comment import MARKER, comment
from regscope.review.dotted import Change
from regscope.review.flips import Flip, Verdict
from regscope.review.limits import FULL, POSTED
from regscope.review.noise import difference
from tests.report import synthetic
from tests.review import repository
from tests.review.repository import ACCURACIES, CELLS, L2, shifted

Review = Callable[..., str]

# Their mean is -0.003, their standard error 0.001 / sqrt(10), t of 4 degrees at 95 % is 2.776.
WORSE = shifted(L2, -0.002, -0.003, -0.004, -0.003, -0.003)
STRONGER = CELLS | {"l2": {"l2": 0.003}}


def first(text: str) -> str:
    """The sentence after the marker."""
    return text.splitlines()[1].replace("\\", "")


def test_a_changed_strength_names_that_cell_alone(review: Review) -> None:
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    text = review()
    assert first(text) == (
        "1 of 3 cells changed: small/l2, test accuracy −0.30 points, beyond the seeds' noise;"
        " no verdict flipped."
    )
    cells = repository.rows(text)[:3]
    assert cells[0][:4] == ["Study", "Cell", "Before, %", "After, %"]
    assert cells[2] == [
        "small", "l2", "92.00", "91.70", "−0.30", "[−0.39, −0.21]", "**beyond noise**",
        "l2: 0.001 -> 0.003",
    ]  # fmt: skip
    assert "small | l1" not in text
    assert ["studies.small.regularizers.l2.l2", "0.001", "0.003"] in repository.rows(text)


def test_a_difference_as_large_as_the_spread_is_within_noise(review: Review) -> None:
    repository.write(ACCURACIES | {"l2": shifted(L2, -0.02, 0.01, -0.01, 0.02, -0.015)})
    text = review()
    assert "test accuracy −0.30 points, within the seeds' noise" in first(text)
    assert repository.rows(text)[2][6:] == ["within noise", ""]


def test_a_revision_and_the_working_tree_are_told_alike(review: Review) -> None:
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    before = review("main")
    repository.git("checkout", "--quiet", "-b", "branch")
    repository.commit()
    assert review("main", "branch") == before
    assert review("main") == before
    assert review("branch", "main").count("l2: 0.003 -> 0.001") == 1


def test_verdicts_that_flip_are_told_from_and_to(review: Review) -> None:
    repository.write(ACCURACIES | {"l2": shifted(repository.NONE, 0.02, 0.021, 0.02, 0.019, 0.02)})
    repository.write_claims(helps="contradicted")
    text = review()
    flipped = [row for row in repository.rows(text) if row[0].startswith(("small/l2 ", "claim "))]
    assert flipped == [
        ["small/l2 test_accuracy", "undecided (firm)", "better (firm)"],
        ["small/l2 generalization_gap", "undecided (firm)", "lower (firm)"],
        ["claim helps", "reproduced (firm)", "contradicted (firm)"],
    ]
    assert first(text).endswith("; 3 verdicts flipped, 3 of them firm.")


def test_claims_that_come_and_go_are_no_flips(review: Review) -> None:
    repository.write_claims(hurts="reproduced")
    text = review()
    assert first(text) == "None of 3 cells changed in test accuracy; no verdict flipped."
    assert "New among the claims: hurts.\n" in text
    assert "No longer among the claims: helps.\n" in text


def test_many_new_claims_are_counted(review: Review) -> None:
    repository.write_claims(helps="reproduced", **{f"c{n}": "reproduced" for n in range(12)})
    text = review()
    assert "New among the claims: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, and 2 more.\n" in text
    assert text.endswith("all of it: `regscope review main --full`\n")
    assert "c9, c10, c11.\n" in review("--full")


def test_last_digits_of_another_processor_are_no_change(review: Review) -> None:
    repository.write(ACCURACIES | {"l1": shifted(repository.L1, 0.001, 0, 0, 0, -0.002)})
    assert first(review()) == "Nothing changed: none of 3 cells, and no verdict."


def test_other_settings_make_a_cell_changed_even_if_nothing_comes_of_it(review: Review) -> None:
    repository.write(cells=STRONGER)
    text = review()
    assert first(text).startswith("1 of 3 cells changed: small/l2, equal under other settings;")
    assert repository.rows(text)[2][4:] == [
        "0.00", "[0.00, 0.00]", "no difference", "l2: 0.001 -> 0.003",
    ]  # fmt: skip


def test_what_is_reviewed_against_none_is_no_difference(review: Review) -> None:
    write_json(paths.REVIEW, {"reg": "l1"})
    repository.commit()
    write_json(paths.REVIEW, {"reg": "l2"})
    assert review() == f"{MARKER}\nNothing changed: none of 3 cells, and no verdict.\n"


def test_the_switches_are_told_as_settings(review: Review) -> None:
    paths.PARAMS.write_text(paths.PARAMS.read_text().replace("reg: l1", "reg: l2"))
    text = review()
    assert first(text).startswith("None of 3 cells changed")
    assert repository.rows(text)[2:] == [["reg", "l1", "l2"]]


def test_new_and_gone_cells_are_said_to_be_so(review: Review) -> None:
    accuracies = {"none": ACCURACIES["none"], "l1": ACCURACIES["l1"], "dropout": L2}
    cells = {"none": {}, "l1": {"l1": 0.001}, "dropout": {"dropout": 0.2}}
    repository.write(accuracies, cells)
    text = review()
    assert first(text) == "2 of 4 cells changed: 1 new, 1 gone; no verdict flipped."
    assert repository.rows(text)[2:4] == [
        ["small", "dropout", "–", "92.00", "–", "–", "new", "dropout: 0.2"],
        ["small", "l2", "92.00", "–", "–", "–", "gone", ""],
    ]


def test_unequal_seeds_are_compared_unpaired(review: Review) -> None:
    repository.write({reg: [*values, 0.92] for reg, values in ACCURACIES.items()})
    row = repository.rows(review())[2]
    # By hand: means 0.92, standard errors 0.01581 / sqrt(5) and 0.01414 / sqrt(6), 8.2 degrees.
    assert row[2:7] == [
        "92.00", "92.00", "0.00", "[−2.10, +2.10]", "within noise, unpaired: 5 seeds -> 6 seeds",
    ]  # fmt: skip


def test_four_seeds_do_not_tell(review: Review) -> None:
    repository.write({reg: values[:4] for reg, values in ACCURACIES.items()})
    repository.commit()
    repository.write({reg: shifted(values[:4], *[0.01] * 4) for reg, values in ACCURACIES.items()})
    text = review("HEAD")
    assert first(text).startswith("3 of 3 cells changed: all of too few seeds to tell;")
    assert repository.rows(text)[2][6] == "too few seeds to tell: 4 of at least 5"


def test_other_measures_that_moved_are_named(review: Review) -> None:
    table = paths.summary(repository.STUDY) / "seeds.csv"
    table.write_text(table.read_text().replace(",0.75,", ",0.5,"))
    text = review()
    assert first(text).startswith("None of 3 cells changed in test accuracy;")
    assert "accuracy is the same: prunable_fraction (3 cells).\n" in text


def test_results_of_other_settings_than_params_yaml_has_are_named(review: Review) -> None:
    paths.PARAMS.write_text(paths.PARAMS.read_text().replace("epochs: 2", "epochs: 3"))
    assert "small (training.epochs: 2 -> 3)" in review()


def test_another_title_makes_no_results_old(review: Review) -> None:
    paths.PARAMS.write_text(paths.PARAMS.read_text().replace("title: Small", "title: Smaller"))
    text = review()
    assert "Results of other settings" not in text
    assert ["studies.small.title", "Small", "Smaller"] in repository.rows(text)


def test_another_machine_is_named(review: Review) -> None:
    write_json(
        paths.summary(repository.STUDY) / "environment.json", {"device": "cuda", "torch": "2.13.0"}
    )
    assert "Trained by other means: small (device: cpu -> cuda).\n" in review()


def test_every_row_has_as_many_entries_as_its_heading(review: Review) -> None:
    title = "Bars | here \\ and <b>tags</b>\nand lines"
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER, title=title)
    repository.write_claims(**{"a|b": "reproduced", "helps": "contradicted"})
    synthetic.draw(repository.STUDY, "a|b")
    text = review("main", "--images", "https://old", "https://new")
    heading: list[str] = []
    tables = 0
    for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False):
        if line.startswith("|"):
            (entries,) = repository.rows(line)
            if not before.startswith("|"):
                heading, tables = entries, tables + 1
            assert len(entries) == len(heading)
    assert tables == 3
    assert "Bars \\| here \\\\ and \\<b>tags\\</b> and lines" in text


def test_the_marker_stands_first_and_parts_are_folded_and_unfolded(review: Review) -> None:
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    synthetic.draw(repository.STUDY, "accuracy")
    text = review()
    assert text.splitlines()[0] == "<!-- regscope review -->" == MARKER
    assert text.count("<details><summary>") == text.count("</details>") == 1
    for line in text.splitlines():
        assert not line.startswith("<details>") or line.endswith("</summary>")


def test_a_comment_is_never_longer_than_github_takes(review: Review) -> None:
    for folder in range(400):
        synthetic.draw(f"{'long' * 20}{folder}", "accuracy", "curves")
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    text = review("main")
    assert len(text) <= (POSTED.characters or 0)
    assert "beyond noise" in text
    assert text.endswith("\nMore than a comment holds; all of it: `regscope review main --full`\n")
    full = review("main", "--full")
    assert full.count("accuracy.png (new)\n") == full.count("curves.png (new)\n") == 400
    assert "More than a comment holds" not in full


LONG = tuple(Change(f"training.setting{index}", "x" * 150, "y" * 150) for index in range(8))
NOTHING = Changes((), 0, {}, (), (), (), {}, {}, {}, [], ())


def test_what_is_too_long_throws_away_nothing_after_it() -> None:
    old, new = dict(enumerate(L2)), dict(enumerate(WORSE))
    cells = tuple(
        CellChange("small", f"cell{index}", old, new, difference(old, new), LONG)
        for index in range(180)
    )
    flipped = tuple(
        Flip(f"claim c{index}", Verdict("reproduced", None), Verdict("contradicted", True))
        for index in range(5)
    )
    changes = replace(
        NOTHING,
        cells=cells,
        cell_count=181,
        flips=flipped,
        outdated={"small": LONG},
        params={paths.PARAMS: LONG},
    )
    text = comment(changes, "all of it")
    assert len(text) <= (POSTED.characters or 0)
    assert "180 of 181 cells changed" in text
    rows = [row for row in repository.rows(text) if row[0] == "small"]
    assert len(rows) == POSTED.rows == 100
    assert "\nand 80 more\n" in text
    assert all(row[-1].count("; ") == 3 and row[-1].endswith("; and 5 more") for row in rows)
    assert text.count("| claim c") == 5
    assert "**Results of other settings**" in text
    assert text.count("\n| training.setting") == 8
    assert text.endswith("More than a comment holds; all of it: `all of it`\n")
    full = comment(changes, "all of it", limits=FULL)
    rows = [row for row in repository.rows(full) if row[0] == "small"]
    assert len(rows) == 180
    assert {row[-1].count("; ") for row in rows} == {7}
    assert "More than a comment holds" not in full


def test_what_does_not_fit_is_left_out_alone() -> None:
    long = tuple(Change(f"{'k' * 600}{index}", "v" * 100, "–") for index in range(100))
    changes = replace(NOTHING, params={paths.PARAMS: long, paths.PATHS_PARAMS: LONG})
    text = comment(changes, "all of it")
    assert "kkk" not in text
    assert text.count("\n| training.setting") == 8
    assert text.endswith("`all of it`\n")
    assert comment(changes, "all of it", limits=FULL).count("kkk0 ") == 1


def test_a_long_table_keeps_what_matters_open(review: Review) -> None:
    many = {f"cell{index}": L2 for index in range(30)}
    cells = {name: {"l2": 0.001} for name in many}
    repository.write({"none": repository.NONE, **many}, {"none": {}, **cells})
    repository.commit()
    spread = shifted(L2, -0.02, 0.01, -0.01, 0.02, -0.015)
    changed = dict.fromkeys(many, spread) | {"cell7": WORSE}
    repository.write({"none": repository.NONE, **changed}, {"none": {}, **cells})
    text = review("HEAD")
    opened, folded = text.split("<details>", 1)
    assert [row[1] for row in repository.rows(opened)[2:]] == ["cell7"]
    assert "within the seeds' noise (29)" in folded
    assert "1 beyond the seeds' noise, 29 within the seeds' noise; largest: small/cell7" in text


def test_nothing_is_written(review: Review, committed: Path) -> None:
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    before = {path: path.stat().st_mtime_ns for path in committed.rglob("*") if path.is_file()}
    review()
    after = {path: path.stat().st_mtime_ns for path in committed.rglob("*") if path.is_file()}
    assert after == before


def test_a_project_may_lie_in_a_folder_of_a_repository(
    review: Review, committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = committed / "project"
    folder.mkdir()
    for name in ("metrics", "params.yaml"):
        (committed / name).rename(folder / name)
    repository.commit()
    monkeypatch.chdir(folder)
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    assert first(review("HEAD")).startswith("1 of 3 cells changed: small/l2,")


def test_another_machine_alone_is_no_nothing(review: Review) -> None:
    file = paths.summary(repository.STUDY) / "environment.json"
    write_json(file, {"torch": "2.1", "device": "cpu"})
    repository.commit()
    write_json(file, {"torch": "2.2", "device": "cpu"})
    text = review("HEAD")
    assert first(text) == "None of 3 cells changed in test accuracy; no verdict flipped."
    assert "Trained by other means: small (torch: 2.1 -> 2.2).\n" in text


def test_settings_that_an_older_version_did_not_state_are_no_difference(review: Review) -> None:
    settings = paths.summary(repository.STUDY) / "settings.json"
    stated = json.loads(settings.read_text())
    settings.unlink()
    repository.commit()
    write_json(settings, stated)
    assert first(review("HEAD")) == "Nothing changed: none of 3 cells, and no verdict."
    del stated["split"]
    write_json(settings, stated)
    repository.commit()
    write_json(settings, stated | {"split": {"train": 3}, "training": {"epochs": 7}})
    text = review("HEAD")
    assert "training.epochs: 2 -> 7" in text
    assert "split" not in text.split("**Results of other settings**")[0]


def test_nobody_is_called_and_no_issue_linked(review: Review) -> None:
    """In what is posted; addresses stay."""
    cells = CELLS | {"@everyone": {"l2": 0.001}}
    repository.write(ACCURACIES | {"@everyone": L2}, cells, title="Mends #12, thanks @somebody")
    repository.write_claims(**{"GH-7": "reproduced", "helps": "contradicted"})
    synthetic.draw(repository.STUDY, "@me #3")
    repository.commit()
    images = "--images", "https://a@old", "https://b@new"
    for text in (review("main~"), review("main~", *images)):
        shown = re.sub(r"\]\([^)]*\)", "", text)
        assert not re.search(r"[@#](?=\w)|GH-(?=\w)", shown.replace("&#8203;", "\u200b"))
        assert all(name in shown for name in ("@&#8203;everyone", "#&#8203;12", "GH-&#8203;7"))
    assert "(https://b@new/plots/small/%40me%20%233.png)" in text


def test_a_cell_that_became_a_constant_guess_is_called_so_and_is_no_headline(
    review: Review,
) -> None:
    """One half is what always saying one of the two classes gets."""
    guessing = dict.fromkeys(("l2",), (0.5, 0.51, 0.49, 0.5, 0.5))
    repository.write(ACCURACIES | guessing, STRONGER)
    text = review()
    assert "points, beyond the seeds' noise, not better than the constant guess;" in first(text)
    assert repository.rows(text)[2][6] == "beyond noise, not better than the constant guess"
    flipped = [row for row in repository.rows(text) if row[0] == "small/l2 test_accuracy"]
    assert flipped[0][2] == "worse, not better than the constant guess (firm)"
    lower = shifted(ACCURACIES["l1"], -0.002, -0.003, -0.004, -0.003, -0.003)
    repository.write(ACCURACIES | guessing | {"l1": lower}, STRONGER)
    assert "; largest: small/l1, test accuracy −0.30 points;" in first(review())


def test_a_study_about_something_else_is_told_in_that(review: Review) -> None:
    """All cells have the same test loss before and after."""
    repository.write(ACCURACIES | {"l2": WORSE}, STRONGER)
    file = paths.summary("small") / "settings.json"
    file.write_text(
        file.read_text().replace('"training_loss": 0.5', '"training_loss": 0.5, "primary": "loss"')
    )
    text = review()
    assert first(text).startswith("1 of 3 cells changed: small/l2, equal under other settings;")
    assert repository.rows(text)[2][1:4] == ["l2 (test loss)", "0.2700", "0.2700"]
