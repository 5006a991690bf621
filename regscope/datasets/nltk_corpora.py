"""Tagged corpora of English as NLTK gives them out, with the universal part-of-speech tags.

The files are those of nltk_data, read by NLTK's own readers; tags become the twelve universal ones
(Petrov, Das and McDonald 2012, "A universal part-of-speech tagset") by NLTK's own maps.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import refusal
from regscope.datasets.archives import DAMAGES, check_sizes
from regscope.datasets.base import Dataset, Source
from regscope.datasets.fetch import RemoteFiles, fetch
from regscope.datasets.sentences import Sentence, encoded

Corpus = Literal["treebank", "brown", "conll2000"]

SENTENCES: dict[Corpus, int] = {"treebank": 3_914, "brown": 57_340, "conll2000": 10_948}
"""As published; known before anything is downloaded."""

TAGS = ("NOUN", "VERB", ".", "ADP", "DET", "ADJ", "ADV", "PRON", "NUM", "PRT", "CONJ", "X")
"""The classes, in this order whatever the corpora; `.` is punctuation and `X` what is left."""

TEST_EVERY = 5
MAPS = "universal_tagset"


SIZES = {"treebank": 1_740_034, "brown": 3_314_357, "conll2000": 756_607, MAPS: 19_095}

UNPACKED = 50_000_000
"""The most bytes that one of them can hold: the largest, Brown, has a fifth of that."""


def _files(folder: str, name: str, sha256: str) -> RemoteFiles:
    host = f"https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/{folder}/"
    return RemoteFiles("nltk", (host,), {f"{name}.zip": sha256}, {f"{name}.zip": SIZES[name]})


class NLTKCorpora(Source):
    """One corpus or several, one after another, sentence by sentence.

    Every fifth sentence of each corpus is for testing, the others train: the same for all seeds,
    since the vocabulary is made of training sentences and no word of the others may enter it. That
    holds of `conll2000` too, whose own two files are joined: its numbers are not those of the
    shared task.
    Neighbouring sentences come from one text, so results hold for text of the same kind.

    Words are told apart by case, which marks names. A word seen once in training is unknown, as is
    every word that only the other sentences have: so a network learns what an unknown word is
    like. Traces of `treebank` (words such as `*T*-1`, tagged -NONE-) are kept, with the tag X that
    NLTK's map gives them.
    """

    source: Literal["nltk"] = "nltk"
    corpora: Annotated[tuple[Corpus, ...], Field(min_length=1)]
    files: ClassVar[dict[str, RemoteFiles]] = {
        name: _files(folder, name, sha256)
        for folder, name, sha256 in (
            (
                "corpora",
                "treebank",
                "9da92d76c3666cfb6cddeaed0f7e86b344cce0f0928a286d439e555f19c37399",
            ),
            (
                "corpora",
                "brown",
                "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
            ),
            (
                "corpora",
                "conll2000",
                "01e65164f268366e7caa0db92332a1955d081908c87016e2c7640c3c5279b7cd",
            ),
            ("taggers", MAPS, "d490e1ae8f5625dcdfdda04be15c22a2aade8c2561a36a61edcdf0c7d6aa8352"),
        )
    }

    @field_validator("corpora")
    @classmethod
    def _every_corpus_once(cls, corpora: tuple[Corpus, ...]) -> tuple[Corpus, ...]:
        for name in corpora:
            if corpora.count(name) > 1:
                raise refusal("", name, "every corpus once")
        return corpora

    @property
    def kind(self) -> Literal["tokens"]:
        return "tokens"

    @property
    def size(self) -> int:
        return sum(SENTENCES[name] for name in self.corpora)

    @property
    def official_train(self) -> int:
        return sum(SENTENCES[name] - SENTENCES[name] // TEST_EVERY for name in self.corpora)

    def download(self, folder: Path) -> None:
        for name in (*self.corpora, MAPS):
            fetch(self.files[name], folder)

    def prepare(self, raw: Path) -> Dataset:
        """Raises RegscopeError, naming it, where a file is damaged."""
        with _nltk_data(raw, self.corpora):
            halves = [divided(tagged_sentences(name)) for name in self.corpora]
        train = [sentence for half, _ in halves for sentence in half]
        test = [sentence for _, half in halves for sentence in half]
        return encoded(train, test, TAGS)


def divided(sentences: Sequence[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Those that train, and every fifth, which tests."""
    numbered = list(enumerate(sentences, 1))
    return (
        [sentence for number, sentence in numbered if number % TEST_EVERY],
        [sentence for number, sentence in numbered if not number % TEST_EVERY],
    )


def tagged_sentences(name: Corpus) -> list[Sentence]:
    """A corpus with universal tags, in its own order; raises ValueError where it has none."""
    found = [sentence for sentence in _reader(name).tagged_sents(tagset="universal") if sentence]
    if not found:
        raise ValueError(f"no sentences in {name}")
    return found


def _reader(name: Corpus) -> Any:
    """NLTK's reader of a corpus, with the options that NLTK itself gives it."""
    from nltk.corpus import reader
    from nltk.data import find

    def root(folder: str) -> Any:
        return find(f"corpora/{name}.zip/{folder}/")

    if name == "treebank":
        return reader.BracketParseCorpusReader(
            root("treebank/combined"), r"wsj_.*\.mrg", tagset="wsj", encoding="ascii"
        )
    if name == "brown":
        return reader.TaggedCorpusReader(
            root("brown"), r"c[a-z]\d\d", tagset="brown", encoding="ascii"
        )
    return reader.ConllChunkCorpusReader(
        root("conll2000"),
        ["train.txt", "test.txt"],
        ("NP", "VP", "PP"),
        tagset="wsj",
        encoding="ascii",
    )


@contextmanager
def _nltk_data(raw: Path, corpora: Sequence[str]) -> Iterator[None]:
    """Let NLTK see the files in `raw`, laid out as it wants them, and no others.

    They are copied: NLTK reads nothing through a link, as DVC may make, nor from folders that a
    group may write to. Raises RegscopeError naming a file that cannot be read, also within.
    """
    import nltk.data

    with tempfile.TemporaryDirectory() as private:
        for folder, names in (("corpora", corpora), ("taggers", (MAPS,))):
            (Path(private) / folder).mkdir(mode=0o700)
            for name in names:
                _check(raw / f"{name}.zip")
                shutil.copyfile(raw / f"{name}.zip", Path(private) / folder / f"{name}.zip")
        before = list(nltk.data.path)
        nltk.data.path[:] = [private]
        try:
            yield
        except LookupError as error:
            # NLTK's own text is a page about its downloader.
            raise RegscopeError(f"{raw}: not corpora that NLTK can read: one is missing") from error
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise RegscopeError(f"{raw}: not corpora that NLTK can read: {reason}") from error
        finally:
            nltk.data.path[:] = before


def _check(file: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            check_sizes(file, archive, UNPACKED)
            damaged = archive.testzip()
    except DAMAGES as error:
        raise RegscopeError(f"{file}: damaged ({error}): remove it and run again") from error
    if damaged is not None:
        raise RegscopeError(f"{file}: damaged ({damaged} is not whole): remove it and run again")
