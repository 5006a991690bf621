"""Folders and archives of pictures, from where they lie to a data set."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.own import description_file, write_description
from regscope.datasets.pictures import Pictures, PicturesDescription
from regscope.own.looked import Looked
from regscope.own.pictures import look_at_pictures
from regscope.own.writing import with_methods
from regscope.study.params import Study
from tests.datasets.drawn import RED, WHITE, flat, noise, of
from tests.datasets.test_decoding import png

Files = Mapping[str, bytes]

BIRDS: dict[str, bytes] = {
    f"{bird}/{number}.png": noise(10 * place + number, 16)
    for place, bird in enumerate(("owl", "wren"))
    for number in range(8)
}
PARTS: dict[str, bytes] = {
    f"{part}/{bird}/{number}.png": noise(100 * test + 10 * place + number, 16)
    for test, (part, count) in enumerate((("train", 6), ("test", 3)))
    for place, bird in enumerate(("owl", "wren"))
    for number in range(count)
}


def written(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def look(path: Path, workspace: Path, **options: Any) -> Looked:
    folder = workspace / "packed"
    folder.mkdir(exist_ok=True)
    return look_at_pictures(path, "birds", workspace=folder, **options)


def brought_in(looked: Looked, **changes: Any) -> Pictures:
    """The source as a study has it, once its file is below data/own."""
    path = Path("data/own") / looked.name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(looked.file, path)
    write_description(path, looked.description)
    return Pictures.model_validate({**looked.data, "path": str(path), **changes})


def prepared(source: Pictures, folder: Path) -> Dataset:
    for name in ("raw", "prepared"):
        (folder / name).mkdir(exist_ok=True)
    source.download(folder / "raw")
    source.prepared(folder / "raw", "birds").save(folder / "prepared")
    return Dataset.load(folder / "prepared")


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture).transpose(2, 0, 1)


def test_a_folder_becomes_a_data_set(workspace: Path) -> None:
    looked = look(written(workspace / "mine", BIRDS), workspace)
    assert looked.description == PicturesDescription(
        bytes=looked.file.stat().st_size,
        sha256=looked.description.sha256,
        size=16,
        classes=("owl", "wren"),
        channels=3,
    )
    assert looked.data == {"source": "pictures", "side": 16}
    assert looked.told == (
        "16 pictures of 2 classes; no test part: it is drawn by seed",
        "classes: owl 8 (50.0%), wren 8 (50.0%)",
        "sizes: all 16x16; made 16x16",
        "stored as: RGB 16; 16 in colour: three channels",
    )
    assert looked.warned == ()
    source = brought_in(looked)
    assert (source.size, source.official_train, source.quantity) == (16, None, None)
    dataset = prepared(source, workspace)
    assert dataset.targets.tolist() == [0] * 8 + [1] * 8
    assert np.array_equal(dataset.inputs, np.stack([pixels(x) for x in BIRDS.values()]))
    assert (dataset.classes, dataset.scale, dataset.notes) == (("owl", "wren"), 1 / 255, ())


def test_training_and_test_parts_stay(workspace: Path) -> None:
    looked = look(written(workspace / "mine", PARTS), workspace, size=8)
    assert looked.description.official_train == 12
    assert looked.told[0] == "18 pictures of 2 classes; 12 train and 6 test"
    assert looked.told[2] == "sizes: all 16x16; made 8x8"
    dataset = prepared(brought_in(looked), workspace)
    assert dataset.inputs.shape == (18, 3, 8, 8)
    assert dataset.official_train == 12
    assert dataset.targets.tolist() == [0] * 6 + [1] * 6 + [0, 1] * 3
    wider = prepared(brought_in(looked, side=16), workspace)
    dealt = [*range(12), 12, 15, 13, 16, 14, 17]
    assert np.array_equal(wider.inputs, np.stack([pixels(x) for x in PARTS.values()])[dealt])


def test_an_archive_is_packed_as_its_folder_is(workspace: Path) -> None:
    """Byte for byte, whatever folder holds the classes and in whatever order they come."""
    first = look(written(workspace / "mine", BIRDS), workspace)
    content = first.file.read_bytes()
    inside = {f"all/{name}": BIRDS[name] for name in reversed(BIRDS)} | {"all/.DS_Store": b"x"}
    for path in (
        zipped(workspace / "mine.zip", inside),
        written(workspace / "other", inside),
    ):
        second = look(path, workspace)
        assert second.file.read_bytes() == content
        assert second.description == first.description
    with zipfile.ZipFile(first.file) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == BIRDS


def test_gray_pictures_have_one_channel_and_a_mixture_three(workspace: Path) -> None:
    gray = {name: noise(number, channels=1) for number, name in enumerate(BIRDS)}
    gray["owl/0.png"] = flat(9, 9, 9)
    looked = look(written(workspace / "gray", gray), workspace)
    assert looked.told[3] == "stored as: L 15, RGB 1; all gray: one channel"
    dataset = prepared(brought_in(looked), workspace)
    assert dataset.inputs.shape == (16, 1, 8, 8)
    assert (dataset.inputs[0] == 9).all()
    mixed = {**gray, "wren/7.png": flat(*RED)}
    looked = look(written(workspace / "mixed", mixed), workspace)
    assert looked.told[3] == "stored as: L 14, RGB 2; 1 in colour: three channels"
    dataset = prepared(brought_in(looked), workspace)
    assert dataset.inputs.shape == (16, 3, 8, 8)
    assert np.array_equal(dataset.inputs[1, 0], dataset.inputs[1, 2])
    assert dataset.inputs[15, :, 0, 0].tolist() == list(RED)


def test_all_kinds_together(workspace: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, WHITE)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    mixed = {
        **BIRDS,
        "owl/a.gif": moving.getvalue(),
        "owl/b.png": flat(0, 0, 255, 0, side=40),
        "owl/c.png": of(np.full((30, 50), 65_535), dtype=np.uint16),
    }
    looked = look(written(workspace / "mine", mixed), workspace, size=20)
    assert looked.told[2:] == (
        "sizes: smallest 16x16, median 16x16, largest 40x40 by area; made 20x20",
        "stored as: RGB 16, P 1, RGBA 1, I;16 1; 17 in colour: three channels",
        "1 with several frames, of which the first is taken",
    )
    assert looked.warned == ("16 pictures have a side below 20 and are enlarged",)
    dataset = prepared(brought_in(looked), workspace)
    assert dataset.inputs[8, :, 5, 5].tolist() == list(RED)
    assert (dataset.inputs[9:11] == 255).all()


@pytest.mark.parametrize(
    ("sides", "proposed"),
    [([16], 16), ([64], 64), ([65], 64), ([300], 64), ([40], 40), ([40, 44], 32), ([7], 28),
     ([50, 60, 20], 48), ([28, 29], 28), ([63, 64], 48)],
)  # fmt: skip
def test_the_side_is_proposed_by_the_median(
    sides: list[int], proposed: int, workspace: Path
) -> None:
    files = {name: noise(number, sides[number % len(sides)]) for number, name in enumerate(BIRDS)}
    assert look(written(workspace / "mine", files), workspace).data["side"] == proposed


def test_pictures_that_are_there_twice_are_noted(workspace: Path) -> None:
    files = {
        **PARTS,
        "test/owl/2.png": PARTS["train/owl/0.png"],
        "train/wren/1.png": PARTS["train/owl/0.png"],
        "train/wren/4.png": PARTS["train/wren/5.png"],
    }
    looked = look(written(workspace / "mine", files), workspace)
    notes = (
        "3 files of 18 repeat another, byte for byte; 1 test file also train;"
        " 1 group of equal files has several classes.",
        "train/owl/0.png (owl), train/wren/1.png (wren) and test/owl/2.png (owl) are the same"
        " file.",
        "train/wren/4.png (wren) and train/wren/5.png (wren) are the same file.",
    )
    assert looked.warned == notes
    assert prepared(brought_in(looked), workspace).notes == notes


def test_many_twins_are_counted(workspace: Path) -> None:
    files = {f"{bird}/{number:02}.png": noise(number) for bird in ("owl", "wren") for number in range(30)}  # fmt: skip # noqa: E501
    looked = look(written(workspace / "mine", files), workspace)
    notes = prepared(brought_in(looked), workspace).notes
    assert notes[0] == (
        "30 files of 60 repeat another, byte for byte; 30 groups of equal files have several"
        " classes."
    )
    assert len(notes) == 22
    assert notes[-1] == "So are the files of 10 further groups."


def test_a_class_missing_from_the_test_part_and_a_small_one_are_told(workspace: Path) -> None:
    files = {name: x for name, x in PARTS.items() if not name.startswith("test/wren")}
    files |= {f"train/crow/{number}.png": noise(990 + number, 16) for number in range(2)}
    assert look(written(workspace / "mine", files), workspace).warned == (
        "classes without a picture in the test part: crow, wren",
        "fewer than 5 of: crow",
    )


def test_broken_files_are_left_out_if_asked(workspace: Path) -> None:
    files = {**BIRDS, "owl/3.png": b"text", "wren/2.png": BIRDS["wren/2.png"][:60]}
    files["wren/notes.txt"] = b""
    path = written(workspace / "mine", files)
    looked = look(path, workspace, skip_broken=True)
    assert looked.description.size == 14
    assert isinstance(looked.description, PicturesDescription)
    listed = looked.description.left_out
    assert [line.partition(":")[0] for line in listed] == [
        "owl/3.png", "wren/2.png", "wren/notes.txt",
    ]  # fmt: skip
    assert listed[2] == "wren/notes.txt: empty"
    assert looked.warned[0] == (
        "left out, since no whole pictures: 3: owl/3.png: no picture (JPEG, PNG, GIF, BMP,"
        " TIFF, WebP or PPM), and 2 more"
    )
    dataset = prepared(brought_in(looked), workspace)
    assert dataset.targets.tolist() == [0] * 7 + [1] * 7


def linked(workspace: Path) -> Path:
    path = written(workspace / "mine", BIRDS)
    (path / "owl" / "link.png").symlink_to(path / "wren" / "1.png")
    return path


def linked_folder(workspace: Path) -> Path:
    path = written(workspace / "mine", BIRDS)
    (path / "crow").symlink_to(path / "wren")
    return path


def with_pipe(workspace: Path) -> Path:
    path = written(workspace / "mine", BIRDS)
    os.mkfifo(path / "owl" / "pipe.png")
    return path


def not_utf8(workspace: Path) -> Path:
    path = written(workspace / "mine", BIRDS)
    Path(os.fsdecode(os.fsencode(path / "owl") + b"/\xff.png")).write_bytes(b"")
    return path


def bomb(workspace: Path) -> Path:
    """600 MB of zeros in less than one."""
    path = zipped(workspace / "mine.zip", BIRDS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("owl/z.png", "w") as file:  # fmt: skip # noqa: E501
        for _ in range(600):
            file.write(bytes(1_000_000))
    return path


def large_bomb(workspace: Path) -> Path:
    """The same, in more members than may be together."""
    path = zipped(workspace / "mine.zip", BIRDS)
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = (4_000_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def cut(workspace: Path) -> Path:
    path = zipped(workspace / "mine.zip", BIRDS)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def a_folder(files: Files) -> Callable[[Path], Path]:
    return lambda workspace: written(workspace / "mine", files)


def an_archive(files: Files) -> Callable[[Path], Path]:
    return lambda workspace: zipped(workspace / "mine.zip", files)


def an_empty_class(workspace: Path) -> Path:
    path = written(workspace / "mine", BIRDS)
    (path / "crow").mkdir()
    return path


NONE = "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)"

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such folder": (
        lambda workspace: workspace / "mine",
        "{}/mine: no such folder or file; must be a folder or a zip file",
    ),
    "an empty folder": (
        a_folder({"readme": b""}),
        "{}/mine: has no folder of pictures; must be a folder a class",
    ),
    "a folder with one class": (
        a_folder({"owl/1.png": noise(1)}),
        "{}/mine: one class, owl; must be two at least, a folder each",
    ),
    "an empty class": (an_empty_class, "{}/mine: no picture in the folder of class crow"),
    "a file that is no picture": (
        a_folder({**BIRDS, "owl/labels.csv": b"1,2"}),
        "{}/mine/owl/labels.csv: " + NONE,
    ),
    "a truncated file": (
        a_folder({**BIRDS, "owl/9.png": BIRDS["owl/0.png"][:500]}),
        "{}/mine/owl/9.png: not a whole picture (image file is truncated",
    ),
    "a picture of 1x1": (
        a_folder({**BIRDS, "owl/9.png": flat(1, side=1)}),
        "{}/mine/owl/9.png: 1x1 pixels; must be at least 2x2",
    ),
    "a picture of 30,000x30,000": (
        a_folder({**BIRDS, "owl/9.png": png(30_000, 30_000)}),
        "{}/mine/owl/9.png: more than 89,478,485 pixels, as a decompression bomb has; shrink it"
        " first",
    ),
    "a link": (
        linked,
        "{}/mine/owl/link.png: a link; put the file that it points to into its place",
    ),
    "a linked folder": (
        linked_folder,
        "{}/mine/crow: a link; put the file that it points to into its place",
    ),
    "a pipe": (with_pipe, "{}/mine/owl/pipe.png: neither a file nor a folder"),
    "a name that is not UTF-8": (
        not_utf8,
        "{}/mine: 'owl/\\udcff.png' has a name that is not UTF-8: rename it",
    ),
    "no zip file": (
        lambda workspace: written(workspace, {"mine.zip": b"text"}) / "mine.zip",
        "{}/mine.zip: not a whole zip file (File is not a zip file)",
    ),
    "a zip file cut short": (cut, "{}/mine.zip: not a whole zip file (File is not a zip file)"),
    "a zip that climbs out of its folder": (
        an_archive({**BIRDS, "owl/../../../x.png": noise(1)}),
        "{}/mine.zip: refused: its member 'owl/../../../x.png' has a name that leads out of a"
        " folder",
    ),
    "a large member": (
        bomb,
        "{}/mine.zip/owl/z.png: 600,000,000 bytes; a picture may have 500,000,000",
    ),
    "a bomb": (
        large_bomb,
        "{}/mine.zip: refused: unpacks to 4,000,",
    ),
    "no picture in a zip": (
        an_archive({**{f"all/{name}": x for name, x in BIRDS.items()}, "all/owl/x.png": b"text"}),
        "{}/mine.zip/all/owl/x.png: " + NONE,
    ),
    "a class of one picture": (
        a_folder({**BIRDS, "crow/1.png": noise(999)}),
        "{}/mine: classes with one picture to train on: crow: join them with others, or take them"
        " out",
    ),
    "too few pictures": (
        a_folder({"owl/1.png": noise(1), "wren/1.png": noise(2)}),
        "{}/mine: 2 pictures are too few: 10 at least train and test a network",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_told_in_one_line_and_nothing_is_left(
    what: str, workspace: Path
) -> None:
    make, line = REFUSED[what]
    path = make(workspace)
    with pytest.raises(RegscopeError) as error:
        look(path, workspace)
    assert str(error.value).startswith(line.format(workspace))
    assert list((workspace / "packed").iterdir()) == []


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("train/owl", "{}/mine: no whole picture in the folder of class owl"),
        ("test", "{}/mine: the test part has no whole picture"),
    ],
)
def test_what_is_left_of_broken_files_must_be_enough(
    broken: str, line: str, workspace: Path
) -> None:
    files = {name: b"x" if name.startswith(broken) else x for name, x in PARTS.items()}
    with pytest.raises(RegscopeError) as error:
        look(written(workspace / "mine", files), workspace, skip_broken=True)
    assert str(error.value) == line.format(workspace)
    assert list((workspace / "packed").iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, -5, 1025])
def test_a_size_that_is_none_is_refused(size: int, workspace: Path) -> None:
    with pytest.raises(RegscopeError) as error:
        look(written(workspace / "mine", BIRDS), workspace, size=size)
    assert str(error.value) == f"size = {size}: must be 2 to 1024"


def test_another_file_than_the_described_one_is_refused(workspace: Path) -> None:
    source = brought_in(look(written(workspace / "mine", BIRDS), workspace))
    path = Path(source.path)
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)
    for use in (source.download, source.prepare):
        with pytest.raises(RegscopeError) as error:
            use(workspace)
        assert str(error.value) == (
            "data/own/birds.zip: not the file that data/own/birds.zip.json describes; bring it in"
            " anew with: regscope new"
        )


def test_settings_are_checked_in_one_line(workspace: Path) -> None:
    from pydantic import ValidationError

    looked = look(written(workspace / "mine", BIRDS), workspace)
    raw: dict[str, Any] = {"side": 1}
    with pytest.raises(ValidationError) as error:
        brought_in(looked, **raw)
    assert one_line(error.value, raw) == "side = 1: must be at least 2"
    raw = {"path": "data/own/none.zip"}
    with pytest.raises(ValidationError) as error:
        brought_in(looked, **raw)
    assert one_line(error.value, raw) == (
        "path = data/own/none.zip: data/own/none.zip.json: no such file; `regscope new` writes what"
        " data/own/none.zip holds into it"
    )
    assert description_file("data/own/birds.zip").is_file()


@pytest.mark.parametrize(
    "files",
    [
        BIRDS,
        PARTS,
        {f"{bird}/{number}.png": noise(number, 5) for bird in "ab" for number in range(33)},
        {f"{'ab'[number % 7 == 0]}/{number}.png": noise(number) for number in range(41)},
    ],
)
def test_what_is_proposed_is_a_study(files: Files, workspace: Path) -> None:
    """Every cell fits, and no batch of one example is left."""
    looked = look(written(workspace / "mine", files), workspace)
    source = brought_in(looked)
    data = {**looked.data, "path": source.path}
    study = Study.model_validate(with_methods(data, looked.proposal, looked.methods).block)
    assert set(looked.methods) - set(study.cells) == {"stochastic_depth"}
    assert next(iter(study.cells)) == "none"
    assert study.training.seeds == 5
    assert study.evaluation.matters == 0.005
    dataset = prepared(source, workspace)
    parts = study.split_of(dataset, "early_stopping", 0, "validation")
    assert min(len(parts.train), len(parts.holdout), len(parts.watched)) > 0


def test_uneven_classes_are_compared_by_balanced_accuracy(workspace: Path) -> None:
    uneven = {f"{'ab'[number < 4]}/{number}.png": noise(number) for number in range(40)}
    looked = look(written(workspace / "mine", uneven), workspace)
    assert looked.proposal["evaluation"]["primary"] == "balanced_accuracy"
    looked = look(written(workspace / "even", BIRDS), workspace)
    assert "primary" not in looked.proposal["evaluation"]
