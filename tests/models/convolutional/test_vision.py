"""torchvision through `vision.torchvision`, in processes of their own: imports are global."""

import subprocess
import sys
from pathlib import Path

import pytest


def in_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_models_datasets_and_transforms_work() -> None:
    printed = in_python(
        """
import torch
from regscope.models.convolutional.vision import torchvision
vision = torchvision()
assert vision is torchvision()
from torchvision.transforms import v2
network = vision.models.efficientnet_b0(weights=None, num_classes=25).eval()
picture = v2.functional.horizontal_flip(torch.zeros(1, 3, 64, 64))
print(tuple(network(picture).shape), vision.datasets.MNIST.__name__)
"""
    )
    assert printed == "(1, 25) MNIST"


def test_inert_where_torchvision_imports_by_itself() -> None:
    printed = in_python(
        """
import sys, types
sys.modules["torchvision"] = types.ModuleType("torchvision")
import regscope.models.convolutional.vision as vision
vision._declare_operators = None
print(vision.torchvision() is sys.modules["torchvision"], "torch" in sys.modules)
"""
    )
    assert printed == "True False"


def test_other_errors_pass_through(tmp_path: Path) -> None:
    (package := tmp_path / "torchvision").mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('something else')\n")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from regscope.models.convolutional.vision import torchvision
try:
    torchvision()
except RuntimeError as error:
    print(error)
"""
    assert in_python(code) == "something else"


def test_not_imported_where_it_is_not_used() -> None:
    modules = "regscope.study.params, regscope.training.loop, stages.evaluate"
    assert in_python(f"import sys, {modules}; print('torchvision' in sys.modules)") == "False"
