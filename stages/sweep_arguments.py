"""The words after the name of a stage of paths/dvc.yaml: the study, for a path the family."""

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.study.params import Params, Study, load_params
from regscope.sweeps.settings import Family, Sweep, Sweeps, load_sweeps
from stages.arguments import words


def checked() -> tuple[Params, Sweeps]:
    """Both parameter files, held against each other."""
    params = load_params()
    return params, load_sweeps(params)


def sweep_argument() -> tuple[str, Study, Sweep]:
    """`STUDY`: its name, its settings, and what is swept in it.

    Raises RegscopeError where the words are others, or where nothing is swept in that study.
    """
    (name,) = words("STUDY")
    return _sweep(name)


def path_arguments() -> tuple[str, Study, Sweep, str, Family | None]:
    """`STUDY FAMILY`: also the family's name and its settings, which may be null."""
    name, family = words("STUDY", "FAMILY")
    _, study, sweep = _sweep(name)
    if family not in sweep.families:
        raise RegscopeError(f"family {family}: {choose(sweep.families)}")
    return name, study, sweep, family, sweep.families[family]


def _sweep(name: str) -> tuple[str, Study, Sweep]:
    params, sweeps = checked()
    if name not in sweeps.sweeps:
        raise RegscopeError(f"study {name}: {choose(sweeps.sweeps)}")
    return name, params.named(name), sweeps.sweeps[name]
