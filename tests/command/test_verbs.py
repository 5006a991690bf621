"""The command as a person meets it."""

from __future__ import annotations

import inspect
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.command.app import VERBS
from regscope.study.params import load_params
from tests.command.called import called
from tests.report import synthetic

ROOT = Path(__file__).parents[2]
NAMES = [verb.__name__ for verb in VERBS]
HEAVY = ("torch", "numpy", "pandas", "mlflow", "scipy", "matplotlib", "pydantic", "yaml", "rich")


def started(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regscope", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_lists_every_verb_with_one_line_that_is_not_cut() -> None:
    done = started("--help")
    assert done.returncode == 0
    listed = re.findall(r"^  (\w+) +(.+)$", done.stdout.partition("Commands:\n")[2], re.MULTILINE)
    assert [name for name, _ in listed] == NAMES
    assert all(told.endswith(".") and not told.endswith("...") for _, told in listed)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['regscope', '--help']\n"
        "from regscope.command.app import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("verb", VERBS, ids=NAMES)
def test_help_of_a_verb_says_what_it_reads_and_writes(
    verb: object, capsys: pytest.CaptureFixture[str]
) -> None:
    name = verb.__name__  # type: ignore[attr-defined]
    called(name, "--help")
    told = capsys.readouterr().out
    lines = [line.strip() for line in told.splitlines()]
    assert lines[0].startswith(f"Usage: regscope {name} ")
    for word in ("Reads   ", "Writes  ", f"Example regscope {name}"):
        assert sum(line.startswith(word) for line in lines) == 1, word
    assert max(map(len, lines)) <= 100
    # Nothing of the docstring's own layout is left.
    assert "\b" not in told
    assert inspect.getdoc(verb)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nope"], "No such command 'nope'; choose from: new, advise, train, table, report, "),
        (["--nope"], "No such option: --nope; choose from: new, advise, train, table, report, "),
        (["review", "--nope"], "No such option: --nope; see: regscope review --help"),
        (["export", "digits"], "Missing argument 'REG'; see: regscope export --help"),
        (["strengths", "digits", "l1", "abc"], "Invalid value for 'STRENGTH': Input"),
    ],
)
def test_a_command_line_that_means_nothing_is_one_line_and_ends_with_2(
    words: list[str], line: str
) -> None:
    done = started(*words)
    assert (done.returncode, done.stdout) == (2, "")
    [told] = done.stderr.splitlines()
    assert told.startswith(f"regscope: {line}")


def test_options_that_exclude_each_other_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        RegscopeError, match="one of --active, --activate, --with-data, --pipelines and --des"
    ):
        called("studies", "--active", "--pipelines")
    with pytest.raises(RegscopeError, match="study : choose from: digits"):
        called("studies", "--activate", "")


def test_without_a_verb_there_is_help() -> None:
    done = started()
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: regscope ")


def test_a_known_error_is_one_line_and_ends_with_1(tmp_path: Path) -> None:
    done = started("table", "nope")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"regscope: study nope: choose from: digits, .*\n", done.stderr)
    done = started("studies", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"regscope: params\.yaml: .*\n", done.stderr)


def test_a_signal_ends_a_verb_as_it_ends_every_command(tmp_path: Path) -> None:
    """Which typer, left alone, would take for another."""
    code = (
        "import sys, time; sys.argv = ['regscope', 'table']\n"
        "from regscope.command import app\n"
        "import regscope.study.params as params\n"
        "params.load_params = lambda: (print('under way', flush=True), time.sleep(60))\n"
        "app.main()"
    )
    for number, told in ((signal.SIGTERM, "ended by SIGTERM"), (signal.SIGINT, "interrupted")):
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "under way\n"
        time.sleep(0.1)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert said == f"regscope: {told}; run the same command again to go on\n"
        assert process.returncode == 128 + number


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("strengths small l3", "FAMILY l3: choose from: l1, l2, dropout"),
        ("strengths large l1", "study large: choose from: small"),
    ],
)
def test_a_choice_that_there_is_not(words: str, told: str, workspace: Path) -> None:
    synthetic.write({"small": synthetic.study(synthetic.CELLS)}, {})
    with pytest.raises(RegscopeError) as refused:
        called(*words.split())
    assert str(refused.value) == told


def test_nothing_names_a_module_where_it_means_a_verb() -> None:
    found = subprocess.run(
        ["git", "grep", "-nE", r"python -m regscope\.[a-z]"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (1, "")


def test_what_make_installs_runs_the_code_of_the_working_directory(tmp_path: Path) -> None:
    """As stages do in DVC's temporary workspaces."""
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", f"VENV={tmp_path}", f"{tmp_path}/.ready"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    script = tmp_path / "bin" / "regscope"
    script.parent.mkdir()
    python = script.with_name("python")
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    written = [line for line in told.splitlines() if line.endswith(str(script))]
    subprocess.run("\n".join(written), shell=True, check=True)
    own = tmp_path / "own" / "regscope"
    own.mkdir(parents=True)
    (own / "__init__.py").touch()
    (own / "__main__.py").write_text("import sys; print('own', *sys.argv[1:])")
    for folder, expected in ((own.parent, "own studies --active\n"), (ROOT, None)):
        done = subprocess.run(
            [script, "studies", "--active"],
            cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == (expected or f"{load_params(ROOT / 'params.yaml').study}\n")


@pytest.mark.parametrize("verb", ["export", "review"])
def test_what_was_typed_before_there_was_a_command_still_works(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"regscope.{verb}", "--nope"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = f"regscope: No such option: --nope; see: regscope {verb} --help\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
