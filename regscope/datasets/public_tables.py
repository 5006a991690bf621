"""Tables that others published, as they are: raw files of public repositories, each at one commit.

What their columns hold was found by `regscope studies --describe`, as `regscope new` finds it in a
file of one's own, and lies in `described/`. Terms differ by table; none is part of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from regscope.base.lines import choose
from regscope.base.settings import refusal
from regscope.datasets.base import Dataset
from regscope.datasets.fetch import RemoteFiles, fetch
from regscope.datasets.own import DESCRIBED, read_description
from regscope.datasets.table import OfColumns, TableDescription, table_dataset


@dataclass(frozen=True)
class Repository:
    """Where raw files are kept; `mirror` is their folder in a mirror."""

    mirror: str
    host: str

    def files(self, sha256: Mapping[str, str], sizes: Mapping[str, int]) -> RemoteFiles:
        return RemoteFiles(f"tables/{self.mirror}", (self.host,), dict(sha256), dict(sizes))


JBROWNLEE = Repository(
    "jbrownlee",
    "https://raw.githubusercontent.com/jbrownlee/Datasets/d20fcb6402ae34e653d4513b00f39257bb37ed7f/",
)
SEABORN = Repository(
    "seaborn-data",
    "https://raw.githubusercontent.com/mwaskom/seaborn-data/71e2436a092d714350de0fc409ca8a8714e7e78f/",
)
ISLP = Repository(
    "islp",
    "https://raw.githubusercontent.com/intro-stat-learning/ISLP/d8b3105d5f792c5d0256e5b04284a5f85e2cca2e/ISLP/data/",
)


@dataclass(frozen=True)
class PublicTableFiles:
    """Files of one table: `train`, and `test` where it has a test set of its own.

    Where targets lie in files of their own, `targets` says in which, and they become the column
    `target`.
    """

    repository: Repository
    sha256: Mapping[str, str]
    sizes: Mapping[str, int]
    train: str
    target: str
    test: str | None = None
    header: bool = True
    targets: Mapping[str, str] = field(default_factory=dict)

    def download(self, folder: Path) -> None:
        fetch(self.repository.files(self.sha256, self.sizes), folder)
        for rows, targets in self.targets.items():
            lines = (folder / rows).read_text(encoding="utf-8")
            values = (folder / targets).read_text(encoding="utf-8")
            (folder / rows).write_text(beside(lines, values, self.target), encoding="utf-8")
            (folder / targets).unlink()


def beside(rows: str, targets: str, name: str) -> str:
    """A table's lines, each with its target behind it, which becomes the column `name`."""
    first, *others = rows.splitlines()
    _, *values = targets.splitlines()
    lines = [f"{row},{value}" for row, value in zip(others, values, strict=True)]
    return "\n".join([f"{first},{name}", *lines]) + "\n"


TABLES: Mapping[str, PublicTableFiles] = {
    # Census income (Kohavi 1996), with its official test set; CC BY 4.0.
    "adult": PublicTableFiles(
        JBROWNLEE,
        {
            "adult-train.csv": "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
            "adult-test.csv": "72567b94f5c1a6f8501377dd80f93892c3848ff071cf91ba47e00b0785a28074",
        },
        {"adult-train.csv": 3_974_305, "adult-test.csv": 2_003_132},
        train="adult-train.csv",
        test="adult-test.csv",
        target="15",
        header=False,
    ),
    # Statlog's German credit (Hofmann 1994): good (1) or bad (2); CC BY 4.0.
    "german": PublicTableFiles(
        JBROWNLEE,
        {"german.csv": "ec12a88b9fc14d74ba646ea0410cf7ff4533bec2eb61652f8ad76796bbfec017"},
        {"german.csv": 79_793},
        train="german.csv",
        target="21",
        header=False,
    ),
    # Nasal (0) or oral (1) vowels (ELENA project, 1995).
    "phoneme": PublicTableFiles(
        JBROWNLEE,
        {"phoneme.csv": "eacbb9f7a2b2135d067bff28ed7b9adb760f61f5e91f375f91e22e7e42ace24d"},
        {"phoneme.csv": 174_717},
        train="phoneme.csv",
        target="6",
        header=False,
    ),
    # Prices of round cut diamonds (Wickham 2016, ggplot2), in US dollars.
    "diamonds": PublicTableFiles(
        SEABORN,
        {"diamonds.csv": "9574730b03aba241d899c4a97511c5061b19358fab89510774fb6c24168345c4"},
        {"diamonds.csv": 2_772_143},
        train="diamonds.csv",
        target="price",
    ),
    # Who survived; `alive` says the same in words and is left out.
    "titanic": PublicTableFiles(
        SEABORN,
        {"titanic.csv": "81787d320d7f7b03df935e91de8bd19e11d45c5bbcab86ef4d4a76dc91b7d4f2"},
        {"titanic.csv": 57_018},
        train="titanic.csv",
        target="survived",
    ),
    # Rented bicycles an hour (Fanaee-T and Gama 2014), of which two columns are the sum.
    "bikeshare": PublicTableFiles(
        ISLP,
        {"Bikeshare.csv": "ac6950ae6f11efcc69c29d6bb13e8881c001e27d36434660d59444a1414f712c"},
        {"Bikeshare.csv": 567_588},
        train="Bikeshare.csv",
        target="bikers",
    ),
    # Who bought an insurance (van der Putten and van Someren 2000): 6 of 100.
    "caravan": PublicTableFiles(
        ISLP,
        {"Caravan.csv": "e89d49b6fb8fe02d76bb5bb80d8e0dab473bf9f6a72515e30c259f6d7da42269"},
        {"Caravan.csv": 1_013_001},
        train="Caravan.csv",
        target="Purchase",
    ),
    # Four kinds of tumours by 2,308 genes (Khan et al. 2001), with its official test set.
    "khan": PublicTableFiles(
        ISLP,
        {
            "Khan_xtrain.csv": "12148ef490588eb8ac9de3edc89551962a0499bfe78f39726ad58d8d72fd8e90",
            "Khan_ytrain.csv": "ac58f9c840e9e7c47bd17494cf0fe23e7fc9b5371e0d54c1a2a6038f45f637ab",
            "Khan_xtest.csv": "f620e7c092bebd62697c48d0eb586a94533aea9cc98b2ecb65a8c8c2bfe2d05d",
            "Khan_ytest.csv": "92fe0d43b0bb8351873102ca3651a39766c3708da37cf30042fa0fdc58ba01eb",
        },
        {
            "Khan_xtrain.csv": 1_512_553,
            "Khan_ytrain.csv": 130,
            "Khan_xtest.csv": 619_501,
            "Khan_ytest.csv": 44,
        },
        train="Khan_xtrain.csv",
        test="Khan_xtest.csv",
        target="tumour",
        targets={"Khan_xtrain.csv": "Khan_ytrain.csv", "Khan_xtest.csv": "Khan_ytest.csv"},
    ),
}


def _known(value: Any) -> Any:
    if value not in list(TABLES):
        raise refusal("", value, choose(TABLES))
    return value


class PublicTable(OfColumns):
    """One of TABLES, read as a table of one's own is."""

    source: Literal["public_table"] = "public_table"
    table: Annotated[str, BeforeValidator(_known)]

    def described(self) -> TableDescription:
        return read_description(str(DESCRIBED / self.table), TableDescription)

    @property
    def called(self) -> str:
        return self.table

    def download(self, folder: Path) -> None:
        TABLES[self.table].download(folder)

    def prepare(self, raw: Path) -> Dataset:
        files = TABLES[self.table]
        test = None if files.test is None else raw / files.test
        return table_dataset(self.described(), raw / files.train, test)
