"""What the studies of pictures in params.yaml share with the document that they rebuild."""

from __future__ import annotations

from typing import Any

from regscope.models.cnn import CNN, ResponseNormalization
from regscope.study.params import Study, load_params
from tests.committed import committed

STUDIES = load_params(committed() / "params.yaml").studies
DENSE = ["dense1", "dense2"]
COLOURS = {
    "strength": 1,
    "horizontal_flip": 0.5,
    "vertical_flip": 0.5,
    "brightness": 0.4,
    "contrast": [0.8, 1.2],
    "saturation": [0.7, 1.3],
}


def cells(study: Study) -> dict[str, Any]:
    return {
        name: cell.model_dump(mode="json", exclude_none=True) for name, cell in study.cells.items()
    }


def test_the_convolutional_network_of_tiny_imagenet() -> None:
    study = STUDIES["tiny_imagenet"]
    model = study.model
    assert isinstance(model, CNN)
    assert (model.filters, model.kernel) == ((64, 192, 384, 384, 256), (11, 5, 3, 3, 3))
    assert (model.pool, model.pool_stride) == (3, 2)
    assert model.response_normalized
    assert model.response_normalization == ResponseNormalization(
        depth_radius=5, bias=2.0, alpha=1e-4, beta=0.75
    )
    assert (model.dense, model.activation, model.dense_activation) == ((1024, 1024), "relu", "relu")
    assert study.data.model_dump() == {"source": "tiny_imagenet", "classes": 25}
    assert (study.train_size, study.data.size) == (12_500, 13_750)
    assert study.training.epochs == 25


def test_the_methods_of_tiny_imagenet() -> None:
    assert cells(STUDIES["tiny_imagenet"]) == {
        "none": {},
        "l2": {"l2": {"strength": 0.00015}},
        "dropout": {"dropout": {"rate": 0.25, "layers": DENSE}},
        "augmentation": {"augmentation": {**COLOURS, "added": True}},
        "l2_dropout": {
            "l2": {"strength": 0.00015},
            "dropout": {"rate": 0.2, "layers": DENSE},
        },
    }


def test_efficientnet_has_the_same_pictures_and_amounts() -> None:
    study = STUDIES["tiny_efficientnet"]
    assert study.data == STUDIES["tiny_imagenet"].data
    assert study.model.model_dump(exclude={"initialization"}) == {
        "kind": "efficientnet",
        "input_size": 64,
        "pretrained": False,
    }
    assert cells(study) == {
        "none": {},
        "l2": {"l2": {"strength": 0.00015}},
        "dropout": {"dropout": {"rate": 0.25}},
        "augmentation": {"augmentation": {**COLOURS, "added": False}},
    }
