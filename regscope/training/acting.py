"""Who acts at which places of a stack: its optimizers, and its methods with what is their own."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.regularizers import Regularizer, Scoped
from regscope.regularizers.base import has_hook
from regscope.regularizers.step import Own, Places, runs
from regscope.stacking.stack import stacked_weights
from regscope.stacking.streams import Streams
from regscope.training.optimizer import Optimizer
from regscope.training.optimizers import make_optimizer
from regscope.training.places import Place
from regscope.training.rates import Rates
from regscope.training.update import Acting, Updates, gradients_of

Optimizers = Sequence[tuple[Places, Optimizer]]


def optimizers_of(model: nn.Module, plain: nn.Module, places: Sequence[Place]) -> Optimizers:
    """One for neighbouring places that are updated alike."""
    found = []
    parameters = list(model.parameters())
    device = parameters[0].device
    for _, where in runs(places, _updated):
        own = places[where or slice(None)]
        felt = [
            _as_one(methods, device)
            for methods in zip(*(_felt(place) for place in own), strict=True)
        ]
        terms = [(method, weights_of(method, model, plain).values()) for method in felt]
        rates = Rates([place.training for place in own], device)
        optimizer = make_optimizer(own[0].training, parameters, terms, where, rates)
        found.append((where, optimizer))
    return found


def _updated(place: Place) -> object:
    """What is equal at places of one optimizer."""
    settings = place.training.model_dump_json(exclude={"learning_rate", "schedule"})
    return settings, [method.likes for method in _felt(place)]


def _felt(place: Place) -> list[Regularizer]:
    return [method for method in place.methods if has_hook(method, "subgradient")]


def _as_one(methods: Sequence[Regularizer | None], device: torch.device) -> Regularizer:
    there = [method for method in methods if method is not None]
    return there[0].as_one(there, device)


def acting_methods(
    model: nn.Module,
    plain: nn.Module,
    places: Sequence[Place],
    optimizers: Optimizers,
    device: torch.device,
) -> tuple[list[Acting], dict[str, dict[str, Tensor]]]:
    """The methods in the order in which they act, and what each remembers, `[S, ...]` by name.

    Raises RegscopeError where a method does nothing to these weights.
    """
    parameters = dict(model.named_parameters())
    buffers = dict(model.named_buffers())
    acting: list[Acting] = []
    memory: dict[str, dict[str, Tensor]] = {}
    for name in _in_turn(places):
        for where, optimizer, updated in _where(name, places, optimizers):
            chosen = where or slice(None)
            method = _as_one([place.method(name) for place in places[chosen]], device)
            there = {key: _at(tensor, where) for key, tensor in parameters.items()}
            weights = _acted_on(method, model, plain)
            running = {key: _at(tensor, where) for key, tensor in buffers.items()}
            state = method.state(there, running)
            own = memory.setdefault(name, {}) if state else {}
            for key, tensor in state.items():
                if key not in own:
                    own[key] = tensor.new_zeros(len(places), *tensor.shape[1:])
                own[key][chosen] = tensor
            place = Own(
                where,
                there,
                {key: there[key] for key in weights},
                running,
                Streams([place.seed for place in places[chosen]], name, device),
                {key: _at(own[key], where) for key in state},
                Updates(optimizer, parameters, updated),
                gradients_of(parameters, where),
            )
            if weights:
                method.try_out(place.weights)
            acting.append(Acting(method, place))
    return acting, memory


def weights_of(method: Regularizer, model: nn.Module, plain: nn.Module) -> dict[str, Tensor]:
    """The weights of a stack that a method acts on.

    Raises RegscopeError where there are none.
    """
    try:
        return stacked_weights(model, plain, getattr(method, "layers", None))
    except ValueError as error:
        raise RegscopeError(f"{method.name}: {error}") from error


def _acted_on(method: Regularizer, model: nn.Module, plain: nn.Module) -> Mapping[str, Tensor]:
    """None of a method that fills slots, whose layers need not have any."""
    if isinstance(method, Scoped) and method.slot is not None:
        return {}
    return weights_of(method, model, plain)


def _in_turn(places: Sequence[Place]) -> list[str]:
    methods = {method.name: method for place in places for method in place.methods}
    return sorted(methods, key=lambda name: (methods[name].turn, name))


def _where(
    name: str, places: Sequence[Place], optimizers: Optimizers
) -> Iterator[tuple[Places, Optimizer, Places]]:
    """Neighbouring places where a method acts as one, their optimizer, and its places that these
    are."""
    for updated, optimizer in optimizers:
        start, stop, _ = (updated or slice(None)).indices(len(places))
        for likes, found in runs(places[start:stop], lambda place: _likes(place, name)):
            if likes is not None:
                own = found or slice(0, stop - start)
                where = slice(start + own.start, start + own.stop)
                everywhere = where == slice(0, len(places))
                yield None if everywhere else where, optimizer, found


def _likes(place: Place, name: str) -> Hashable | None:
    method = place.method(name)
    return None if method is None else method.likes


def _at(tensor: Tensor, places: Places) -> Tensor:
    return tensor if places is None else tensor.detach()[places]
