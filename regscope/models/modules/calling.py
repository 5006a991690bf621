"""A class or a function of one's own, called for a network."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.models.modules.loading import other_states, told

if TYPE_CHECKING:
    from torch import nn

GIVEN = ("input_shape", "classes")
"""What the study gives by keyword, where the signature names it."""


def called(
    made_by: Any, name: str, given: Mapping[str, Any], arguments: Mapping[str, Any]
) -> nn.Module:
    """The network that the class or function `made_by`, called `name`, makes.

    Raises RegscopeError, in one line that begins with the setting, where it cannot be called with
    the `arguments`, raises something, draws from elsewhere than torch, or gives no module.
    """
    import torch
    from torch import nn

    if isinstance(made_by, nn.Module):
        raise RegscopeError(
            f"{name} is a network already, the same for every seed: name its class, or a function"
            " that makes one"
        )
    if isinstance(made_by, type) and not issubclass(made_by, nn.Module):
        raise RegscopeError(
            f"{name} is no torch.nn.Module: derive it, class {name}(nn.Module), or name a function"
            " that makes a module"
        )
    if not callable(made_by):
        raise RegscopeError(
            f"{name} ({type(made_by).__name__}) cannot be called: name a class of torch.nn.Module,"
            " or a function that makes one"
        )
    keywords = _keywords(made_by, name, given, arguments)
    others, seed = other_states(), torch.initial_seed()
    try:
        network = made_by(**keywords)
    except (Exception, SystemExit) as error:
        raise RegscopeError(
            f"{name} cannot be made: {told(error)}: mend it, or give others of its arguments"
        ) from error
    if not isinstance(network, nn.Module):
        raise RegscopeError(
            f"{name} gives a {type(network).__name__}, no torch.nn.Module: let it return the"
            " network"
        )
    if other_states() != others:
        raise RegscopeError(
            f"{name} draws from random or numpy, which no seed sets: draw with torch in its place"
        )
    if torch.initial_seed() != seed:
        raise RegscopeError(
            f"{name} seeds torch by itself, so that all seeds would begin alike: take"
            " torch.manual_seed out"
        )
    return network


def _keywords(
    made_by: Any, name: str, given: Mapping[str, Any], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        parameters = dict(inspect.signature(made_by).parameters)
    except (TypeError, ValueError):
        return dict(arguments)
    kinds = inspect.Parameter
    named = {
        key: parameter
        for key, parameter in parameters.items()
        if parameter.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)
    }
    takes_any = any(one.kind is kinds.VAR_KEYWORD for one in parameters.values())
    for key in arguments:
        if key in GIVEN:
            raise RegscopeError(f"arguments.{key}: the study gives it: leave it out")
        if key not in named and not takes_any:
            free = [one for one in named if one not in GIVEN]
            allowed = f"{name} takes {listed(free, near=key)}" if free else f"{name} takes none"
            raise RegscopeError(f"arguments.{key}: {allowed}: name one of these, or leave it out")
    keywords = {key: value for key, value in given.items() if key in named} | dict(arguments)
    lacking = [
        key
        for key, parameter in parameters.items()
        if parameter.default is kinds.empty
        and parameter.kind not in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL)
        and key not in keywords
    ]
    if lacking:
        raise RegscopeError(
            f"{name} needs {listed(lacking)}, which the study does not give"
            f" ({', '.join(GIVEN)} it does): add arguments: {{{lacking[0]}: ...}}"
        )
    return keywords
