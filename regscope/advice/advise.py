"""From a study and its prepared data to advice: search, choice, test, verdicts."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from regscope.advice.arms import Setting, arms_of, read_off
from regscope.advice.asked import Asked, Clock, part_of
from regscope.advice.found import Found
from regscope.advice.judged import Judged, Part, chosen_of, judged, parts_of, without_each
from regscope.advice.lost import NO_ROOM
from regscope.advice.protocol import COCKTAIL, LAST_SEEDS
from regscope.advice.reserve import reserved
from regscope.advice.search import Search, next_generation
from regscope.advice.training import Lab, Told, silent
from regscope.advice.trees import Trees, fits, seconds_of_trees, trees_beside
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.base.json_files import read_json
from regscope.datasets import Dataset
from regscope.datasets.base import DATA_FILE
from regscope.engine.checkpoints import folder_for
from regscope.engine.run import only_here, written
from regscope.measures import catalog
from regscope.results.guessed import split_guess
from regscope.study.params import Study

Say = Callable[[str], None]


@dataclass(frozen=True)
class Advice:
    """What was found: every arm's choice, judged, none first.

    `trials` are an arm's; `trees` stand beside the networks of a table; `parts` are what each
    method of the cocktail adds to it; `unfit` why other methods have no arm, or came to no end;
    `test_size` how many examples judged, `shared` by all seeds or each its own. `networks` were
    trained in all, in `seconds`. `guess` is the mean score of the constant guess on test.
    """

    study: Study
    asked: Asked
    trials: int
    judged: list[Judged]
    trees: Trees | None
    parts: list[Part]
    unfit: dict[str, str]
    test_size: int
    shared: bool
    networks: int
    seconds: float
    search: Found
    test: Found
    guess: float
    environment: dict[str, Any]
    whole: int

    def read_off(self, setting: Setting) -> tuple[int, ...]:
        """After how many epochs a network of the search was measured."""
        return read_off(self.study, setting)


def advise(
    name: str, study: Study, prepared: Path, asked: Asked, say: Say = print, told: Told = silent
) -> Advice:
    """Search on the study's data in the folder `prepared`, and judge what was chosen.

    What is trained is kept below `.regscope` until the block of `advising` ends well; a run with
    the same settings goes on from there. `say` is told what happens, `told` how far it is.

    Raises RegscopeError, in one line, where nothing can be advised.
    """
    with advising(name, study, prepared, asked, say, told) as advice:
        return advice


@contextmanager
def advising(
    name: str, study: Study, prepared: Path, asked: Asked, say: Say = print, told: Told = silent
) -> Iterator[Advice]:
    """As `advise`; what was trained goes when the block, which stores the advice, has ended."""
    dataset = Dataset.load(prepared)
    whole, study = study.train_size, part_of(study, asked.part)
    arms, unfit = arms_of(study, dataset.input_shape, asked.methods)
    seeds = range(LAST_SEEDS, LAST_SEEDS + asked.test_seeds)
    if lacking := study.data.lacks_seeds(seeds.stop):
        raise RegscopeError(
            f"--seeds {asked.test_seeds}: with those of the search {seeds.stop}, and {lacking}"
        )
    apart = reserved(dataset, study)
    _check_test(apart, study, seeds.start)
    with only_here(_folder(study, prepared)) as folder:
        data = folder / "data"
        apart.save(data)
        search = Lab(study, data, name, "validation", Found.at(folder / "search.json"), told)
        test = Lab(study, data, name, "test", Found.at(folder / "test.json"), told)
        rounds = Search(arms, search.found, search.train, asked.seed)
        further = partial(seconds_of_trees, study, apart, asked.test_seeds)
        behind = _searched(rounds, search.found, study, asked, folder, say, further)
        trials = rounds.trials
        say(f"{trials} trials of each of {len(rounds.arms)} arms: looking closer at the best")
        chosen, untrained = chosen_of(study, search.found, rounds.closer())
        say(f"judging {len(chosen)} choices with {len(seeds)} fresh seeds each")
        mixed = next((one.setting for one in chosen if one.arm == COCKTAIL), None)
        less = without_each(mixed) if mixed else {}
        test.train([*(one.setting for one in chosen), *less.values()], seeds)
        sign = catalog.named(study.primary_measure).sign
        guess = [sign * split_guess(study, apart, seed)[study.primary] for seed in seeds]
        trees = None
        if fits(study, apart):
            say("trees beside the networks")
            trees = trees_beside(study, apart, trials, seeds, asked.seed)
        shared = apart.pools is None
        found, lost = judged(study, test.found, chosen, seeds, np.array(guess), shared)
        yield Advice(
            study,
            asked,
            trials,
            found,
            trees,
            parts_of(study, test.found, mixed, seeds) if mixed and COCKTAIL not in lost else [],
            {**unfit, **behind, **untrained, **lost},
            len(apart.split(study.split, seeds.start).holdout),
            shared,
            len(search.found.used) + len(test.found.used),
            search.found.seconds + test.found.seconds,
            search.found,
            test.found,
            float(np.mean(guess)),
            search.found.environment,
            whole,
        )
        shutil.rmtree(folder, ignore_errors=True)


def _check_test(apart: Dataset, study: Study, seed: int) -> None:
    """Raises RegscopeError where nothing can be told apart on the test part."""
    targets = apart.targets[apart.split(study.split, seed).holdout]
    if apart.quantity is not None and (targets == targets[0]).all():
        raise RegscopeError(f"all {len(targets)} test targets are {targets[0]:g}: nothing to judge")


def _searched(
    rounds: Search,
    found: Found,
    study: Study,
    asked: Asked,
    folder: Path,
    say: Say,
    further: Callable[[], Callable[[int], float]],
) -> dict[str, str]:
    """Generation after generation, until there are trials enough or the minutes are up.

    Which arms the minutes had no room for, and why. What they had room for is noted in `folder`,
    so that who goes on does not ask again; `further` finds out what trees will take.
    """
    noted = folder / f"asked-{_digest(asked)}.json"
    # What was left is null until it is decided, which it is once.
    begun: dict[str, Any] = {"seconds": 0.0, "trials": None, "behind": None}
    if noted.is_file():
        begun |= read_json(noted)
    whole, behind = len(rounds.arms), begun["behind"]
    longest = max(arm.longest or arm.lengths[-1] for arm in rounds.arms)
    rounds.leave(behind or ())
    wanted = asked.trials or begun["trials"]
    if wanted is not None:
        while rounds.trials < wanted and rounds.generation(wanted):
            say(f"tried {rounds.trials} of {wanted} settings of each arm")
        return _no_room(asked, whole, behind or ())
    assert asked.minutes is not None
    own = study.training.epochs
    clock = Clock(
        asked.minutes, len(rounds.arms), own, longest, asked.test_seeds, begun["seconds"], further()
    )
    room = True
    while room and rounds.generation():
        say(f"tried {rounds.trials} settings of each arm in {clock.elapsed:.0f} s")
        networks = len(found.networks)
        if behind is None:
            most = clock.fitting(rounds.trials, found.seconds, networks)
            behind = rounds.behind(most)
            if behind:
                rounds.leave(behind)
                clock.arms = most
                say(
                    f"{asked.minutes:g} minutes have room for {most} of {whole} arms: going on with"
                    " those whose best setting so far came out best"
                )
        room = clock.room_for_more(rounds.trials, found.seconds, networks)
        write_json(noted, {"seconds": clock.elapsed, "trials": None, "behind": behind})
    write_json(noted, {"seconds": clock.elapsed, "trials": rounds.trials, "behind": behind})
    return _no_room(asked, whole, behind or ())


def _no_room(asked: Asked, whole: int, behind: Sequence[str]) -> dict[str, str]:
    """Why these of so many arms were left."""
    return {
        name: f"{NO_ROOM}: those of --minutes {asked.minutes:g} held {whole - len(behind)} of"
        f" {whole} arms, and the best of its first {next_generation(0)} settings was behind"
        " those of the other methods"
        for name in behind
    }


def _digest(asked: Asked) -> str:
    return hashlib.sha256(json.dumps(asdict(asked), sort_keys=True).encode()).hexdigest()[:16]


def _folder(study: Study, prepared: Path) -> Path:
    """Where advice on a study is under way: whatever is asked, the same networks serve."""
    everything = written(study, list(study.cells)) | {"evaluation": study.evaluation.model_dump()}
    return folder_for({"advice": everything}, prepared / DATA_FILE)
