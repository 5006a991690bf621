"""A network's files: its weights, the program torch can run, and ONNX."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from regscope.base.errors import RegscopeError
from regscope.base.foreign import cause, shortened
from regscope.base.lines import choose, shown

if TYPE_CHECKING:
    from torch import Tensor, nn

Format = Literal["torch", "state_dict", "onnx"]
FORMATS: tuple[Format, ...] = ("torch", "state_dict", "onnx")

STATE_DICT = "state_dict.pt"
PROGRAM = "model.pt2"
ONNX = "model.onnx"
CODE = "model.py"

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""What other kernels may change in a logit."""


def checked_format(given: str, data_kind: str) -> Format:
    """The format of this name.

    Raises RegscopeError where there is none, or it cannot be written, before anything is read.
    """
    chosen = next((one for one in FORMATS if one == given), None)
    if chosen is None:
        raise RegscopeError(f"--format {shown(given)}: {choose(FORMATS)}")
    if chosen != "state_dict" and data_kind == "tokens":
        raise RegscopeError(
            f"--format {chosen}: a tagger goes through sentences of any length step by step, which"
            " cannot be written down as one program: choose state_dict"
        )
    if chosen == "onnx":
        missing = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
        if missing:
            raise RegscopeError(
                f"--format onnx: needs {' and '.join(missing)}, not installed here; install with:"
                f" python -m pip install {' '.join(missing)}"
            )
    return chosen


def write_state_dict(network: nn.Module, folder: Path) -> None:
    """Tensors by name and nothing else: `torch.load(..., weights_only=True)` reads it."""
    import torch

    state = {name: value.detach().clone() for name, value in network.state_dict().items()}
    torch.save(state, folder / STATE_DICT)


def write_program(network: nn.Module, inputs: Tensor, folder: Path) -> None:
    """The graph of operators and the weights, for batches of any size.

    `inputs` `[N, ...]`, at least three. Raises RegscopeError where the program read back does not
    give what the network does.
    """
    import torch

    program = _exported(network, inputs, "torch")
    with _told_where_refused("torch"):
        torch.export.save(program, folder / PROGRAM)
    read = torch.export.load(folder / PROGRAM).module()
    with torch.no_grad():
        for some in (inputs, inputs[:1]):
            _check_same(PROGRAM, read(some), network(some))


def write_onnx(network: nn.Module, inputs: Tensor, folder: Path) -> None:
    """One file, `inputs` to `logits`, for batches of any size; checked as `write_program` does."""
    import torch
    from onnx.reference import ReferenceEvaluator

    file = folder / ONNX
    exported = _exported(network, inputs, "onnx")
    with _told_where_refused("onnx"), warnings.catch_warnings():
        # Torch's exporter calls what torch itself calls outdated.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        program = torch.onnx.export(
            exported, dynamo=True, input_names=["inputs"], output_names=["logits"], verbose=False
        )
    assert program is not None
    program.save(str(file), external_data=False)
    evaluator = ReferenceEvaluator(str(file))
    with torch.no_grad():
        for some in (inputs, inputs[:1]):
            (found,) = evaluator.run(None, {"inputs": some.numpy()})
            _check_same(ONNX, torch.from_numpy(found), network(some))


def _exported(network: nn.Module, inputs: Tensor, chosen: Format) -> Any:
    """Torch's program, without examples of the data and without this machine's file names.

    Raises RegscopeError where torch cannot make one of the network.
    """
    import torch

    batch = torch.export.Dim("batch", min=1)
    blank = torch.zeros_like(inputs[:2])
    with _told_where_refused(chosen):
        program = torch.export.export(network, (blank,), dynamic_shapes=({0: batch},))
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    return program


@contextmanager
def _told_where_refused(chosen: Format) -> Iterator[None]:
    """Not every forward can be written down as one program: torch says so by errors of any kind,
    and prints and logs what it had written of some until then."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stderr(io.StringIO()):
            yield
    except OSError:
        raise
    except Exception as error:
        raise RegscopeError(
            f"--format {chosen}: torch cannot write this network down as one program"
            f" ({shortened(cause(error), 120)}): choose state_dict"
        ) from error
    finally:
        logging.disable(before)


def _check_same(name: str, found: Tensor, expected: Tensor) -> None:
    import torch

    if not torch.allclose(found, expected, rtol=RELATIVE, atol=ABSOLUTE):
        off = (found - expected).abs().max().item()
        raise RegscopeError(f"{name}: gives logits that are up to {off:.2g} off the network's")
