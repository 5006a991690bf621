"""Operations that portable arithmetic is made of, and the bits that they give on every processor.

`regscope arithmetic` shows what they give here, each beside the record.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from regscope.arithmetic.functions import rounded_root
from regscope.arithmetic.products import by_openblas

RECORD = Path(__file__).with_name("answers.json")


def differing() -> list[str]:
    """The operations that give other bits here than on record."""
    found, record = answers(), json.loads(RECORD.read_text())
    return [name for name in found if found[name] != record.get(name)]


def answers() -> dict[str, str]:
    """`{operation: the first digits of its results' SHA-256}`, computed on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            return {name: _answer(compute) for name, compute in OPERATIONS.items()}
    finally:
        torch.set_num_threads(threads)


def _answer(compute: Callable[[], Tensor]) -> str:
    try:
        return _digest(compute())
    except (AttributeError, RuntimeError, TypeError) as error:
        # Another torch may not have the operation, or have it otherwise.
        return type(error).__name__


def _drawn(*shape: int, salt: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Numbers in [-1, 1) without a rounding: whole numbers, by SplitMix64, times 2**-22."""
    start = np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    words = np.arange(math.prod(shape), dtype=np.uint64) + start
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
    words ^= words >> np.uint64(31)
    whole = (words >> np.uint64(41)).astype(np.int64) - 2**22
    drawn: Tensor = torch.from_numpy(whole / 2.0**22).to(dtype).reshape(shape)
    return drawn


def _digest(result: Tensor) -> str:
    return hashlib.sha256(result.contiguous().numpy().tobytes()).hexdigest()[:12]


def _products(dtype: torch.dtype) -> Tensor:
    """Of sizes that OpenBLAS has different code for: one column, few, more than a block."""
    found = []
    for rows, inner, columns in ((32, 64, 1), (13, 400, 37), (96, 800, 128)):
        left = _drawn(2, rows, inner, salt=1, dtype=dtype)
        right = _drawn(2, columns, inner, salt=2, dtype=dtype).transpose(1, 2)
        found.append(by_openblas(left, right, _drawn(2, columns, salt=3, dtype=dtype)))
        found.append(by_openblas(left.transpose(1, 2), found[-1]))
    return torch.cat([one.flatten() for one in found])


def _adam() -> Tensor:
    weights, first, second = _drawn(1003, salt=4), torch.zeros(1003), torch.zeros(1003)
    step = torch.zeros(())
    for number in range(1, 21):
        step += 1
        torch._fused_adam_(
            [weights], [_drawn(1003, salt=10 + number)], [first], [second], [], [step],
            lr=1e-3, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False,
            maximize=False,
        )  # fmt: skip
    return weights


def _batch_norm() -> Tensor:
    inputs = _drawn(100, 48, salt=5)
    mean, variance = torch.zeros(48), torch.ones(48)
    weight, bias = _drawn(48, salt=6), _drawn(48, salt=7)
    with torch.enable_grad():
        leaves = [tensor.requires_grad_() for tensor in (inputs, weight, bias)]
        outputs = torch.nn.functional.batch_norm(inputs, mean, variance, weight, bias, True)
        gradients = torch.autograd.grad(outputs, leaves, _drawn(100, 48, salt=10))
    parts = [outputs.detach(), mean, variance, *gradients]
    return torch.cat([part.flatten() for part in parts])


def _eigenvalues() -> Tensor:
    matrix = _drawn(64, 90, salt=8, dtype=torch.float64)
    values: Tensor = torch.linalg.eigvalsh(matrix @ matrix.T)
    return values


def _by_numpy() -> Tensor:
    wide = 8 * _drawn(10_007, salt=9, dtype=torch.float64).numpy()
    near = np.abs(wide) + 2.0**-10
    parts = [np.exp(wide), np.log(near), np.sin(wide), np.cos(wide), np.power(near, 0.3)]
    return torch.from_numpy(np.concatenate([*parts, [wide.sum(), np.square(wide).mean()]]))


def _elementwise(function: Callable[[Tensor], Tensor], positive: bool = False) -> Tensor:
    """In both formats, from a place in memory where no vector begins."""
    found = []
    for dtype in (torch.float32, torch.float64):
        inputs = 8 * _drawn(10_008, salt=9, dtype=dtype)[1:]
        found.append(function(inputs.abs() + 2.0**-10 if positive else inputs).double())
    return torch.cat(found)


def _reductions(dtype: torch.dtype) -> Tensor:
    values = _drawn(7, 10_007, salt=9, dtype=dtype)
    parts = [values.sum(1), values.sum(0), values.mean(1), values.norm(dim=1), values.amax(1)]
    return torch.cat([*parts, values.square().mean().reshape(1)])


def _log_softmax(dtype: torch.dtype) -> Tensor:
    logits = 20 * _drawn(1000, 10, salt=9, dtype=dtype)
    return torch.cat([logits.log_softmax(1), logits.softmax(1), logits.logsumexp(1)[:, None]], 1)


OPERATIONS: Mapping[str, Callable[[], Tensor]] = {
    "products": lambda: _products(torch.float32),
    "products in float64": lambda: _products(torch.float64),
    "exp": lambda: _elementwise(torch.exp),
    "log": lambda: _elementwise(torch.log, positive=True),
    "sin": lambda: _elementwise(torch.sin),
    "cos": lambda: _elementwise(torch.cos),
    "tanh": lambda: _elementwise(torch.tanh),
    "gelu": lambda: _elementwise(torch.nn.functional.gelu),
    "square root": lambda: _elementwise(rounded_root, positive=True),
    "log_softmax": lambda: _log_softmax(torch.float32),
    "log_softmax in float64": lambda: _log_softmax(torch.float64),
    "sums": lambda: _reductions(torch.float32),
    "sums in float64": lambda: _reductions(torch.float64),
    "batch norm": _batch_norm,
    "Adam": _adam,
    "eigenvalues": _eigenvalues,
    "numpy": _by_numpy,
}
