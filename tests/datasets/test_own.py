"""Where the description of a file of one's own is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from regscope.datasets.own import DESCRIBED, beside, description_file, write_description
from regscope.datasets.pictures import Pictures

OURS = list((DESCRIBED / "data" / "own").iterdir())


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """Of a study of this project, in a folder where there is nothing."""
    monkeypatch.chdir(tmp_path)
    return Pictures(path="data/own/cifar10_jpeg.zip", side=32)


def test_files_of_this_projects_studies_are_described_wherever_settings_are_read(
    source: Pictures,
) -> None:
    assert (source.size, source.official_train) == (3000, 2000)
    assert description_file(source.path) in OURS
    assert source.own_files == (Path(source.path),)


def test_a_description_beside_the_file_goes_first(source: Pictures) -> None:
    described = source.described().model_copy(update={"size": 2500})
    beside(source.path).parent.mkdir(parents=True)
    write_description(Path(source.path), described)
    assert source.size == 2500
    assert source.own_files == (Path(source.path), beside(source.path))


def test_another_file_is_not_described_by_one_of_the_same_name(source: Pictures) -> None:
    with pytest.raises(ValueError, match=r"other/cifar10_jpeg\.zip\.json: no such file"):
        Pictures(path="other/cifar10_jpeg.zip", side=32)
