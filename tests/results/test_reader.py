"""Committed tables that are not whole: one line with file and row, whatever it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json
from regscope.claims.evidence import read_paths
from regscope.report.at_best import load_at_best
from regscope.report.verdicts import load_claims
from regscope.results.beside import read_rates, read_sweep
from regscope.results.digests import SUMS_FILE, check_digests, write_digests
from regscope.results.loading import accuracies
from regscope.results.reader import matrix, read_rows, read_table
from tests.command.called import called
from tests.committed import committed
from tests.report import synthetic

Change = Callable[[list[str]], list[str]]

CELLS = {"none": {}, "l1": {"l1": 0.00001}}


@pytest.fixture
def folder(workspace: Path) -> Path:
    """A study whose tables are whole: two cells, five seeds."""
    synthetic.write({"small": synthetic.study(CELLS)}, {"small": synthetic.found()})
    return paths.summary("small")


def change(file: Path, how: Change) -> None:
    file.write_text("\n".join(how(file.read_text().splitlines())) + "\n")


def without(*places: int) -> Change:
    return lambda lines: [line for place, line in enumerate(lines, 1) if place not in places]


def again(place: int) -> Change:
    return lambda lines: [*lines, lines[place - 1]]


def with_field(place: int, column: int, value: str) -> Change:
    def changed(lines: list[str]) -> list[str]:
        fields = lines[place - 1].split(",")
        fields[column] = value
        return [*lines[: place - 1], ",".join(fields), *lines[place:]]

    return changed


def of_measure(name: str, value: str) -> Change:
    """In the fourth line."""
    return lambda lines: with_field(4, lines[0].split(",").index(name), value)(lines)


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(RegscopeError) as refused:
        read()
    line = str(refused.value)
    assert "\n" not in line
    assert len(line) < 300
    return line


REFUSED: dict[str, tuple[str, Change, str]] = {
    "three rows": ("seeds", without(8, 9, 10), "l1 has 2 of the study's 5 seeds; the first that it"
                   " lacks is 1"),
    "the last seed of all": ("seeds", without(6, 11), "none has 4 of the study's 5 seeds; the first"
                             " that it lacks is 4"),
    "a cell": ("seeds", without(7, 8, 9, 10, 11), "has no row of l1"),
    "a cell's classes": ("classes", without(4, 5), "has no row of l1"),
    "a class": ("classes", without(4), "l1 has no row of class 0, as other cells have"),
    "a severity": ("robustness", without(2), "none has no row of corruption blur, severity 0, as"
                   " other cells have"),
    "a layer of one seed": ("layers", without(2), "none, hidden1 has 4 of the study's 5 seeds; the"
                            " first that it lacks is 0"),
    "a seed of the guess": ("guess", without(2), "the table has 4 of the study's 5 seeds; the first"
                            " that it lacks is 0"),
    "twice": ("seeds", again(4), "line 12: reg none, seed 2 is there a second time"),
    "a comparison twice": ("comparisons", again(2), "line {after}: reg l1, measure test_accuracy is"
                           " there a second time"),
    "another cell": ("seeds", with_field(3, 0, "huber"), "line 3: reg = huber: is none of the"
                     " study's: none, l1"),
    "another seed": ("seeds", with_field(3, 1, "7"), "line 3: seed = 7: must be one of 0 to 4"),
    "half a seed": ("seeds", with_field(3, 1, "0.5"), "line 3: seed = 0.5: must be one of 0 to 4"),
    "no cell": ("seeds", with_field(3, 0, ""), "line 3: has no reg"),
    "a word": ("seeds", with_field(4, 2, "0.9x"), "line 4: test_accuracy = '0.9x': must be a"
               " number"),
    "no accuracy": ("seeds", with_field(4, 2, ""), "line 4: test_accuracy = nan: must be from 0 to"
                    " 1"),
    "an accuracy in percent": ("seeds", with_field(4, 2, "92"), "line 4: test_accuracy = 92: must"
                               " be from 0 to 1"),
    "an accuracy without end": ("seeds", with_field(4, 2, "inf"), "line 4: test_accuracy = inf:"
                                " must be from 0 to 1"),
    "a negative loss": ("seeds", with_field(4, 3, "-0.2"), "line 4: test_loss = -0.2: must be at"
                        " least 0"),
    "a loss without end": ("seeds", of_measure("test_loss", "inf"), "line 4: test_loss = inf: must"
                           " be finite"),
    "a weight without end": ("seeds", of_measure("weight_l2_norm", "-inf"), "line 4: weight_l2_norm"
                             " = -inf: must be finite"),
    "an effect without end": ("comparisons", with_field(2, 3, "inf"), "line 2: difference = inf:"
                              " must be finite"),
    "no loss": ("seeds", of_measure("test_loss", ""), "line 4: test_loss = nan: must be at least"
                " 0"),
    "no Brier score": ("seeds", of_measure("brier_score", ""), "line 4: brier_score = nan: must be"
                       " from 0 to 2"),
    "no rows": ("guess", lambda lines: lines[:1], "has no rows"),
    "ragged": ("seeds", lambda lines: [*lines[:3], lines[3] + ",1", *lines[4:]], "line 4: {more}"
               " fields, and the header has {fields}"),
    "cut": ("seeds", lambda lines: [*lines[:-1], "l1,4"], "line 11: 2 fields, and the header has"
            " {fields}"),
    "an empty line": ("seeds", lambda lines: [*lines[:2], "", *lines[2:]], "line 3: 0 fields, and"
                      " the header has {fields}"),
    "no header": ("seeds", lambda lines: [], "not a table: has no header"),
    "a column": ("confused", with_field(1, 3, "mistakes"), "has no column errors"),
    "a column twice": ("seeds", with_field(1, 3, "seed"), "has the column 'seed' twice"),
    "a conflict": ("seeds", lambda lines: [*lines[:5], "<<<<<<< HEAD", *lines[5:]], "line 6: a"
                   " conflict of git's that is not resolved"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_is_not_whole_is_one_line(name: str, folder: Path) -> None:
    kind, how, line = REFUSED[name]
    file = folder / f"{kind}.csv"
    lines = file.read_text().splitlines()
    fields, after = len(lines[0].split(",")), len(lines) + 1
    results.load("small")
    change(file, how)
    found = refusal(lambda: results.load("small"))
    assert found == f"{file}: {line.format(fields=fields, more=fields + 1, after=after)}"


@pytest.mark.parametrize("name", ["three rows", "another cell", "an accuracy in percent", "a word"])
def test_accuracies_alone_are_held_to_the_same(name: str, folder: Path) -> None:
    kind, how, line = REFUSED[name]
    assert len(accuracies("small", "l1")) == 5
    change(folder / f"{kind}.csv", how)
    assert refusal(lambda: accuracies("small", "l1")) == f"{folder / kind}.csv: {line}"


def test_accuracies_that_were_changed_are_refused(folder: Path) -> None:
    write_digests(folder)
    change(folder / "seeds.csv", with_field(3, 2, "0.99"))
    assert "not as it was written" in refusal(lambda: accuracies("small", "none"))


def test_a_table_of_no_rows_stands_for_what_a_study_does_not_have(folder: Path) -> None:
    change(folder / "units.csv", lambda lines: lines[:1])
    assert results.load("small").units.empty


def test_what_a_cell_has_in_no_seed_and_what_is_not_of_all_networks_may_be_empty(
    folder: Path,
) -> None:
    seeds = folder / "seeds.csv"
    columns = seeds.read_text().splitlines()[0].split(",")
    for place in range(2, 7):
        change(seeds, with_field(place, columns.index("prunable_fraction"), ""))
    change(seeds, of_measure("unit_correlation", ""))
    change(
        seeds,
        lambda lines: [
            f"{line},{'0.9' if place else 'roc_auc'}" for place, line in enumerate(lines)
        ],
    )
    change(seeds, of_measure("roc_auc", ""))
    assert results.load("small").seeds["prunable_fraction"].isna().sum() == 5
    # But not what the study is about.
    settings = folder / "settings.json"
    written = json.loads(settings.read_text())
    written["evaluation"]["primary"] = "roc_auc"
    settings.write_text(json.dumps(written))
    assert refusal(lambda: results.load("small")) == (
        f"{seeds}: line 4: roc_auc = nan: must be from 0 to 1"
    )


def test_so_few_seeds_show_nothing_and_a_guess_may_lose_everything(folder: Path) -> None:
    for kind, column in (("comparisons", "detectable_difference"), ("guess", "test_loss")):
        file = folder / f"{kind}.csv"
        at = file.read_text().splitlines()[0].split(",").index(column)
        change(file, with_field(2, at, "inf"))
    assert results.load("small").primary == "test_accuracy"


def test_bytes_that_are_no_text_are_one_line(folder: Path) -> None:
    (folder / "seeds.csv").write_bytes(b"reg,seed\n\xff\xfe,1\n")
    assert refusal(lambda: results.load("small")) == (
        "metrics/studies/small/seeds.csv: not UTF-8: invalid start byte at byte 9"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [("{", "not JSON"), ("[1]", "must be a mapping of keys to values"), ("[" * 9999, "not JSON")],
)
def test_json_that_is_none_is_one_line(text: str, line: str, folder: Path) -> None:
    (folder / "settings.json").write_text(text)
    assert refusal(lambda: results.load("small")).startswith(
        f"metrics/studies/small/settings.json: {line}"
    )
    assert refusal(lambda: read_json(folder / "settings.json")).count("\n") == 0


def test_digests_are_those_of_sha256sum(folder: Path) -> None:
    write_digests(folder)
    done = subprocess.run(["sha256sum", "--check", "--strict", SUMS_FILE], cwd=folder, check=False)
    assert done.returncode == 0
    listed = (folder / SUMS_FILE).read_text().splitlines()
    names = {path.name for path in folder.iterdir()} - {SUMS_FILE}
    assert [line.split("  ")[1] for line in listed] == sorted(names)
    results.load("small")


def test_a_number_that_was_changed_is_one_line_that_says_how_to_mend_it(folder: Path) -> None:
    write_digests(folder)
    change(folder / "seeds.csv", with_field(3, 2, "0.99"))
    mend = "if it is meant: regscope rederive small"
    assert refusal(lambda: results.load("small")) == (
        "metrics/studies/small/seeds.csv: not as it was written, by SHA256SUMS; bring it back with:"
        f" git checkout metrics/studies/small/seeds.csv; {mend}"
    )
    # As the line says, for one who has merged by hand.
    called("rederive", "small")
    assert results.load("small").seeds["test_accuracy"].iloc[1] == 0.99
    (folder / "guess.csv").unlink()
    assert refusal(lambda: results.load("small")) == (
        "metrics/studies/small/guess.csv: not there, and SHA256SUMS lists it; bring it back with:"
        f" git checkout metrics/studies/small/guess.csv; {mend}"
    )


def test_line_ends_are_no_change(folder: Path) -> None:
    write_digests(folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    results.load("small")


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", "0123  seeds.csv", "no digest", "a/../b"])
def test_a_list_of_digests_that_is_none_is_one_line(line: str, folder: Path) -> None:
    (folder / SUMS_FILE).write_text(f"{line}\n")
    assert refusal(lambda: check_digests(folder)).startswith(f"{folder / SUMS_FILE}: line 1: ")


SWEPT: dict[str, tuple[str, Change, str]] = {
    "a seed": ("paths", without(3), "l1, 0.0 has 2 of the study's 3 seeds; the first that it lacks"
               " is 1"),
    "twice": ("paths", again(3), "line 11: family l1, strength 0.0, seed 1 is there a second time"),
    "a family": ("tuned", without(2), "has no row of l1"),
    "ragged": ("pairs", lambda lines: [lines[0], lines[1] + ",1"], "line 2: 17 fields, and the"
               " header has 16"),
    "a column": ("tuned", with_field(1, 1, "power"), "has no column strength"),
}  # fmt: skip


@pytest.mark.parametrize("name", SWEPT)
def test_strength_paths_are_held_to_the_same(name: str, workspace: Path) -> None:
    kind, how, line = SWEPT[name]
    synthetic.write_sweep("small")
    read_paths("small")
    change(paths.sweep_summary("small") / f"{kind}.csv", how)
    assert refusal(lambda: read_paths("small")) == f"metrics/paths/small/{kind}.csv: {line}"


@pytest.mark.parametrize("kind", ["paths", "tuned"])
def test_a_part_of_a_sweep_that_is_gone_is_one_line(kind: str, workspace: Path) -> None:
    synthetic.write_sweep("small")
    (paths.sweep_summary("small") / f"{kind}.csv").unlink()
    assert refusal(lambda: read_paths("small")) == (
        f"metrics/paths/small/{kind}.csv: not there; bring it back with: git checkout"
        f" metrics/paths/small/{kind}.csv, or make it anew with: make paths"
    )


def without_rows(start: str) -> Change:
    return lambda lines: [line for line in lines if not line.startswith(start)]


BESIDE: dict[str, tuple[str, Change, str]] = {
    "a seed of a learning rate": ("rates/moons/search", without(2), "none, 0.001, 100 has 9 of the"
                                  " study's 10 seeds; the first that it lacks is 0"),
    "a learning rate of a cell": ("rates/moons/search", without_rows("l2,0.01,600,"), "has no row"
                                  " of reg l2, learning_rate 0.01, epochs 600"),
    "the last seed of all": ("rates/moons/seeds", lambda lines: [line for line in lines if
                             line.split(",")[3] != "9"], "none has 9 of the study's 10 seeds; the"
                             " first that it lacks is 9"),
    "two settings": ("rates/moons/seeds", with_field(4, 1, "0.01"), "line 4: none, learning_rate"
                     " 0.01, epochs 300: is another setting than on line 2"),
    "a setting off the grid": ("rates/moons/seeds", with_field(4, 2, "7"), "line 4: none,"
                               " learning_rate 0.001, epochs 7: was not tried in search.csv"),
    "a strength": ("paths/digits/paths", without_rows("l2,0.003,"), "has no row of family l2,"
                   " strength 0.003"),
    "the baseline": ("paths/digits/paths", without_rows("dropout,0,"), "has no row of family"
                     " dropout, strength 0"),
    "another strength": ("paths/digits/paths", lambda lines: [line.replace("l2,0.003,", "l2,0.004,")
                         for line in lines], "line 332: family l2, strength 0.004: is not in its"
                         " settings"),
    "no accuracy": ("paths/digits/paths", with_field(3, 3, ""), "line 3: validation_accuracy = nan:"
                    " must be from 0 to 1"),
    "a loss without end": ("rates/moons/seeds", with_field(3, 5, "inf"), "line 3: test_loss = inf:"
                           " must be finite"),
    "a pair": ("paths/digits/pairs", without_rows("l1,dropout,"), "has no row of first l1, second"
               " dropout"),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_tables_beside_are_held_to_their_settings(name: str, workspace: Path) -> None:
    """Without digests, as `regscope rederive` reads what was changed by hand."""
    place, how, line = BESIDE[name]
    file = Path("metrics") / f"{place}.csv"
    shutil.copytree(committed() / file.parent, file.parent)
    read = read_rates if place.startswith("rates") else read_sweep
    assert read(file.parent) is not None
    change(file, how)
    assert refusal(lambda: read(file.parent, as_written=False)) == f"{file}: {line}"


def test_pairs_that_the_settings_have_must_be_there(workspace: Path) -> None:
    folder = paths.sweep_summary("digits")
    shutil.copytree(committed() / folder, folder)
    (folder / "pairs.csv").unlink()
    assert refusal(lambda: read_sweep(folder, as_written=False)).startswith(
        "metrics/paths/digits/pairs.csv: not there; "
    )


CLAIMS: dict[str, tuple[object, str]] = {
    "an effect": ({"effect": 0.5}, "not as it was written"),
    "no verdict": ({"verdict": "proven"}, "not as it was written"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_judged_claims_that_were_changed_are_one_line(name: str, workspace: Path) -> None:
    from regscope.base.checksums import with_checksum
    from regscope.base.files import write_json

    changed, line = CLAIMS[name]
    content = {"claims": [synthetic.claim("one", "small", "reproduced")], "untestable": []}
    write_json(paths.CLAIMS, with_checksum(content))
    assert [claim["id"] for claim in load_claims()] == ["one"]
    written = json.loads(paths.CLAIMS.read_text())
    assert isinstance(changed, dict)
    written["claims"][0] |= changed
    paths.CLAIMS.write_text(json.dumps(written))
    mend = "make it anew with: dvc repro --force --single-item claims"
    assert refusal(load_claims) == f"metrics/claims.json: {line}; {mend}"
    # Without a checksum, as older versions wrote it, a claim must at least be one.
    del written["crc32"]
    written["claims"] = [{"id": "one"}]
    paths.CLAIMS.write_text(json.dumps(written))
    assert refusal(load_claims) == (
        f"metrics/claims.json: claim 1: must have an id of its own and one of the verdicts; {mend}"
    )


def test_committed_tables_are_whole(workspace: Path) -> None:
    """Every table of every study, path and grid, and what the digests beside them say."""
    (workspace / "metrics").symlink_to(committed() / "metrics")
    for name in sorted(path.name for path in paths.STUDIES.iterdir()):
        assert not results.load(name).seeds.empty
        read_paths(name)
        load_at_best(name)
    assert load_claims()


def test_names_stay_text_and_empty_fields_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("reg,class,value,firm\nnan,7,,True\nNA,08,1e-3,\n")
    table = read_table(file)
    assert list(table["reg"]) == ["nan", "NA"]
    assert list(table["class"]) == ["7", "08"]
    assert table["value"].isna().tolist() == [True, False]
    assert table["firm"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reg,value\nl1,1\nl2\n", "line 3: 1 fields, and the header has 2"),
        ("reg,value\nl1,1\n\n", "line 3: 0 fields, and the header has 2"),
        ("reg,value\nl1,1,2\n", "line 2: 3 fields, and the header has 2"),
        ("reg,value,value\nl1,1,2\n", "has the column 'value' twice"),
        ("\n", "not a table: has no header"),
        ("", "not a table: has no header"),
    ],
)
def test_uneven_tables_are_one_line(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    with pytest.raises(RegscopeError) as refused:
        read_table(file)
    assert str(refused.value) == f"{file}: {told}"


@pytest.mark.parametrize(
    "text",
    [
        'reg,value\n"a,b",1\n',
        "reg,value\r\na,1\r\n",
        "reg\na\n",
        "reg,value\na,1",
        "reg,value\n",
    ],
)
def test_a_table_is_the_rows_of_its_file(text: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, newline="")
    assert read_table(file).astype(str).to_dict("records") == read_rows(file)


def test_columns_side_by_side_are_pandas(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("reg,seed,value,empty\na,0,1.5,\nb,1,,\n")
    table = read_table(file)
    names = ["empty", "seed", "value"]
    np.testing.assert_array_equal(matrix(table, names), table[names].to_numpy(dtype=np.float64))
    assert matrix(table, []).shape == (2, 0)
