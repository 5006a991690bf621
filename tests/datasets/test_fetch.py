"""Files from hosts and mirrors, local ones all."""

from __future__ import annotations

import functools
import hashlib
import http.server
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets.fetch import RemoteFiles, fetch, fetch_or_stand_in

CONTENT = {"one.gz": b"the first file", "two.gz": b"the second"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither between pooch's attempts nor for a proxy."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def target(workspace: Path) -> Path:
    folder = workspace / "raw"
    folder.mkdir()
    return folder


def files(*hosts: str) -> RemoteFiles:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    return RemoteFiles("tiny", hosts, sums, {name: len(CONTENT[name]) for name in CONTENT})


def fill(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *message: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's URL."""
    with serving(functools.partial(Quiet, directory=str(folder))) as url:
        yield url


@contextmanager
def serving(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """The URL of a server on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def refused_address() -> str:
    """The URL of a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def line(fetched: RemoteFiles, target: Path) -> str:
    with pytest.raises(RegscopeError) as refused:
        fetch(fetched, target)
    return str(refused.value)


def test_from_a_host(target: Path) -> None:
    with served(fill(target.parent / "host" / "pub").parent) as url:
        fetch(files(f"{url}/pub/"), target)
    assert held(target) == CONTENT


def test_a_second_host_is_asked_where_the_first_fails(target: Path) -> None:
    with served(fill(target.parent / "host")) as url:
        fetch(files(refused_address(), f"{url}/missing/", f"{url}/"), target)
    assert held(target) == CONTENT


def test_from_a_mirror_directory(
    target: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path_factory.mktemp("mirror")
    fill(mirror / "tiny")
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    fetch(files(refused_address()), target)
    assert held(target) == CONTENT


@pytest.mark.parametrize("written", ["mirror", "./mirror/", "../repository/mirror"])
def test_a_relative_mirror_is_relative_to_the_repository(
    written: str, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a temporary workspace, which is another working directory."""
    repository = tmp_path / "repository"
    fill(repository / "mirror" / "tiny")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("DVC_ROOT", str(repository))
    monkeypatch.setenv("REGSCOPE_MIRROR", written)
    fetch(files(refused_address()), target)
    assert held(target) == CONTENT


@pytest.mark.parametrize("slash", ["", "/"])
def test_from_a_mirrors_url(slash: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(fill(target.parent / "mirror" / "tiny").parent) as url:
        monkeypatch.setenv("REGSCOPE_MIRROR", url + slash)
        fetch(files(refused_address()), target)
    assert held(target) == CONTENT


def test_a_missing_mirror_is_one_line(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_MIRROR", "/nowhere/data")
    assert line(files(), target) == (
        "/nowhere/data/tiny/one.gz: no such file; REGSCOPE_MIRROR must be a directory or URL"
        " prefix that holds tiny/one.gz"
    )
    assert held(target) == {}


def test_a_flipped_byte_in_a_mirror_directory_is_refused_by_name(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = target.parent / "mirror"
    altered = fill(mirror / "tiny") / "two.gz"
    flip_a_byte(altered)
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    found = hashlib.sha256(altered.read_bytes()).hexdigest()[:12]
    wanted = hashlib.sha256(CONTENT["two.gz"]).hexdigest()[:12]
    assert line(files(), target) == (
        f"{altered}: not the file it should be (SHA-256 {found}..., must be {wanted}...)"
    )
    assert held(target) == {"one.gz": CONTENT["one.gz"]}


@pytest.mark.parametrize("damage", ["flipped", "truncated"])
def test_a_damaged_file_from_a_host_is_refused_by_name(damage: str, target: Path) -> None:
    host = fill(target.parent / "host")
    if damage == "flipped":
        flip_a_byte(host / "one.gz")
    else:
        (host / "one.gz").write_bytes(CONTENT["one.gz"][:-1])
    with served(host) as url:
        found = line(files(f"{url}/"), target)
    assert found == (
        f"cannot download tiny/one.gz ({url}/one.gz: not the file it should be (wrong SHA-256)):"
        " go online, or set REGSCOPE_MIRROR to a directory or URL prefix that holds tiny/one.gz"
    )
    assert held(target) == {}


def test_a_file_that_no_host_has_is_one_line(target: Path) -> None:
    with served(fill(target.parent / "host")) as url:
        found = line(files(f"{url}/missing/"), target)
    assert found == (
        f"cannot download tiny/one.gz ({url}/missing/one.gz: HTTP 404): go online, or set"
        " REGSCOPE_MIRROR to a directory or URL prefix that holds tiny/one.gz"
    )


def test_without_network_one_line_says_what_to_set(target: Path) -> None:
    hosts = (refused_address(), refused_address())
    assert line(files(*hosts), target) == (
        f"cannot download tiny/one.gz ({hosts[0]}one.gz: ConnectionError;"
        f" {hosts[1]}one.gz: ConnectionError): go online, or set REGSCOPE_MIRROR to a directory"
        " or URL prefix that holds tiny/one.gz"
    )
    assert held(target) == {}


def test_a_good_run_succeeds_after_a_refused_one(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = target.parent / "mirror"
    altered = fill(mirror / "tiny") / "two.gz"
    flip_a_byte(altered)
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    line(files(), target)
    flip_a_byte(altered)
    fetch(files(), target)
    assert held(target) == CONTENT


def parts() -> tuple[RemoteFiles, RemoteFiles]:
    """The first file, and the second to stand in for it."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    hosts = (refused_address(),)
    first, second = ({name: digest} for name, digest in sums.items())
    return RemoteFiles("tiny", hosts, first), RemoteFiles("tiny", (), second)


@pytest.mark.parametrize("held_there", [["one.gz", "two.gz"], ["two.gz"]])
@pytest.mark.parametrize("by_url", [False, True])
def test_what_stands_in_is_taken_only_where_the_file_is_not_there(
    by_url: bool, held_there: list[str], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = target.parent / "mirror"
    folder = fill(mirror / "tiny")
    for name in CONTENT.keys() - held_there:
        (folder / name).unlink()
    whole, part = parts()
    with served(mirror) as url:
        monkeypatch.setenv("REGSCOPE_MIRROR", url if by_url else str(mirror))
        taken = fetch_or_stand_in(whole, part, target)
    assert list(taken.sha256) == held_there[:1]
    assert held(target) == {held_there[0]: CONTENT[held_there[0]]}


@pytest.mark.parametrize("by_url", [False, True])
def test_nothing_stands_in_for_a_file_that_was_altered(
    by_url: bool, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = target.parent / "mirror"
    flip_a_byte(fill(mirror / "tiny") / "one.gz")
    with served(mirror) as url:
        monkeypatch.setenv("REGSCOPE_MIRROR", url if by_url else str(mirror))
        with pytest.raises(RegscopeError, match="not the file it should be"):
            fetch_or_stand_in(*parts(), target)
    assert held(target) == {}


def test_without_a_mirror_nothing_stands_in(target: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        fetch_or_stand_in(*parts(), target)
    assert "two.gz" not in str(refused.value)


class Endless(http.server.BaseHTTPRequestHandler):
    """Sends zeros for ever; by `compressed`, a megabyte of them in a kilobyte."""

    compressed = False

    def do_GET(self) -> None:
        self.send_response(200)
        if self.compressed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        packer = zlib.compressobj(wbits=31)
        with suppress(OSError):
            while True:
                block = bytes(1 << 16)
                self.wfile.write(packer.compress(block) if self.compressed else block)

    def log_message(self, *message: object) -> None:
        pass


@pytest.mark.parametrize("compressed", [False, True])
def test_an_endless_download_ends_at_the_size_that_is_known(
    compressed: bool, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Endless, "compressed", compressed)
    with serving(Endless) as url:
        found = line(files(f"{url}/"), target)
    assert found == (
        f"cannot download tiny/one.gz ({url}/one.gz: not the file it should be (more than its 14"
        " bytes)): go online, or set REGSCOPE_MIRROR to a directory or URL prefix that holds"
        " tiny/one.gz"
    )
    assert held(target) == {}


def test_a_download_that_drips_ends(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regscope.datasets.fetch.SLOWEST", -1.0)
    with served(fill(target.parent / "host")) as url:
        assert "one.gz: not the file it should be (too slow))" in line(files(f"{url}/"), target)
    assert held(target) == {}


def test_a_file_in_a_mirror_that_is_too_large_is_not_read(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = target.parent / "mirror"
    large = fill(mirror / "tiny") / "one.gz"
    with large.open("r+b") as file:
        file.truncate(1 << 40)
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    assert line(files(), target) == (
        f"{large}: not the file it should be (1,099,511,627,776 bytes, must be 14)"
    )
    assert held(target) == {}
