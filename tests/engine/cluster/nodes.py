"""Clusters of Ray's on this machine, each node with processes of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from unittest import mock

import psutil

SMALL = 80 * 2**20
"""Of an object store: about as little as Ray takes."""

FAIR = {"RAY_worker_niceness": "0"}
"""Ray's workers would stand back for whatever else runs here."""


class Nodes:
    """A head that trains nothing, and those that do, with a core each unless told otherwise."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True,
            head_node_args={
                "num_cpus": 0,
                "include_dashboard": False,
                "object_store_memory": SMALL,
                "_system_config": {"health_check_period_ms": 1000},
            },
        )
        self.address: str = self._cluster.address
        self.last: Any = None

    def add(self, variables: Mapping[str, str] = {}, **settings: Any) -> None:
        """One more; `variables` are those of its environment."""
        settings = {"num_cpus": 1, "object_store_memory": SMALL, **settings}
        with mock.patch.dict(os.environ, {**FAIR, **variables}):
            self.last = self._cluster.add_node(**settings)

    def lose(self) -> None:
        """The one that was added last dies."""
        self._cluster.remove_node(self.last, allow_graceful=False)

    def replace(self) -> None:
        """It dies, and another one comes."""
        self.lose()
        self.add()

    def close(self) -> None:
        self._cluster.shutdown()


@contextmanager
def cluster(count: int) -> Iterator[Nodes]:
    """A head and `count` nodes; whoever is connected to them is not any more in the end."""
    import ray

    found = Nodes()
    try:
        for _ in range(count):
            found.add()
        yield found
    finally:
        ray.shutdown()
        found.close()


def training() -> list[psutil.Process]:
    """The workers of this process's clusters that train a stack."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "ray::_train" in " ".join(process.cmdline()):
                found.append(process)
    return found
