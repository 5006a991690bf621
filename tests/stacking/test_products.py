from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from regscope.stacking import products
from regscope.stacking.products import ONEDNN_FROM, prefers_onednn, product

LARGE, SMALL = (2, 64, 100, 48), (3, 5, 4, 3)
VECTORS = [(3, 142, 16, 1), (3, 1, 784, 1), (2, 512, 800, 1)]


def operands(seeds: int, rows: int, inner: int, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    left = torch.randn(seeds, rows, inner, generator=generator)
    right = torch.randn(seeds, columns, inner, generator=generator).transpose(1, 2)
    return left, right, torch.randn(seeds, columns, generator=generator)


# oneDNN's may round to bfloat16 on processors with AMX, where it must not be chosen (tested).
EXACT = [False, True] if products._rounds_to_float32() else [False]


@pytest.fixture(params=EXACT)
def either_kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "onednn_is_faster", lambda: request.param)


@pytest.mark.parametrize("shape", [LARGE, SMALL, *VECTORS])
@pytest.mark.usefixtures("either_kernel")
def test_products_are_exact_float32(shape: tuple[int, int, int, int]) -> None:
    left, right, bias = operands(*shape)
    expected = left.double() @ right.double()
    # bfloat16's factors would be off by 2**-9 of their sizes.
    tolerance = 2**-20 * shape[2]
    assert (product(left, right) - expected).abs().max() < tolerance
    with_bias = expected + bias.double().unsqueeze(1)
    assert (product(left, right, bias) - with_bias).abs().max() < tolerance


@pytest.mark.parametrize("shape", [LARGE, SMALL, *VECTORS])
@pytest.mark.usefixtures("either_kernel")
def test_a_seeds_product_does_not_depend_on_the_others(shape: tuple[int, int, int, int]) -> None:
    left, right, bias = operands(*shape)
    together = product(left, right, bias)
    for seed in range(shape[0]):
        one = slice(seed, seed + 1)
        alone = product(left[one].clone(), right[one].clone(), bias[one].clone())
        assert torch.equal(alone, together[one])


@pytest.mark.usefixtures("either_kernel")
def test_torchs_setting_is_left_as_it_was() -> None:
    before = torch.backends.mkldnn.matmul.fp32_precision  # type: ignore[attr-defined]
    left, right, _ = operands(*LARGE)
    assert left[0].numel() * right.shape[2] >= ONEDNN_FROM
    product(left, right)
    with pytest.raises(RuntimeError):
        product(left, right[:, :50])
    assert torch.backends.mkldnn.matmul.fp32_precision == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("vendor", "flags", "chosen"),
    [
        ("AuthenticAMD", "fpu avx2 avx512f avx512_bf16", True),
        ("AuthenticAMD", "fpu avx2", False),
        ("AuthenticAMD", "fpu avx2 avx512f amx_tile amx_bf16", False),
        ("GenuineIntel", "fpu avx2 avx512f", False),
    ],
)
def test_onednn_is_chosen_by_what_the_processor_is(vendor: str, flags: str, chosen: bool) -> None:
    cpuinfo = f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: {flags}\n\nprocessor\t: 1\n"
    assert prefers_onednn(cpuinfo) is chosen


def test_other_systems_descriptions_choose_nothing() -> None:
    assert prefers_onednn("") is False
    assert prefers_onednn("processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: asimd\n") is False


@pytest.mark.parametrize("exact", [True, False])
def test_kernels_that_round_are_not_chosen(
    exact: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even on a processor of AMD's with AVX-512."""
    description = tmp_path / "cpuinfo"
    description.write_text("vendor_id\t: AuthenticAMD\nflags\t\t: avx2 avx512f\n")
    monkeypatch.setattr(products, "CPUINFO", description)
    monkeypatch.setattr(products, "_rounds_to_float32", lambda: exact)
    assert products.onednn_is_faster.__wrapped__() is exact
    monkeypatch.setattr(products, "CPUINFO", tmp_path / "none")
    assert products.onednn_is_faster.__wrapped__() is False


def test_a_product_of_shapes_without_numbers_is_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a survey of memory takes it, where arithmetic is portable, too."""
    left, right = torch.empty(3, 4, 5, device="meta"), torch.empty(3, 5, 1, device="meta")
    for portable in (False, True):
        monkeypatch.setattr(products, "is_portable", lambda portable=portable: portable)
        found = product(left, right)
        assert found.is_meta
        assert found.shape == (3, 4, 1)
