"""torch's DTensors: what this rank holds of one, and how it is placed on its mesh."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
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


def _placement(array: Any, placements: Sequence[Any], index: int, ranks: int, rank: int) -> Placement:
    """One of torch's placements. By their names: _StridedShard is no public class, and not always a Shard."""
    placement = placements[index]
    kind = type(placement).__name__
    if kind == "Replicate":
        return Placement(ranks, rank)
    if kind not in ("Shard", "_StridedShard"):
        why = f"has the placement {placement!r} for dimension {index} of its mesh: its values are not those of a tensor"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")
    axis = int(placement.dim)
    segments = int(placement.split_factor) if kind == "_StridedShard" else 1
    return Placement(ranks, rank, axis + array.ndim if axis < 0 else axis, segments)


def placements_of(array: Any, placements: Sequence[Any], mesh: Any) -> list[Placement] | None:
    """What a mesh's placements are on this rank; None if it is not in the mesh. Errors: GlorandError for Partial."""
    coordinate = mesh.get_coordinate()
    ranks = [_placement(array, placements, index, mesh.size(index), 0) for index in range(mesh.ndim)]
    if coordinate is None:
        return None
    return [placement._replace(rank=rank) for placement, rank in zip(ranks, coordinate, strict=True)]


def _lengths(extent: int, ranks: Sequence[int]) -> list[int]:
    """How many of an axis each rank has that is cut into chunks for these numbers of ranks, one after the other."""
    lengths = [extent]
    for count in ranks:
        chunks = [-(-length // count) for length in lengths]
        lengths = [
            max(0, min(chunk, length - rank * chunk))
            for length, chunk in zip(lengths, chunks, strict=True)
            for rank in range(count)
        ]
    return lengths


def _agree(extent: int, segments: int, outer: int, inner: Sequence[int]) -> bool:
    """Whether cutting an axis by `inner`, and what a rank has then by `outer`, is what the placements say.

    They say that `outer` cuts each segment, and `inner` what is then left of all of them.
    """
    first = _lengths(extent, inner)
    if first != _lengths(extent, [segments]):
        return False
    later = [_lengths(length, [outer]) for length in first]
    return all(list(held) == _lengths(sum(held), inner) for held in zip(*later, strict=True))


def _refuse_unclear(array: Any) -> None:
    """Refuses placements of fully_shard over tensor parallelism where they and the memory that it makes disagree.

    Whoever has the DTensor alone cannot know whether fully_shard made it, which cuts what tensor parallelism has left,
    or distribute_tensor, which does what the placements say. It depends on shape and mesh alone: all ranks refuse.
    """
    mesh, placements = array.device_mesh, array.placements
    said = [_placement(array, placements, index, mesh.size(index), 0) for index in range(mesh.ndim)]
    for index, placement in enumerate(said):
        axis, segments = placement.axis, placement.segments
        inner = [other.ranks for other in said[index + 1 :] if other.axis is not None and other.axis == axis]
        if axis is None or not isinstance(segments, int) or segments < 2 or segments != prod(inner):
            continue
        before = [other.ranks for other in said[:index] if other.axis == axis]
        if all(_agree(left, segments, placement.ranks, inner) for left in set(_lengths(array.shape[axis], before))):
            continue
        sizes = " x ".join(str(mesh.size(each)) for each in range(mesh.ndim))
        divisor = prod(other.ranks for other in said if other.axis == axis)
        why = (
            f"has {array.shape[axis]} along axis {axis} on a mesh of {sizes} ranks, where the placements "
            f"{tuple(placements)} say other parts than fully_shard holds over tensor parallelism; "
            f"an axis that {divisor} divides is the same in both, and glorand.torch.init_ fills a module of fully_shard"
        )
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")


def held_of(array: Any) -> Held:
    """What this rank has of a DTensor.

    Errors: GlorandError for a sum that is still to be made (Partial), and for placements from which nobody can tell
    what the ranks have; on all ranks alike.
    """
    import torch

    with torch.no_grad():
        local = array.to_local()
    _refuse_unclear(array)
    return Held(local, tuple(array.shape), placements_of(array, array.placements, array.device_mesh))
