"""FullyShardedDataParallel, torch's first FSDP: its parameters lie in flat ones, of which each rank has a range.

torch has no public word for where in a flat parameter a tensor lies, so this reads the attributes that FlatParameter
documents for itself.
"""

from __future__ import annotations

import sys
from itertools import accumulate
from typing import Any

import torch

from glorand._library import GlorandError
from glorand.torch._tensors import Tensor, flat_parts, named_modules


class _Names:
    """The names of parameters, by the modules that have them, in the order of the modules."""

    def __init__(self, model: torch.nn.Module, prefix: str) -> None:
        self.paths: dict[int, list[str]] = {}
        for path, module in named_modules(model, prefix):
            self.paths.setdefault(id(module), []).append(path)
        self.order = {path: place for place, path in enumerate(path for paths in self.paths.values() for path in paths)}

    def of(self, owners: list[tuple[torch.nn.Module, str]]) -> list[str]:
        """All names of a parameter that these modules have under these keys."""
        found = [(self.order[path], path + key) for module, key in owners for path in self.paths[id(module)]]
        return [name for _, name in sorted(found)]


def _local(handle: Any, name: str) -> tuple[torch.Tensor, int]:
    """This rank's part of a flat parameter, and the element with which it begins. Errors: GlorandError."""
    flat = handle.flat_param
    if not handle.uses_sharded_strategy:
        return flat.detach(), 0
    if not handle.is_sharded(flat):
        why = f"{name}: lies in a parameter that FSDP has gathered; fill it outside of summon_full_params"
        raise GlorandError("GLR_ERROR_UNSUPPORTED", why)
    local = flat.detach()
    return local, handle.rank * len(local)


def _tensors_of_handle(handle: Any, names: _Names) -> list[Tensor]:
    """The tensors of one flat parameter, as `Tensor`s with this rank's range of each. Errors: GlorandError."""
    flat = handle.flat_param
    owners = [[(info.module, info.param_name)] for info in flat._param_infos]
    place = {(id(info.module), info.param_name): index for index, info in enumerate(flat._param_infos)}
    for info in flat._shared_param_infos:
        owners[place[id(info.prim_module), info.prim_param_name]].append((info.module, info.param_name))
    of_each = [names.of(owner) for owner in owners]
    for each, is_contiguous in zip(of_each, flat._contiguities, strict=True):
        if not is_contiguous:
            why = f"{each[0]}: lies in a flat parameter, and not in row-major order"
            raise GlorandError("GLR_ERROR_UNSUPPORTED", why)
    starts = accumulate(flat._numels_with_padding, initial=0)
    offsets = [start for start, is_padding in zip(starts, flat._is_padding_mask, strict=False) if not is_padding]
    shapes = [tuple(shape) for shape in flat._shapes]
    local, first = _local(handle, of_each[0][0])
    return [
        Tensor(each, shape, str(flat.dtype), flat=parts)
        for each, shape, parts in zip(of_each, shapes, flat_parts(local, first, offsets, shapes), strict=True)
    ]


def flat_tensors(model: torch.nn.Module, prefix: str) -> tuple[list[Tensor], frozenset[int]]:
    """The tensors in a module's flat parameters, and the ids of the parameters by which the module has them.

    Errors: GlorandError for flat parameters that are gathered now.
    """
    fsdp = getattr(sys.modules.get("torch.distributed.fsdp"), "FullyShardedDataParallel", ())
    modules = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    handles = [module._handle for module in modules if isinstance(module, fsdp) and module._handle is not None]
    names = _Names(model, prefix) if handles else None
    found: list[Tensor] = []
    handled: set[int] = set()
    for handle in handles:
        assert names is not None
        found += _tensors_of_handle(handle, names)
        flat = handle.flat_param
        handled |= {id(flat), *map(id, flat._params or ()), *map(id, flat._shared_params or ())}
    return found, frozenset(handled)
