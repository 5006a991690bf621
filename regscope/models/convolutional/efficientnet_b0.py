"""The module of `regscope.models.efficientnet`: torchvision's features, pooled, and an output."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from regscope.models.convolutional.pooled import Pooled
from regscope.models.convolutional.vision import torchvision

# Of ImageNet's training pictures in [0, 1], as all of torchvision's weights expect.
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


class EfficientNetB0(nn.Module):
    """Pictures `[B, 3, H, W]` in [0, 1] to logits `[B, classes]`."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, side: int, classes: int) -> None:
        super().__init__()
        whole = torchvision().models.efficientnet_b0(weights=None, num_classes=classes)
        dropout, output = whole.classifier
        self.side = side
        self.features = whole.features
        self.pooled = Pooled(output.in_features)
        self.pooled_norm = nn.Identity()
        self.pooled_dropout = nn.Identity()
        self.own_masks = nn.Dropout(dropout.p)
        self.output = output
        for name, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        if pictures.shape[-2:] != (self.side, self.side):
            size = (self.side, self.side)
            pictures = functional.interpolate(pictures, size, mode="bilinear", antialias=True)
        features = self.features((pictures - self.mean) / self.deviation)
        pooled = self.pooled_dropout(self.pooled_norm(self.pooled(features)))
        logits: Tensor = self.output(self.own_masks(pooled))
        return logits
