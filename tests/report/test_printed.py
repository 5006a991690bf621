"""A study's page as a PDF: the browser is a script here, and a real one in tests/browser."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.report import printed
from tests.command.called import called
from tests.report import synthetic

PDF = b"%PDF-1.4\nthe page\n%%EOF\n"

FAKE = f"""#!{sys.executable}
import pathlib, sys
told = dict(word.partition("=")[::2] for word in sys.argv[1:-1])
page = pathlib.Path(sys.argv[-1].removeprefix("file://")).read_text()
assert "--headless" in told and "--no-pdf-header-footer" in told
assert pathlib.Path(told["--user-data-dir"]).parent.is_dir()
pathlib.Path(told["--print-to-pdf"]).write_bytes({PDF!r}.replace(b"the page", page.encode()))
"""


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return file


@pytest.fixture
def built(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all programs there are: none yet. There is a page of the study `small`."""
    block = synthetic.study(synthetic.CELLS)
    synthetic.write({"small": block, "later": block}, {})
    paths.REPORT.mkdir()
    (paths.REPORT / "small.html").write_text("<p>small</p>")
    programs = workspace / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv(printed.BROWSER, raising=False)
    return programs


@pytest.mark.parametrize("name", printed.NAMES)
def test_the_page_is_printed_by_the_browser_that_is_there(
    built: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program(built, name, FAKE)
    called("report", "--study", "small", "--pdf")
    assert Path("small.pdf").read_bytes() == PDF.replace(b"the page", b"<p>small</p>")
    assert capsys.readouterr().out == "small.pdf\n"


def test_a_file_and_a_browser_may_be_named(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(tmp_path / "own", "mine", FAKE)
    program(built, "chromium", "#!/bin/sh\nexit 1\n")
    called("report", "--study", "small", "--pdf", "sheets/a.pdf", "--browser", str(own))
    assert Path("sheets/a.pdf").read_bytes().startswith(b"%PDF-")
    monkeypatch.setenv(printed.BROWSER, str(own))
    called("report", "--study", "small", "--pdf", "b.pdf")
    assert Path("b.pdf").read_bytes() == Path("sheets/a.pdf").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--study nope --pdf", r"study nope: choose from: small, later"),
        (
            "--study later --pdf",
            r"report/later\.html: no such page; `dvc repro` makes it of a study with results",
        ),
        (
            "--study small --pdf",
            r"no browser on the PATH: install one of chromium, .*, or name one by --browser or"
            r" REGSCOPE_BROWSER",
        ),
        ("--study small --pdf --browser nowhere", r"browser nowhere: no such program"),
    ],
)
@pytest.mark.usefixtures("built")
def test_what_is_missing_is_said_in_one_line(words: str, told: str) -> None:
    with pytest.raises(RegscopeError, match=f"^{told}$"):
        called("report", *words.split())
    assert not Path("small.pdf").exists()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo first >&2; echo no screen >&2; exit 3", r"\(exit 3\): no screen"),
        ("exit 0", r"\(exit 0\)"),
        ('for word; do case "$word" in --print-to-pdf=*) echo no > "${word#*=}";; esac; done',
         r"\(exit 0\)"),
        ('for word; do case "$word" in --print-to-pdf=*) echo %PDF-1.4 > "${word#*=}";; esac; done',
         r"\(exit 0\)"),
    ],
)  # fmt: skip
def test_what_is_no_whole_pdf_is_refused_and_an_older_one_stays(
    built: Path, script: str, told: str
) -> None:
    program(built, "chromium", f"#!/bin/sh\n{script}\n")
    Path("small.pdf").write_bytes(PDF)
    with pytest.raises(RegscopeError, match=rf"chromium: made no PDF of report/small\.html {told}"):
        called("report", "--study", "small", "--pdf")
    assert Path("small.pdf").read_bytes() == PDF


def test_a_browser_that_hangs_is_ended(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(built, "chromium", f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    monkeypatch.setattr(printed, "SECONDS", 1)
    with pytest.raises(RegscopeError, match=r"chromium: printed no page in 1 seconds$"):
        called("report", "--study", "small", "--pdf")


@pytest.mark.parametrize(
    ("content", "told"),
    [("#!/nowhere/at/all\n", "No such file or directory"), ("\1\2\3", "Exec format error")],
)
def test_a_browser_that_cannot_be_started_is_told(built: Path, content: str, told: str) -> None:
    program(built, "chromium", content)
    with pytest.raises(RegscopeError, match=rf"chromium: cannot be run: {told}$"):
        called("report", "--study", "small", "--pdf")
    assert not Path("small.pdf").exists()
