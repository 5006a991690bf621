"""A study's accuracy table on the terminal."""

from __future__ import annotations

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.report.render import plain_text
from regscope.report.tables import short_accuracy_table
from regscope.study.params import Params


def summary(params: Params, name: str) -> str:
    """Title, table, and where the rest can be read.

    Raises RegscopeError for a study that is unknown or has no results.
    """
    study = params.named(name)
    if not results.has_results(name):
        raise RegscopeError(f"study {name}: no results yet; make them with: dvc repro")
    found = results.load(name)
    seeds = found.seeds["seed"].nunique()
    regs = [reg for reg in params.regs if reg in study.cells]
    pages = (paths.START_PAGE, paths.study_page(name), paths.plots(name))
    where = [path for path in pages if path.exists()]
    lines = [
        "",
        f"{study.title}: {seeds} seeds, means and 95 % intervals",
        "",
        plain_text(short_accuracy_table(found, regs)),
    ]
    lines += [f"{'Report:' if index == 0 else '':<8}{path}" for index, path in enumerate(where)]
    return "\n".join(lines).rstrip("\n") + "\n"
