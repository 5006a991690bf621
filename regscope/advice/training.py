"""Settings of a search, trained side by side: as many networks a stack as there is room for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any

from regscope.advice.arms import Setting, for_epochs, read_off
from regscope.advice.found import Found, Network
from regscope.advice.pace import Pace
from regscope.advice.scores import Ended, kept_of, scores_of
from regscope.base.environment import environment
from regscope.base.errors import RegscopeError
from regscope.datasets.base import Holdout
from regscope.engine.base import Work
from regscope.engine.cell import surveyed
from regscope.engine.messages import Epoch
from regscope.engine.plan import Plan
from regscope.engine.run import Run, remove, written
from regscope.engine.together import Cells
from regscope.engine.trained import end_of
from regscope.study.params import BASELINE, Study
from regscope.training.places import Place, shape

Told = Callable[[int, int], None]
"""Hears how many of how many epochs of networks are trained."""


def silent(done: int, whole: int) -> None:
    """Tells nobody."""
    del done, whole


@dataclass(frozen=True)
class Alike:
    """Settings whose networks train as one stack, with the seeds of `cells`, whose regs they are,
    and the study whose cells they are."""

    study: Study
    settings: tuple[Setting, ...]
    cells: Cells


@dataclass
class Lab:
    """Who trains the settings of a search, on the prepared data in the folder `data`.

    What is trained is put into `found`, and is not trained again; `told` hears how far a batch is.
    `processors` are those that trained.
    """

    study: Study
    data: Path
    label: str
    holdout: Holdout
    found: Found
    told: Told = silent
    processors: set[str] = field(default_factory=set)
    run: Run | None = None

    def train(self, settings: Sequence[Setting], seeds: range) -> None:
        """Train these settings with these seeds, apart from what is there already.

        Raises what `surveyed` raises, and RegscopeError where a worker is gone; what is finished
        then is kept.
        """
        self.found.asked_for |= {(setting, seed) for setting in settings for seed in seeds}
        self._leave_out(settings, seeds)
        missing = self.found.missing(settings, seeds)
        if missing:
            began = monotonic()
            if self.run is None:
                self.run = self._surveyed(missing)
            networks = self._trained(list(self._grouped(missing)))
            self.found.add(networks, monotonic() - began, self._environment())

    def _grouped(self, missing: Mapping[range, Sequence[Setting]]) -> Iterator[Alike]:
        """A search trains methods together. What a test trains is timed, method by method."""
        run = self.run
        assert run is not None
        # As few stacks as keep all workers busy.
        most = min(run.largest, ceil(_networks(missing) / run.workers))
        for seeds, settings in missing.items():
            if self.holdout == "test":
                yield from grouped(self.study, settings, seeds)
            else:
                yield from grouped(self.study, settings, seeds, most)

    def _leave_out(self, settings: Sequence[Setting], seeds: range) -> None:
        """Mixtures that the study refuses have no score, as those that diverge."""
        nothing = (float("nan"),)
        for setting in dict.fromkeys(settings):
            if len(setting.methods) < 2 or (setting, seeds.start) in self.found.networks:
                continue
            try:
                for_epochs(self.study, {"one": setting.cell}, len(seeds), setting.epochs)
            except RegscopeError:
                count = len(read_off(self.study, setting))
                for seed in seeds:
                    network = Network(setting, seed, nothing * count, nothing * count)
                    self.found.networks[setting, seed] = network

    def _environment(self) -> dict[str, Any]:
        run = self.run
        assert run is not None
        precision = self.study.training.precision
        return environment(run.device, precision, run.computed, self.processors)

    def _trained(self, groups: Sequence[Alike]) -> list[Network]:
        with ExitStack() as exits:
            dealt: list[tuple[Alike, Run, Plan]] = []
            for alike in groups:
                run = self._run_of(alike.study)
                plans = exits.enter_context(run.dealt([alike.cells], 1))
                dealt.append((alike, run, plans[alike.cells]))
            paces = self._work(dealt)
            networks = [network for one in dealt for network in self._networks(*one, paces)]
            remove([plan for _, _, plan in dealt])
        return networks

    def _run_of(self, study: Study) -> Run:
        """As the first batch was found to train best: the networks to come are like its own."""
        assert self.run is not None
        regs = [reg for reg in study.cells if reg != BASELINE]
        job = replace(
            self.run.job,
            study=written(study, regs),
            searching=kept_of(study, self.holdout),
        )
        return replace(self.run, study=study, job=job)

    def _surveyed(self, missing: Mapping[range, Sequence[Setting]]) -> Run:
        """What the largest takes of those settings, of which one of the same methods each is looked
        at."""
        of_methods = {
            tuple(setting.cell): setting for settings in missing.values() for setting in settings
        }
        settings = list(of_methods.values())
        cells = {f"methods_{number}": setting.cell for number, setting in enumerate(settings)}
        longest = max(setting.epochs for setting in settings)
        study = for_epochs(self.study, cells, len(next(iter(missing))), longest)
        among = _networks(missing)
        run, _ = surveyed(study, list(cells), self.data, self.label, self.holdout, among=among)
        return run

    def _work(self, dealt: Sequence[tuple[Alike, Run, Plan]]) -> dict[Path, Pace]:
        """Train what waits; how fast, by the stacks' files."""
        run = self.run
        assert run is not None
        works = [
            Work(own.job, alike.cells, stack, self.label)
            for alike, own, plan in dealt
            for stack in plan.waiting
        ]
        whole = sum(len(alike.cells.numbers) * alike.study.training.epochs for alike, _, _ in dealt)
        done = whole - sum(_left(work) for work in works)
        paces: dict[Path, Pace] = defaultdict(Pace)

        def heard(work: Work, epoch: Epoch) -> None:
            nonlocal done
            paces[work.stack.path].heard(epoch)
            done += len(epoch.seeds)
            self.told(done, whole)

        run.engine.train(sorted(works, key=lambda work: -_left(work)), run.workers, heard)
        return paces

    def _networks(
        self, alike: Alike, run: Run, plan: Plan, paces: Mapping[Path, Pace]
    ) -> Iterator[Network]:
        # A processor's seconds say nothing of what another device does.
        an_epoch = {
            number: pace.seconds / len(stack.numbers)
            for stack in plan.waiting
            if (pace := paces.get(stack.path)) is not None and pace.seconds is not None
            for number in stack.numbers
            if run.device == "cpu"
        }
        state, history, processors = end_of(plan)
        self.processors.update(processors)
        scores = scores_of(alike.study, self.data, self.holdout)
        regs = alike.cells.regs
        for number in alike.cells.numbers:
            reg, seed = alike.cells.place(number)
            setting = alike.settings[regs.index(reg)]
            weights = {name: tensor[number] for name, tensor in state.items()}
            searching = self.holdout == "validation"
            epochs = read_off(self.study, setting) if searching else (setting.epochs,)
            found = scores(Ended(reg, seed, history[:, number], weights), epochs)
            seconds = setting.epochs * an_epoch[number] if number in an_epoch else None
            yield Network(setting, seed, found.scores, found.losses, found.points, seconds)


def grouped(
    study: Study, settings: Sequence[Setting], seeds: range, most: int | None = None
) -> list[Alike]:
    """Deal settings into those that train as one; neighbours have a learning rate in common.

    Settings of the same methods; with `most` of any that may train as one, in stacks of about so
    many networks.
    """
    shapes: dict[object, list[Setting]] = {}
    for setting in sorted(settings, key=lambda one: (tuple(one.cell), one)):
        alone = for_epochs(study, {"one": setting.cell}, len(seeds), setting.epochs)
        place = Place(0, tuple(alone.cells["one"].methods()), alone.training)
        methods = tuple(setting.cell) if most is None else ()
        shapes.setdefault((setting.epochs, methods, shape(place)), []).append(setting)
    found = []
    for same in _shared(shapes.values(), len(seeds), most):
        cells = {f"trial_{number}": setting.cell for number, setting in enumerate(same)}
        rates = tuple(setting.learning_rate for setting in same)
        found.append(
            Alike(
                for_epochs(study, cells, len(seeds), same[0].epochs),
                tuple(same),
                Cells(tuple(cells), len(seeds), seeds.start, rates),
            )
        )
    return found


def _shared(
    groups: Iterable[Sequence[Setting]], seeds: int, most: int | None
) -> Iterator[Sequence[Setting]]:
    """Groups in shares of about `most` networks, as even as can be."""
    for group in groups:
        count = 1 if most is None else ceil(len(group) * seeds / max(most, seeds))
        for share in range(count):
            start, stop = (len(group) * part // count for part in (share, share + 1))
            yield group[start:stop]


def _networks(missing: Mapping[range, Sequence[Setting]]) -> int:
    return sum(len(seeds) * len(settings) for seeds, settings in missing.items())


def _left(work: Work) -> int:
    """Its networks' epochs that are still to be trained."""
    epochs: int = work.job.study["training"]["epochs"]
    return len(work.stack.numbers) * (epochs - work.stack.epoch)
