"""What networks of a search came to, kept in a file, so that a search can be interrupted."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from regscope.advice.arms import Setting
from regscope.base.checksums import with_checksum, without_checksum
from regscope.base.files import write_text


@dataclass(frozen=True)
class Network:
    """One network: at every epoch at which it was read off, its score and its loss.

    Of scores more is better; nan of a network whose loss was no longer finite. `points`: what each
    test example adds to the last score, float32 `[n]`, where that is a mean over them. `seconds`:
    its share of the processor time that its stack trained, None where that was not heard.
    """

    setting: Setting
    seed: int
    scores: tuple[float, ...]
    losses: tuple[float, ...]
    points: np.ndarray | None = None
    seconds: float | None = None


@dataclass
class Found:
    """All networks so far, the seconds that they took, and what they were made with, as
    `environment` says it; written whole after every batch."""

    path: Path
    seconds: float = 0.0
    environment: dict[str, Any] = field(default_factory=dict)
    networks: dict[tuple[Setting, int], Network] = field(default_factory=dict)
    asked_for: set[tuple[Setting, int]] = field(default_factory=set)

    @property
    def used(self) -> dict[tuple[Setting, int], Network]:
        """Of all that are here those that this search asked for, by setting and seed."""
        return {key: self.networks[key] for key in sorted(self.asked_for)}

    @classmethod
    def at(cls, path: Path) -> Found:
        """What the file holds; nothing where there is none, or it is damaged."""
        found = cls(path)
        try:
            told = without_checksum(json.loads(path.read_text()))
        except (FileNotFoundError, ValueError):
            told = None
        if told is not None:
            found.seconds, found.environment = told["seconds"], told["environment"]
            for network in told["networks"]:
                found._take(_read(network))
        return found

    def missing(self, settings: Iterable[Setting], seeds: range) -> dict[range, list[Setting]]:
        """The settings that have not been trained with all of these seeds, by those from the first
        that is wanting on."""
        found: dict[range, list[Setting]] = {}
        for setting in dict.fromkeys(settings):
            wanting = [seed for seed in seeds if (setting, seed) not in self.networks]
            if wanting:
                found.setdefault(range(wanting[0], seeds.stop), []).append(setting)
        return found

    def add(
        self,
        networks: Iterable[Network],
        seconds: float,
        environment: Mapping[str, Any] | None = None,
    ) -> None:
        self.environment = dict(environment or self.environment)
        for network in networks:
            self._take(network)
        self.seconds += seconds
        told = {
            "seconds": round(self.seconds, 3),
            "environment": self.environment,
            "networks": [_written(network) for network in self.networks.values()],
        }
        write_text(self.path, json.dumps(with_checksum(told)) + "\n")

    def scores(self, setting: Setting, seeds: Sequence[int]) -> np.ndarray:
        """`[read off, seeds]`."""
        return np.array([self.networks[setting, seed].scores for seed in seeds]).T

    def losses(self, setting: Setting, seeds: Sequence[int]) -> np.ndarray:
        """`[read off, seeds]`."""
        return np.array([self.networks[setting, seed].losses for seed in seeds]).T

    def _take(self, network: Network) -> None:
        self.networks[network.setting, network.seed] = network


def _written(network: Network) -> list[Any]:
    setting = network.setting
    return [
        [setting.learning_rate, setting.epochs, [list(pair) for pair in setting.methods]],
        network.seed,
        list(network.scores),
        list(network.losses),
        None if network.points is None else _text(network.points),
        network.seconds,
    ]


def _read(written: list[Any]) -> Network:
    (rate, epochs, methods), seed, scores, losses, points, seconds = written
    setting = Setting(rate, epochs, tuple((name, value) for name, value in methods))
    known = None if points is None else _numbers(points)
    return Network(setting, seed, tuple(scores), tuple(losses), known, seconds)


def _text(points: np.ndarray) -> str:
    return base64.b64encode(points.astype("<f4").tobytes()).decode()


def _numbers(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")
