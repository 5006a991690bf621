"""A figure that notebooks show by themselves, whether or not pyplot is there."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Shown(Figure):
    """matplotlib's Figure, and a picture of it where a notebook asks for one."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()
