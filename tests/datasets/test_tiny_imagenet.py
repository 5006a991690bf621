"""Tiny ImageNet from small archives of the official form: two classes, three pictures each."""

from __future__ import annotations

import hashlib
import io
import stat
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.lines import told
from regscope.datasets import Dataset, tiny_imagenet
from regscope.datasets.archives import opened, write_archive
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.tiny_imagenet import PICTURES, TOP, TinyImageNet, digest
from regscope.datasets.tiny_imagenet_digests import CONTENTS

FISH, FROG, CRANE = "n01443537", "n01641577", "n09000000"
SPARE = "n09999999"
WORDS = {
    FISH: "goldfish, Carassius auratus",
    FROG: "bullfrog, Rana catesbeiana",
    CRANE: "crane",
    SPARE: "crane, a machine",
}
NUMBERS = {FISH: (10, 2, 0), FROG: (1, 11, 3), CRANE: (0, 1, 2), SPARE: (0, 1, 2)}
HELD_OUT = [("val_7.JPEG", FROG), ("val_20.JPEG", FISH), ("val_30.JPEG", SPARE)]
HELD_OUT += [("val_31.JPEG", CRANE)]


def jpeg(value: int, mode: str = "RGB", side: int = 64) -> bytes:
    pixels = np.full((side, side) if mode == "L" else (side, side, 3), value, np.uint8)
    if mode == "RGB":
        pixels[..., 0] //= 2
    content = io.BytesIO()
    Image.fromarray(pixels, mode).save(content, "JPEG")
    return content.getvalue()


def official(classes: tuple[str, ...] = (FROG, SPARE, FISH, CRANE)) -> dict[str, bytes]:
    """Every picture another grey level; ids in no order, and files that no one asks for."""
    held_out = [row for row in HELD_OUT if row[1] in classes]
    members = {
        "wnids.txt": "".join(f"{wnid}\n" for wnid in classes).encode(),
        "words.txt": "".join(f"{wnid}\t{WORDS[wnid]}\n" for wnid in reversed(WORDS)).encode(),
        "val/val_annotations.txt": "".join(
            f"{name}\t{wnid}\t0\t0\t63\t63\n" for name, wnid in held_out
        ).encode(),
        "test/images/test_0.JPEG": jpeg(0),
    }
    for wnid in classes:
        members[f"train/{wnid}/{wnid}_boxes.txt"] = b"boxes"
        for place, number in enumerate(NUMBERS[wnid]):
            level = 20 * (list(WORDS).index(wnid) * 3 + place)
            name = f"train/{wnid}/images/{wnid}_{number}.JPEG"
            members[name] = jpeg(level, "L" if number == 2 else "RGB")
    members |= {
        f"val/images/{name}": jpeg(233 + 5 * place) for place, (name, _) in enumerate(held_out)
    }
    return {f"{TOP}{name}": content for name, content in members.items()}


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def mirror(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty one; pictures are three a class, of which none need be the official ones."""
    monkeypatch.setattr(tiny_imagenet, "TRAIN", 3)
    monkeypatch.setattr(tiny_imagenet, "VALIDATION", 1)
    monkeypatch.setattr(tiny_imagenet, "CONTENTS", {})
    monkeypatch.setenv("REGSCOPE_MIRROR", str(workspace / "mirror"))
    (workspace / "raw").mkdir()
    return workspace / "mirror"


def offer(
    mirror: Path, members: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch, part: bool = False
) -> Path:
    """Put an archive into the mirror and take it for the official one, or for its part."""
    attribute = "first_25" if part else "files"
    (name,) = getattr(TinyImageNet, attribute).sha256
    path = zipped(mirror / "tiny_imagenet" / name, members)
    known = {name: hashlib.sha256(path.read_bytes()).hexdigest()}
    monkeypatch.setattr(TinyImageNet, attribute, RemoteFiles("tiny_imagenet", (), known))
    return path


def prepared(classes: int, folder: Path) -> Dataset:
    source = TinyImageNet(classes=classes)
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    source.download(raw)
    assert [file.name for file in raw.iterdir()] == [PICTURES]
    dataset = source.prepare(raw)
    assert (len(dataset.inputs), dataset.official_train) == (source.size, source.official_train)
    return dataset


def levels(dataset: Dataset) -> list[int]:
    """The green of every picture: they are flat, and JPEG keeps that to one or two levels."""
    flat = dataset.inputs[:, 1].reshape(len(dataset.inputs), -1).astype(int)
    assert (np.ptp(flat, axis=1) <= 2).all()
    return [round(float(level)) for level in flat.mean(1)]


def test_training_pictures_by_class_and_number_then_validation_as_listed(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official(), monkeypatch)
    dataset = prepared(2, workspace)
    assert dataset.inputs.shape == (8, 3, 64, 64)
    assert dataset.inputs.dtype == np.uint8
    assert dataset.targets.tolist() == [0, 0, 0, 1, 1, 1, 1, 0]
    assert dataset.classes == ("goldfish", "bullfrog")
    assert dataset.scale * 255 == 1
    # Fish 0, 2, 10; frog 1, 3, 11; then val_7 (a frog) and val_20 (a fish).
    expected = [40, 20, 0, 60, 100, 80, 233, 238]
    assert np.abs(np.array(levels(dataset)) - expected).max() <= 2


def test_grey_pictures_get_three_equal_channels(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official(), monkeypatch)
    grey, coloured = prepared(2, workspace).inputs[1:3]
    assert np.array_equal(grey[0], grey[1])
    assert np.array_equal(grey[0], grey[2])
    assert abs(int(coloured[0, 0, 0]) * 2 - int(coloured[1, 0, 0])) <= 4


def test_a_mirrors_part_stands_in_for_the_whole(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    """What is downloaded from it is the same file, byte for byte."""
    part = offer(mirror, official((FISH, FROG)), monkeypatch, part=True)
    first = prepared(2, workspace / "mirror")
    part.unlink()
    offer(mirror, official(), monkeypatch)
    second = prepared(2, workspace)
    assert np.array_equal(first.inputs, second.inputs)
    assert (first.classes, first.notes) == (second.classes, second.notes)
    files = [mirror / "raw" / PICTURES, workspace / "raw" / PICTURES]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_part_with_too_few_classes_is_refused(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official((FISH, FROG)), monkeypatch, part=True)
    assert refused(3, workspace).endswith("first25.zip: has 2 classes, and not 3")


def test_the_part_does_not_stand_in_for_more_than_25_classes(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official(), monkeypatch, part=True)
    assert refused(26, workspace) == (
        f"{mirror}/tiny_imagenet/tiny-imagenet-200.zip: no such file; REGSCOPE_MIRROR must be a"
        " directory or URL prefix that holds tiny_imagenet/tiny-imagenet-200.zip"
    )


def test_a_mirror_without_either_says_what_it_may_hold(mirror: Path, workspace: Path) -> None:
    """In a line that a temporary folder of a long name has shortened."""
    assert refused(25, workspace) == told(
        f"{mirror}/tiny_imagenet/tiny-imagenet-200.zip: no such file; REGSCOPE_MIRROR must be a"
        " directory or URL prefix that holds tiny_imagenet/tiny-imagenet-200.zip;"
        " tiny_imagenet/tiny-imagenet-200-first25.zip will do"
    )


def test_an_altered_official_archive_is_not_passed_over(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official((FISH, FROG)), monkeypatch, part=True)
    whole = offer(mirror, official(), monkeypatch)
    whole.write_bytes(whole.read_bytes()[:-1])
    assert "tiny-imagenet-200.zip: not the file it should be" in refused(2, workspace)


def refused(classes: int, folder: Path) -> str:
    with pytest.raises(RegscopeError) as error:
        prepared(classes, folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_pictures_that_are_not_those_they_should_be_are_refused(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    members = official()
    frogs = {
        name.removeprefix(TOP): content
        for name, content in members.items()
        if f"{FROG}/images" in name or name.endswith("val_7.JPEG")
    }
    monkeypatch.setattr(tiny_imagenet, "CONTENTS", {FROG: digest(frogs)})
    offer(mirror, members, monkeypatch)
    prepared(2, workspace)
    members[f"{TOP}val/images/val_7.JPEG"] = jpeg(200)
    offer(mirror, members, monkeypatch)
    assert refused(2, workspace).endswith(
        f"tiny-imagenet-200.zip: the pictures of class {FROG} are not those they should be"
    )


def test_a_digest_is_what_sha256sum_gives(tmp_path: Path) -> None:
    contents = {"b/two": b"second", "a/one": b"first", "b-/three": b"third"}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    command = "sha256sum b/two a/one b-/three | LC_ALL=C sort -k 2 | sha256sum"
    printed = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split()[0] == digest(contents)


def test_the_first_25_classes_have_digests() -> None:
    assert list(CONTENTS) == sorted(CONTENTS)
    assert (len(CONTENTS), min(CONTENTS), max(CONTENTS)) == (25, FISH, "n02085620")
    assert {len(value) for value in CONTENTS.values()} == {64}
    assert len(set(CONTENTS.values())) == 25


def test_files_that_are_there_twice_are_noted_and_kept(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    members = official()
    members[f"{TOP}val/images/val_7.JPEG"] = members[f"{TOP}train/{FISH}/images/{FISH}_0.JPEG"]
    offer(mirror, members, monkeypatch)
    dataset = prepared(2, workspace)
    assert len(dataset.inputs) == 8
    assert np.array_equal(dataset.inputs[0], dataset.inputs[6])
    assert dataset.notes == (
        f"train/{FISH}/images/{FISH}_0.JPEG (goldfish) and val/images/val_7.JPEG (bullfrog) are the"
        " same file.",
    )
    dataset.save(workspace)
    assert Dataset.load(workspace).notes == dataset.notes


def test_data_sets_without_notes_are_written_as_before(tmp_path: Path) -> None:
    plain = Dataset("points", np.zeros((2, 2), np.float32), np.arange(2), ("a", "b"))
    plain.save(tmp_path)
    assert '"notes"' not in (tmp_path / "dataset.json").read_text()
    assert Dataset.load(tmp_path).notes == ()


def test_classes_of_one_name_are_told_apart(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    offer(mirror, official(), monkeypatch)
    assert prepared(4, workspace).classes == (
        "goldfish",
        "bullfrog",
        f"crane ({CRANE})",
        f"crane ({SPARE})",
    )


DAMAGES: dict[str, tuple[dict[str, bytes | None], str]] = {
    "a picture missing": (
        {f"train/{FROG}/images/{FROG}_3.JPEG": None},
        f"class {FROG} has 2 training and 1 validation pictures, and not 3 and 1",
    ),
    "a picture named but not there": (
        {"val/images/val_7.JPEG": None},
        "tiny-imagenet-200.zip: has no tiny-imagenet-200/val/images/val_7.JPEG",
    ),
    "no picture": ({"val/images/val_7.JPEG": b"text"}, "val/images/val_7.JPEG: not a whole JPEG"),
    "half a picture": (
        {"val/images/val_7.JPEG": jpeg(9)[:300]},
        "val/images/val_7.JPEG: not a whole JPEG file",
    ),
    "another size": (
        {"val/images/val_7.JPEG": jpeg(9, side=32)},
        "val/images/val_7.JPEG: 32x32, not 64x64",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_missing_or_no_picture_is_named(
    damage: str, mirror: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    changes, line = DAMAGES[damage]
    members = {**official(), **{f"{TOP}{name}": content for name, content in changes.items()}}
    offer(mirror, {k: v for k, v in members.items() if v is not None}, monkeypatch)
    assert line in refused(2, workspace)


def with_members(path: Path) -> None:
    with opened(path) as members:
        for name in members.names:
            members.read(name)


def test_a_truncated_archive_is_one_line(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", official()).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RegscopeError, match=r"half\.zip: not a whole zip file"):
        with_members(tmp_path / "half.zip")


def test_an_altered_member_is_one_line(tmp_path: Path) -> None:
    write_archive(tmp_path / "one.zip", {"name": b"some content"})
    content = (tmp_path / "one.zip").read_bytes()
    (tmp_path / "one.zip").write_bytes(content.replace(b"some", b"more", 1))
    with pytest.raises(RegscopeError, match=r"one\.zip: not a whole zip file"):
        with_members(tmp_path / "one.zip")


@pytest.mark.parametrize(("byte", "value"), [(6, 1), (8, 99)])
def test_a_flipped_flag_is_one_line(byte: int, value: int, tmp_path: Path) -> None:
    """A member that asks for a password, or for a compression that there is none of."""
    path = tmp_path / "one.zip"
    write_archive(path, {"name": b"some content"})
    content = bytearray(path.read_bytes())
    for header, place in ((b"PK\x03\x04", byte), (b"PK\x01\x02", byte + 2)):
        content[content.index(header) + place] = value
    path.write_bytes(content)
    with pytest.raises(RegscopeError, match=r"one\.zip: not a whole zip file"):
        with_members(path)


def test_bytes_that_are_no_text_are_one_line(tmp_path: Path) -> None:
    write_archive(tmp_path / "one.zip", {"name": b"\xff\xfe"})
    with (
        opened(tmp_path / "one.zip") as members,
        pytest.raises(RegscopeError, match=r"one\.zip: not a whole zip file"),
    ):
        members.lines("name")


@pytest.mark.parametrize(
    "name", ["../outside", "a/../../outside", "/etc/outside", "C:\\outside", "a\\..\\b", "C:/x"]
)
def test_names_that_lead_out_of_a_folder_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fine", b"")
        archive.writestr(name, b"")
    with pytest.raises(RegscopeError) as error:
        with_members(path)
    assert str(error.value) == (
        f"{path}: refused: its member {name!r} has a name that leads out of a folder"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["bad.zip"]


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(RegscopeError) as error:
        with_members(path)
    assert str(error.value) == f"{path}: refused: its member 'link' is a link"


def test_an_archive_is_the_same_bytes_for_the_same_members(tmp_path: Path) -> None:
    write_archive(tmp_path / "one.zip", {"b": b"2", "a": b"1"})
    write_archive(tmp_path / "two.zip", {"a": b"1", "b": b"2"})
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with opened(tmp_path / "one.zip") as members:
        assert members.names == ("a", "b")
        assert members.read("b") == b"2"


def test_the_official_split_is_known_beforehand() -> None:
    source = TinyImageNet()
    assert (source.classes, source.size, source.official_train) == (25, 13_750, 12_500)
    assert TinyImageNet(classes=200).size == 110_000
    assert source.kind == "image"


@pytest.mark.parametrize(("classes", "line"), [(1, "must be at least 2"), (201, "at most 200")])
def test_how_many_classes_there_are_is_checked(classes: int, line: str) -> None:
    settings: dict[str, Any] = {"classes": classes}
    with pytest.raises(ValidationError) as error:
        TinyImageNet.model_validate(settings)
    assert line in one_line(error.value, settings)


def test_sums_are_those_of_the_official_archive() -> None:
    """As other projects record it, by its first digits."""
    (digest_of_all,) = TinyImageNet.files.sha256.values()
    assert (digest_of_all[:8], len(digest_of_all)) == ("6198c8ae", 64)
