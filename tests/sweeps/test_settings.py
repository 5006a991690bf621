"""paths/params.yaml: what is taken, and what is refused in one line before anything trains."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.base.errors import RegscopeError
from regscope.regularizers import REGULARIZERS
from regscope.study.params import Params, load_params
from regscope.sweeps.settings import Family, Sweeps, load_sweeps, mixture
from tests.alone import ROOT
from tests.regularizers.settings import SETTINGS
from tests.sweeps import settings


def test_the_repositorys_own_file_is_valid_and_every_path_has_as_many_strengths() -> None:
    loaded = load_sweeps(load_params(ROOT / "params.yaml"), ROOT / "paths" / "params.yaml")
    budgets = {
        len(family.strengths)
        for sweep in loaded.sweeps.values()
        for family in sweep.families.values()
        if family
    }
    assert budgets == {12}


def test_a_bare_list_is_the_strengths_and_numbers_may_be_written_as_1e_4(tmp_path: Path) -> None:
    raw = settings.sweeps()
    raw["sweeps"]["digits"]["families"]["l2"] = ["1e-4", 0.5]
    family = _load(tmp_path, raw).sweeps["digits"].families["l2"]
    assert family == Family(strengths=(1e-4, 0.5))


def test_a_family_of_one_method_needs_no_mix() -> None:
    study = settings.study()
    assert mixture(study, "l1", Family(strengths=(1, 2))) == {"l1": 1.0}
    mixed = Family(strengths=(1, 2), mix={"l1": 0.5, "l2": 2})
    assert mixture(study, "elastic_net", mixed) == {"l1": 0.5, "l2": 2}


REFUSED: list[tuple[str, Any, str]] = [
    ("studies", ["nowhere"], "studies = nowhere: choose from: digits"),
    ("studies", ["digits", "digits"], "studies = [digits, digits]: every name once"),
    ("studies", [], "studies = []: must be a list of at least 1"),
    (
        "families",
        ["l2"],
        "sweeps.digits.families.elastic_net: unknown family; families has: l2",
    ),
    (
        "families",
        ["l2", "elastic_net", "l1"],
        "sweeps.digits.families: has no l1: add it, or l1: null to leave it out",
    ),
    ("sweeps.other", {"seeds": 2, "families": {"l2": None, "elastic_net": None}},
     "sweeps.other: unknown study; choose from: digits"),
    ("sweeps.digits.seeds", 1, "sweeps.digits.seeds = 1: must be at least 2"),
    ("sweeps.digits.seed", 1, "sweeps.digits.seed = 1: unknown key; known here: seeds,"),
    ("sweeps.digits.families.l2", [0.1], "sweeps.digits.families.l2 = [0.1]: must be a"
     " list of at least 2"),
    ("sweeps.digits.families.l2", [-0.1, 0.1],
     "sweeps.digits.families.l2.0 = -0.1: must be greater than 0"),
    ("sweeps.digits.families.l2", [0, 0.1],
     "sweeps.digits.families.l2.0 = 0: must be greater than 0"),
    ("sweeps.digits.families.l2", [0.2, 0.1],
     "sweeps.digits.families.l2 = 0.1: must be greater than 0.2 before it"),
    ("sweeps.digits.families.l2", [0.1, 0.1],
     "sweeps.digits.families.l2 = 0.1: must be greater than 0.1 before it"),
    ("sweeps.digits.families.l2", ["much", 0.1],
     "sweeps.digits.families.l2.0 = much: must be a number"),
    ("sweeps.digits.families.l2", [1, 1e7],
     "sweeps.digits.families.l2 = 10000000.0: strength = 10000000.0: must be at most"),
    ("sweeps.digits.families.l2", {"strengths": [1, 2], "mix": {"l1": 1}},
     "sweeps.digits.families.l2.mix = [l1]: must name l2"),
    ("sweeps.digits.families.elastic_net", [1, 2],
     "sweeps.digits.families.elastic_net: elastic_net is made of l1, l2: give a mix with a factor"
     " for each"),
    ("sweeps.digits.pairs.methods", ["l2", "gone"],
     "sweeps.digits.pairs.methods: gone is no cell of this study; choose from: l1, l2,"
     " elastic_net, dropout, batch_norm"),
    ("sweeps.digits.pairs.methods", ["l2", "none"],
     "sweeps.digits.pairs.methods: none is the baseline; choose from: l1,"),
    ("sweeps.digits.pairs.methods", ["l2"],
     "sweeps.digits.pairs.methods = [l2]: must be a list of at least 2"),
    ("sweeps.digits.pairs.methods", ["l2", "l2"],
     "sweeps.digits.pairs.methods = [l2, l2]: every name once"),
    ("sweeps.digits.pairs.methods", ["l2", "elastic_net"],
     "sweeps.digits.pairs.methods = [l2, elastic_net]: l2 and elastic_net both set l2"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "line"), REFUSED)
def test_a_refused_value_is_one_line_with_the_file_the_key_and_what_is_allowed(
    tmp_path: Path, key: str, value: Any, line: str
) -> None:
    raw = settings.sweeps()
    *parents, last = key.split(".")
    block = raw
    for parent in parents:
        block = block[parent]
    block[last] = value
    with pytest.raises(RegscopeError, match=re.escape(f"params.yaml: {line}")) as caught:
        _load(tmp_path, raw)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("family", "strengths", "line"),
    [
        ("gone", [1, 2], "families.gone: gone is no cell of this study; choose from: l1, l2,"),
        ("none", [1, 2], "families.none: none is the baseline; choose from: l1,"),
        ("batch_norm", [1, 2], "families.batch_norm: batch_norm is on or off and has no strength"),
        ("dropout", [0.5, 1], "families.dropout = 1.0: rate = 1.0: must be less than 1"),
    ],
)
def test_a_family_that_the_study_cannot_have_is_refused(
    tmp_path: Path, family: str, strengths: list[float], line: str
) -> None:
    raw = settings.sweeps()
    raw["families"].append(family)
    raw["sweeps"]["digits"]["families"][family] = strengths
    with pytest.raises(RegscopeError, match=re.escape(f"params.yaml: sweeps.digits.{line}")):
        _load(tmp_path, raw)


BOUNDS = {name: kind for name, kind in REGULARIZERS.items() if not kind.larger_is_stronger}


def test_the_methods_that_act_less_the_larger_they_are_are_known() -> None:
    """Of these a path would go from the strongest to the weakest."""
    assert set(BOUNDS) == {
        "early_stopping", "gradient_clipping", "lookahead", "max_norm", "swa",
    }  # fmt: skip


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("name", BOUNDS)
def test_a_method_that_acts_less_the_larger_it_is_has_no_path(
    tmp_path: Path, name: str, mixed: bool
) -> None:
    cell = {name: SETTINGS[name], **({"l2": 0.001} if mixed else {})}
    params = settings.raw_params()
    params["studies"]["digits"]["regularizers"] = {**settings.CELLS, "bounded": cell}
    raw = settings.sweeps()
    raw["families"].append("bounded")
    family = {"strengths": [1, 2], "mix": dict.fromkeys(cell, 1)} if mixed else [1, 2]
    raw["sweeps"]["digits"]["families"]["bounded"] = family
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(raw))
    with pytest.raises(RegscopeError) as refused:
        load_sweeps(Params.model_validate(params), path)
    assert str(refused.value) == (
        f"{path}: sweeps.digits.families.bounded: {name} acts less the larger it is, and a path"
        " goes by strength"
    )


def test_a_family_may_be_left_out_of_a_study(tmp_path: Path) -> None:
    raw = settings.sweeps()
    raw["families"].append("l1")
    raw["sweeps"]["digits"]["families"]["l1"] = None
    assert _load(tmp_path, raw).sweeps["digits"].families["l1"] is None


def test_a_missing_file_and_one_that_is_not_yaml_are_named(tmp_path: Path) -> None:
    with pytest.raises(RegscopeError, match=r"nowhere\.yaml: no such file"):
        load_sweeps(settings.params(), tmp_path / "nowhere.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1")
    with pytest.raises(RegscopeError, match=r"broken\.yaml: not YAML"):
        load_sweeps(settings.params(), broken)


def _load(folder: Path, raw: dict[str, Any]) -> Sweeps:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(raw))
    return load_sweeps(settings.params(), path)
