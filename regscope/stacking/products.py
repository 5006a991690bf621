"""Batched matrix products; of float32, by the faster of torch's two exact kernels.

MKL, which torch asks by default, does not use AVX-512 on AMD's processors; oneDNN does, at twice
the speed. On Intel's both do. Where arithmetic is portable, neither is asked.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from regscope.arithmetic import is_portable
from regscope.arithmetic.products import by_openblas

# Below this many multiply-adds a seed, setting up oneDNN's kernel takes longer than MKL's work.
# It must not depend on the number of seeds: the two differ in the last digits.
ONEDNN_FROM = 2**17

CPUINFO = Path("/proc/cpuinfo")


def product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """`left` `[S, n, k]` times `right` `[S, k, m]`, plus `bias` `[S, m]` on every row if given."""
    if is_portable() and left.dtype == torch.float32 and not left.is_meta:
        return by_openblas(left, right, bias)
    if left.is_cuda or left.is_meta or left.dtype != torch.float32:
        return _product(left, right, bias)
    rows, inner, columns = *left.shape[1:], right.shape[2]
    if columns == 1:
        return _of_vectors(left, right, bias)
    if rows * inner * columns < ONEDNN_FROM or not onednn_is_faster():
        return _product(left, right, bias)
    return _by_onednn(left, right, bias)


def _of_vectors(left: Tensor, right: Tensor, bias: Tensor | None) -> Tensor:
    """MKL's kernel of a lone seed's vector has other last digits than that of several."""
    products = (left * right.transpose(1, 2)).sum(2, keepdim=True)
    return products if bias is None else products + bias.unsqueeze(1)


def _by_onednn(left: Tensor, right: Tensor, bias: Tensor | None) -> Tensor:
    # A permission to round to bfloat16, which only kernels for AMX make use of: without AMX it
    # does nothing but choose oneDNN's float32 kernels.
    matmul = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    before = matmul.fp32_precision
    matmul.fp32_precision = "bf16"
    try:
        return _product(left, right, bias)
    finally:
        matmul.fp32_precision = before


def _product(left: Tensor, right: Tensor, bias: Tensor | None) -> Tensor:
    if bias is None:
        return torch.bmm(left, right)
    return torch.baddbmm(bias.unsqueeze(1), left, right)


@cache
def onednn_is_faster() -> bool:
    available = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    if not (CPUINFO.is_file() and available):
        return False
    return prefers_onednn(CPUINFO.read_text()) and _rounds_to_float32()


def _rounds_to_float32() -> bool:
    """Whether factors of 17 bits, more than bfloat16 or TF32 have, come through exactly."""
    nearly_one = torch.full((1, 64, 64), 1 + 2.0**-16)
    expected = torch.full((1, 64, 64), 64 + 2.0**-10)
    return torch.equal(_by_onednn(nearly_one, torch.ones(1, 64, 64), None), expected)


def prefers_onednn(cpuinfo: str) -> bool:
    """Whether Linux's description is of a processor by AMD with AVX-512 and without AMX."""
    vendor, flags = "", set[str]()
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "vendor_id":
            vendor = value.strip()
        elif key.strip() == "flags":
            flags = set(value.split())
            break
    amx = any(flag.startswith("amx") for flag in flags)
    return vendor == "AuthenticAMD" and "avx512f" in flags and not amx
