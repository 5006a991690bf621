from __future__ import annotations

from regscope.own.for_pictures import proposed


def test_the_network_is_small_for_few_or_small_pictures() -> None:
    kinds = [
        proposed("t", 2 * count, [count, count], side, None)["model"]["kind"]
        for count, side in ((500, 32), (5000, 4), (5000, 32))
    ]
    assert kinds == ["cnn", "cnn", "resnet"]


def test_an_official_test_part_is_left_as_it_is() -> None:
    found = proposed("t", 70_000, [35_000, 35_000], 32, 60_000)
    assert found["split"] == {"validation": 10_000}
    assert found["evaluation"]["examples"] == 500
    assert proposed("t", 100, [50, 50], 32, None)["split"] == {
        "train": 80,
        "validation": 16,
        "by": "stratified",
    }
