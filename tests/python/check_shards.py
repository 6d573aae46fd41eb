"""Compares the pieces of shards with those of PyTorch and JAX, on tensors whose elements are their own indices: random
placements, split by torch's own functions; the rows of docs/shards.md; what fully_shard makes of a tensor-parallel
module on every rank of a mesh; and flat buffers by torch.split.

usage: check_shards.py LIBRARY PAGE
"""

from __future__ import annotations

import ctypes
import itertools
import math
import os
import pathlib
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=12"
os.environ["GLORAND_LIBRARY"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))

import jax
import numpy as np
import torch
import torch.distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Replicate, Shard
from torch.distributed.tensor._utils import _compute_local_shape_and_global_offset
from torch.distributed.tensor.parallel import ColwiseParallel, parallelize_module
from torch.distributed.tensor.placement_types import _StridedShard
from torch.testing._internal.distributed.fake_pg import FakeStore

from glorand._library import DTYPE_FLOAT32, Axes, PieceStruct, PlacementStruct, check, lib, tensor_of
from glorand._shards import flat_pieces

CASES = 3000
SEED = 1
SIZES = {"rep": 2, "dp": 3, "tp": 2}  # of the mesh that docs/shards.md has
COORDINATES = {"rep": "r", "dp": "i", "tp": "j"}
Label = torch.Tensor  # indices in the whole tensor


def constructor(name: str, *arguments: type) -> Callable[..., PlacementStruct]:
    """A function of the library that makes a placement."""
    function: Any = getattr(lib, name)
    function.restype, function.argtypes = PlacementStruct, arguments
    return function  # type: ignore[no-any-return]


NUMBER, AXIS = ctypes.c_int64, ctypes.c_int32
CONSTRUCTORS = {
    "glr_replicate": constructor("glr_replicate", NUMBER, NUMBER),
    "glr_shard_axis": constructor("glr_shard_axis", AXIS, NUMBER, NUMBER),
    "glr_shard_segments": constructor("glr_shard_segments", AXIS, NUMBER, NUMBER, NUMBER),
}


def whole(shape: Sequence[int]) -> Label:
    """A tensor of its own indices."""
    return torch.arange(math.prod(shape)).reshape(tuple(shape))


def ours(shape: Sequence[int], placements: Sequence[PlacementStruct]) -> Label:
    """A rank's local tensor, put together from the library's pieces."""
    tensor = ctypes.byref(tensor_of(shape, DTYPE_FLOAT32))
    given = (PlacementStruct * len(placements))(*placements)
    capacity = max(1, math.prod(shape))
    pieces, count, local_shape = (PieceStruct * capacity)(), ctypes.c_size_t(), Axes()
    check(lib.glr_shard_shape(tensor, given, len(given), local_shape))
    check(lib.glr_shard_pieces(tensor, given, len(given), pieces, capacity, ctypes.byref(count)))
    labels = whole(shape)
    local = torch.full(tuple(local_shape[: len(shape)]), -1)
    for piece in pieces[: count.value]:
        to, of = (
            tuple(slice(b, b + n) for b, n in zip(begin, piece.extent, strict=True))
            for begin in (piece.local, piece.start)
        )
        local[to[: len(shape)]] = labels[of[: len(shape)]]
    return local


# ---- PyTorch -------------------------------------------------------------------------------------------------------


def torchs(shape: Sequence[int], placements: Sequence[Any], mesh: Sequence[int], at: Sequence[int]) -> Label:
    """A rank's local tensor, by torch's own splits, whose shape its own arithmetic gives, too."""
    local = whole(shape)
    for placement, ranks, rank in zip(placements, mesh, at, strict=True):
        if not isinstance(placement, Replicate):
            local = placement._split_tensor(local, ranks, with_padding=False)[0][rank]
    computed, offset = _compute_local_shape_and_global_offset(tuple(shape), tuple(mesh), list(at), placements)
    assert computed == tuple(local.shape), (shape, placements, mesh, at)
    assert local.numel() == 0 or local.flatten()[0] == whole(shape)[offset], (shape, placements, mesh, at)
    return local


def as_ours(placement: Any, ranks: int, rank: int) -> PlacementStruct:
    """A placement of torch as the library's."""
    if isinstance(placement, _StridedShard):
        return CONSTRUCTORS["glr_shard_segments"](placement.dim, placement.split_factor, ranks, rank)
    if isinstance(placement, Shard):
        return CONSTRUCTORS["glr_shard_axis"](placement.dim, ranks, rank)
    return CONSTRUCTORS["glr_replicate"](ranks, rank)


def ranks_of(mesh: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The coordinates of all ranks."""
    return itertools.product(*map(range, mesh))


def random_placement(rng: random.Random, axes: int) -> Any:
    """Any of those that torch has for values."""
    axis = rng.randrange(axes)
    strided = _StridedShard(axis, split_factor=rng.randint(1, 6))
    return rng.choice([Replicate(), Shard(axis), Shard(axis), strided, strided])


def check_random() -> int:
    """Random shapes, meshes and placements, on each rank. Returns how many local tensors were compared."""
    rng = random.Random(SEED)
    compared = 0
    for _ in range(CASES):
        shape = [rng.randint(rng.randint(0, 1), 17) for _ in range(rng.randint(1, 3))]
        mesh = rng.choice([(), (8,), (5,), (2, 4), (3, 2), (4, 2), (2, 2, 2), (1, 3, 2)])
        placements = [random_placement(rng, len(shape)) for _ in mesh]
        for at in ranks_of(mesh):
            made = [as_ours(*dimension) for dimension in zip(placements, mesh, at, strict=True)]
            expected, found = torchs(shape, placements, mesh, at), ours(shape, made)
            assert torch.equal(expected, found), (shape, placements, mesh, at, expected, found)
            compared += 1
    return compared


def fully_sharded(rank: int, rows: int) -> tuple[Sequence[int], Label]:
    """Coordinate and local tensor of a rank of a real module, FSDP2 over tensor parallelism, without other ranks."""
    sizes = (SIZES["dp"], SIZES["tp"])
    torch.distributed.init_process_group("fake", rank=rank, world_size=math.prod(sizes), store=FakeStore())
    try:
        mesh = init_device_mesh("cpu", sizes, mesh_dim_names=("dp", "tp"))
        module = torch.nn.Linear(3, rows, bias=False)
        with torch.no_grad():
            module.weight.copy_(whole((rows, 3)))
        parallelize_module(module, mesh["tp"], ColwiseParallel(), src_data_rank=None)
        fully_shard(module, mesh=mesh["dp"])
        assert isinstance(module.weight, DTensor)
        coordinate = mesh.get_coordinate()
        assert coordinate is not None
        return coordinate, module.weight.to_local().detach().long()
    finally:
        torch.distributed.destroy_process_group()


def check_fully_shard() -> int:
    """What docs/shards.md says of FSDP2 over tensor parallelism."""
    compared = 0
    axis, sizes = CONSTRUCTORS["glr_shard_axis"], SIZES
    for rows in (12, 13, 4, 1):
        for rank in range(sizes["dp"] * sizes["tp"]):
            (i, j), local = fully_sharded(rank, rows)
            found = ours((rows, 3), [axis(0, sizes["tp"], j), axis(0, sizes["dp"], i)])
            assert torch.equal(local, found), (rows, rank, local, found)
            compared += 1
    return compared


# ---- docs/shards.md ------------------------------------------------------------------------------------------------


def jaxs(shape: Sequence[int], spec: Any, names: Sequence[str]) -> dict[tuple[int, ...], Label]:
    """The local tensors of all ranks, by JAX's own sharding of the same mesh."""
    sizes = [SIZES[name] for name in names]
    devices = np.array(jax.devices("cpu")[: math.prod(sizes)]).reshape(sizes)
    sharding = jax.sharding.NamedSharding(jax.sharding.Mesh(devices, tuple(names)), spec)
    slices = sharding.devices_indices_map(tuple(shape))
    return {at: whole(shape)[slices[devices[at]]] for at in ranks_of(sizes)}


def check_row(framework: str, layout: str, placements: str) -> int:
    """A row of the page's table, on tensors that its mesh divides and, of PyTorch, on others."""
    names = [name for name in SIZES if name != "rep" or re.search(r"\brep\b", placements)]
    sizes = [SIZES[name] for name in names]
    compared = 0
    for shape in ((12, 12), (36, 24), (13, 7), (1, 5)) if framework == "PyTorch" else ((12, 12), (36, 24)):
        spec = eval(layout, {**SIZES, **globals(), "P": jax.sharding.PartitionSpec})
        by_jax = jaxs(shape, spec, names) if framework == "JAX" else {}
        for at in ranks_of(sizes):
            coordinates = {COORDINATES[name]: rank for name, rank in zip(names, at, strict=True)}
            made = eval(f"[{placements}]", {**CONSTRUCTORS, **SIZES, **coordinates})
            expected = by_jax[at] if framework == "JAX" else torchs(shape, spec, sizes, at)
            assert torch.equal(ours(shape, made), expected), (layout, shape, at)
            compared += 1
    return compared


def check_page(page: str) -> int:
    """All rows of the page whose framework is here."""
    compared, rows = 0, 0
    for line in pathlib.Path(page).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.split("|")]
        if len(cells) == 5 and cells[1] in ("PyTorch", "JAX"):
            compared += check_row(*cells[1:4])
            rows += 1
    assert rows >= 9, rows
    return compared


# ---- Flat buffers --------------------------------------------------------------------------------------------------


def check_flat() -> int:
    """Parameters in a row, padded and cut into equal shards as FSDP1 and ZeRO do, by torch.cat and torch.chunk."""
    rng = random.Random(SEED)
    compared = 0
    for _ in range(CASES // 10):
        counts = [rng.randint(0, 30) for _ in range(rng.randint(0, 6))]
        ranks = rng.randint(1, 8)
        offsets = [sum(counts[:i]) for i in range(len(counts))]
        labels = torch.cat([torch.empty(0, dtype=torch.long), *(1000 * i + whole([n]) for i, n in enumerate(counts))])
        padded = torch.cat([labels, torch.full((-len(labels) % ranks,), -1)])
        per_rank = len(padded) // ranks
        for rank in range(ranks):
            found = torch.full((per_rank,), -1)
            for piece in flat_pieces(offsets, counts, rank * per_rank, per_rank):
                labels_of = 1000 * piece.tensor + piece.first + torch.arange(piece.elements)
                found[piece.local : piece.local + piece.elements] = labels_of
            assert torch.equal(found, padded[rank * per_rank : (rank + 1) * per_rank]), (counts, ranks, rank)
            compared += 1
    return compared


def main(page: str) -> None:
    """Compares, and prints how much."""
    print(f"random placements: {check_random()} local tensors as torch's")
    print(f"rows of {page}: {check_page(page)} local tensors as torch's and JAX's")
    print(f"fully_shard: {check_fully_shard()} local tensors")
    print(f"flat buffers: {check_flat()} ranks")


if __name__ == "__main__":
    main(sys.argv[2])
