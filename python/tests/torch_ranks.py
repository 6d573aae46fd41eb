"""What test_torch_ranks.py asks of two, four or six processes: each case is a function that every rank calls.

usage: torch_ranks.py RANKS SCRATCH_DIR

Prints a JSON object: for each case what went wrong on the ranks, "" if nothing did. The source of what a rank should
have is torch: distribute_tensor of the whole, full_tensor, and the modules of torch that shard.
"""

import contextlib
import datetime
import json
import os
import pathlib
import random
import sys
import tempfile
import traceback

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, ShardingStrategy, fully_shard
from torch.distributed.fsdp.wrap import ModuleWrapPolicy
from torch.distributed.tensor import DTensor, Partial, Replicate, Shard, distribute_tensor
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from torch.distributed.tensor.placement_types import _StridedShard

import glorand
import glorand.torch

LAW = glorand.truncated_normal(0.5, 2, seed=11, name="layers.0.weight")


ON = {}  # the numbers of ranks on which a case runs, if they are not FEW
FEW = (2, 4)


def on(*ranks):
    """Says on how many ranks a case runs."""

    def say(case):
        ON[case.__name__] = ranks
        return case

    return say


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


def meshes(ranks):
    """All ranks in a line, and in grids of two and three dimensions, some of which have one rank."""
    half = ranks // 2
    shapes = ((ranks,), (2, half), (2, half, 1), (1, ranks))
    return [init_device_mesh("cpu", shape) for shape in shapes]


def case_placements():
    """Random shapes, meshes and placements, among them uneven and empty shards."""
    chance = random.Random(5)
    for turn in range(800 // dist.get_world_size()):
        mesh = chance.choice(meshes_of_case)
        shape = tuple(chance.choice((1, 2, 3, 4, 5, 7, 8, 9, 16, 33)) for _ in range(chance.randint(1, 3)))
        placements = [random_placement(chance, len(shape)) for _ in range(mesh.ndim)]
        dtype = chance.choice((torch.float32, torch.bfloat16))
        found, expected = empty_dtensor(shape, dtype, mesh, placements)
        assert LAW.fill_(found) is found
        same(found.to_local(), expected.to_local(), (turn, shape, placements, mesh.shape))


def whole_block():
    """The module that all cases shard, filled on one process."""
    return glorand.torch.init_(Block(), LAWS, seed=7)


LAWS = {"*.weight": "kaiming_uniform(nonlinearity=relu)", "*.bias": "random_normal(1, 0.5)", "scale": "random_normal"}


class Block(torch.nn.Module):
    """Sizes that no mesh here divides, a tied weight, a parameter of one row."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.embed = torch.nn.Embedding(10, 6, dtype=dtype)
        self.layers = torch.nn.ModuleList(Layer(dtype) for _ in range(2))
        self.head = torch.nn.Linear(6, 10, bias=False, dtype=dtype)
        self.head.weight = self.embed.weight
        self.scale = torch.nn.Parameter(torch.zeros(1, 3, dtype=dtype))

    def forward(self, tokens):
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.head(x) * self.scale.sum()


class Layer(torch.nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.up = torch.nn.Linear(6, 9, dtype=dtype)
        self.down = torch.nn.Linear(9, 6, dtype=dtype)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(x)))


def tensor_parallel(model, mesh):
    for layer in model.layers:
        parallelize_module(layer, mesh, {"up": ColwiseParallel(), "down": RowwiseParallel()})


def fully_sharded(model, mesh, **options):
    for layer in model.layers:
        fully_shard(layer, mesh=mesh, **options)
    return fully_shard(model, mesh=mesh, **options)


def same_module(model, expected):
    """Whether the whole values of a module are those of the one on one process."""
    expected = dict(expected.named_parameters(remove_duplicate=False))
    found = dict(model.named_parameters(remove_duplicate=False))
    assert list(found) == list(expected)
    for name, parameter in found.items():
        value = parameter.detach()
        same(value.full_tensor() if isinstance(value, DTensor) else value, expected[name], name)
    assert found["head.weight"] is found["embed.weight"]


def sharded_cases(dtype, **options):
    """Modules by torch's own ways to shard them, all from meta."""
    line, grid = meshes_of_case[0], meshes_named
    with torch.device("meta"):
        plain, parallel, hybrid, both, all_three = (Block(dtype) for _ in range(5))
    fully_sharded(plain, line, **options)
    tensor_parallel(parallel, line)
    fully_sharded(hybrid, grid, **options)
    tensor_parallel(both, grid["inner"])
    fully_sharded(both, grid["outer"], **options)
    tensor_parallel(all_three, meshes_3d["tensor"])
    fully_sharded(all_three, meshes_3d["replicate", "shard"], **options)
    return [plain, parallel, hybrid, both, all_three]


def case_modules():
    """FSDP2, tensor parallel, HSDP, and FSDP2 or HSDP over tensor parallel, from meta and in place."""
    for dtype in (torch.float32, torch.bfloat16):
        expected = glorand.torch.init_(Block(dtype), LAWS, seed=7)
        for model in sharded_cases(dtype):
            glorand.torch.init_(model, LAWS, seed=7)
            same_module(model, expected)
            glorand.torch.init_(model, {"*": "zeros"}, seed=7)
            assert not any(
                parameter.detach().full_tensor().any() if isinstance(parameter, DTensor) else parameter.any()
                for parameter in model.parameters()
            )
            glorand.torch.init_(model, LAWS, seed=7)
            same_module(model, expected)


@on(4)
def case_strided_placements_of_torch():
    """fully_shard over tensor parallel makes _StridedShard: the case that the others cannot choose."""
    kinds = {
        type(p).__name__
        for model in sharded_cases(torch.float32)
        for w in model.parameters()
        if isinstance(w, DTensor)
        for p in w.placements
    }
    assert {"_StridedShard", "Shard", "Replicate"} <= kinds, kinds


def case_training_goes_on():
    """The sharded module computes what the whole one does, before and after a step."""
    tokens = torch.arange(10).reshape(2, 5) % 10
    expected = whole_block()
    with torch.device("meta"):
        model = Block()
    fully_sharded(model, meshes_of_case[0])
    glorand.torch.init_(model, LAWS, seed=7)
    for one in (expected, model):
        optimizer = torch.optim.SGD(one.parameters(), lr=0.1)
        one(tokens).sum().backward()
        optimizer.step()
    torch.testing.assert_close(model(tokens), expected(tokens))
    glorand.torch.init_(model, LAWS, seed=7)
    same_module(model, whole_block())


def case_unsharded():
    """Between unshard and reshard the parameters that last are filled, not the copies."""
    with torch.device("meta"):
        model = Block()
    fully_sharded(model, meshes_of_case[0])
    glorand.torch.init_(model, {"*": "zeros"}, seed=7)
    model(torch.zeros(1, 2, dtype=torch.int64))
    model.unshard()
    glorand.torch.init_(model, LAWS, seed=7)
    model.reshard()
    same_module(model, whole_block())


@on(4)
def case_rank_outside_the_mesh():
    """A rank that is not in the mesh does nothing, and the others do not wait for it."""
    mesh = DeviceMesh("cpu", [1, 3])
    inside = dist.get_rank() in (1, 3)
    model = torch.nn.Linear(6, 9, device="meta")
    model.weight = torch.nn.Parameter(
        DTensor.from_local(
            torch.empty((5, 4)[dist.get_rank() == 3] if inside else 0, 6, device="meta"),
            mesh,
            [Shard(0)],
            shape=torch.Size((9, 6)),
            stride=(6, 1),
        )
    )
    glorand.torch.init_(model, {"weight": LAW, "bias": "zeros"}, seed=11)
    whole = whole_of((9, 6), torch.float32)
    local = model.weight.to_local()
    if inside:
        same(local.detach(), whole[:5] if dist.get_rank() == 1 else whole[5:])
    else:
        assert local.numel() == 0


def case_refused():
    """With nothing written, on each rank alike."""
    mesh = meshes_of_case[0]

    def refused(status, array, law=LAW, **said):
        before = array.to_local().clone()
        with pytest.raises(glorand.GlorandError, match=status):
            glorand.fill_(array, law, **said)
        same(array.to_local(), before)

    local = torch.zeros(2, 3)
    sharded = DTensor.from_local(local, mesh, [Shard(0)])
    refused("GLR_ERROR_UNSUPPORTED", DTensor.from_local(local, mesh, [Partial()]))
    refused("GLR_ERROR_UNSEEDED", sharded, "he_normal")
    refused("GLR_ERROR_UNSEEDED", DTensor.from_local(local, mesh, [Replicate()]), "he_normal")
    refused("GLR_ERROR_SHAPE", sharded, shape=(8, 4))
    refused("GLR_ERROR_ARGUMENT", sharded, dtype="float64")
    rows = 2 * dist.get_world_size() - 1
    one_less = DTensor.from_local(local, mesh, [Shard(0)], shape=torch.Size((rows, 3)), stride=(3, 1))
    if dist.get_rank() == dist.get_world_size() - 1:  # which has one row by the rule for chunks
        refused("GLR_ERROR_SHAPE", one_less)
    for said in ({"box": ((0, 1), (0, 1))}, {"range": (0, 1)}, {"placements": []}):
        with pytest.raises(TypeError, match="DTensor"):
            glorand.fill_(sharded, LAW, **said)
    assert not local.any()
    model = torch.nn.Module()
    model.sum = torch.nn.Parameter(DTensor.from_local(torch.zeros(2, 3, device="meta"), mesh, [Partial()]))
    model.other = torch.nn.Parameter(torch.zeros(3, device="meta"))
    with pytest.raises(glorand.GlorandError, match=r"^sum: array: .*DTensor has the placement Partial\(sum\)"):
        glorand.torch.init_(model, {"*": "ones"}, seed=1)
    assert model.sum.is_meta and model.other.is_meta


def case_autograd():
    """It notices the change of a DTensor, as of any tensor."""
    weight = torch.nn.Parameter(DTensor.from_local(torch.ones(2, 3), meshes_of_case[0], [Shard(0)]))
    squares = (weight**2).sum()
    LAW.fill_(weight)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        squares.backward()


def fsdp1(model, **options):
    policy = ModuleWrapPolicy({Layer})
    return FullyShardedDataParallel(model, auto_wrap_policy=policy, device_id=torch.device("cpu"), **options)


def same_fsdp1(model, expected):
    with FullyShardedDataParallel.summon_full_params(model):
        found = dict(model.named_parameters())
        clean = {name.replace("_fsdp_wrapped_module.", ""): value for name, value in found.items()}
        expected = dict(expected.named_parameters())
        assert list(clean) == list(expected)
        for name, value in clean.items():
            same(value.detach(), expected[name].detach(), name)


def case_fsdp1():
    """FullyShardedDataParallel, with flat parameters in sight or not, and one that does not shard."""
    for options in (
        {"use_orig_params": False},
        {"use_orig_params": True},
        {"use_orig_params": True, "sharding_strategy": ShardingStrategy.NO_SHARD},
    ):
        for dtype in (torch.float32, torch.bfloat16):
            expected = glorand.torch.init_(Block(dtype), LAWS, seed=7)
            model = fsdp1(Block(dtype), **options)
            glorand.torch.init_(model, LAWS, seed=7)
            same_fsdp1(model, expected)
            glorand.torch.init_(model, {"*": "zeros"}, seed=7)
            glorand.torch.init_(model, list_of(expected), seed=7)
            same_fsdp1(model, expected)
        with (
            FullyShardedDataParallel.summon_full_params(model),
            pytest.raises(glorand.GlorandError, match="summon_full_params")
            if "sharding_strategy" not in options
            else contextlib.nullcontext(),
        ):
            glorand.torch.init_(model, LAWS, seed=7)


def case_check():
    """Each rank finds what it holds, and only the one whose value was changed raises."""
    flat = fsdp1(Block(), use_orig_params=True)
    for model in (*sharded_cases(torch.bfloat16), flat):
        glorand.torch.init_(model, LAWS, seed=7)
        glorand.torch.check(model, LAWS, seed=7)
        with pytest.raises(glorand.torch.Mismatch) as caught:
            glorand.torch.check(model, LAWS, seed=8)
        if model is flat:
            assert caught.value.differences
            continue
        weight = model.layers[1].up.weight
        local, whole = weight.detach().to_local(), glorand.torch.init_(Block(torch.bfloat16), LAWS, seed=7)
        if local.numel() == 0:
            glorand.torch.check(model, LAWS, seed=7)
            continue
        where = tuple(extent - 1 for extent in local.shape)
        before = local[where].item()
        local[where] = 1000
        with pytest.raises(glorand.torch.Mismatch) as caught:
            glorand.torch.check(model, LAWS, seed=7)
        (found,) = caught.value.differences
        assert found.name == "layers.1.up.weight" and found.found == 1000 and found.expected == before
        assert (found.differing, found.elements) == (1, local.numel())
        assert whole.layers[1].up.weight[found.index].item() == before


def case_flat():
    """A flat buffer that all ranks have together, as distributed optimizers cut it: padded, in equal parts."""
    ranks, rank = dist.get_world_size(), dist.get_rank()
    for dtype in (torch.float32, torch.bfloat16):
        shapes = {name: value.shape for name, value in Block(dtype).named_parameters()}
        whole = glorand.torch.init_(Block(dtype), LAWS, seed=7)
        expected = torch.cat([value.detach().reshape(-1) for value in whole.parameters()])
        part = -(-len(expected) // ranks)
        local = torch.zeros(part, dtype=dtype)
        glorand.torch.fill_flat_(local, shapes, LAWS, seed=7, first=rank * part)
        gathered = [torch.empty_like(local) for _ in range(ranks)]
        dist.all_gather(gathered, local)
        same(torch.cat(gathered)[: len(expected)], expected)
        glorand.torch.check_flat(local, shapes, LAWS, seed=7, first=rank * part)


def uneven(rows, dtype, tensor, data):
    """A matrix of so many rows on meta, cut by tensor parallelism and then by fully_shard."""
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Linear(3, rows, dtype=dtype))
    parallelize_module(model, tensor, {"0": ColwiseParallel()})
    return fully_shard(model, mesh=data)


def gathered(model):
    """What a forward pass has of the matrix: this rank's part of tensor parallelism."""
    model.unshard()
    local = model[0].weight.detach().to_local().clone()
    model.reshard()
    return local


@on(6)
def case_uneven_rows_of_fsdp2_over_tensor_parallelism():
    """Where the DTensor's placements say other rows than the ranks hold: a forward pass and full_tensor decide."""
    differing = set()
    laws = {"*weight": LAW, "*bias": "zeros"}
    hybrid = meshes_3d["replicate", "shard"], meshes_3d["tensor"]
    for data, tensor in ((meshes_named["outer"], meshes_named["inner"]), hybrid):
        for rows in (1, 2, 5, 7, 8, 12, 13, 19):
            dtype = (torch.float32, torch.bfloat16)[rows % 2]
            whole = whole_of((rows, 3), dtype)
            model = glorand.torch.init_(uneven(rows, dtype, tensor, data), laws, seed=11)
            weight = model[0].weight.detach()
            same(gathered(model), Shard(0)._select_split_tensor(whole, 2, tensor.get_local_rank(), with_padding=False))
            same(weight.full_tensor(), whole)
            glorand.torch.check(model, laws, seed=11)
            local = weight.to_local()
            by_placements = distribute_tensor(whole, weight.device_mesh, weight.placements, src_data_rank=None)
            alike = torch.tensor(local.equal(by_placements.to_local()), dtype=torch.int32)
            dist.all_reduce(alike, dist.ReduceOp.MIN)
            before = local.clone()
            if alike:
                same(LAW.fill_(weight).to_local(), before)
                continue
            differing.add(rows)
            refusal = rf"array: .* has {rows} along axis 0 on a mesh of (1 x )?3 x 2 ranks, .* an axis that 6 divides"
            with pytest.raises(glorand.GlorandError, match=refusal):
                glorand.fill_(weight, "zeros")
            same(weight.to_local(), before)
            bare = torch.nn.Module()
            bare.weight = torch.nn.Parameter(weight.to("meta"))
            with pytest.raises(glorand.GlorandError, match="^weight: " + refusal):
                glorand.torch.init_(bare, {"weight": LAW}, seed=11)
            assert bare.weight.is_meta
            if len(local) > 0:
                local[-1, -1] = 1000
                with pytest.raises(glorand.torch.Mismatch) as caught:
                    glorand.torch.check(model, laws, seed=11)
                (found,) = caught.value.differences
                assert found.expected == before[-1, -1].item() == whole[found.index].item()
    assert differing == {7, 13, 19}


def list_of(model):
    tensors = [
        {"name": name, "shape": list(value.shape), "dtype": str(value.dtype)}
        for name, value in model.named_parameters()
    ]
    rules = [{"match": pattern, "initializer": text} for pattern, text in LAWS.items()]
    return {"tensors": tensors, "rules": rules, "layout": "torch"}


def main(ranks, scratch):
    os.environ["MASTER_ADDR"] = "localhost"
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        torch.multiprocessing.start_processes(run_rank, (ranks, folder), ranks, start_method="fork")
        said = [json.loads((pathlib.Path(folder) / f"{rank}.json").read_text()) for rank in range(ranks)]
    print(json.dumps({name: "\n".join(found[name] for found in said if found[name]) for name in said[0]}))


def run_rank(rank, ranks, folder):
    wait = datetime.timedelta(seconds=20)  # of the others, where a case has failed on one rank
    store = f"file://{folder}/store"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=ranks, timeout=wait)
    global meshes_of_case, meshes_named, meshes_3d
    meshes_of_case = meshes(ranks)
    half = ranks // 2
    meshes_named = init_device_mesh("cpu", (half, 2), mesh_dim_names=("outer", "inner"))
    meshes_3d = init_device_mesh("cpu", (1, half, 2), mesh_dim_names=("replicate", "shard", "tensor"))
    said = {}
    for name, case in list(globals().items()):
        if name.startswith("case_") and ranks in ON.get(name, FEW):
            try:
                case()
                said[name] = ""
            except (Exception, pytest.fail.Exception):  # whatever it is, the test shows it
                said[name] = f"rank {rank}: {traceback.format_exc()}"
    (pathlib.Path(folder) / f"{rank}.json").write_text(json.dumps(said))
    dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
