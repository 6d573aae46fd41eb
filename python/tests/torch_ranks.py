"""What test_torch_ranks.py asks of four processes: each case is a function that every rank calls.

usage: torch_ranks.py SCRATCH_DIR

Prints a JSON object: for each case what went wrong on the ranks, "" if nothing did. The source of what a rank should
have is torch: distribute_tensor of the whole, full_tensor, and the modules of torch that shard.
"""

import json
import os
import pathlib
import random
import sys
import tempfile
import traceback

import torch
import torch.distributed as dist
import torch.multiprocessing
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.distributed.tensor.placement_types import _StridedShard

import glorand

RANKS = 4
LAW = glorand.truncated_normal(0.5, 2, seed=11, name="layers.0.weight")


def same(found, expected, what=""):
    """Whether two tensors have the same bits."""
    assert found.shape == expected.shape and found.dtype == expected.dtype, (what, found.shape, expected.shape)
    bits = [x.detach().contiguous().reshape(-1).view(torch.uint8) for x in (found, expected)]
    assert torch.equal(*bits), what


def whole_of(shape, dtype):
    return LAW.fill_(torch.zeros(shape, dtype=dtype))


def empty_dtensor(shape, dtype, mesh, placements):
    """A DTensor of NaNs, and what torch puts into this rank's part of it."""
    expected = distribute_tensor(whole_of(shape, dtype), mesh, placements, src_data_rank=None)
    local = torch.full_like(expected.to_local(), torch.nan)
    return DTensor.from_local(local, mesh, placements, shape=shape, stride=whole_of(shape, dtype).stride()), expected


def random_placement(chance, axes):
    kind = chance.randrange(4)
    axis = chance.randrange(axes)
    if kind == 0:
        return Replicate()
    return Shard(axis) if kind < 3 else _StridedShard(axis, split_factor=chance.randint(1, 5))


def meshes():
    return [
        init_device_mesh("cpu", (RANKS,)),
        init_device_mesh("cpu", (2, 2)),
        init_device_mesh("cpu", (2, 2, 1)),
        init_device_mesh("cpu", (1, RANKS)),
    ]


def case_placements():
    """Random shapes, meshes and placements, among them uneven and empty shards."""
    chance = random.Random(5)
    for turn in range(400):
        mesh = chance.choice(meshes_of_case)
        shape = tuple(chance.choice((1, 2, 3, 4, 5, 7, 8, 9, 16, 33)) for _ in range(chance.randint(1, 3)))
        placements = [random_placement(chance, len(shape)) for _ in range(mesh.ndim)]
        dtype = chance.choice((torch.float32, torch.bfloat16))
        found, expected = empty_dtensor(shape, dtype, mesh, placements)
        assert LAW.fill_(found) is found
        same(found.to_local(), expected.to_local(), (turn, shape, placements, mesh.shape))


def main(scratch):
    os.environ["MASTER_ADDR"] = "localhost"
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        torch.multiprocessing.start_processes(run_rank, (folder,), RANKS, start_method="fork")
        said = [json.loads((pathlib.Path(folder) / f"{rank}.json").read_text()) for rank in range(RANKS)]
    print(json.dumps({name: "\n".join(found[name] for found in said if found[name]) for name in said[0]}))


def run_rank(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=RANKS)
    global meshes_of_case
    meshes_of_case = meshes()
    said = {}
    for name, case in list(globals().items()):
        if name.startswith("case_"):
            try:
                case()
                said[name] = ""
            except Exception:  # whatever it is, the test shows it
                said[name] = f"rank {rank}: {traceback.format_exc()}"
    (pathlib.Path(folder) / f"{rank}.json").write_text(json.dumps(said))
    dist.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1])
