"""Names of files as classes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.datasets.folders import Layout, laid_out


def layout(*files: str, folders: tuple[str, ...] = ()) -> Layout:
    return laid_out(files, folders, "birds")


def test_a_folder_is_a_class_sorted_by_name() -> None:
    found = layout("wren/2.png", "owl/1.png", "wren/10.png", "owl/deep/er/3.png")
    assert found.classes == ("owl", "wren")
    assert found.files == {
        "owl/1.png": "owl",
        "owl/deep/er/3.png": "owl",
        "wren/10.png": "wren",
        "wren/2.png": "wren",
    }
    assert (found.test, found.top, found.beside, found.missing) == ({}, "", (), ())


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("Train", "TEST"), ("training", "testing")]
)
def test_a_training_and_a_test_part(train: str, test: str) -> None:
    found = layout(f"{test}/owl/1.png", f"{train}/wren/1.png", f"{train}/owl/2.png")
    assert found.classes == ("owl", "wren")
    assert list(found.files) == [f"{train}/owl/2.png", f"{train}/wren/1.png", f"{test}/owl/1.png"]
    assert found.test == {f"{test}/owl/1.png": "owl"}
    assert found.missing == ("wren",)


def test_folders_that_hold_all_others_are_gone_through() -> None:
    found = layout("all/set/owl/1.png", "all/set/wren/1.png", "all/README.md", "all/set/x.csv")
    assert found.top == "all/set/"
    assert found.files == {"owl/1.png": "owl", "wren/1.png": "wren"}
    assert found.beside == ("all/README.md", "x.csv")
    assert layout("train/owl/1.png", "train/wren/1.png").top == "train/"


def test_a_class_called_train_or_test_is_one_without_the_other() -> None:
    assert layout("test/1.png", "bus/1.png").classes == ("bus", "test")
    assert layout("train/1.png", "bus/1.png").classes == ("bus", "train")


def test_hidden_files_and_those_of_systems_are_left_out() -> None:
    found = layout(
        "owl/1.png", "wren/1.png", ".git/config", "owl/.DS_Store", "__MACOSX/owl/._1.png",
        "owl/Thumbs.db", ".hidden/1.png",
    )  # fmt: skip
    assert list(found.files) == ["owl/1.png", "wren/1.png"]
    assert found.beside == ()


REFUSED: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "nothing": ((), (), "birds: has no folder of pictures; must be a folder a class"),
    "no folders": (
        ("1.png", "2.png"),
        (),
        "birds/1.png: a picture that lies in no class's folder",
    ),
    "a picture beside the classes": (
        ("owl/1.png", "wren/1.png", "odd.JPG"),
        (),
        "birds/odd.JPG: a picture that lies in no class's folder",
    ),
    "pictures in a part and in no class": (
        ("train/owl/1.png", "train/wren/1.png", "test/1.png", "test/owl/1.png"),
        (),
        "birds/test/1.png: a picture that lies in no class's folder",
    ),
    "one class": (
        ("owl/1.png", "owl/2.png"),
        (),
        "birds: one class, owl; must be two at least, a folder each",
    ),
    "one class, and folders": (
        ("owl/a/1.png", "owl/1.png"),
        (),
        "birds: one class, owl; must be two at least, a folder each",
    ),
    "an empty class": (
        ("owl/1.png", "wren/1.png"),
        ("owl", "wren", "crow"),
        "birds: no picture in the folder of class crow",
    ),
    "an empty class in a part": (
        ("train/owl/1.png", "train/wren/1.png", "test/owl/1.png"),
        ("train/crow",),
        "birds: no picture in the folder of class crow",
    ),
    "an empty test part": (
        ("train/owl/1.png", "train/wren/1.png"),
        ("test", "test/owl"),
        "birds: the test part has no picture",
    ),
    "a class that only tests": (
        ("train/owl/1.png", "train/wren/1.png", "test/crow/1.png"),
        (),
        "birds: class crow is in the test part and not in the training part",
    ),
    "a validation part": (
        ("train/owl/1.png", "train/wren/1.png", "val/owl/1.png"),
        (),
        "birds: train/ and val/, and no test/: call val/ test/ if it is to test; validation"
        " examples are taken from train/",
    ),
    "three parts": (
        ("train/owl/1.png", "train/wren/1.png", "val/owl/1.png", "test/owl/1.png"),
        (),
        "birds: train/ and test/ have beside them: val/; must be those two alone (validation"
        " examples are taken from train/)",
    ),
    "two training parts": (
        ("train/owl/1.png", "Train/wren/1.png", "test/owl/1.png"),
        (),
        "birds: train/ and test/ have beside them: Train/, test/, train/; must be those two alone"
        " (validation examples are taken from train/)",
    ),
    "a name with a line's end": (
        ("owl/1\n2.png", "wren/1.png"),
        (),
        "birds: 'owl/1\\n2.png' has a sign in its name that is a backslash or not printed: rename"
        " it",
    ),
    "a backslash": (
        ("owl/1\\2.png", "wren/1.png"),
        (),
        "birds: 'owl/1\\\\2.png' has a sign in its name that is a backslash or not printed: rename"
        " it",
    ),
    "a file twice": (
        ("owl/1.png", "owl/1.png", "wren/1.png"),
        (),
        "birds/owl/1.png: is there twice",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_laid_out_in_classes_is_refused(what: str) -> None:
    files, folders, line = REFUSED[what]
    with pytest.raises(RegscopeError) as error:
        layout(*files, folders=folders)
    assert str(error.value) == line


WORDS = st.sampled_from(["train", "test", "a", "b", "c", ".x", "val", "x.png"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=5).map("/".join), max_size=8))
def test_every_file_is_in_a_class_or_told(files: list[str]) -> None:
    """Or all are refused; and what was laid out without its top is laid out alike."""
    try:
        found = layout(*files)
    except RegscopeError:
        return
    visible = {name for name in files if ".x" not in name.split("/")}
    inside = {found.top + name for name in (*found.files, *found.beside)}
    assert visible <= inside | set(found.beside)
    again = layout(*found.files)
    assert (again.classes, again.train, again.test) == (found.classes, found.train, found.test)
