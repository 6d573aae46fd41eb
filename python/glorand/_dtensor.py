"""torch's DTensors: what this rank holds of one, and how it is placed on its mesh."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from glorand._arrays import refusal
from glorand._shards import Placement


class Held(NamedTuple):
    """What this rank has of a DTensor; no placements if the rank is not in the mesh."""

    local: Any  # torch.Tensor
    shape: tuple[int, ...]  # of the whole
    placements: list[Placement] | None


def is_dtensor(array: object) -> bool:
    """Whether it is a DTensor. torch.distributed is not imported for that: who has one has imported it."""
    module = sys.modules.get("torch.distributed.tensor")
    kind = getattr(module, "DTensor", None)  # which it lacks while it is being imported
    return kind is not None and isinstance(array, kind)


def _placement(array: Any, index: int, ranks: int, rank: int) -> Placement:
    """One of torch's placements. By their names: _StridedShard is no public class, and not always a Shard."""
    placement = array.placements[index]
    kind = type(placement).__name__
    if kind == "Replicate":
        return Placement(ranks, rank)
    if kind not in ("Shard", "_StridedShard"):
        why = f"has the placement {placement!r} for dimension {index} of its mesh: its values are not those of a tensor"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")
    axis = int(placement.dim)
    segments = int(placement.split_factor) if kind == "_StridedShard" else 1
    return Placement(ranks, rank, axis + array.ndim if axis < 0 else axis, segments)


def held_of(array: Any) -> Held:
    """What this rank has of a DTensor. Errors: GlorandError for a sum that is still to be made (Partial)."""
    import torch

    with torch.no_grad():
        local = array.to_local()
    shape, mesh = tuple(array.shape), array.device_mesh
    coordinate = mesh.get_coordinate()
    if coordinate is None:
        return Held(local, shape, None)
    placements = [_placement(array, index, mesh.size(index), rank) for index, rank in enumerate(coordinate)]
    return Held(local, shape, placements)
