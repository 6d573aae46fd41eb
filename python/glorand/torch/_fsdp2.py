"""fully_shard, torch's second FSDP, over tensor parallelism: which part of a parameter a rank has.

fully_shard cuts what tensor parallelism has left of a parameter, and a forward pass gathers that. The placements of the
DTensor that it makes say the same only where the numbers of ranks divide the axis, or nearly so. torch has no public
word for the cut itself, so this reads what FSDPParam keeps of it. Where a torch has no such attributes, the placements
count, and `held_of` refuses those that are not clear.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import torch

from glorand._dtensor import placements_of
from glorand._shards import Placement


def _params(model: torch.nn.Module) -> Iterator[Any]:
    """The FSDPParam of each parameter that fully_shard has cut."""
    kind = getattr(sys.modules.get("torch.distributed.fsdp"), "FSDPModule", ())
    for module in model.modules():
        if isinstance(module, kind):
            state: Any = module._get_fsdp_state()
            for group in getattr(state, "_fsdp_param_groups", ()):
                yield from group.fsdp_params


def _registered(param: Any) -> Any:
    """The parameter that the module has now: load_state_dict may have put another one there."""
    info = param._module_info
    return info.module._parameters[info.param_name]


def _held(param: Any) -> list[Placement] | None:
    """How a parameter of tensor parallelism was cut, in the order of the cuts; None for one that has no such word."""
    spec = getattr(param, "_unsharded_dtensor_spec", None)  # of what tensor parallelism has left; None without it
    if spec is None:
        return None
    placements = placements_of(_registered(param), spec.placements, spec.mesh)
    ranks = getattr(param.mesh_info, "shard_mesh_size", 1)  # a mesh that only replicates has no shards
    if placements is None or ranks == 1:
        return placements
    return [*placements, Placement(ranks, param.mesh_info.shard_mesh_rank, param.fsdp_placement.dim)]


def sharded_twice(model: torch.nn.Module) -> dict[int, list[Placement]]:
    """Of the parameters that fully_shard has cut over tensor parallelism, by their ids: how this rank's part is cut.

    Errors: GlorandError for sums that are still to be made (Partial).
    """
    found = {id(_registered(param)): _held(param) for param in _params(model)}
    return {key: placements for key, placements in found.items() if placements is not None}
