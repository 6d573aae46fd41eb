"""Arrays in CUDA memory: __cuda_array_interface__ and DLPack, streams, devices, threads, forks and errors.

The driver is the stand-in that GLORAND_TEST_CUDA_LIBRARY names, which interprets the kernels. It puts work off until
the host waits for it, and a host that follows an address of a device faults.
"""

import ctypes
import json
import os
import re

import pytest
from test_arrays import Made

import glorand
from glorand import _cuda
from glorand._fill import fill_of
from glorand._model import Model, Origin

STAND_IN = os.environ.get("GLORAND_TEST_CUDA_LIBRARY")
FLOATS = {"float32": "<f4", "float64": "<f8", "float16": "<f2", "bfloat16": "<u2", "float8_e4m3fn": "|u1"}
UNWRITTEN = b"\xaa"


@pytest.fixture(scope="module")
def arrays(source):
    """The module with device memory, once the stand-in is the driver."""
    if not STAND_IN:
        pytest.skip("GLORAND_TEST_CUDA_LIBRARY names no stand-in for CUDA's driver: the build has none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLORAND_CUDA_LIBRARY", STAND_IN)
        patch.setenv("PTXSIM_DEVICES", "2")
        patch.syspath_prepend(source / "tests/python")
        import gpu_arrays

        yield gpu_arrays


@pytest.fixture(scope="module")
def driver(arrays):
    return arrays.Driver()


@pytest.fixture
def child(arrays, source, python):
    """Runs a program in a process of its own, with `gpu_arrays`, `glorand`, `law`, and a `memory` of 4096 bytes."""
    beginning = f"""
import os, sys
sys.path.insert(0, {str(source / "tests/python")!r})
import glorand, gpu_arrays
from glorand import GlorandError
law = glorand.he_normal(seed=3)
def say(fill):
    try:
        fill()
    except GlorandError as error:
        print(f"{{error.status}}: {{error.message}}", flush=True)
    else:
        print("filled", flush=True)
"""
    memory = "memory = gpu_arrays.Memory(gpu_arrays.Driver(), 4096)\narray = memory.array((6, 5), '<f4', stream=None)\n"
    return lambda program, with_memory=True, **environment: python(
        beginning + (memory if with_memory else "") + program, {**os.environ, **environment}
    )


def law_of():
    return glorand.random_normal(0, 2, seed=9)


@pytest.mark.parametrize("name", FLOATS)
def test_dtypes(name, arrays, driver, drawn):
    whole = drawn("random_normal(0, 2, seed=9)", (6, 50), name)
    memory = arrays.Memory(driver, len(whole) + 64)
    values = memory.array((6, 50), FLOATS[name])
    said = {} if FLOATS[name][1] == "f" else {"dtype": name}
    assert law_of().fill_(values, **said) is values
    assert memory.read(wait=False) == whole + 64 * UNWRITTEN
    # bytes, and a dtype beside them
    memory.reset()
    law_of().fill_(memory.array((len(whole),), "|u1"), shape=(6, 50), dtype=name)
    assert memory.read(wait=False) == whole + 64 * UNWRITTEN


@pytest.mark.parametrize("strides", [(4, 24), (80, 8), (200, 4), None])
def test_strides(strides, arrays, driver, drawn):
    whole = drawn("random_normal(0, 2, seed=9)", (6, 5))
    memory = arrays.Memory(driver, 2048)
    law_of().fill_(memory.array((6, 5), "<f4", offset=16, strides=strides))
    expected = bytearray(memory.size * UNWRITTEN)
    along, across = strides or (20, 4)
    for row in range(6):
        for column in range(5):
            place, element = 16 + row * along + column * across, 4 * (5 * row + column)
            expected[place : place + 4] = whole[element : element + 4]
    assert memory.read(wait=False) == bytes(expected)


def test_parts(arrays, driver, drawn):
    text, shape = "glorot_normal(seed=42)", (64, 40)
    whole = drawn(text, shape)
    memory = arrays.Memory(driver, 4096)
    glorand.fill_(memory.array((8, 3), "<f4"), text, shape=shape, box=((10, 18), (7, 10)))
    assert memory.read(wait=False)[:96] == drawn(text, shape, box=((10, 18), (7, 10)))
    glorand.fill_(memory.array((100,), "<f4"), text, shape=shape, range=(333, 100))
    assert memory.read(wait=False)[:400] == whole[4 * 333 : 4 * 433]
    memory.reset()
    for empty in (memory.array((0, 5), "<f4"), memory.array((0,), "<f4", data=(0, False))):
        glorand.fill_(empty, text)
    assert memory.read() == memory.size * UNWRITTEN


def test_regions_of_a_list(arrays, driver):
    """The tensor in its stream, then its regions; all is there when the call returns."""
    regions = [{"slice": "1:3", "initializer": "random_uniform(2, 3)"}, {"slice": ":,4:", "initializer": "ones"}]
    tensor = {"name": "w", "shape": [6, 5], "dtype": "float32", "initializer": "he_normal", "regions": regions}
    model = Model(text=json.dumps({"tensors": [tensor]}))
    model.resolve(seed=9)
    law = model[0].initializer
    expected, shape = bytearray(120), (6, 5)
    fill_of(expected, law, shape=shape, dtype="float32", origin=Origin(model, 0)).draw()
    assert expected[16:20] == b"\0\0\x80\x3f"
    assert expected != glorand.fill_(bytearray(120), law, shape=shape, dtype="float32")
    for stream in (1, driver.stream(), None):
        memory = arrays.Memory(driver, 120)
        fill_of(memory.array(shape, "<f4", stream=stream), law, origin=Origin(model, 0)).draw()
        assert memory.read(wait=False) == bytes(expected)
    box = {"shape": shape, "box": ((2, 5), (3, 5))}
    memory = arrays.Memory(driver, 24)
    fill_of(memory.array((3, 2), "<f4"), law, origin=Origin(model, 0), **box).draw()
    rows = [bytes(expected)[20 * row + 12 : 20 * row + 20] for row in (2, 3, 4)]
    assert memory.read(wait=False) == b"".join(rows)


def test_streams(arrays, driver, drawn):
    """Without a stream the values are there when the call returns; in one, once that has come to this point."""
    whole = drawn("random_normal(0, 2, seed=9)", (6, 5))
    memory = arrays.Memory(driver, len(whole))
    for stream in (1, 2, driver.stream()):
        memory.reset()
        law_of().fill_(memory.array((6, 5), "<f4", stream=stream))
        assert memory.read(wait=False) == memory.size * UNWRITTEN
        assert memory.read() == whole
    for said in ({"stream": None}, {}, {"version": 2}):
        memory.reset()
        law_of().fill_(memory.array((6, 5), "<f4", **said))
        assert memory.read(wait=False) == whole


def test_a_second_device(arrays, driver, drawn):
    whole = drawn("random_normal(0, 2, seed=9)", (6, 5))
    second = arrays.Driver(1)
    memory = arrays.Memory(second, len(whole))
    for stream in (None, second.stream()):
        memory.reset()
        law_of().fill_(memory.array((6, 5), "<f4", stream=stream))
        assert memory.read() == whole
    with pytest.raises(glorand.GlorandError, match="stream: belongs to another context"):
        law_of().fill_(memory.array((6, 5), "<f4", stream=driver.stream()))


def test_the_current_context_is_that_of_before(arrays, driver):
    memory = arrays.Memory(driver, 4096)
    current = ctypes.c_void_p()
    for context in (None, arrays.Driver(1).context.value):
        driver.call("cuCtxSetCurrent", ctypes.c_void_p(context))
        glorand.fill_(memory.array((8,), "<f4"), "ones")
        with pytest.raises(glorand.GlorandError):
            glorand.fill_(memory.array((8,), "<f4"), "random_normal(0, -1, seed=1)")
        driver.call("cuCtxGetCurrent", ctypes.byref(current))
        assert current.value == context
    driver.call("cuCtxSetCurrent", None)


def dlpack(arrays, memory, **members):
    """An array that offers DLPack alone. `streams` lists those that consumers named."""

    class Offered(Made):
        streams: list = []  # noqa: RUF012

        def __dlpack_device__(self):
            return (self.managed.tensor.device_type, self.managed.tensor.device_id)

        def __dlpack__(self, *, max_version, copy, stream):
            self.streams.append(stream)
            return super().__dlpack__(max_version=max_version, copy=copy)

    return Offered(data=memory.address.value, **{"device_type": 2, **members})


def test_dlpack(arrays, driver, drawn):
    whole = drawn("random_normal(0, 2, seed=9)", (4,), "bfloat16")
    for number, of in enumerate((driver, arrays.Driver(1))):
        memory = arrays.Memory(of, 64)
        values = dlpack(arrays, memory, device_id=number, code=4, bits=16, byte_offset=8)
        law_of().fill_(values)
        assert memory.read(wait=False) == 8 * UNWRITTEN + whole + 48 * UNWRITTEN
        assert values.streams == [1]  # the legacy default stream
    for members, message in (
        ({"device_type": 13}, "DLPack device of type 13"),
        ({"flags": 1}, "is read-only"),
        ({"device_id": 1}, "belongs to another context"),
        ({"device_id": 7}, "7 is outside"),
    ):
        memory = arrays.Memory(driver, 64)
        with pytest.raises(glorand.GlorandError, match=message):
            law_of().fill_(dlpack(arrays, memory, **members))
        assert memory.read() == 64 * UNWRITTEN


def test_refused(arrays, driver):
    memory = arrays.Memory(driver, 4096)
    place = memory.address.value
    host = ctypes.create_string_buffer(64)
    for said, status, message in (
        ({"data": (place, True)}, "ARGUMENT", "is read-only"),
        ({"stream": 0}, "ARGUMENT", "has the stream 0"),
        ({"stream": place}, "ARGUMENT", "is not a CUDA stream"),
        ({"mask": object()}, "UNSUPPORTED", "has a mask"),
        ({"strides": (-4,)}, "SHAPE", "-1 is negative"),
        ({"strides": (0,)}, "SHAPE", "overlaps itself"),
        ({"offset": 2}, "ARGUMENT", "is not a multiple of the 4 bytes"),
        ({"typestr": "<c8"}, "UNSUPPORTED", "is not filled"),
        ({"typestr": ">f4"}, "UNSUPPORTED", "byte order"),
        ({"data": (ctypes.addressof(host), False)}, "ARGUMENT", "is not CUDA memory"),
        ({"data": (place + 4096 - 28, False)}, "TOO_SMALL", "28 bytes"),
    ):
        with pytest.raises(glorand.GlorandError) as caught:
            glorand.fill_(memory.array((8,), said.pop("typestr", "<f4"), **said), "ones")
        assert (caught.value.status, message in caught.value.message) == (f"GLR_ERROR_{status}", True), caught.value
    for law, arguments, status in (
        ("orthogonal(seed=1)", {"shape": (4, 2)}, "UNSUPPORTED"),
        ("he_normal", {"name": "wte"}, "UNSEEDED"),
        ("he_normal(seed=1)", {"shape": (9,)}, "TOO_SMALL"),
        ("he_normal(seed=1)", {"dtype": "bfloat16"}, "ARGUMENT"),
    ):
        with pytest.raises(glorand.GlorandError) as caught:
            glorand.fill_(memory.array((8,), "<f4"), law, **arguments)
        assert caught.value.status == f"GLR_ERROR_{status}", caught.value
    assert memory.read() == memory.size * UNWRITTEN
    assert host.raw == bytes(64)


def test_threads(child, drawn):
    """The device is opened once, though all threads want it at a time."""
    program = """
import threading, ctypes
memories = [gpu_arrays.Memory(memory.driver, 120) for _ in range(8)]
ready = threading.Barrier(8)
def fill(memory):
    ready.wait()
    law.fill_(memory.array((6, 5), "<f4"))
threads = [threading.Thread(target=fill, args=(memory,)) for memory in memories]
for thread in threads: thread.start()
for thread in threads: thread.join()
print({memory.read().hex() for memory in memories})
"""
    assert eval(child(program)) == {drawn("he_normal(seed=3)", (6, 5)).hex()}


FORKED = """
import array as arrays
BEFORE
pid = os.fork()
if pid == 0:
    say(lambda: law.fill_(memory.array((6, 5), "<f4", stream=1)))
    say(lambda: law.fill_(arrays.array("f", bytes(8))))
    os._exit(0)
os.waitpid(pid, 0)
say(lambda: law.fill_(array))
"""
WHY = "GLR_ERROR_UNAVAILABLE: CUDA: this process was forked after its parent had used CUDA, which no fork survives"


def test_forks(child):
    """After CUDA was used, the CPU alone is filled in a child; the parent goes on."""
    said = child(FORKED.replace("BEFORE", "law.fill_(array)")).splitlines()
    assert said == [f"{WHY}; spawn it instead", "filled", "filled"]


def test_forks_before_cuda_is_used(child):
    program = """
pid = os.fork()
if pid != 0:
    os.waitpid(pid, 0)
memory = gpu_arrays.Memory(gpu_arrays.Driver(), 4096)
say(lambda: law.fill_(memory.array((6, 5), "<f4")))
del memory
if pid == 0:
    os._exit(0)
"""
    assert child(program, with_memory=False) == "filled\nfilled\n"


def test_subinterpreters(child):
    """An interpreter within the process has handles of its own: not an isolated one, as ctypes is not for those."""
    program = """
try:
    import _interpreters as interpreters
    made = interpreters.create("legacy")
except ImportError:
    import _xxsubinterpreters as interpreters
    made = interpreters.create(isolated=False)
place = memory.address.value
inner = f'''
import sys
sys.path[:] = {sys.path!r}
import glorand
class Array:
    __cuda_array_interface__ = dict(shape=(6, 5), typestr="<f4", data=({place}, False), version=3)
glorand.he_normal(seed=3).fill_(Array())
glorand.he_normal(seed=3).fill_(bytearray(120), dtype="float32")
'''
failed = interpreters.run_string(made, inner)
assert failed is None, failed
first = memory.read()[:120]
memory.reset()
law.fill_(array)
print(first == memory.read()[:120])
"""
    assert child(program) == "True\n"


def test_drivers_that_fail(child):
    """The error is the driver's, and the next fill tries again. The program's own calls come before."""
    program = "say(lambda: law.fill_(array))\n" * 2
    for call, error, status, own in (
        ("cuInit", 999, "UNAVAILABLE", 1),
        ("cuDevicePrimaryCtxRetain", 2, "(MEMORY|DEVICE)", 1),
        ("cuModuleLoadData", 2, "MEMORY", 0),
        ("cuCtxPushCurrent_v2", 999, "DEVICE", 4),
        ("cuLaunchKernel", 701, "DEVICE", 0),
        ("cuStreamSynchronize", 701, "DEVICE", 0),
        ("cuPointerGetAttribute", 999, "DEVICE", 0),
        ("cuPointerGetAttributes", 999, "DEVICE", 0),
    ):
        failed = 0
        while True:
            lines = child(program, PTXSIM_FAIL=f"{call}:{own + failed + 1}:{error}").splitlines()
            if lines[0] == "filled":
                break
            assert lines[1] == "filled", (call, failed, lines)
            name = call.removesuffix("_v2")
            assert re.match(f"GLR_ERROR_{status}: .*CUDA: {name}.* returned CUDA_ERROR", lines[0]), lines
            failed += 1
        assert failed > 0, call


def test_no_driver(python):
    program = """
import glorand
class Array:
    __cuda_array_interface__ = dict(shape=(4,), typestr="<f4", data=(1 << 40, False), version=3)
for _ in range(2):
    try:
        glorand.fill_(Array(), "ones")
    except glorand.GlorandError as error:
        print(error.status, error.message)
"""
    said = python(program, {**os.environ, "GLORAND_CUDA_LIBRARY": "/nowhere/libcuda.so.1"}).splitlines()
    assert len(said) == 2
    assert all(line.startswith("GLR_ERROR_UNAVAILABLE no CUDA driver: /nowhere/libcuda.so.1") for line in said)


def test_names(source):
    """The driver is the one that the library finds."""
    assert re.search(r'define LIBRARY "(.*)"', (source / "src/cuda/driver.c").read_text())[1] == _cuda.LIBRARY
    header = (source / "src/cuda/driver.h").read_text()
    assert re.search(r'define GLR_CUDA_VARIABLE "(.*)"', header)[1] == _cuda.VARIABLE
    assert f"CU_POINTER_DEVICE_ORDINAL = {_cuda._POINTER_DEVICE_ORDINAL}," in header


def test_the_program_of_the_proof(child):
    assert child("sys.exit(gpu_arrays.main())", with_memory=False).startswith("the driver's memory: 8 arrays equal; ")
