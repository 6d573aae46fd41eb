"""The tensors of a module: each once, under the first of its names, whatever wraps the module."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

import torch

from glorand._dtensor import held_of, is_dtensor
from glorand._library import GlorandError
from glorand._shards import Placement, flat_pieces
from glorand.torch._fsdp2 import sharded_twice

# Modules that others put around one, by the name under which it lies in them. A name of this kind is no part of a
# tensor's name, so that values do not depend on wrappers.
WRAPPERS = ("_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module")
_PARALLEL = (torch.nn.parallel.DistributedDataParallel, torch.nn.DataParallel)  # theirs is `module`, as others' may be


class Part(NamedTuple):
    """Memory of this rank that holds a tensor or a part of it."""

    values: torch.Tensor
    said: dict[str, Any]  # which part it is, as `glorand.fill_` takes it; a DTensor says it by itself
    owner: torch.Tensor | None = None  # which autograd has to be told of, if the values are its memory

    def held(self) -> Part | None:
        """The same in plain memory; None where this rank has nothing. Errors: GlorandError."""
        if not is_dtensor(self.values):
            return Part(self.values.detach(), self.said)
        held = held_of(self.values)
        if held.placements is None:
            return None
        return Part(held.local.detach(), {"shape": held.shape, "placements": held.placements})


@dataclass
class Tensor:
    """A parameter or a buffer of a module, or a tensor in a flat buffer."""

    names: list[str]  # the first one says its stream; the others are tied to it
    shape: tuple[int, ...]  # of the whole
    dtype: str
    is_buffer: bool = False
    places: list[tuple[torch.nn.Module, str]] = field(default_factory=list)  # where it lies, one for each name
    flat: list[Part] | None = None  # what this rank has of it, if it lies in a flat buffer, and so at no place
    placements: list[Placement] | None = None  # of a DTensor whose own do not say which part this rank has

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def value(self) -> torch.Tensor:
        """The tensor that is there now: for one on meta, another one comes."""
        module, key = self.places[0]
        value = (module._buffers if self.is_buffer else module._parameters)[key]
        assert value is not None
        return value

    @property
    def is_meta(self) -> bool:
        return self.flat is None and self.value.device.type == "meta"

    def parts(self) -> list[Part]:
        """What this rank has of it."""
        if self.flat is not None:
            return self.flat
        if self.placements is None:
            return [Part(self.value, {})]
        value: Any = self.value
        with torch.no_grad():
            return [Part(value.to_local(), {"shape": self.shape, "placements": self.placements}, value)]


def named_modules(module: torch.nn.Module, prefix: str = "") -> Iterator[tuple[str, torch.nn.Module]]:
    """Modules by what their tensors' names begin with, wrappers apart; one that is in several places, by each name."""
    yield prefix, module
    for key, child in module._modules.items():
        if child is not None:
            is_wrapper = key in WRAPPERS or (key == "module" and isinstance(module, _PARALLEL))
            yield from named_modules(child, prefix if is_wrapper else f"{prefix}{key}.")


def _shape_of(name: str, tensor: Any) -> tuple[int, ...]:
    if torch.nn.parameter.is_lazy(tensor):
        why = f"{name}: has no shape before the module has run once: it is a lazy module's"
        raise GlorandError("GLR_ERROR_SHAPE", why)
    return tuple(tensor.shape)


def _reshard(model: torch.nn.Module) -> None:
    """Has the modules of fully_shard register their sharded parameters, which are those that last."""
    sharded = getattr(sys.modules.get("torch.distributed.fsdp"), "FSDPModule", None)  # which torch before 2.6 lacks
    for module in model.modules():
        if sharded is not None and isinstance(module, sharded):
            module.reshard()


def tensors_of(module: torch.nn.Module, prefix: str = "", without: frozenset[int] = frozenset()) -> list[Tensor]:
    """Parameters and buffers, each once, in the order of the modules, but for those whose ids are in `without`.

    Errors: TypeError for what is no module, GlorandError for parameters of lazy modules.
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"model: a torch.nn.Module is needed, not {module!r}")
    _reshard(module)
    twice = sharded_twice(module)
    found: dict[int, Tensor] = {}
    for path, owner in named_modules(module, prefix):
        for members, is_buffer in ((owner._parameters, False), (owner._buffers, True)):
            for key, tensor in members.items():
                if tensor is None or id(tensor) in without:
                    continue
                name = path + key
                if id(tensor) not in found:
                    found[id(tensor)] = Tensor([], _shape_of(name, tensor), str(tensor.dtype), is_buffer)
                    found[id(tensor)].placements = twice.get(id(tensor))
                found[id(tensor)].names.append(name)
                found[id(tensor)].places.append((owner, key))
    return list(found.values())


def flat_parts(
    buffer: torch.Tensor, first: int, offsets: Sequence[int], shapes: Sequence[tuple[int, ...]]
) -> list[list[Part]]:
    """What a rank has of each tensor in a flat buffer, of which it has `buffer` from the element `first` on.

    Errors: GlorandError.
    """
    found: list[list[Part]] = [[] for _ in shapes]
    for piece in flat_pieces(offsets, [prod(shape) for shape in shapes], first, len(buffer)):
        values = buffer[piece.local : piece.local + piece.elements]
        said = {"shape": shapes[piece.tensor], "range": (piece.first, piece.elements)}
        found[piece.tensor].append(Part(values, said))
    return found
