"""The engine of a cluster, by Ray: a task a stack; data and checkpoints go through its store.

Nobody needs a shared disk: where a stack stands comes home and is written here, so that a stack
whose worker dies goes on from there on another node. Ray retries nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from regscope.arithmetic import Arithmetic
from regscope.base.errors import RegscopeError
from regscope.base.files import write_bytes
from regscope.engine.base import Heard, Job, SurveyJob, Work
from regscope.engine.cluster import session
from regscope.engine.cluster.flight import DEATHS, Flight
from regscope.engine.cluster.messages import Home, Told
from regscope.engine.cluster.nodes import Need, allowed, lacking, slots
from regscope.engine.cluster.shipped import Store, files_of
from regscope.engine.device import DEVICE
from regscope.engine.messages import error_of
from regscope.engine.plan import Survey
from regscope.engine.processors import note
from regscope.study.params import Study

LOOK_SECONDS = 5
"""So often it is looked whether the nodes are still there that stacks wait for."""


class Ray:
    """The nodes of a cluster; a stack takes a core, and a GPU where that trains."""

    def __init__(self) -> None:
        self._store = Store()
        self._started: set[tuple[str, Arithmetic, bool]] = set()

    def survey(self, job: SurveyJob, label: str) -> Survey:
        """As an Engine does, on a node; what is free is what the nodes give Ray."""
        import ray

        with _about(label):
            session.connect()
            job = _with_device(job)
            gpu, study = job.device != "cpu", Study.model_validate(job.study)
            data, need = self._store.put(job.data), Need(gpu=gpu)
            nodes = [node for node in session.nodes() if node.slots(gpu)]
            _check(need)
            most = max(node.memory for node in nodes)
            task = _remote(_answer, need, study.training.arithmetic, retries=DEATHS - 1)
            asked = task.remote(_home(study), job, most, data)
            self._start(need, study.training.arithmetic, slots(nodes, gpu) - 1)
            try:
                while not ray.wait([asked], timeout=LOOK_SECONDS)[0]:
                    _check(need)
            except BaseException:
                _end([asked])
                raise
            try:
                found = ray.get(asked)
            except ray.exceptions.RayError as error:
                raise RegscopeError(_why(error)) from None
            if not isinstance(found, Survey):
                raise RegscopeError(found["error"])
            if gpu:
                return replace(found, free=found.free * slots(nodes, gpu), on_one=found.free)
            return replace(found, free=sum(node.memory for node in nodes), on_one=most)

    def _start(self, need: Need, arithmetic: Arithmetic, workers: int) -> None:
        """So many others, once a cluster: they load what trains while the first one answers."""
        import ray

        key = (ray.get_runtime_context().get_job_id(), arithmetic, need.gpu)
        if key not in self._started:
            self._started.add(key)
            task = _remote(_load, need, arithmetic)
            for _ in range(workers):
                task.remote()

    def workers(self, device: str) -> int:
        """One a core of the cluster, or a GPU."""
        return max(1, slots(session.nodes(), device != "cpu"))

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        """As an Engine does; Ray chooses the nodes."""
        if not works:
            return
        session.connect()
        for work in works:
            with _about(work.label):
                _check(_need(work))
        training = _Training(works, workers, heard, self._store)
        try:
            training.run()
        finally:
            _end(said for said, flight in training.flights.items() if not flight.ended)


class _Training:
    def __init__(self, works: Sequence[Work], workers: int, heard: Heard, store: Store) -> None:
        self.waiting, self.workers, self.heard, self.store = list(works), workers, heard, store
        self.gpu = works[0].job.device != "cpu"
        self.all_slots = workers >= slots(session.nodes(), self.gpu)
        self.flights: dict[Any, Flight] = {}
        self.homes: dict[int, tuple[Job, Home, Any]] = {}

    def run(self) -> None:
        import ray

        looked = -float("inf")
        while self.waiting or self.flights:
            if monotonic() - looked > LOOK_SECONDS:
                self._look()
                looked = monotonic()
            while self.waiting and len(self.flights) < self.most:
                self._begin(Flight(self.waiting.pop(0)))
            ready, _ = ray.wait(list(self.flights), timeout=LOOK_SECONDS)
            for said in ready:
                self._hear(said, self.flights[said])

    def _look(self) -> None:
        nodes = session.nodes()
        self.most = allowed(self.workers, slots(nodes, self.gpu), self.all_slots)
        for flight in self.flights.values():
            if not flight.begun and (reason := lacking(nodes, _need(flight.work))):
                raise RegscopeError(f"{flight.work.label}: {reason}")

    def _begin(self, flight: Flight) -> None:
        work, stack = flight.work, flight.stack
        with _about(work.label):
            home, data = self._sent(work)
            start = None if stack.origin is None else _bytes(stack.origin)
        task = _remote(_train, _need(work), work.job.arithmetic, num_returns="streaming")
        self.flights[task.remote(home, work.job, work.cells, stack, data, start)] = flight

    def _sent(self, work: Work) -> tuple[Home, Any]:
        """What all stacks of its cells are sent, and the data, which are put once."""
        job = work.job
        if id(job) not in self.homes:
            home = _home(Study.model_validate(job.study))
            self.homes[id(job)] = job, home, self.store.put(job.data)
        _, home, data = self.homes[id(job)]
        return home, data

    def _hear(self, said: Any, flight: Flight) -> None:
        import ray

        label = flight.work.label
        try:
            told = ray.get(next(said))
        except StopIteration:
            del self.flights[said]
            self._again(flight, "it ended early")
        except ray.exceptions.RayError as error:
            if not _is_loss(error):
                raise RegscopeError(f"{label}: {_why(error)}") from None
            del self.flights[said]
            _end([said])
            self._again(flight, _why(error))
        else:
            self._take(told, flight)

    def _take(self, told: Told, flight: Flight) -> None:
        work = flight.work
        if told.processor is not None:
            flight.begun = True
            note([work.stack.path.parent], told.processor)
        for epoch in flight.new(told.epochs):
            self.heard(work, epoch)
        if told.state is not None:
            write_bytes(work.stack.path, told.state.content.data)
            flight.came_home(told.state.epoch, told.state.ended)
        if told.error is not None:
            flight.ended = True
            raise error_of(work.label, told.error)

    def _again(self, flight: Flight, why: str) -> None:
        if flight.ended:
            return
        flight.died(why)
        self._begin(flight)


# Imported there: this process itself does without torch.
def _load() -> None:
    import regscope.engine.cluster.task  # noqa: F401


def _answer(*question: Any) -> Any:
    from regscope.engine.cluster.task import answer

    return answer(*question)


def _train(*work: Any) -> Iterator[Told]:
    from regscope.engine.cluster.task import train

    yield from train(*work)


def _remote(
    function: Any, need: Need, arithmetic: Arithmetic, retries: int = 0, **options: Any
) -> Any:
    runtime = {"env_vars": session.variables(arithmetic)}
    return _known(function).options(
        max_retries=retries, runtime_env=runtime, **need.options, **options
    )


@cache
def _known(function: Any) -> Any:
    """To Ray, which sends it out once."""
    import ray

    return ray.remote(function)


def _home(study: Study) -> Home:
    folder = session.working_directory()
    files = files_of(study) if folder is None else {}
    return Home(folder, files, session.python_and_packages())


def _need(work: Work) -> Need:
    if work.job.device != "cpu":
        return Need(gpu=True)
    return Need(work.bytes)


def _check(need: Need) -> None:
    if reason := lacking(session.nodes(), need):
        raise RegscopeError(reason)


def _with_device(job: SurveyJob) -> SurveyJob:
    """With the device named that is to be had: a GPU where the study may use one.

    Raises RegscopeError where one among several is asked for: Ray chooses.
    """
    if job.device is not None and job.device.partition(":")[2] not in ("", "0"):
        raise RegscopeError(f"{DEVICE} = {job.device}: Ray chooses GPUs: cpu or cuda")
    if job.device is None:
        fastest = Study.model_validate(job.study).training.arithmetic == "fastest"
        gpus = fastest and slots(session.nodes(), gpu=True)
        return replace(job, device="cuda" if gpus else "cpu")
    return job


def _bytes(path: Path) -> Any:
    import numpy as np

    return np.fromfile(path, np.uint8)


def _is_loss(error: Exception) -> bool:
    """Whether a worker, a node or an object on it is gone; what else there is comes again."""
    from ray import exceptions

    if isinstance(error, exceptions.RayTaskError):
        return isinstance(error.cause, exceptions.ObjectLostError)
    return not isinstance(error, exceptions.RuntimeEnvSetupError | exceptions.LocalRayletDiedError)


def _why(error: Exception) -> str:
    """What Ray says, in a few words."""
    cause = getattr(error, "cause", None)
    if cause is not None:
        return f"{type(cause).__name__}: {cause}"
    first = str(error).strip().partition("\n")[0].strip()
    return first or type(error).__name__


def _end(tasks: Any) -> None:
    """Tasks under way end. None of them has given its last answer: Ray 2.60 aborts this process
    where a task is cancelled in the moment in which it ends by itself.
    """
    import ray

    for task in tasks:
        # A cluster that is gone.
        with suppress(Exception):
            ray.cancel(task, force=True)


@contextmanager
def _about(label: str) -> Iterator[None]:
    """Errors say what they are about."""
    try:
        yield
    except RegscopeError as error:
        raise type(error)(f"{label}: {error}") from None
