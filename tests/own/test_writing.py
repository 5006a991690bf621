"""A study that is brought in: all of it is written, or nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope import pipelines
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.own import writing
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table
from regscope.study.params import load_params
from tests.command.called import called
from tests.own import tables
from tests.pipeline.workspace import TINY


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with settings; DVC is told of nothing."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(TINY, sort_keys=False))
    monkeypatch.setattr(writing, "_put_under_dvc", _dvc)
    Path("t.csv").write_bytes(tables.written(tmp_path / "t.csv").read_bytes())


def _dvc(files: list[Path]) -> None:
    """As `dvc add` does: a pointer beside each file, which git is to ignore."""
    for file in files:
        Path(f"{file}.dvc").write_text(f"outs: [{len(file.read_bytes())}]\n")
    names = "".join(f"/{file.name}\n" for file in files)
    ignored = paths.OWN / ".gitignore"
    ignored.write_text((ignored.read_text() if ignored.exists() else "") + names)


def everything() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def new(*words: str) -> None:
    called("new", "churn", "--table", "t.csv", "--target", "left", *words)


def test_a_study_is_written_and_can_be_read() -> None:
    new()
    params = yaml.safe_load(Path("params.yaml").read_text())
    assert list(params["studies"]) == ["digits", "moons", "churn"]
    assert params["studies"]["churn"]["data"]["path"] == "data/own/churn.csv"
    assert Path("data/own/churn.csv").read_bytes() == Path("t.csv").read_bytes()
    assert "data/own/churn.csv" in Path("studies/churn/dvc.yaml").read_text()


def test_a_target_without_a_name_is_called_a_column() -> None:
    text = Path("t.csv").read_text().partition("\n")[2]
    Path("t.csv").write_text(text)
    columns = text.partition("\n")[0].count(",") + 1
    called("new", "churn", "--table", "t.csv", "--no-header", "--target", str(columns))
    title = yaml.safe_load(Path("params.yaml").read_text())["studies"]["churn"]["title"]
    assert title == f"column {columns}, from t.csv"


def test_a_study_whose_file_is_not_here_can_be_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    new()
    capsys.readouterr()
    called("studies", "--with-data")
    assert capsys.readouterr().out.split() == ["digits", "moons", "churn"]
    Path("data/own/churn.csv").unlink()
    called("studies", "--with-data")
    found = capsys.readouterr()
    assert found.out.split() == ["digits", "moons"]
    assert found.err == "churn: left out: data/own/churn.csv is not here\n"


def test_so_can_one_whose_test_file_alone_is_not_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    new("--test", str(tables.written(Path("later.csv"), **tables.words(seed=9))))
    Path("data/own/churn.test.csv").unlink()
    capsys.readouterr()
    called("studies", "--with-data")
    found = capsys.readouterr()
    assert found.out.split() == ["digits", "moons"]
    assert found.err == "churn: left out: data/own/churn.test.csv is not here\n"


STEPS = ("_put_under_dvc", "enter", "write_description")


@pytest.mark.parametrize(
    ("step", "again"),
    # Settings stay with --again, so that no study is put into them.
    [*((step, again) for step in STEPS for again in (False, True)), ("with_study", False)],
)
@pytest.mark.parametrize("error", [RegscopeError("no"), OSError("full"), KeyboardInterrupt()])
def test_where_a_step_fails_all_is_as_it_was(
    step: str, error: BaseException, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if again:
        new()
    before = everything()
    Path("t.csv").write_text(Path("t.csv").read_text().replace("Bern", "Oslo"))
    before["t.csv"] = Path("t.csv").read_bytes()
    kept = getattr(writing, step)

    def fails(*given: Any) -> None:
        if step == "write_description" and "own" not in given[0].parts:
            return kept(*given)  # type: ignore[no-any-return]
        raise error

    monkeypatch.setattr(writing, step, fails)
    with pytest.raises((RegscopeError, OSError, KeyboardInterrupt, SystemExit)):
        new(*["--again"] * again)
    assert everything() == before


def _added(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def added(files: list[Path]) -> None:
        _dvc(files)
        raise error

    monkeypatch.setattr(writing, "_put_under_dvc", added)


def _settings_read(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that `enter` wrote: others are read before."""

    def read() -> Any:
        if list(yaml.safe_load(Path("params.yaml").read_text())["studies"])[-1] == "churn":
            raise error
        return load_params()

    monkeypatch.setattr(writing, "load_params", read)


def _pipelines_made(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pipelines.write

    def made(given: Any) -> None:
        kept(given)
        assert "data/own/churn" in Path("studies/churn/dvc.yaml").read_text()
        raise error

    monkeypatch.setattr(pipelines, "write", made)


LATE = {"dvc add": _added, "settings": _settings_read, "pipelines": _pipelines_made}


@pytest.mark.parametrize(
    ("step", "again"),
    # With --again settings are read before they could be written.
    [*((step, False) for step in LATE), ("dvc add", True), ("pipelines", True)],
)
@pytest.mark.parametrize("error", [RegscopeError("no"), OSError("full"), KeyboardInterrupt()])
def test_what_a_failing_step_had_written_is_as_it_was(
    step: str, error: BaseException, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if again:
        new()
        Path("studies/churn/dvc.yaml").write_text("# Changed by hand.\n")
    else:
        paths.OWN.mkdir(parents=True)
        (paths.OWN / ".gitignore").write_text("/mine.csv\n")
    before = everything()
    Path("t.csv").write_text(Path("t.csv").read_text().replace("Bern", "Constantinople"))
    before["t.csv"] = Path("t.csv").read_bytes()
    with monkeypatch.context() as patched:
        LATE[step](error, patched)
        with pytest.raises((RegscopeError, OSError, SystemExit)):
            new(*["--again"] * again)
    assert everything() == before
    new(*["--again"] * again)
    assert {name for name, kept in everything().items() if kept != before.get(name)} == {
        "data/own/.gitignore",
        *(f"data/own/churn.csv{end}" for end in ("", ".dvc", ".json")),
        "studies/churn/dvc.yaml",
        *["params.yaml"] * (not again),
    }


@pytest.mark.parametrize("step", ["settings", "pipelines"])
def test_a_data_set_of_torchvision_is_written_whole_or_not_at_all(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    with monkeypatch.context() as patched:
        if step == "pipelines":
            patched.setattr(
                pipelines, "write", lambda given: (_ for _ in ()).throw(OSError("full"))
            )
        else:
            _settings_read(OSError("full"), patched)
        with pytest.raises(OSError, match="full"):
            called("new", "churn", "--torchvision", "KMNIST")
    assert everything() == before


@pytest.mark.parametrize("name", ["churn.csv", "churn.test.csv"])
def test_a_file_that_is_another_studys_is_not_written_over(name: str) -> None:
    """Whether params.yaml names that study or not."""
    paths.OWN.mkdir(parents=True)
    (paths.OWN / name).write_text("of another\n")
    later = tables.written(Path("later.csv"), **tables.words(seed=9))
    before = everything()
    with pytest.raises(RegscopeError) as refused:
        new("--test", str(later))
    assert str(refused.value) == (
        f"data/own/{name}: is there already, of another study: remove it, or choose another name"
    )
    assert everything() == before


def test_without_git_all_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    new()
    assert Path("studies/churn/dvc.yaml").is_file()


def test_again_takes_only_a_file_that_fits_the_settings() -> None:
    tables.written(Path("t.csv"), since=[str(row % 3) for row in range(tables.ROWS)])
    new()
    before = everything()
    few = {name: words[:99] for name, words in tables.words().items()}
    tables.written(Path("few.csv"), **few)
    for words, told in (
        (["--table", "few.csv", "--target", "left"], "split.train = 160: at most 98"),
        (["--table", "t.csv", "--target", "since"], "data.target = left"),
    ):
        with pytest.raises(RegscopeError) as refused:
            called("new", "churn", *words, "--again")
        assert told in str(refused.value)
    Path("few.csv").unlink()
    assert everything() == before


def test_again_shows_the_settings_that_stand(capsys: pytest.CaptureFixture[str]) -> None:
    new()
    proposed = capsys.readouterr().out
    text = paths.PARAMS.read_text()
    epochs = re.search(r"epochs: (\d+)\n", text[text.index("  churn:") :])
    assert epochs is not None
    assert epochs[0] in proposed
    paths.PARAMS.write_text(text.replace(epochs[0], "epochs: 7\n"))
    new("--again")
    told = capsys.readouterr().out
    assert "epochs: 7\n" in told
    assert epochs[0] not in told


def test_again_takes_only_a_file_of_the_same_kind() -> None:
    new()
    Path("t.csv").rename("t.tsv")
    with pytest.raises(RegscopeError, match=r"reads data/own/churn\.csv, and this would be"):
        called("new", "churn", "--table", "t.tsv", "--target", "left", "--again")
    with pytest.raises(RegscopeError, match="--again: goes with a file of one's own"):
        called("new", "churn", "--torchvision", "KMNIST", "--again")


def test_a_link_is_not_written_through() -> None:
    """As DVC puts links into its cache in place of files."""
    new()
    cached = Path("cached.csv")
    stored = paths.OWN / "churn.csv"
    stored.rename(cached)
    stored.symlink_to(cached.resolve())
    before = cached.read_bytes()
    Path("t.csv").write_text(Path("t.csv").read_text().replace("Bern", "Oslo"))
    new("--again")
    assert cached.read_bytes() == before
    assert stored.read_bytes() == Path("t.csv").read_bytes()
    assert not stored.is_symlink()


def test_a_test_file_takes_no_other_studys_name() -> None:
    called("new", "churn_test", "--table", "t.csv", "--target", "left")
    later = tables.written(Path("later.csv"), **tables.words(seed=9))
    new("--test", str(later))
    assert Path("data/own/churn_test.csv").read_bytes() == Path("t.csv").read_bytes()
    assert Path("data/own/churn.test.csv").read_bytes() == later.read_bytes()


def test_categories_of_a_test_file_that_train_nowhere_are_told_or_refused() -> None:
    words = tables.words(seed=9)
    words["city"] = ["Oslo" if city == "Bern" else city for city in words["city"]]
    later = tables.written(Path("later.csv"), **words)
    looked = look_at_table(Path("t.csv"), "churn", "left", TableAsked(test=later))
    share = words["city"].count("Oslo") / sum(city != "?" for city in words["city"])
    told = f"column city: {share:.1%} of the test rows have values unseen in training"
    assert told in looked.warned
    words["city"] = [f"{city}." for city in words["city"]]
    tables.written(later, **words)
    with pytest.raises(RegscopeError, match="column city: no value there is one that trains"):
        look_at_table(Path("t.csv"), "churn", "left", TableAsked(test=later))


def test_rows_of_a_test_file_that_train_are_counted() -> None:
    """By what is read of them: gaps are alike, and targets are not looked at."""
    trains, later = tables.words(), tables.words(seed=9)
    for name in later:
        for row in range(0, 40, 2):
            later[name][row] = trains[name][row]
    later["left"][0] = "yes" if trains["left"][0] == "no" else "no"
    rows = set(zip(trains["age"], trains["city"], trains["since"], strict=True))
    both = sum(row in rows for row in zip(later["age"], later["city"], later["since"], strict=True))
    assert both >= 20
    assert any(trains["city"][row] == "?" for row in range(0, 40, 2))
    file = tables.written(Path("later.csv"), **later)
    looked = look_at_table(Path("t.csv"), "churn", "left", TableAsked(test=file))
    told = f"{both} of the test rows are among those that train"
    assert any(line.startswith(told) for line in looked.warned)


def test_rows_of_the_time_at_which_training_ends_are_told() -> None:
    years = [str(2020 + row // 100) for row in range(tables.ROWS)]
    tables.written(Path("t.csv"), since=years)
    looked = look_at_table(Path("t.csv"), "churn", "left", TableAsked(time="since"))
    assert any("100 rows are of the time at which training ends" in told for told in looked.warned)


def test_methods_that_fit_no_cell_are_told_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ages = [f"{row / 7:.3f}" for row in range(tables.ROWS)]
    tables.written(Path("t.csv"), age=ages)
    called("new", "churn", "--table", "t.csv", "--target", "age")
    told = "no cell label_smoothing: regularizers.label_smoothing.label_smoothing: there is"
    assert told in capsys.readouterr().out
    params = yaml.safe_load(Path("params.yaml").read_text())
    assert "label_smoothing" not in params["studies"]["churn"]["regularizers"]
