"""init_: a module's parameters, on meta or not, get their initial values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, SupportsFloat, SupportsIndex, TypeVar

import torch

from glorand._dtensor import is_dtensor
from glorand._fill import fill_of
from glorand._library import GlorandError
from glorand.torch._choice import Chosen, Options, choose, named
from glorand.torch._draw import draw_part, rehearse_part
from glorand.torch._fsdp1 import flat_tensors
from glorand.torch._rules import Rules, given_of
from glorand.torch._tensors import Tensor, tensors_of

Module = TypeVar("Module", bound=torch.nn.Module)


def draw(chosen: Sequence[Chosen]) -> None:
    """Draws what this rank has of the tensors."""
    for one in chosen:
        for part in one.tensor.parts():
            draw_part(one, part)


def all_tensors(model: torch.nn.Module, prefix: str) -> list[Tensor]:
    """The tensors of a module, those in flat parameters among them. Errors: TypeError, GlorandError."""
    flat, handled = flat_tensors(model, prefix)
    return flat + tensors_of(model, prefix, handled)


def _device_of(value: Any, device: torch.device | None) -> torch.device:
    """Where a tensor on meta gets its memory."""
    if device is not None:
        return device
    return torch.device(value.device_mesh.device_type if is_dtensor(value) else "cpu")


def rehearse(chosen: Sequence[Chosen], device: torch.device | None) -> None:
    """Does all but drawing, so that what cannot be filled is known before anything is written. Errors: GlorandError."""
    devices = set()
    for one in chosen:
        try:
            for part in one.tensor.parts():
                rehearse_part(one, part)
        except GlorandError as error:
            raise named(one.name, error) from None
        if one.tensor.is_meta:
            devices.add(_device_of(one.tensor.value, device))
    for place in devices:
        fill_of(torch.empty(0, device=place), "zeros")


def _materialize(model: torch.nn.Module, chosen: Sequence[Chosen], device: torch.device | None) -> None:
    """Gives memory to what is on meta, as ``torch.nn.Module.to_empty`` does, and ties again what was tied."""
    meta = [one.tensor for one in chosen if one.tensor.is_meta]
    wanted = {id(tensor.value): tensor.value for tensor in meta}  # which keeps them, and so their ids

    def made(value: torch.Tensor) -> torch.Tensor:
        if wanted.pop(id(value), None) is None:
            return value
        return torch.empty_like(value, device=_device_of(value, device))

    if not meta:
        return
    model._apply(made)  # type: ignore[no-untyped-call]
    for tensor in meta:
        # Children get theirs before their parents, so that the first name need not be the one that got memory.
        places = [getattr(module, key) for module, key in tensor.places]
        value = next((place for place in places if place.device.type != "meta"), places[0])
        for module, key in tensor.places:
            if getattr(module, key) is not value:
                setattr(module, key, value)


def init_(
    model: Module,
    rules: Rules | None = None,
    *,
    seed: SupportsIndex | None,
    tensors: Any = None,
    recipe: str | None = None,
    layout: str | None = None,
    method: str | None = None,
    variables: Mapping[str, SupportsFloat] | None = None,
    device: torch.device | str | None = None,
    prefix: str = "",
    part: bool = False,
) -> Module:
    """Fills a module's parameters with initial values, and returns the module.

    It takes the place of ``model.to_empty(...)`` and the model's own initialization. Parameters on meta get memory,
    others are filled where they are. Of parameters that are DTensors this rank's part is filled, and no message is
    sent: every rank makes the same call. FSDP's flat parameters are filled, too. The values depend on the parameter's
    name, the seed, the rules and the whole shape alone.

    Args:
        model: a module; wrappers around it and in it change no name and no value.
        rules: a mapping of patterns to initializers or their texts, or pairs of both, of which the first that matches
            a tensor's name decides; "skip" leaves it out. Or a list of tensors, as for `tensors`.
        seed: from -2^63 to 2^63 - 1; None for that of the list.
        tensors: a list of tensors, beside rules: JSON that ``glorand init`` reads, as text, as a path, as an object, or
            what `glorand.torch.record` returns. It has all parameters of the model that no rule decides.
        recipe: None, or "keras": what a tensor gets that nothing else decides; see glorand-init(1).
        layout: "torch" or "keras", where no initializer names one; by default the list's, and torch without one.
        method: "resample" or "icdf", for truncated normals.
        variables: numbers that rules use by name.
        device: where parameters on meta get their memory; by default a DTensor's mesh says it, and others are on the
            CPU.
        prefix: what stands before all names, as "decoder." where the module is a part of a model.
        part: the module is a part of a model, as a pipeline's stage is: rules and tensors of the list that fit none of
            its names are passed over. Otherwise they are an error.

    A parameter that is tied to another is filled once, under the first of its names that the list has, or without a
    list under the first in the order of ``named_parameters``; it stays tied. A buffer is filled when the list has it,
    or when a rule matches its name and spells out what comes after the last dot ("*.running_mean"). A buffer on meta
    that is not named so is an error. What is skipped stays as it is, on meta, too.

    Errors, with nothing written or materialized: TypeError, OSError (a list that cannot be read), GlorandError:

    - ``GLR_ERROR_UNDECIDED``: parameters, or buffers on meta, that nothing decides; the message has all of them.
    - ``GLR_ERROR_UNSEEDED``: no seed.
    - ``GLR_ERROR_PARSE``: a rule or a list; a rule that matches no name.
    - ``GLR_ERROR_SHAPE``, ``GLR_ERROR_ARGUMENT``: a tensor that the list has otherwise; a law that does not fit.
    - ``GLR_ERROR_UNSUPPORTED``: a tensor that `glorand.fill_` does not fill.

    Threads: one call for a module at a time.

    >>> import glorand.torch, torch
    >>> with torch.device("meta"):
    ...     model = torch.nn.Linear(3, 2)
    >>> glorand.torch.init_(model, {"weight": "kaiming_uniform", "bias": "zeros"}, seed=42).bias
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """
    given = given_of(rules, tensors)
    place = None if device is None else torch.device(device)
    chosen = choose(all_tensors(model, prefix), given, Options(seed, recipe, layout, method, variables, part))
    rehearse(chosen, place)
    _materialize(model, chosen, place)
    draw(chosen)
    return model
