"""Whether torch and numpy were built with what portable arithmetic is made of."""

from __future__ import annotations

import numpy as np
import torch


def builds_lack() -> str | None:
    """What is missing in a few words: torch's MKL, or numpy's OpenBLAS."""
    if not torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]
        return f"torch {torch.__version__} was built without MKL"
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    if "openblas" not in blas:
        return f"numpy {np.__version__} computes with {blas}, not with OpenBLAS"
    return None
