"""Lists with regions and values, and recordings in place of lists: init_, check and flat buffers."""

import copy
import json
import pathlib
import subprocess

import pytest

torch = pytest.importorskip("torch")
from conftest import COMMAND  # noqa: E402

import glorand  # noqa: E402
import glorand.torch  # noqa: E402
from glorand.torch import check, check_flat, fill_flat_, init_, record  # noqa: E402

LIST = {
    "tensors": [
        {
            "name": "w",
            "shape": [7, 5],
            "dtype": "float32",
            "initializer": "random_normal(0, 1)",
            "regions": [
                {"slice": "1:4,0:5", "initializer": "random_uniform(2, 3)"},
                {"slice": "3:7,2:3", "initializer": "ones"},
            ],
        },
        {"name": "table", "shape": [3, 4], "dtype": "float32", "values": [i / 8 for i in range(12)]},
    ]
}


class Net(torch.nn.Module):
    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.w = torch.nn.Parameter(torch.empty(7, 5, dtype=dtype))
        self.table = torch.nn.Parameter(torch.empty(3, 4, dtype=dtype))


def expected(dtype=torch.float32):
    """The list's tensors, each region drawn as a tensor by itself."""
    w = glorand.fill_(torch.empty(7, 5, dtype=dtype), "random_normal(0, 1)", seed=42, name="w")
    w[1:4] = glorand.fill_(torch.empty(3, 5, dtype=dtype), "random_uniform(2, 3)", seed=42, name="w[1:4,0:5]")
    w[3:7, 2] = 1
    return {"w": w, "table": (torch.arange(12.0) / 8).view(3, 4).to(dtype)}


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_regions_and_values(device, dtype):
    with torch.device(device):
        model = Net(dtype)
    init_(model, LIST, seed=42)
    for name, values in expected(dtype).items():
        assert torch.equal(getattr(model, name), values), name
    check(model, LIST, seed=42)
    model.w.data[2, 1] = model.table.data[1, 1] = -1
    with pytest.raises(glorand.torch.Mismatch, match=r"w\[2, 1\] is -1.0, not 2.*table\[1, 1\] is -1.0, not 0.625"):
        check(model, LIST, seed=42)


def test_the_command_draws_the_same(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    (tmp_path / "list.json").write_text(json.dumps(LIST))
    command = [COMMAND, "init", "list.json", "-o", "m.safetensors", "--seed", "42", "--progress", "never"]
    subprocess.run(command, cwd=tmp_path, check=True)
    drawn = safetensors.load_file(tmp_path / "m.safetensors")
    for name, values in expected().items():
        assert torch.equal(drawn[name], values), name


def test_strided_parameter():
    model = Net()
    model.w = torch.nn.Parameter(torch.zeros(5, 14)[:, ::2].t())
    init_(model, LIST, seed=42)
    assert torch.equal(model.w, expected()["w"])


@pytest.mark.parametrize("first", range(0, 47, 5))
def test_flat(first):
    whole = torch.cat([values.reshape(-1) for values in expected().values()])
    shapes = {"w": (7, 5), "table": (3, 4)}
    part = fill_flat_(torch.zeros(min(9, 47 - first)), shapes, LIST, seed=42, first=first)
    assert torch.equal(part, whole[first : first + 9])
    check_flat(part, shapes, LIST, seed=42, first=first)


def test_a_rule_of_the_caller_drops_both():
    model = init_(Net(), {"w": "zeros", "table": "ones"}, tensors=LIST, seed=42)
    assert not model.w.any() and bool((model.table == 1).all())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"values": [1] * 11}, "11 values for 12 elements"),
        ({"values": [1] * 11 + [1e39]}, "1e+39 is beyond the range of float32"),
        ({"values": [1] * 12, "initializer": "zeros"}, "both values and an initializer"),
        ({"regions": [{"slice": "0:1", "initializer": "zeros"}]}, "needs an initializer of its own"),
    ],
)
def test_mistakes(change, error):
    changed = copy.deepcopy(LIST)
    del changed["tensors"][1]["values"]
    changed["tensors"][1].update(change)
    with torch.device("meta"):
        model = Net()
    with pytest.raises(glorand.GlorandError) as raised:
        init_(model, changed, seed=42)
    assert error in str(raised.value) and model.w.is_meta


class Recorded(torch.nn.Module):
    """Parameters with a region, copied, of a law; buffers of a dtype that glorand does not have, and not saved."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(9, 4, padding_idx=2)
        self.table = torch.nn.Parameter(torch.tensor([[1.0, 5.0], [2.0, -0.5]]))
        self.register_buffer("angles", torch.polar(torch.ones(3), torch.arange(3.0)), persistent=False)
        self.register_buffer("mask", torch.tensor([True, False, True, False]), persistent=False)


def test_a_recording_says_all():
    recording = record(Recorded)
    with torch.device("meta"):
        model = Recorded()
    init_(model, recording, seed=7)
    own = Recorded()
    for name in ("table", "angles", "mask"):
        assert torch.equal(getattr(model, name), getattr(own, name)), name
    assert not model.embed.weight[2].any() and model.embed.weight[1].any()
    check(model, recording, seed=7)
    assert {tensor["name"] for tensor in json.loads(recording.to_json())["tensors"]} == {"embed.weight", "table"}
    listed = json.loads(recording.to_json(all_buffers=True))["tensors"]
    assert {tensor["name"] for tensor in listed} == {"embed.weight", "table", "mask"}
    model.mask[1] = True
    with pytest.raises(glorand.torch.Mismatch, match=r"mask\[1\] is True, not False"):
        check(model, recording, seed=7)


def test_a_recording_of_another_shape():
    class Other(Recorded):
        def __init__(self):
            super().__init__()
            self.angles = torch.zeros(1, dtype=torch.complex64)

    with pytest.raises(glorand.GlorandError, match=r"angles: has the shape \[1\], and the recording's is \[3\]"):
        init_(Other(), record(Recorded), seed=7)


def test_what_a_recording_names():
    class Odd(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = torch.nn.Parameter(torch.rand(5).log())

    recording = record(Odd)
    with torch.device("meta"):
        model = Odd()
    with pytest.raises(
        glorand.GlorandError, match=r"no rule decides bias \[5\] float32: log\(random_uniform\(0, 1\)\)"
    ):
        init_(model, recording, seed=7)
    assert model.bias.is_meta
    init_(model, {"bias": "random_uniform(-2, 0)"}, tensors=recording, seed=7)
    assert bool((model.bias <= 0).all())
    init_(Odd(), {"bias": "skip"}, tensors=recording, seed=7)


def test_ties_between_a_module_and_its_child():
    """A parent's own tensors have the first names, and get their memory last."""

    class Head(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = torch.nn.Parameter(torch.empty(4))
            self.decoder = torch.nn.Linear(3, 4)
            self.decoder.bias = self.bias

    with torch.device("meta"):
        model = Head()
    init_(model, {"*weight": "ones", "bias": "constant(2)"}, seed=1)
    assert model.bias is model.decoder.bias and model.bias.tolist() == [2] * 4


SHARDS = """
import os, torch, torch.distributed as dist
from torch.distributed.tensor import DTensor, Replicate, Shard, init_device_mesh
from torch.distributed.tensor.placement_types import _StridedShard
from torch.distributed.tensor._utils import compute_local_shape_and_global_offset
from torch.testing._internal.distributed.fake_pg import FakeStore
from test_torch_lists import LIST, Net, expected
from glorand.torch import check, init_
os.environ.update(RANK="0", WORLD_SIZE="8", MASTER_ADDR="localhost", MASTER_PORT="29500")
whole = expected()
strided = [_StridedShard(0, split_factor=2), Shard(0)]
plain = [[Shard(0), Shard(1)], [Replicate(), Shard(0)], [Shard(0), Shard(0)], [Shard(1), Replicate()]]
for rank in range(4):
    dist.init_process_group("fake", store=FakeStore(), rank=rank, world_size=4)
    mesh = init_device_mesh("cpu", (2, 2))
    for placements in (*plain, strided):
        model, local = Net(), {}
        for name, full in whole.items():
            split = full
            for placement, at in zip(placements, mesh.get_coordinate()):
                if not isinstance(placement, Replicate):
                    split = placement._split_tensor(split, 2, with_padding=False)[0][at]
            local[name] = split
            memory = DTensor.from_local(
                torch.zeros_like(split), mesh, placements, run_check=False, shape=full.shape, stride=full.stride()
            )
            delattr(model, name)
            model.register_buffer(name, memory)  # of a Parameter torch would keep the first rank's mesh
        init_(model, LIST, seed=42)
        check(model, LIST, seed=42)
        for name, split in local.items():
            assert torch.equal(getattr(model, name).to_local(), split), (rank, placements, name)
    dist.destroy_process_group()
print("equal")
"""


def test_shards(python):
    """Of a DTensor each rank gets the whole's values, in a process group that sends nothing."""
    path = f"import sys\nsys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})"
    assert python(path + SHARDS) == "equal\n"


def test_a_law_where_a_list_is_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a law for all tensors is a rule: \{\"\*\": 'xavier_uniform'\}"):
        init_(Net(), "xavier_uniform", seed=1)
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: '.*list.json'"):
        init_(Net(), str(tmp_path / "list.json"), seed=1)


def test_values_without_memory():
    """Memory that was freed, and memory that elements share, are refused before anything is written."""
    freed, shared = Net(), Net()
    freed.table.untyped_storage().resize_(0)
    shared.table = torch.nn.Parameter(torch.zeros(1, 4).expand(3, 4))
    for model, status in ((freed, "GLR_ERROR_TOO_SMALL"), (shared, "GLR_ERROR_SHAPE")):
        torch.nn.init.constant_(model.w, 7)
        for call in (init_, check):
            with pytest.raises(glorand.GlorandError, match="table: ") as raised:
                call(model, LIST, seed=42)
            assert raised.value.status == status and bool((model.w == 7).all())


def test_regions_in_the_model_s_dtype():
    """A region that the model's dtype cannot hold is refused before anything is written."""
    wide = copy.deepcopy(LIST)
    wide["tensors"].reverse()
    wide["tensors"][1]["dtype"] = "float64"
    wide["tensors"][1]["regions"][0]["initializer"] = "random_normal(0, 1e300)"
    with torch.device("meta"):
        model = Net()
    with pytest.raises(glorand.GlorandError, match=r"w: tensor w: regions\[0\]: .*beyond the range of float32"):
        init_(model, wide, seed=42)
    assert model.table.is_meta
