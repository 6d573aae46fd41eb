"""glorand.jax: arrays with shardings of all kinds, on 1 to 8 devices and in two processes, as the command draws."""

import importlib
import os
import socket
import subprocess
import sys

import numpy
import pytest

jax = pytest.importorskip("jax")

from jax.sharding import Mesh, NamedSharding, PartitionSpec, SingleDeviceSharding  # noqa: E402

import glorand  # noqa: E402
import glorand.jax  # noqa: E402

TEXT, SHAPE = "random_normal(0, 2, seed=9)", (16, 24)

# Prints a line for each sharding that the devices allow: its name, and whether the whole and all shards are right.
SHARDINGS = """
import itertools, sys
import jax, ml_dtypes, numpy
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P, SingleDeviceSharding
import glorand.jax

folder, count = sys.argv[1], jax.device_count()
devices = numpy.array(jax.devices())
meshes = [devices.reshape(sizes) for sizes in itertools.product((1, 2, 4, 8), repeat=2)
          if sizes[0] * sizes[1] == count]
specs = [P(), P("a"), P(None, "b"), P("a", "b"), P("b", "a"), P(("a", "b")), P(None, ("b", "a")), P(("b", "a"), None)]
shardings = [NamedSharding(Mesh(mesh, ("a", "b")), spec) for mesh in meshes for spec in specs]
shardings += [SingleDeviceSharding(device) for device in devices]
for kind in ("float32", "bfloat16"):
    whole = numpy.fromfile(f"{folder}/{kind}", getattr(ml_dtypes, kind, kind)).reshape(16, 24)
    for sharding in shardings:
        made = glorand.jax.array((16, 24), sharding, "random_normal(0, 2, seed=9)", dtype=kind)
        assert made.sharding == sharding and made.dtype == whole.dtype and made.shape == whole.shape
        assert len(made.addressable_shards) == len(sharding.addressable_devices)
        for shard in made.addressable_shards:
            assert numpy.asarray(shard.data).tobytes() == whole[shard.index].tobytes(), (sharding, shard.index)
        if made.is_fully_addressable:
            assert numpy.asarray(made).tobytes() == whole.tobytes(), sharding
print(count, len(shardings))
"""


@pytest.fixture
def wholes(drawn, tmp_path):
    for kind in ("float32", "bfloat16"):
        (tmp_path / kind).write_bytes(drawn(TEXT, SHAPE, kind))
    return tmp_path


def environment(count):
    return {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}", "JAX_PLATFORMS": "cpu"}


def started(program, arguments, count):
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(count))


def said_by(process):
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return said


@pytest.mark.parametrize(("count", "shardings"), [(1, 9), (2, 18), (4, 28), (8, 40)])
def test_shardings(count, shardings, wholes):
    assert said_by(started(SHARDINGS, [wholes], count)) == f"{count} {shardings}\n"


# The same in two processes of two devices each.
DISTRIBUTED = """
import sys
import jax
jax.distributed.initialize(f"127.0.0.1:{sys.argv[2]}", num_processes=2, process_id=int(sys.argv[3]))
assert jax.local_device_count() == 2
""" + SHARDINGS.replace("shardings += ", "shardings += [] and ")


def test_processes(wholes):
    """Each draws its own shards; nothing is sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    both = [started(DISTRIBUTED, [wholes, port, number], 2) for number in range(2)]
    assert [said_by(process) for process in both] == ["4 24\n"] * 2


# Prints how many boxes are drawn, and of how many bytes each is.
WATCHED = """
import jax, numpy
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
import glorand.jax

drawn, fill_ = [], glorand.jax.fill_
def watch(values, *arguments, box, **others):
    drawn.append((values.nbytes, box))
    return fill_(values, *arguments, box=box, **others)
glorand.jax.fill_ = watch
mesh = Mesh(numpy.array(jax.devices()).reshape(2, 4), ("a", "b"))
for spec in (P("a", "b"), P("b"), P(None, "a"), P(("a", "b")), P()):
    drawn.clear()
    glorand.jax.array((16, 24), NamedSharding(mesh, spec), "he_normal", seed=1)
    assert len({box for _, box in drawn}) == len(drawn), "a shard is drawn twice"
    print(len(drawn), {nbytes for nbytes, _ in drawn})
"""


def test_each_shard_is_drawn_once_and_nothing_else():
    said = said_by(started(WATCHED, [], 8)).splitlines()
    assert said == ["8 {192}", "4 {384}", "2 {768}", "8 {192}", "1 {1536}"]


def sharding():
    return NamedSharding(Mesh(numpy.array(jax.devices()[:1]), ("a",)), PartitionSpec("a"))


def test_arguments(drawn):
    for said in ({"seed": 9, "stream": 5}, {"seed": 9, "name": "wte"}, {}):
        made = glorand.jax.array(SHAPE, sharding(), glorand.random_normal(0, 2, seed=4), **said)
        law = glorand.random_normal(0, 2, seed=4).replace(**said)
        assert numpy.asarray(made).tobytes() == drawn(repr(law), SHAPE)
    for shape in (5, (), (0, 3)):
        made = glorand.jax.array(shape, SingleDeviceSharding(jax.devices()[0]), TEXT)
        extents = (shape,) if shape == 5 else shape
        assert made.shape == extents
        assert numpy.asarray(made).tobytes() == (drawn(TEXT, extents) if 0 not in extents else b"")


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", jax.numpy.bfloat16])
def test_dtypes(kind, drawn):
    made = glorand.jax.array(SHAPE, sharding(), TEXT, dtype=kind)
    name = kind if isinstance(kind, str) else "bfloat16"
    assert made.dtype == name
    assert numpy.asarray(made).tobytes() == drawn(TEXT, SHAPE, name)


def test_integers():
    for kind in ("int8", "uint16", "int32", "bool"):
        made = glorand.jax.array(SHAPE, sharding(), "ones", dtype=kind)
        assert made.dtype == kind
        assert numpy.asarray(made).tolist() == numpy.ones(SHAPE, kind).tolist()


def test_64_bits(drawn):
    for kind in ("float64", "int64"):
        with pytest.raises(glorand.GlorandError, match=f"dtype: JAX has {kind} only with jax_enable_x64"):
            glorand.jax.array(SHAPE, sharding(), "ones", dtype=kind)
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental").enable_x64
    with enable(True):
        made = glorand.jax.array(SHAPE, sharding(), TEXT, dtype="float64")
        assert made.dtype == "float64"
        assert numpy.asarray(made).tobytes() == drawn(TEXT, SHAPE, "float64")


def test_the_hosts_memory_is_used_on_the_cpu(monkeypatch):
    places, fill_ = [], glorand.jax.fill_
    monkeypatch.setattr(
        glorand.jax, "fill_", lambda values, *a, **k: places.append(values.ctypes.data) or fill_(values, *a, **k)
    )
    made = glorand.jax.array(SHAPE, SingleDeviceSharding(jax.devices("cpu")[0]), TEXT)
    assert [made.unsafe_buffer_pointer()] == places


def test_refused():
    other = NamedSharding(sharding().mesh, PartitionSpec(None, None, "a"))
    for arguments, said, kind, message in (
        ((SHAPE, sharding(), "he_normal"), {}, glorand.GlorandError, "seed: he_normal has none"),
        (((), SingleDeviceSharding(jax.devices()[0]), "he_normal"), {}, glorand.GlorandError, "has none"),
        ((SHAPE, sharding(), "he_norm"), {}, glorand.GlorandError, "he_norm"),
        ((SHAPE, sharding(), TEXT), {"dtype": "float7"}, glorand.GlorandError, "unknown dtype"),
        ((SHAPE, sharding(), TEXT), {"dtype": "int32"}, glorand.GlorandError, "int32"),
        (((4, -2), sharding(), TEXT), {}, ValueError, "the extent along axis 1 is -2"),
        (((4, 2**70), sharding(), TEXT), {}, glorand.GlorandError, "2\\^63"),
        ((SHAPE, other, TEXT), {}, ValueError, "has more axes than the shape"),
        ((SHAPE, jax.devices()[0], TEXT), {}, TypeError, "a jax.sharding.Sharding is needed"),
        ((SHAPE, sharding(), 5), {}, TypeError, "5"),
        ((SHAPE, sharding(), TEXT), {"name": "a", "stream": 1}, TypeError, "not by both"),
    ):
        with pytest.raises(kind, match=message):
            glorand.jax.array(*arguments, **said)


def test_within_jit():
    def traced(value):
        return value + glorand.jax.array(SHAPE, sharding(), TEXT)

    with pytest.raises(TypeError, match="no array is drawn"):
        jax.jit(traced)(1.0)
    assert jax.jit(lambda value: value + 1)(glorand.jax.array(SHAPE, sharding(), "ones")).tolist() == [[2.0] * 24] * 16


def test_axes_that_the_mesh_does_not_divide():
    program = """
import jax, numpy
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
import glorand.jax
try:
    glorand.jax.array((15, 24), NamedSharding(Mesh(numpy.array(jax.devices()), ("a",)), P("a")), "he_normal", seed=1)
except ValueError as error:
    print("15" in str(error))
"""
    assert said_by(started(program, [], 2)) == "True\n"


def test_import_of_the_package_alone():
    program = "import sys, glorand; print('jax' in sys.modules, 'glorand.jax' in sys.modules)"
    assert said_by(started(program, [], 1)) == "False False\n"
