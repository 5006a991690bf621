"""Square roots are nowhere torch's own, which depend on the processor whatever it is told."""

from __future__ import annotations

from pathlib import Path

import regscope.regularizers

TORCHS = (".sqrt(", ".norm(", "vector_norm(")


def test_no_method_takes_square_roots_by_torch() -> None:
    files = sorted(Path(regscope.regularizers.__file__).parent.glob("*.py"))
    assert len(files) > 15
    texts = {path.name: path.read_text() for path in files}
    assert [name for name, text in texts.items() if any(root in text for root in TORCHS)] == []
