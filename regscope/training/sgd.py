"""Stochastic gradient descent over stacked parameters, torch's update step by step."""

from __future__ import annotations

import torch
from torch import Tensor

from regscope.regularizers.step import Places
from regscope.study.training import SGDTraining
from regscope.training.optimizer import Optimizer, subtract


class SGD(Optimizer):
    """Gradient descent with optional (Nesterov) momentum, without dampening."""

    settings: SGDTraining

    def _begin(self) -> None:
        if self.settings.momentum:
            for index, part in enumerate(self.parts):
                self.state[f"velocity.{index}"] = torch.zeros_like(part.values)

    @torch.no_grad()
    def step(self) -> None:
        settings = self.settings
        for index, part in enumerate(self.parts):
            gradient = part.laid_out
            if settings.momentum:
                velocity = self.state[f"velocity.{index}"]
                velocity.mul_(settings.momentum).add_(gradient)
                gradient = (
                    gradient.add(velocity, alpha=settings.momentum)
                    if settings.nesterov
                    else velocity
                )
            for one in self.rates.each:
                subtract(part.values[one.places], gradient[one.places], one.value)

    def step_size(self, index: int, places: Places = None) -> Tensor | float:  # noqa: ARG002
        return self.rates.at(places) / (1 - self.settings.momentum)
