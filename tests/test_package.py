"""What `pip install .` installs, as setuptools finds it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from bench.pipeline import copy_code, tracked
from tests.alone import ROOT
from tests.library.test_docs import PAGE, blocks

FOUND_BY_SETUPTOOLS = """
import json
from setuptools import Distribution

found = Distribution({"script_name": "setup.py"})
found.parse_config_files()
build = found.get_command_obj("build_py")
build.ensure_finalized()
files = [file for _, _, file in build.find_all_modules()]
files += [f"{folder}/{name}" for _, folder, _, names in build.data_files for name in names]
print(json.dumps({
    "files": files, "needed": found.install_requires, "extras": found.extras_require,
    "scripts": found.entry_points["console_scripts"],
}))
"""


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", FOUND_BY_SETUPTOOLS],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_file_of_the_package_is_installed_and_no_other(package: dict[str, Any]) -> None:
    there = {name for name in tracked() if name.startswith("regscope/")}
    assert any(not name.endswith(".py") for name in there)
    assert set(package["files"]) == there
    assert len(package["files"]) == len(there)


def test_it_needs_what_the_requirement_files_pin(package: dict[str, Any]) -> None:
    wanted = {
        "needed": ["requirements.txt"],
        "onnx": ["requirements-onnx.txt"],
        "bench": ["bench/requirements.txt"],
        "notebook": ["requirements-notebook.txt"],
        "ray": ["requirements-ray.txt"],
        "dev": ["requirements-dev.txt", "requirements-onnx.txt", "requirements-ray.txt"],
    }
    found = {"needed": package["needed"], **package["extras"]}
    assert found.keys() == wanted.keys()
    for name, files in wanted.items():
        lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
        pins = [line.partition("#")[0].strip() for line in lines]
        assert {str(Requirement(line.partition(" #")[0])) for line in found[name]} == {
            str(Requirement(pin)) for pin in pins if pin
        }


def test_the_command_is_there(package: dict[str, Any]) -> None:
    (script,) = package["scripts"]
    name, _, place = script.partition("=")
    module, _, function = place.strip().partition(":")
    assert name.strip() == "regscope"
    assert callable(getattr(import_module(module), function))


def test_no_import_is_let_off_the_rules_of_the_rooms() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert not [contract for contract in settings["contracts"] if "ignore_imports" in contract]


@pytest.mark.slow
def test_installed_it_runs_outside_the_clone(tmp_path: Path) -> None:
    """The command, and the page about the library, with nothing of the clone in sight."""
    clone, packages, elsewhere = (tmp_path / name for name in ("clone", "packages", "elsewhere"))
    copy_code(clone)
    elsewhere.mkdir()
    shutil.copy(ROOT / "params.yaml", elsewhere)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str, **variables: str) -> str:
        done = subprocess.run(
            command, cwd=elsewhere, env=environment | variables,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # What it needs is in the environment of these tests.
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target")
    run(sys.executable, "-m", "pip", "install", *options, str(packages), str(clone))
    shutil.rmtree(clone)
    installed = {"PYTHONPATH": str(packages)}
    assert "studies" in run(sys.executable, str(packages / "bin/regscope"), "--help", **installed)
    script = "\n".join(["import regscope", "print(regscope.__file__)", *blocks()])
    (elsewhere / "page.py").write_text(script)
    said = run(sys.executable, "page.py", **installed)
    assert said.splitlines()[0] == str(packages / "regscope/__init__.py")
    assert "difference" in said or "better" in said, PAGE
