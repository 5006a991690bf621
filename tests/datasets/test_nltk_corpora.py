"""Tiny corpora in the formats that NLTK reads, taken for the official files."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import NO_TARGET, PADDING_WORD, UNKNOWN_WORD
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.nltk_corpora import SENTENCES, TAGS, NLTKCorpora
from regscope.datasets.sentences import Sentence, encoded, vocabulary_of
from regscope.datasets.splits import SplitSettings
from tests.datasets.test_sources import through_disk

TREES = [
    "( (S (NP-SBJ (DT The) (NN dog)) (VP (VBZ barks)) (. .)) )",
    "( (S (NP-SBJ (NNP Dog)) (VP (VBD ran) (NP (-NONE- *T*-1))) (. .)) )",
    "( (S (NP-SBJ (DT The) (NN dog)) (VP (VBD ran)) (. .)) )",
    "( (S (NP-SBJ (DT the) (NN cat)) (VP (VBZ barks)) (. .)) )",
    "( (S (NP-SBJ (DT The) (NN zebra)) (VP (VBD ran)) (. .)) )",
    "( (S (NP-SBJ (NN zebra)) (. .)) )",
]
BROWN = "\n\tThe/at dog/nn barks/vbz ./.\n\n\n\tThe/at cat/nn-hl ran/vbd ./.\n"
CHUNKS = "The DT B-NP\ndog NN I-NP\nran VBD B-VP\n. . O\n\n"
MAPS = {
    "en-ptb": "DT\tDET\nNN\tNOUN\nNNP\tNOUN\nVBZ\tVERB\nVBD\tVERB\n.\t.\n",
    "en-brown": "AT\tDET\nNN\tNOUN\nNN-HL\tNOUN\nVBZ\tVERB\nVBD\tVERB\n.\t.\n",
}
FILES: dict[str, dict[str, str]] = {
    "treebank": {
        "treebank/combined/wsj_0001.mrg": "\n".join(TREES[:3]),
        "treebank/combined/wsj_0002.mrg": "\n".join(TREES[3:]),
        "treebank/combined/README": "not a tree",
    },
    "brown": {"brown/ca01": BROWN, "brown/cats.txt": "ca01 news\n"},
    "conll2000": {"conll2000/train.txt": CHUNKS * 2, "conll2000/test.txt": CHUNKS},
    "universal_tagset": {f"universal_tagset/{name}.map": text for name, text in MAPS.items()},
}


def zipped(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for folder in {f"{name.rpartition('/')[0]}/" for name in files}:
            archive.writestr(folder, "")
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def mirror(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = workspace / "mirror" / "nltk"
    folder.mkdir(parents=True)
    known = {}
    for name, files in FILES.items():
        content = zipped(files)
        (folder / f"{name}.zip").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        known[name] = RemoteFiles("nltk", (), {f"{name}.zip": sha256})
    monkeypatch.setattr(NLTKCorpora, "files", known)
    monkeypatch.setenv("REGSCOPE_MIRROR", str(folder.parent))
    return folder


def words_of(dataset: Dataset, row: int) -> list[tuple[str, str]]:
    return [
        (dataset.vocabulary[word], dataset.classes[tag])
        for word, tag in zip(dataset.inputs[row], dataset.targets[row], strict=True)
        if tag != NO_TARGET
    ]


def test_trees_become_padded_sentences_with_universal_tags(mirror: Path, tmp_path: Path) -> None:
    dataset = through_disk(NLTKCorpora(corpora=("treebank",)), tmp_path / "data")
    assert dataset.kind == "tokens"
    assert dataset.inputs.dtype == np.int32
    assert dataset.targets.dtype == np.int64
    assert dataset.classes == TAGS
    # Every fifth sentence is the last; it is not among those that train.
    assert dataset.official_train == 5
    assert dataset.input_shape == (4, dataset.words)
    assert dataset.vocabulary == (
        *("<padding>", "<unknown>", ".", "The", "barks", "dog", "ran"),
    )  # fmt: skip
    assert dataset.words == 7
    assert words_of(dataset, 0) == [
        *(("The", "DET"), ("dog", "NOUN"), ("barks", "VERB"), (".", ".")),
    ]  # fmt: skip
    # Case counts, what is seen once is unknown, and a trace is a word tagged X.
    assert words_of(dataset, 1) == [
        *(("<unknown>", "NOUN"), ("ran", "VERB"), ("<unknown>", "X"), (".", ".")),
    ]  # fmt: skip
    assert words_of(dataset, 5) == [
        *(("The", "DET"), ("<unknown>", "NOUN"), ("ran", "VERB"), (".", ".")),
    ]  # fmt: skip
    short = dataset.inputs[4]
    assert np.array_equal(short == PADDING_WORD, [False, False, True, True])
    assert np.array_equal(dataset.targets[4] == NO_TARGET, short == PADDING_WORD)


def test_corpora_follow_one_another_the_training_sentences_first(
    mirror: Path, tmp_path: Path
) -> None:
    source = NLTKCorpora(corpora=("conll2000", "brown", "treebank"))
    dataset = through_disk(source, tmp_path / "data")
    assert (len(dataset.inputs), dataset.official_train) == (3 + 2 + 6, 3 + 2 + 5)
    dog = [("The", "DET"), ("dog", "NOUN"), ("ran", "VERB"), (".", ".")]
    assert [words_of(dataset, row) for row in range(3)] == [dog] * 3
    assert words_of(dataset, 3) == [*dog[:2], ("barks", "VERB"), (".", ".")]
    assert words_of(dataset, 4) == [
        *(("The", "DET"), ("cat", "NOUN"), ("ran", "VERB"), (".", ".")),
    ]  # fmt: skip
    assert words_of(dataset, 10)[1] == ("<unknown>", "NOUN")


def test_sizes_are_known_beforehand() -> None:
    """Every fifth sentence of each corpus tests."""
    assert SENTENCES == {"treebank": 3914, "brown": 57340, "conll2000": 10948}
    one, all_three = NLTKCorpora(corpora=("treebank",)), NLTKCorpora(corpora=tuple(SENTENCES))
    assert (one.size, one.official_train) == (3914, 3132)
    assert (all_three.size, all_three.official_train) == (72202, 3132 + 45872 + 8759)


def test_the_split_is_the_same_for_every_seed() -> None:
    sentences: list[Sentence] = [[("a", "X")], [("b", "X")], [("c", "X")]]
    dataset = encoded(sentences[:2], sentences[2:], ("X",))
    for seed in (0, 1, 2):
        found = dataset.split(SplitSettings(validation=1), seed)
        assert (found.train.tolist(), found.holdout.tolist()) == ([0, 1], [2])


def test_no_word_of_the_test_sentences_is_known() -> None:
    train: list[Sentence] = [[("a", "X"), ("a", "X")], [("b", "X"), ("c", "X"), ("b", "X")]]
    test: list[Sentence] = [[("z", "X"), ("z", "X"), ("a", "X"), ("c", "X")]]
    dataset = encoded(train, test, ("X",))
    assert dataset.vocabulary == ("<padding>", "<unknown>", "a", "b")
    assert dataset.inputs[2].tolist() == [UNKNOWN_WORD, UNKNOWN_WORD, 2, UNKNOWN_WORD]
    assert dataset.inputs[1].tolist() == [3, UNKNOWN_WORD, 3, PADDING_WORD]


def test_words_that_look_like_the_special_ones_are_words() -> None:
    known = vocabulary_of([[("<unknown>", "X")] * 3])
    assert known == ("<padding>", "<unknown>", "<unknown>")
    dataset = encoded([[("<unknown>", "X")] * 3], [], ("X",))
    assert dataset.inputs.tolist() == [[2, 2, 2]]


def test_nltk_sees_the_studys_files_and_no_others(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a user's own nltk_data nor the network; and what it was told before stays."""
    import nltk.data

    own = tmp_path / "own"
    (own / "corpora").mkdir(parents=True)
    other = {name: text.replace("dog", "wolf") for name, text in FILES["treebank"].items()}
    (own / "corpora" / "treebank.zip").write_bytes(zipped(other))
    monkeypatch.setattr(nltk.data, "path", [str(own)])
    dataset = through_disk(NLTKCorpora(corpora=("treebank",)), tmp_path / "data")
    assert words_of(dataset, 0)[1] == ("dog", "NOUN")
    assert nltk.data.path == [str(own)]


def test_links_and_folders_of_a_group_are_read_too(mirror: Path, tmp_path: Path) -> None:
    """DVC may link files from its cache, and make folders that a group may write to."""
    raw = tmp_path / "raw"
    raw.mkdir()
    raw.chmod(0o775)
    for name in ("treebank", "universal_tagset"):
        (raw / f"{name}.zip").symlink_to(mirror / f"{name}.zip")
    assert len(NLTKCorpora(corpora=("treebank",)).prepare(raw).inputs) == 6


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged (File is not a zip file)"),
        (zipped(FILES["treebank"])[:200], "damaged (File is not a zip file)"),
        (zipped({"treebank/combined/wsj_0001.mrg": "( (S (NN"}), "not corpora that NLTK can read"),
        (zipped({"other/a": "b"}), "not corpora that NLTK can read"),
    ],
)
def test_what_is_not_whole_is_refused_by_name(
    content: bytes, reason: str, mirror: Path, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    NLTKCorpora(corpora=("treebank",)).download(raw)
    (raw / "treebank.zip").write_bytes(content)
    with pytest.raises(RegscopeError) as refused:
        NLTKCorpora(corpora=("treebank",)).prepare(raw)
    assert str(refused.value).startswith(str(raw))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_file_inside_is_named(mirror: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    NLTKCorpora(corpora=("treebank",)).download(raw)
    content = (raw / "treebank.zip").read_bytes()
    (raw / "treebank.zip").write_bytes(content.replace(b"barks", b"barkz", 1))
    with pytest.raises(RegscopeError, match=r"treebank\.zip: damaged \(treebank/combined/wsj_000"):
        NLTKCorpora(corpora=("treebank",)).prepare(raw)


def test_a_mirror_without_a_file_is_refused_by_name(mirror: Path, tmp_path: Path) -> None:
    (mirror / "universal_tagset.zip").unlink()
    with pytest.raises(RegscopeError, match=r"nltk/universal_tagset\.zip: no such file"):
        NLTKCorpora(corpora=("treebank",)).download(tmp_path)


@pytest.mark.parametrize(
    ("corpora", "line"),
    [
        ([], "corpora = []: must be a list of at least 1"),
        (["treebank", "treebank"], "corpora = treebank: every corpus once"),
        (["penn"], "corpora.0 = penn: choose from: treebank, brown, conll2000"),
    ],
)
def test_mistakes_are_refused_in_one_line(corpora: list[str], line: str) -> None:
    written: dict[str, Any] = {"corpora": corpora}
    with pytest.raises(ValidationError) as refused:
        NLTKCorpora.model_validate(written)
    assert one_line(refused.value, written) == line


def test_sums_are_those_of_the_official_files() -> None:
    assert {
        file: digest[:8]
        for files in NLTKCorpora.files.values()
        for file, digest in files.sha256.items()
    } == {
        "treebank.zip": "9da92d76",
        "brown.zip": "9b275f9b",
        "conll2000.zip": "01e65164",
        "universal_tagset.zip": "d490e1ae",
    }
    hosts = {
        name: files.hosts[0].rpartition("packages/")[2] for name, files in NLTKCorpora.files.items()
    }
    assert hosts == dict.fromkeys(SENTENCES, "corpora/") | {"universal_tagset": "taggers/"}
