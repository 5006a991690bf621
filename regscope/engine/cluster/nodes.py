"""What nodes of a cluster have, what a stack needs, and how many of them train at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regscope.base.lines import joined


@dataclass(frozen=True)
class Node:
    """A machine of the cluster that is there: its cores, GPUs and bytes of memory."""

    name: str
    cores: int
    gpus: int
    memory: int

    def slots(self, gpu: bool) -> int:
        """How many stacks train here at a time, a core each and where asked for a GPU."""
        return min(self.cores, self.gpus) if gpu else self.cores


@dataclass(frozen=True)
class Need:
    """What a stack takes of a node: a core, so many bytes, and where asked for a GPU."""

    memory: int = 0
    gpu: bool = False

    def __str__(self) -> str:
        memory = f"{self.memory / 1e6:.0f} MB of memory" if self.memory else ""
        return joined(list(filter(None, ("a core", "a GPU" if self.gpu else "", memory))))

    @property
    def options(self) -> dict[str, Any]:
        """As Ray is told of it."""
        found: dict[str, Any] = {"num_cpus": 1}
        if self.memory:
            found["memory"] = self.memory
        if self.gpu:
            found["num_gpus"] = 1
        return found


def alive(described: Iterable[Mapping[str, Any]]) -> list[Node]:
    """Those that are there, of nodes as `ray.nodes()` describes them."""
    return [
        Node(
            str(node["NodeManagerAddress"]),
            int(node["Resources"].get("CPU", 0)),
            int(node["Resources"].get("GPU", 0)),
            int(node["Resources"].get("memory", 0)),
        )
        for node in described
        if node["Alive"]
    ]


def slots(nodes: Iterable[Node], gpu: bool) -> int:
    return sum(node.slots(gpu) for node in nodes)


def lacking(nodes: Sequence[Node], need: Need) -> str | None:
    """In a few words, why no node will ever have it; None where one will."""
    able = [node for node in nodes if node.slots(need.gpu)]
    if any(node.memory >= need.memory for node in able):
        return None
    if not able:
        what = "a GPU and a core" if need.gpu else "a core"
        return f"none of the cluster's {len(nodes)} nodes has {what} to train on"
    most = max(node.memory for node in able)
    return (
        f"no node of the cluster has {need}: the most memory that one gives Ray is"
        f" {most / 1e6:.0f} MB"
    )


def allowed(workers: int, slots: int, all_of_them: bool) -> int:
    """How many stacks may be under way: twice as many as there are slots, so that none waits for
    its next one; `workers` where not all slots are to be used."""
    return max(1, 2 * slots) if all_of_them else workers
