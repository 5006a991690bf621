from __future__ import annotations

from bench import growth, jobs


def test_a_curve_varies_one_thing() -> None:
    for name, curve in growth.points().items():
        assert [point.value for point in curve] == sorted({point.value for point in curve}), name
        usual = vars(growth.Point(0))
        varied = {key for point in curve for key in usual if vars(point)[key] != usual[key]}
        assert len(varied - {"value"}) == 1


def test_a_point_is_one_epoch_of_the_study() -> None:
    job = jobs.mnist()
    changed = growth.block(job, growth.Point(0, width=256))
    assert changed["training"] == job.block["training"] | {"epochs": 1}
    assert changed["model"]["hidden"] == [256, 128]
    assert growth.block(job, growth.Point(0))["model"] == job.block["model"]
    assert job.epochs == 5
