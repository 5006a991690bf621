"""docs/sharing.md as it is typed: one clone pushes, another pulls, and nothing is trained there."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.pipeline.pages import blocks
from tests.pipeline.test_sweeps import SWEEPS
from tests.pipeline.workspace import SOURCE, Workspace, ran, trained

FOLDER = "A folder"
S3 = "S3, or a server that speaks it"
STUDIES = "Other studies"
EXPERIMENT = "An experiment"
BUCKET = "my-bucket"
# What they write is neither in git nor pushed with a study.
NOT_KEPT = {"validate", "report"}
TIMEOUT = 60


def commands(heading: str) -> list[str]:
    """The section's blocks: who has the networks types the one, who wants them the other."""
    found = [block.commands for block in blocks("sharing.md") if block.heading == heading]
    return [block for block in found if not block.startswith("pip install")]


@pytest.fixture
def owner(workspace: Workspace) -> Workspace:
    """Who has the networks of the study, and none of the strength paths, as after `make`."""
    folder = workspace.root / "paths"
    folder.mkdir()
    shutil.copy(SOURCE / "paths/dvc.yaml", folder / "dvc.yaml")
    (folder / "params.yaml").write_text(yaml.safe_dump(SWEEPS, sort_keys=False))
    workspace.commit("strength paths that nobody made")
    return workspace


def clone(owner: Workspace, root: Path) -> Workspace:
    owner.run("git", "clone", "--quiet", ".", str(root))
    cloned = Workspace(root)
    cloned.environment = owner.environment
    return cloned


def check_nothing_is_trained(repro: str, built: Workspace) -> None:
    """Each stage that once built the study is skipped, by DVC's own words."""
    assert set(ran(repro)) <= NOT_KEPT
    stages = set(ran(built.first_output)) - NOT_KEPT
    assert {f"digits:{stage}" for stage in ("train", "evaluate", "summarize")} <= stages
    lines = re.sub(r"'studies/(\w+)/dvc\.yaml:", r"'\1:", repro).splitlines()
    assert {f"Stage '{stage}' didn't change, skipping" for stage in stages} <= set(lines)


@pytest.mark.slow
def test_a_folder(built: Workspace, owner: Workspace, tmp_path: Path) -> None:
    storage = tmp_path / "storage"
    push, pull = (typed.replace("/mnt/share/regscope", str(storage)) for typed in commands(FOLDER))
    owner.run("bash", "-ec", push)
    reader = clone(owner, tmp_path / "reader")
    assert not (reader.root / "data/models").exists()
    check_nothing_is_trained(reader.run("bash", "-ec", pull), built)
    assert reader.run("git", "status", "--short") == ""
    for model in (owner.root / "data/models").rglob("*.safetensors"):
        pulled = reader.root / model.relative_to(owner.root)
        assert pulled.read_bytes() == model.read_bytes()
    # The strength paths are not there, which DVC takes for an error unless dvc.yaml is named.
    assert "data/paths/digits/l1" in reader.dvc("pull", ok=False)
    reader.dvc("pull", "--allow-missing")

    give, take = commands(EXPERIMENT)
    assert trained(reader.run("bash", "-ec", give)) == ["digits/l2"]
    third = clone(owner, tmp_path / "third")
    assert set(ran(third.run("bash", "-ec", take))) <= NOT_KEPT
    assert third.run("git", "branch", "--show-current").strip() == "stronger-l2"
    assert third.results() == reader.results()


@pytest.mark.slow
def test_another_study(owner: Workspace, tmp_path: Path) -> None:
    owner.run("python", "-m", "regscope", "studies", "--activate", "moons")
    owner.dvc("repro")
    owner.run("git", "restore", "params.yaml")
    owner.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    owner.commit("moons, and a remote")
    push, pull = commands(STUDIES)
    owner.run("bash", "-ec", push)
    assert owner.run("git", "status", "--short") == ""
    reader = clone(owner, tmp_path / "reader")
    repro = reader.run("bash", "-ec", pull)
    # `reg`, the other switch, belongs to the active study's review.
    assert set(ran(repro)) <= NOT_KEPT | {"review"}
    assert "Stage 'studies/moons/dvc.yaml:train' didn't change, skipping" in repro.splitlines()
    # The study that was active before is there as well.
    reader.run("git", "restore", "params.yaml")
    reader.dvc("pull", "studies/digits/dvc.yaml")
    assert (reader.root / "data/models/digits/l1").is_dir()


class Server:
    """An S3 server of its own (moto's), in memory, with one empty bucket."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + TIMEOUT
        while not self.answers():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        requests.put(f"{self.url}/{BUCKET}", timeout=TIMEOUT).raise_for_status()

    def answers(self) -> bool:
        try:
            return requests.get(self.url, timeout=TIMEOUT).ok
        except requests.ConnectionError:
            return False

    def objects(self) -> int:
        """How many objects the bucket holds."""
        return requests.get(f"{self.url}/{BUCKET}", timeout=TIMEOUT).text.count("<Key>")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=TIMEOUT)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = Server(tmp_path / "server.log")
    yield started
    started.stop()


@pytest.mark.slow
def test_s3(built: Workspace, owner: Workspace, server: Server, tmp_path: Path) -> None:
    owner.environment |= {
        "AWS_ACCESS_KEY_ID": "a-dummy-id",
        "AWS_SECRET_ACCESS_KEY": "a-dummy-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    push, pull = (typed.replace("http://127.0.0.1:9000", server.url) for typed in commands(S3))
    assert server.objects() == 0
    owner.run("bash", "-ec", push)
    assert server.objects() > len(ran(built.first_output))
    reader = clone(owner, tmp_path / "reader")
    check_nothing_is_trained(reader.run("bash", "-ec", pull), built)
    # What is each clone's own is not in git.
    assert reader.run("git", "status", "--short") == ""
    committed = (reader.root / ".dvc/config").read_text()
    assert f"s3://{BUCKET}" in committed
    assert server.url not in committed
    assert server.url in (reader.root / ".dvc/config.local").read_text()


def test_the_page_pins_what_the_tests_use() -> None:
    [pin] = [block.commands for block in blocks("sharing.md") if "dvc-s3" in block.commands]
    assert pin.split("'")[1] in (SOURCE / "requirements-dev.txt").read_text()
