"""The search of `regscope advise`: a network of every setting, before any is looked at closer."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from bench.searching.job import METHODS, STUDY, TRIALS
from regscope.advice.arms import arms_of
from regscope.advice.found import Found
from regscope.advice.search import Search
from regscope.advice.training import Lab
from regscope.datasets import Dataset
from regscope.study.params import load_params


def main() -> None:
    data = Path(sys.argv[1])
    study = load_params().named(STUDY)
    arms, _ = arms_of(study, Dataset.load(data).input_shape, METHODS)
    alone = [arm for arm in arms if arm.mixed < 2]
    with tempfile.TemporaryDirectory() as folder:
        found = Found.at(Path(folder) / "search.json")
        lab = Lab(study, data, "bench/search", "validation", found)
        search = Search(alone, found, lab.train, 0)
        while search.trials < TRIALS and search.generation(TRIALS):
            pass
    best = max(max(network.scores) for network in found.networks.values())
    print(json.dumps({"settings": len(found.networks), "best": best}))


if __name__ == "__main__":
    main()
