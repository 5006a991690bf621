"""The words after a stage's name: the study, and for a cell's stages the regularizer."""

import sys

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.study.params import Params, Study, load_params


def study_argument() -> tuple[str, Study, Params]:
    """`STUDY`: its name, its settings, and all settings.

    Raises RegscopeError where the words are others, or where there is no such study.
    """
    (name,) = words("STUDY")
    params = load_params()
    return name, params.named(name), params


def cell_arguments() -> tuple[str, Study, str]:
    """`STUDY REG`: the study's name, its settings, and the name of a cell, which may be null."""
    name, reg = words("STUDY", "REG")
    study = load_params().named(name)
    if reg not in study.regularizers:
        raise RegscopeError(f"reg {reg}: {choose(study.cells)}")
    return name, study, reg


def chosen_cells() -> tuple[str, Study, list[str]]:
    """`STUDY [REG]`: the study's name, its settings, and the names of its cells, or of that one."""
    if len(sys.argv) == 3:
        name, study, reg = cell_arguments()
        return name, study, [reg]
    (name,) = words("STUDY [REG]")
    study = load_params().named(name)
    return name, study, list(study.cells)


def words(*wanted: str) -> list[str]:
    if len(sys.argv) != 1 + len(wanted):
        raise RegscopeError(f"give {' '.join(wanted)}, not: {' '.join(sys.argv[1:]) or 'nothing'}")
    return sys.argv[1:]
