"""params.yaml: what is accepted, and the line that every mistake gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.datasets import SOURCES
from regscope.datasets.nltk_corpora import NLTKCorpora
from regscope.study.params import Params, load_params

UNDO = "; if -S set it, undo with: git restore params.yaml"


def study(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "Tiny",
        "data": data,
        "split": {"train": 100, "validation": 20},
        "model": {"kind": "mlp", "hidden": [8, 4]},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.01,
            "batch_size": 32,
            "epochs": 2,
            "seeds": 3,
        },
        "evaluation": {"training_loss": 0.5},
        "regularizers": {
            "none": {},
            "l1": {"l1": 0.001},
            "dropout": {"dropout": 0.3},
            "normed": {"batch_norm": True, "l2": 0.01},
        },
    }


def valid() -> dict[str, Any]:
    return {
        "study": "small",
        "reg": "l1",
        "studies": {
            "small": study({"source": "digits"}),
            "points": study({"source": "moons", "samples": 200, "noise": 0.2}),
        },
    }


def further() -> dict[str, Any]:
    """Studies that a few of the mistakes need: a task, a watched part, residual branches."""
    digits = study({"source": "digits"})
    stopped = {"none": {}, "l1": {"early_stopping": 2, "batch_norm": True}}
    return {
        "numbers": study({"source": "diabetes"}),
        "stopped": digits | {"regularizers": stopped},
        "averaged": digits | {"regularizers": {"none": {}, "l1": {"swa": 0.2}}},
        "branched": digits | {"model": {"kind": "mlp", "hidden": [8, 8], "residual": True}},
        "convolved": digits | {"model": {"kind": "cnn", "filters": [4], "dense": [8]}},
    }


def changed(key: str, value: Any) -> dict[str, Any]:
    """The valid values with one of them, `small/training/seeds`, changed; `...` removes it."""
    raw = valid()
    name = key.split("/")[0]
    raw["studies"] |= {study: block for study, block in further().items() if study == name}
    place: Any = raw if "/" not in key else raw["studies"]
    *path, last = key.split("/")
    for part in path:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return raw


def load(raw: Any) -> Params:
    Path("params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False))
    return load_params()


def complaint(raw: Any) -> str:
    with pytest.raises(RegscopeError) as refused:
        load(raw)
    line = str(refused.value)
    assert line.startswith("params.yaml: ")
    assert line.endswith(UNDO)
    assert "\n" not in line
    return line.removeprefix("params.yaml: ").removesuffix(UNDO)


def test_one_line_in_full(workspace: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        load(changed("reg", "nope"))
    assert str(refused.value) == (
        "params.yaml: reg = nope: choose from: l1, dropout, normed;"
        " if -S set it, undo with: git restore params.yaml"
    )


def test_valid_values_are_taken_as_written(workspace: Path) -> None:
    params = load(valid())
    small = params.studies["small"]
    assert (params.study, params.reg) == ("small", "l1")
    assert params.regs == ("none", "l1", "dropout", "normed")
    assert (small.training.epochs, small.training.seeds) == (2, 3)
    assert [method.name for method in small.cells["normed"].methods()] == ["batch_norm", "l2"]
    assert small.cells["none"].methods() == []
    assert small.model.initialization == "glorot_uniform"
    assert (small.evaluation.training_loss, small.evaluation.examples) == (0.5, None)
    assert small.evaluation.matters == 0.005


def test_what_is_said_of_evaluation_is_taken(workspace: Path) -> None:
    said = {"training_loss": 2e-1, "examples": 500, "matters": 0.01}
    evaluation = load(changed("small/evaluation", said)).studies["small"].evaluation
    assert (evaluation.training_loss, evaluation.examples) == (0.2, 500)
    assert evaluation.matters == 0.01


ERRORS = {
    "unknown key": (
        "nope",
        1,
        "nope = 1: unknown key; known here: study, reg, studies",
    ),
    "unknown key of a study": (
        "small/seed",
        1,
        "studies.small.seed = 1: unknown key;"
        " known here: title, data, split, model, training, evaluation, regularizers",
    ),
    "unknown key of training": (
        "small/training/lr",
        0.1,
        "studies.small.training.lr = 0.1: unknown key; known here:"
        " learning_rate, batch_size, epochs, seeds, precision, arithmetic, conventions, schedule,"
        " class_weights,"
        " optimizer, betas, epsilon",
    ),
    "unknown conventions": (
        "small/training/conventions",
        "tensorflow",
        "studies.small.training.conventions = tensorflow: choose from: torch, keras",
    ),
    "another optimizer's key": (
        "small/training/momentum",
        0.9,
        "studies.small.training.momentum = 0.9: unknown key; known here:"
        " learning_rate, batch_size, epochs, seeds, precision, arithmetic, conventions, schedule,"
        " class_weights,"
        " optimizer, betas, epsilon",
    ),
    "unknown key of the data": (
        "small/data/noise",
        0.1,
        "studies.small.data.noise = 0.1: unknown key; known here: source, label_noise",
    ),
    "unknown regularizer": (
        "small/regularizers/l1",
        {"lasso": 0.1},
        "studies.small.regularizers.l1.lasso = 0.1: unknown key;"
        " known here: group_lasso, activity_l1, adversarial, augmentation, batch_norm,"
        " confidence_penalty, cutmix, cutout, dropconnect, dropout, early_stopping, ... (21 more)",
    ),
    "unknown option": (
        "small/regularizers/l1",
        {"l1": {"strength": 0.1, "layer": "hidden1"}},
        "studies.small.regularizers.l1.l1.layer = hidden1: unknown key;"
        " known here: layers, strength",
    ),
    "negative strength": (
        "small/regularizers/l1",
        {"l1": -0.001},
        "studies.small.regularizers.l1.l1 = -0.001: must be at least 0",
    ),
    "negative strength among options": (
        "small/regularizers/l1",
        {"l1": {"strength": -1}},
        "studies.small.regularizers.l1.l1.strength = -1: must be at least 0",
    ),
    "dropout of 1": (
        "small/regularizers/dropout",
        {"dropout": 1.0},
        "studies.small.regularizers.dropout.dropout = 1.0: must be less than 1",
    ),
    "negative dropout": (
        "small/regularizers/dropout",
        {"dropout": -0.1},
        "studies.small.regularizers.dropout.dropout = -0.1: must be at least 0",
    ),
    "unknown layer": (
        "small/regularizers/l1",
        {"l1": {"strength": 0.1, "layers": ["hidden1", "hidden3"]}},
        "studies.small.regularizers.l1.l1.layers = hidden3: choose from: hidden1, hidden2, output",
    ),
    "a layer without a slot": (
        "small/regularizers/dropout",
        {"dropout": {"rate": 0.3, "layers": ["output"]}},
        "studies.small.regularizers.dropout.dropout.layers = output: choose from: hidden1, hidden2",
    ),
    "no layer": (
        "small/regularizers/l1",
        {"l1": {"strength": 0.1, "layers": []}},
        "studies.small.regularizers.l1.l1.layers = []: choose from: hidden1, hidden2, output",
    ),
    "layers that are no list": (
        "small/regularizers/l1",
        {"l1": {"strength": 0.1, "layers": "hidden1"}},
        "studies.small.regularizers.l1.l1.layers = hidden1: must be a list",
    ),
    "a study that does not say how it is measured": (
        "small/evaluation",
        ...,
        "studies.small.evaluation: must be given",
    ),
    "unknown key of evaluation": (
        "small/evaluation",
        {"loss": 0.1},
        "studies.small.evaluation.loss = 0.1: unknown key; known here: training_loss, examples,"
        " matters, primary",
    ),
    "a training loss of zero": (
        "small/evaluation",
        {"training_loss": 0},
        "studies.small.evaluation.training_loss = 0: must be greater than 0",
    ),
    "no examples": (
        "small/evaluation",
        {"examples": 0},
        "studies.small.evaluation.examples = 0: must be at least 1",
    ),
    "a margin of nothing": (
        "small/evaluation",
        {"matters": 0},
        "studies.small.evaluation.matters = 0: must be greater than 0",
    ),
    "a margin of everything": (
        "small/evaluation",
        {"matters": 1.0},
        "studies.small.evaluation.matters = 1.0: must be less than 1",
    ),
    "a margin in words": (
        "small/evaluation",
        {"matters": "little"},
        "studies.small.evaluation.matters = little: must be a number",
    ),
    "a margin that is no number": (
        "small/evaluation",
        {"matters": None},
        "studies.small.evaluation.matters = null: must be a number",
    ),
    "about something that is not measured": (
        "small/evaluation",
        {"primary": "f1"},
        "studies.small.evaluation.primary = f1: choose from: accuracy, balanced_accuracy, roc_auc,"
        " r2, loss",
    ),
    "half an example": (
        "small/evaluation",
        {"examples": 1.5},
        "studies.small.evaluation.examples = 1.5: must be a whole number",
    ),
    "boolean as examples": (
        "small/evaluation",
        {"examples": True},
        "studies.small.evaluation.examples = true: must be a number, not true or false",
    ),
    "evaluation null": (
        "small/evaluation",
        None,
        "studies.small.evaluation = null: must be a mapping",
    ),
    "zero seeds": (
        "small/training/seeds",
        0,
        "studies.small.training.seeds = 0: must be at least 1",
    ),
    "more seeds than have data": (
        "points/training/seeds",
        30,
        "studies.points.training.seeds = 30: at most 20, for which data.pools has examples, or"
        " more pools",
    ),
    "no pool": (
        "points/data/pools",
        0,
        "studies.points.data.pools = 0: must be at least 1",
    ),
    "half a seed": (
        "small/training/seeds",
        2.5,
        "studies.small.training.seeds = 2.5: must be a whole number",
    ),
    "seeds in words": (
        "small/training/seeds",
        "ten",
        "studies.small.training.seeds = ten: must be a whole number",
    ),
    "reg none": (
        "reg",
        "none",
        "reg = none: none is the baseline; choose from: l1, dropout, normed",
    ),
    "reg null": ("reg", None, "reg = null: must be a name"),
    "reg that only another study has": (
        "small/regularizers",
        {"none": {}, "dropout": {"dropout": 0.3}},
        "reg = l1: no cell of study small, whose cells are: dropout",
    ),
    "unknown study": ("study", "nope", "study = nope: choose from: small, points"),
    "study in a list": ("study", ["small"], "study = [small]: must be a name"),
    "boolean as strength": (
        "small/regularizers/l1",
        {"l1": True},
        "studies.small.regularizers.l1.l1 = true: must be a number, not true or false",
    ),
    "boolean as strength among options": (
        "small/regularizers/l1",
        {"l1": {"strength": False}},
        "studies.small.regularizers.l1.l1.strength = false: must be a number, not true or false",
    ),
    "boolean as an optional number": (
        "small/regularizers/l1",
        {"augmentation": {"strength": 1, "shift": True}},
        "studies.small.regularizers.l1.augmentation.shift = true:"
        " must be a number, not true or false",
    ),
    "boolean as seeds": (
        "small/training/seeds",
        True,
        "studies.small.training.seeds = true: must be a number, not true or false",
    ),
    "number as boolean": (
        "small/regularizers/normed",
        {"batch_norm": 1},
        "studies.small.regularizers.normed.batch_norm = 1: must be true or false",
    ),
    "no value": (
        "small/regularizers/l1",
        {"l1": None},
        "studies.small.regularizers.l1.l1 = null: give a value, or leave the key out",
    ),
    "strength beyond all use": (
        "small/regularizers/l1",
        {"l1": 1e300},
        "studies.small.regularizers.l1.l1 = 1e+300: must be at most 1e+06",
    ),
    "unknown arithmetic": (
        "small/training/arithmetic",
        "exact",
        "studies.small.training.arithmetic = exact: choose from: fastest, portable",
    ),
    "portable arithmetic of fewer bits": (
        "small/training",
        study({})["training"] | {"arithmetic": "portable", "precision": "bfloat16"},
        "studies.small.training.precision = bfloat16: arithmetic portable needs float32; or choose"
        " arithmetic fastest",
    ),
    "portable arithmetic of a network that is not known to allow it": (
        "studies",
        {
            "small": study({"source": "digits"})
            | {
                "model": {"kind": "efficientnet"},
                "training": study({})["training"] | {"arithmetic": "portable"},
            }
        },
        "studies.small.training.arithmetic = portable: only for model.kind mlp,"
        " tabular: choose fastest for efficientnet",
    ),
    "nesterov without momentum": (
        "small/training",
        {
            "optimizer": "sgd",
            "learning_rate": 0.1,
            "batch_size": 32,
            "epochs": 1,
            "seeds": 1,
            "nesterov": True,
        },
        "studies.small.training.nesterov = true: needs a momentum above 0",
    ),
    "batches of one under batch norm": (
        "small/training/batch_size",
        1,
        "studies.small.training.batch_size = 1: leaves a last batch of one of 100 examples, which"
        " regularizers.normed.batch_norm cannot normalize: choose another size",
    ),
    "a cell named as a path": (
        "small/regularizers",
        {"none": {}, "../normed": {"l1": 0.1}},
        "studies.small.regularizers.../normed = ../normed: must be a name of letters, digits and"
        " underscores",
    ),
    "nan strength": (
        "small/regularizers/l1",
        {"l1": float("nan")},
        "studies.small.regularizers.l1.l1 = nan: must be a finite number",
    ),
    "nan as text": (
        "small/regularizers/l1",
        {"l1": "nan"},
        "studies.small.regularizers.l1.l1 = nan: must be a finite number",
    ),
    "infinite learning rate": (
        "small/training/learning_rate",
        float("inf"),
        "studies.small.training.learning_rate = inf: must be a finite number",
    ),
    "learning rate 0": (
        "small/training/learning_rate",
        0,
        "studies.small.training.learning_rate = 0: must be greater than 0",
    ),
    "strength in words": (
        "small/regularizers/l1",
        {"l1": "strong"},
        "studies.small.regularizers.l1.l1 = strong: must be a number",
    ),
    "strengths in a list": (
        "small/regularizers/l1",
        {"l1": [0.1, 0.2]},
        "studies.small.regularizers.l1.l1 = [0.1, 0.2]: must be a number",
    ),
    "options without a strength": (
        "small/regularizers/l1",
        {"l1": {"layers": ["hidden1"]}},
        "studies.small.regularizers.l1.l1.strength: must be given",
    ),
    "unknown optimizer": (
        "small/training/optimizer",
        "rmsprop",
        "studies.small.training.optimizer = rmsprop: choose from: sgd, adam, adamw",
    ),
    "no optimizer": (
        "small/training/optimizer",
        ...,
        "studies.small.training.optimizer: must be given; choose from: sgd, adam, adamw",
    ),
    "unknown source": (
        "small/data/source",
        "cifar",
        f"studies.small.data.source = cifar: {choose(SOURCES)}",
    ),
    "no source": (
        "small/data",
        {},
        f"studies.small.data.source: must be given; {choose(SOURCES)}",
    ),
    "unknown model": (
        "small/model/kind",
        "tree",
        "studies.small.model.kind = tree: choose from: cnn, efficientnet, mlp, module, resnet, rnn,"
        " tabular",
    ),
    "unknown activation": (
        "small/model/activation",
        "elu",
        "studies.small.model.activation = elu: choose from: relu, tanh, gelu",
    ),
    "no hidden layer": (
        "small/model/hidden",
        [],
        "studies.small.model.hidden = []: must be a list of at least 1",
    ),
    "a layer of width 0": (
        "small/model/hidden",
        [8, 0],
        "studies.small.model.hidden.1 = 0: must be at least 1",
    ),
    "one beta": (
        "small/training/betas",
        [0.9],
        "studies.small.training.betas: needs another entry",
    ),
    "three betas": (
        "small/training/betas",
        [0.9, 0.99, 0.999],
        "studies.small.training.betas = [0.9, 0.99, 0.999]: must be a list of at most 2",
    ),
    "something missing": (
        "small/training/epochs",
        ...,
        "studies.small.training.epochs: must be given",
    ),
    "a study that is null": ("studies", {"small": None}, "studies.small = null: must be a mapping"),
    "a cell that is a number": (
        "small/regularizers/l1",
        0.1,
        "studies.small.regularizers.l1 = 0.1: must be a mapping",
    ),
    "a study without the baseline": (
        "small/regularizers/none",
        ...,
        "studies.small.regularizers = [l1, dropout, normed]: must hold none: {}, the baseline",
    ),
    "a baseline with a method": (
        "small/regularizers/none",
        {"l2": 0.1},
        "studies.small.regularizers.none.l2 = 0.1: none is what the others are held against and"
        " must be {}",
    ),
    "a null baseline": (
        "small/regularizers/none",
        None,
        "studies.small.regularizers = [l1, dropout, normed]: must hold none: {}, the baseline",
    ),
    "an option that does nothing to images": (
        "small/regularizers/l1",
        {"augmentation": {"strength": 1, "jitter": 0.1}},
        "studies.small.regularizers.l1.augmentation.jitter = 0.1: does nothing to image data;"
        " options there: shift, rotation, horizontal_flip, vertical_flip, brightness, contrast,"
        " saturation",
    ),
    "an option that does nothing to points": (
        "points/regularizers/l1",
        {"augmentation": {"strength": 1, "rotation": 5}},
        "studies.points.regularizers.l1.augmentation.rotation = 5.0: does nothing to points"
        " data; options there: jitter",
    ),
    "more training examples than there are": (
        "small/split/train",
        1797,
        "studies.small.split.train = 1797: at most 1796 for digits",
    ),
    "no number of training examples": (
        "small/split",
        {"validation": 20},
        "studies.small.split.train: digits has no official training set: give a number from 2"
        " to 1796",
    ),
    "nothing left to fit": (
        "small/split/validation",
        99,
        "studies.small.split.validation = 99: at most 98 here",
    ),
    "a last batch of one": (
        "small/training/batch_size",
        33,
        "studies.small.training.batch_size = 33: leaves a last batch of one of 100 examples,"
        " which regularizers.normed.batch_norm cannot normalize: choose another size",
    ),
    "true as a width": (
        "small/model/hidden",
        [8, True],
        "studies.small.model.hidden.1 = true: must be a number, not true or false",
    ),
    "false as a beta": (
        "small/training/betas",
        [False, 0.9],
        "studies.small.training.betas.0 = false: must be a number, not true or false",
    ),
    "true as a factor of contrast": (
        "small/regularizers/l1",
        {"augmentation": {"strength": 1, "contrast": [True, 1.5]}},
        "studies.small.regularizers.l1.augmentation.contrast.0 = true: must be a number, not true"
        " or false",
    ),
    "a truth in words": (
        "small/training",
        study({})["training"] | {"optimizer": "sgd", "nesterov": "no"},
        "studies.small.training.nesterov = no: must be true or false",
    ),
    "an epsilon that is 0 in single precision": (
        "small/training/epsilon",
        1e-320,
        "studies.small.training.epsilon = 1e-320: is 0 in single precision: at least 1.2e-38",
    ),
    "a learning rate that is 0 in single precision": (
        "small/training/learning_rate",
        1e-50,
        "studies.small.training.learning_rate = 1e-50: is 0 in single precision: at least 1.2e-38",
    ),
    "an epsilon beyond single precision": (
        "small/training/epsilon",
        1e39,
        "studies.small.training.epsilon = 1e+39: must be at most 3.4e+38, which single precision"
        " holds",
    ),
    "no title": (
        "small/title",
        " ",
        "studies.small.title =  : must be text; put a number in quotes",
    ),
    "a title of 100 kB": (
        "small/title",
        "ab" * 50_000,
        f"studies.small.title = {('ab' * 19)[:37]} ... {'ab' * 9}: must be at most 200 characters,"
        " not 100000",
    ),
    "a title in two lines": (
        "small/title",
        "one\ntwo",
        "studies.small.title = one\\ntwo: must be one line of text without control characters",
    ),
    "a title that turns the line": (
        "small/title",
        "a\u202eb",
        "studies.small.title = a\\u202eb: must be one line of text without control characters",
    ),
    "a name of 300 characters": (
        "small/regularizers",
        {"none": {}, "l1": {"l1": 0.1}, "x" * 300: {"l1": 0.1}},
        f"studies.small.regularizers.{'x' * 24} ... {'x' * 11} = {'x' * 37} ... {'x' * 18}: must be"
        " a name of at most 80 characters",
    ),
    "several keys missing": (
        "small/training",
        {"optimizer": "adam", "seeds": 1},
        "studies.small.training: must be given: learning_rate, batch_size, epochs",
    ),
    "several cells that do not fit": (
        "small/regularizers",
        {
            "none": {},
            "l1": {"l1": {"strength": 0.1, "layers": ["conv1"]}},
            "dropout": {"dropout": {"rate": 0.1, "layers": ["output"]}},
            "normed": {},
        },
        "studies.small.regularizers.l1.l1.layers = conv1: choose from: hidden1, hidden2, output;"
        " refused too: dropout",
    ),
    "a smoothing that leaves nothing of the target": (
        "small/regularizers/l1",
        {"label_smoothing": 1},
        "studies.small.regularizers.l1.label_smoothing = 1: must be less than 1",
    ),
    "a smoothing of chosen layers": (
        "small/regularizers/l1",
        {"label_smoothing": {"smoothing": 0.1, "layers": ["hidden1"]}},
        "studies.small.regularizers.l1.label_smoothing.layers = [hidden1]: unknown key;"
        " known here: smoothing",
    ),
    "label smoothing of numbers": (
        "numbers/regularizers/l1",
        {"label_smoothing": 0.1},
        "studies.numbers.regularizers.l1.label_smoothing: there is none for regression: it is for"
        " classification and tagging",
    ),
    "a confidence penalty of numbers": (
        "numbers/regularizers/l1",
        {"confidence_penalty": 0.1},
        "studies.numbers.regularizers.l1.confidence_penalty: there is none for regression: it is"
        " for classification and tagging",
    ),
    "a confidence penalty below 0": (
        "small/regularizers/l1",
        {"confidence_penalty": -0.1},
        "studies.small.regularizers.l1.confidence_penalty = -0.1: must be at least 0",
    ),
    "a square of half pixels": (
        "small/regularizers/l1",
        {"cutout": 2.5},
        "studies.small.regularizers.l1.cutout = 2.5: must be a whole number",
    ),
    "a square of what is no picture": (
        "points/regularizers/l1",
        {"cutout": 2},
        "studies.points.regularizers.l1.cutout: there is none for points data: it is for image",
    ),
    "a box of what is no picture": (
        "points/regularizers/l1",
        {"cutmix": 1},
        "studies.points.regularizers.l1.cutmix: there is none for points data: it is for image",
    ),
    "all weights dropped": (
        "small/regularizers/l1",
        {"dropconnect": 1},
        "studies.small.regularizers.l1.dropconnect = 1: must be less than 1",
    ),
    "a mixture below 0": (
        "numbers/regularizers/l1",
        {"mixup": -1},
        "studies.numbers.regularizers.l1.mixup = -1: must be at least 0",
    ),
    "noise of a size below 0": (
        "small/regularizers/l1",
        {"input_noise": -0.1},
        "studies.small.regularizers.l1.input_noise = -0.1: must be at least 0",
    ),
    "a climb without end": (
        "small/regularizers/l1",
        {"sam": float("inf")},
        "studies.small.regularizers.l1.sam = inf: must be a finite number",
    ),
    "gradients of length 0": (
        "small/regularizers/l1",
        {"gradient_clipping": 0},
        "studies.small.regularizers.l1.gradient_clipping = 0: must be greater than 0",
    ),
    "weights of length 0": (
        "small/regularizers/l1",
        {"max_norm": 0},
        "studies.small.regularizers.l1.max_norm = 0: must be greater than 0",
    ),
    "a decay of layers that are not there": (
        "small/regularizers/l1",
        {"weight_decay": {"rate": 0.1, "layers": ["conv1"]}},
        "studies.small.regularizers.l1.weight_decay.layers = conv1: choose from: hidden1, hidden2,"
        " output",
    ),
    "an average that never moves": (
        "small/regularizers/l1",
        {"ema": 1},
        "studies.small.regularizers.l1.ema = 1: must be less than 1",
    ),
    "noise without end": (
        "small/regularizers/l1",
        {"gaussian_dropout": 1},
        "studies.small.regularizers.l1.gaussian_dropout = 1: must be less than 1",
    ),
    "noise on what comes out": (
        "small/regularizers/l1",
        {"gaussian_dropout": {"rate": 0.5, "layers": ["output"]}},
        "studies.small.regularizers.l1.gaussian_dropout.layers = output: choose from: hidden1,"
        " hidden2",
    ),
    "groups that are rewarded": (
        "small/regularizers/l1",
        {"group_lasso": -0.1},
        "studies.small.regularizers.l1.group_lasso = -0.1: must be at least 0",
    ),
    "noise of no variance": (
        "small/regularizers/l1",
        {"gradient_noise": -0.01},
        "studies.small.regularizers.l1.gradient_noise = -0.01: must be at least 0",
    ),
    "noise on the weights of layers that are not there": (
        "small/regularizers/l1",
        {"weight_noise": {"deviation": 0.1, "layers": ["conv1"]}},
        "studies.small.regularizers.l1.weight_noise.layers = conv1: choose from: hidden1, hidden2,"
        " output",
    ),
    "an average that begins behind the run": (
        "small/regularizers/l1",
        {"swa": 1.5},
        "studies.small.regularizers.l1.swa = 1.5: must be at most 1",
    ),
    "an average of one epoch": (
        "small/regularizers/l1",
        {"swa": 0.5},
        "studies.small.regularizers.l1.swa = 0.5: must be less than 1/2, so that two of 2 epochs"
        " end behind",
    ),
    "an average in a run of one epoch": (
        "averaged/training/epochs",
        1,
        "studies.averaged.regularizers.l1.swa = 0.2: a single epoch has no average: train for more",
    ),
    "more steps forward than there are": (
        "small/regularizers/l1",
        {"lookahead": 5},
        "studies.small.regularizers.l1.lookahead = 5: at most 4, the fewest steps of a run: until"
        " then nothing is kept",
    ),
    "slow weights that never move": (
        "small/regularizers/l1",
        {"lookahead": {"steps": 2, "alpha": 0}},
        "studies.small.regularizers.l1.lookahead.alpha = 0: must be greater than 0",
    ),
    "a patience of half an epoch": (
        "small/regularizers/l1",
        {"early_stopping": 1.5},
        "studies.small.regularizers.l1.early_stopping = 1.5: must be a whole number",
    ),
    "an early stopping that takes all but one": (
        "stopped/split/validation",
        99,
        "studies.stopped.split.validation = 99: at most 98 here",
    ),
    "a last batch of one behind two parts": (
        "stopped/training/batch_size",
        59,
        "studies.stopped.training.batch_size = 59: leaves a last batch of one of 60 examples,"
        " which regularizers.l1.batch_norm cannot normalize: choose another size",
    ),
    "stochastic depth without a branch": (
        "small/regularizers/l1",
        {"stochastic_depth": 0.5},
        "studies.small.regularizers.l1.stochastic_depth: this model has no residual branch for it",
    ),
    "stochastic depth of what is no branch": (
        "branched/regularizers/l1",
        {"stochastic_depth": {"rate": 0.5, "layers": ["hidden1"]}},
        "studies.branched.regularizers.l1.stochastic_depth.layers = hidden1: choose from: hidden2",
    ),
    "dropped channels without a convolution": (
        "small/regularizers/l1",
        {"spatial_dropout": 0.2},
        "studies.small.regularizers.l1.spatial_dropout: this model has no convolution for it",
    ),
    "dropped channels of a dense layer": (
        "convolved/regularizers/l1",
        {"spatial_dropout": {"rate": 0.2, "layers": ["dense1"]}},
        "studies.convolved.regularizers.l1.spatial_dropout.layers = dense1: choose from: conv1",
    ),
    "dropped channels of points": (
        "points/regularizers/l1",
        {"spatial_dropout": 0.2},
        "studies.points.regularizers.l1.spatial_dropout: there is none for points data: it is for"
        " image",
    ),
    "no iteration of the power method": (
        "small/regularizers/l1",
        {"spectral_norm": {"iterations": 0}},
        "studies.small.regularizers.l1.spectral_norm.iterations = 0: must be at least 1",
    ),
    "a spectral norm of another size": (
        "small/regularizers/l1",
        {"spectral_norm": 0.5},
        "studies.small.regularizers.l1.spectral_norm = 0.5: must be true or false",
    ),
    "steps as long as the run": (
        "small/training/schedule",
        {"kind": "step", "every": 2},
        "studies.small.training.schedule.every = 2.0: must be less than the run's epochs, 2",
    ),
    "a warm-up of all steps": (
        "small/training/schedule",
        {"kind": "cosine", "warm_up": 2},
        "studies.small.training.schedule.warm_up = 2.0: must be less than the run's epochs, 2",
    ),
    "a decay of an optimizer that has none": (
        "small/training/weight_decay",
        0.1,
        "studies.small.training.weight_decay = 0.1: unknown key; known here: learning_rate,"
        " batch_size, epochs, seeds, precision, arithmetic, conventions, schedule, class_weights,"
        " optimizer,"
        " betas, epsilon",
    ),
    "nothing to choose from": ("studies", {}, "study = small: there is nothing to choose"),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_every_mistake_has_its_line(mistake: str, workspace: Path) -> None:
    key, value, expected = ERRORS[mistake]
    assert complaint(changed(key, value)) == expected


def test_a_study_whose_figures_would_lie_among_the_strength_paths(workspace: Path) -> None:
    raw = changed("small/split/validation", 20)
    raw["studies"]["paths"] = raw["studies"]["small"]
    expected = "studies.paths: must be called otherwise: plots/paths is taken"
    assert complaint(raw) == expected


@pytest.mark.parametrize(("text", "found"), [("", "null"), ("[1]", "[1]"), ("3", "3")])
def test_a_file_that_is_no_mapping(text: str, found: str, workspace: Path) -> None:
    assert complaint(yaml.safe_load(text)) == f"the file = {found}: must be a mapping"


def test_a_file_that_is_not_yaml_is_one_line(workspace: Path) -> None:
    Path("params.yaml").write_text("study: [\nreg")
    with pytest.raises(RegscopeError) as refused:
        load_params()
    line = str(refused.value)
    assert line.startswith("params.yaml: not YAML: ")
    assert "line 2" in line
    assert line.endswith(UNDO)
    assert "\n" not in line


def test_a_missing_file_is_named(workspace: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        load_params()
    expected = "params.yaml: no such file; run this where params.yaml lies"
    assert str(refused.value) == expected


@pytest.mark.parametrize("written", ["1e-5", "1e-05", "0.00001"])
def test_a_number_that_yaml_takes_for_text_is_a_number(written: str, workspace: Path) -> None:
    """PyYAML reads 1e-5 as text."""
    params = load(changed("small/regularizers/l1", {"l1": written}))
    (method,) = params.studies["small"].cells["l1"].methods()
    assert method.model_dump()["strength"] == 1e-5


def test_options_and_a_bare_number_mean_the_same(workspace: Path) -> None:
    bare = load(changed("small/regularizers/l1", {"l1": 0.1}))
    options = load(changed("small/regularizers/l1", {"l1": {"strength": 0.1}}))
    assert bare == options


@pytest.mark.parametrize(
    "cell", [{"l1": 0}, {"dropout": 0.0}, {"batch_norm": False}, {"l2": {"strength": 0}}]
)
def test_a_method_at_zero_is_not_there(cell: dict[str, Any], workspace: Path) -> None:
    params = load(changed("small/regularizers/l1", cell))
    assert params.studies["small"].cells["l1"].methods() == []


def test_null_leaves_a_cell_out(workspace: Path) -> None:
    params = load(changed("small/regularizers/dropout", None))
    assert list(params.studies["small"].cells) == ["none", "l1", "normed"]
    assert list(params.studies["points"].cells) == ["none", "l1", "dropout", "normed"]


def test_methods_come_in_the_order_in_which_they_act(workspace: Path) -> None:
    everything = {"l2": 1, "l1": 1, "dropout": 0.1, "batch_norm": True, "augmentation": 1}
    params = load(changed("small/regularizers/l1", everything))
    found = [method.name for method in params.studies["small"].cells["l1"].methods()]
    assert found == ["augmentation", "batch_norm", "dropout", "l1", "l2"]


def test_the_repositorys_own_params_are_valid() -> None:
    root = Path(__file__).parents[2]
    assert load_params(root / "params.yaml").studies


def test_a_study_cannot_be_named_as_a_path(workspace: Path) -> None:
    raw = valid()
    raw["studies"]["../evil"] = raw["studies"]["small"]
    line = "studies.../evil = ../evil: must be a name of letters, digits and underscores"
    assert complaint(raw) == line


def test_what_is_not_text_is_refused(workspace: Path) -> None:
    Path("params.yaml").write_bytes(b"study: \xff\n")
    with pytest.raises(RegscopeError) as refused:
        load_params()
    assert str(refused.value).startswith("params.yaml: not YAML: ")


def test_a_study_is_found_by_name_or_refused_with_the_choices(workspace: Path) -> None:
    params = load(valid())
    assert params.named("small") is params.studies["small"]
    with pytest.raises(RegscopeError) as refused:
        params.named("large")
    assert str(refused.value) == "study large: choose from: small, points"


@pytest.mark.parametrize(("added", "refused", "examples"), [(False, 33, 100), (True, 53, 160)])
def test_copies_count_in_the_last_batch(
    added: bool, refused: int, examples: int, workspace: Path
) -> None:
    cell = {"batch_norm": True, "augmentation": {"strength": 1, "added": added}}
    for batch_size in (33, 53):
        raw = changed("small/regularizers/normed", cell)
        raw["studies"]["small"]["training"]["batch_size"] = batch_size
        if batch_size != refused:
            load(raw)
        else:
            assert f"leaves a last batch of one of {examples} examples" in complaint(raw)


def test_a_network_that_normalizes_by_itself_takes_no_batch_norm(workspace: Path) -> None:
    model = {"kind": "resnet", "normalization": "layer"}
    assert complaint(changed("small/model", model)) == (
        "studies.small.regularizers.normed.batch_norm: the network has layer normalization of its"
        " own: model.normalization must be none"
    )
    assert load(changed("small/model", {"kind": "resnet"})).studies["small"].cells


def test_nor_can_it_normalize_a_batch_of_one(workspace: Path) -> None:
    raw = changed("small/model", {"kind": "resnet", "normalization": "batch"})
    small = raw["studies"]["small"]
    del small["regularizers"]["normed"]
    load(raw)
    small["training"]["batch_size"] = 33
    assert complaint(raw) == (
        "studies.small.training.batch_size = 33: leaves a last batch of one of 100 examples, which"
        " model.normalization cannot normalize: choose another size"
    )


def test_sentences_need_a_test_set_of_their_own(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = changed("small/data", {"source": "nltk", "corpora": ["treebank"]})
    small = raw["studies"]["small"]
    small["model"] = {"kind": "rnn"}
    small["regularizers"] = {"none": {}, "l1": {"l1": 0.1}}
    load(raw)
    monkeypatch.setattr(NLTKCorpora, "official_train", None)
    expected = "studies.small.data.source = nltk: sentences need a test set of their own"
    assert complaint(raw) == expected
