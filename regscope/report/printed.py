"""A study's page of the report as a PDF, by a browser that is on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_bytes
from regscope.report.addresses import study_file
from regscope.study.params import load_params

BROWSER = "REGSCOPE_BROWSER"
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable",
)  # fmt: skip
"""Programs that print pages without a window, the first that is there."""

SECONDS = 180
BEGIN, END = b"%PDF-", b"%%EOF"
TAIL = 1024
"""Bytes at the end of a PDF among which END stands."""


def print_study(study: str, file: Path | None = None, browser: str = "") -> Path:
    """Print the page of `report/` to `file`, by default STUDY.pdf, and return where it is.

    browser: a program's name or path, in place of the first of NAMES.

    Raises RegscopeError where there is no such study, no page of it, no browser, or no PDF after
    all.
    """
    load_params().named(study)
    page = paths.REPORT / study_file(study)
    if not page.is_file():
        raise RegscopeError(f"{page}: no such page; `dvc repro` makes it of a study with results")
    target = file or Path(f"{study}.pdf")
    write_bytes(target, printed(page, browser_file(browser)))
    return target


def browser_file(asked: str = "") -> str:
    """The program's path. Raises RegscopeError where there is none."""
    found = filter(None, map(shutil.which, [asked] if asked else NAMES))
    program = next(found, None)
    if program is None:
        raise RegscopeError(
            f"browser {asked}: no such program"
            if asked
            else f"no browser on the PATH: install one of {', '.join(NAMES)}, or name one by"
            f" --browser or {BROWSER}"
        )
    return program


def printed(page: Path, browser: str) -> bytes:
    """The page as the browser prints it. Raises RegscopeError where that is no PDF."""
    with TemporaryDirectory(prefix="regscope-") as folder:
        made = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={Path(folder) / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            # A browser that runs as root, as in a container, must do without its sandbox.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise RegscopeError(f"{browser}: printed no page in {SECONDS} seconds") from error
        except OSError as error:
            raise RegscopeError(f"{browser}: cannot be run: {error.strerror}") from error
        content = made.read_bytes() if made.is_file() else b""
    if done.returncode or not content.startswith(BEGIN) or END not in content[-TAIL:]:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RegscopeError(
            f"{browser}: made no PDF of {page} (exit {done.returncode})"
            + (f": {said[-1]}" if said else "")
        )
    return content
