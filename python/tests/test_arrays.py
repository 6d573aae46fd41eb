"""Arrays of all kinds hold the values of the packed numpy array, and those that cannot be filled stay as they are."""

import array
import ctypes
import mmap
import sys

import numpy
import pytest
from optional import ml_dtypes, numpy_dtype, torch

import glorand
from glorand import _arrays

FLOATS = ("float32", "float64", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")
INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
ALL = (*FLOATS, *INTEGERS, "bool")


def law_of(name):
    return glorand.random_normal(0, 2, seed=9) if name in FLOATS else glorand.constant(1)


def bits(values):
    """The bytes of a numpy array or a torch tensor in row-major order."""
    if hasattr(values, "detach"):
        values = values.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
    return numpy.ascontiguousarray(values).tobytes()


def expected(drawn, shape, name="float32", text=None):
    """What the command draws, which is a program in C."""
    return drawn(text or repr(law_of(name)), shape, name)


@pytest.mark.parametrize("name", ALL)
def test_numpy(name, drawn):
    whole = expected(drawn, (6, 5, 4), name)
    values = numpy.zeros((6, 5, 4), numpy_dtype(name))
    assert law_of(name).fill_(values) is values and bits(values) == whole
    for make in (
        lambda: numpy.zeros((6, 5, 4), numpy_dtype(name), order="F"),
        lambda: numpy.zeros((4, 6, 5), numpy_dtype(name)).transpose(1, 2, 0),
        lambda: numpy.zeros((9, 12, 9), numpy_dtype(name))[2:8, 1:11:2, 3:7],
        lambda: numpy.zeros((6, 1, 5, 4), numpy_dtype(name))[:, 0],
        lambda: numpy.zeros(1 + 120 * numpy_dtype(name).itemsize, "uint8")[1:].view(numpy_dtype(name)).reshape(6, 5, 4),
    ):
        values = make()
        assert bits(law_of(name).fill_(values)) == whole
        around = values.base if values.base is not None else values
        if around.size != values.size and around.dtype == values.dtype:  # what lies between is as it was
            assert numpy.count_nonzero(around.view("u1")) == numpy.count_nonzero(numpy.frombuffer(whole, "u1"))


@pytest.mark.parametrize("name", ALL)
def test_torch(name, drawn):
    dtype, whole = getattr(torch, name), expected(drawn, (6, 5, 4), name)
    values = torch.zeros(6, 5, 4, dtype=dtype)
    assert law_of(name).fill_(values) is values and bits(values) == whole
    for make in (
        lambda: torch.zeros(4, 6, 5, dtype=dtype).permute(1, 2, 0),
        lambda: torch.zeros(9, 12, 9, dtype=dtype)[2:8, 1:11:2, 3:7],
        lambda: torch.zeros(300, dtype=dtype).as_strided((6, 5, 4), (1, 7, 40), 11),
        lambda: torch.zeros(6, 1, 5, 4, dtype=dtype)[:, 0],
    ):
        values = make()
        assert bits(law_of(name).fill_(values)) == whole
        if name in FLOATS:
            assert torch.count_nonzero(values._base.view(torch.uint8)) == numpy.count_nonzero(
                numpy.frombuffer(whole, "uint8")
            )


def test_parameters_and_autograd(drawn):
    linear = torch.nn.Linear(5, 6)
    glorand.he_uniform(layout="torch", seed=3).fill_(linear.weight)
    assert bits(linear.weight) == drawn("he_uniform(layout=torch, seed=3)", (6, 5))
    assert linear.weight.requires_grad and linear.weight.is_leaf
    # Autograd notices the change of what it has kept, as it does of torch.nn.init's.
    squares = (linear.weight**2).sum()
    glorand.ones().fill_(linear.weight)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        squares.backward()
    with torch.inference_mode():
        inference = torch.zeros(3)
        assert glorand.fill_(inference, "ones").tolist() == [1, 1, 1]


@pytest.mark.parametrize("code", "efdbBhHiIlLqQ?")
def test_buffers(code):
    itemsize = memoryview(bytes(8)).cast("B").cast(code).itemsize if code != "e" else 2
    memory = bytearray(24 * itemsize)
    view = memoryview(memory).cast(code if code != "e" else "H")
    if code == "e":
        glorand.fill_(view, "constant(1.5)", dtype="float16")
        assert numpy.frombuffer(memory, "float16").tolist() == [1.5] * 24
        return
    glorand.fill_(view.cast("B").cast(code, (4, 6)), "ones")
    assert view.tolist() == [1] * 24


def test_buffers_of_many_kinds(drawn):
    whole = drawn("he_normal(seed=1)", (24,))
    law = glorand.he_normal(seed=1)
    assert law.fill_(array.array("f", bytes(96))).tobytes() == whole
    assert bytes(law.fill_((ctypes.c_float * 24)())) == whole
    assert law.fill_(bytearray(96), dtype="float32") == whole
    with mmap.mmap(-1, 96) as pages:
        law.fill_(pages, dtype="float32", shape=(24,))
        assert pages[:] == whole
    memory = bytearray(4 * 47)
    assert bytes(law.fill_(memoryview(memory).cast("f")[::2]).tobytes()) == whole
    assert memory[4::8] == bytes(23) and not any(memory[4 + 8 * i + k] for i in range(23) for k in range(4))
    zero = array.array("f", bytes(4))
    assert law.fill_(zero, shape=()).tobytes() == drawn("he_normal(seed=1)", ())


def test_buffers_are_free_again():
    memory = bytearray(8)
    glorand.fill_(memory, "ones", dtype="float32")
    memory.extend(b"more")  # which a buffer that is still exported would forbid
    with pytest.raises(glorand.GlorandError):
        glorand.fill_(memory, "ones", dtype="float64")
    memory.extend(b"more")


def test_dtypes_that_the_caller_says(drawn):
    whole = drawn("he_normal(seed=1)", (24,), "bfloat16")
    law = glorand.he_normal(seed=1)
    for dtype in ("bfloat16", "BF16", torch.bfloat16, ml_dtypes.bfloat16, numpy.dtype(ml_dtypes.bfloat16)):
        assert bits(law.fill_(numpy.zeros(24, "uint16"), dtype=dtype)) == whole
        assert bits(law.fill_(numpy.zeros(24, "V2"), dtype=dtype)) == whole
        assert bits(law.fill_(numpy.zeros(48, "uint8"), dtype=dtype)) == whole
        assert bits(law.fill_(torch.zeros(24, dtype=torch.bfloat16), dtype=dtype)) == whole
    assert bits(law.fill_(numpy.zeros(24, "float32"), dtype=numpy.float32)) == drawn("he_normal(seed=1)", (24,))


def test_dtypes_that_the_array_contradicts():
    """Above all none that would write over pointers."""
    refused(numpy.zeros(4, object), "GLR_ERROR_UNSUPPORTED", "is not filled", dtype="uint64")
    for values in (
        numpy.zeros(4, [("pointer", object)]),
        numpy.zeros(4, "int64"),
        numpy.zeros(4, "float64"),
        numpy.zeros(4, "complex64"),
        (ctypes.py_object * 4)(*range(4)),
        (ctypes.c_void_p * 4)(*range(4)),
    ):
        refused(values, "GLR_ERROR_ARGUMENT", "and dtype says uint64", dtype="uint64")


class Interface:
    """An array that offers __array_interface__ alone."""

    def __init__(self, values, **changes):
        self.values = values
        self.__array_interface__ = {**values.__array_interface__, **changes}


class Dlpack:
    """An array that offers DLPack alone."""

    def __init__(self, values, device=None):
        try:
            values.__dlpack__(max_version=(1, 0))
        except (AttributeError, TypeError):  # numpy before 2.1, torch before 2.9
            pytest.skip(f"DLPack 1 of {type(values).__module__} is needed, and this version has none")
        self.values, self.device = values, device

    def __dlpack_device__(self):
        return self.device or self.values.__dlpack_device__()

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)


class OldDlpack(Dlpack):
    """The same before version 1."""

    def __dlpack__(self, stream=None):
        return self.values.__dlpack__()


class OlderCapsule(Dlpack):
    """One that takes max_version, and gives a capsule of before version 1."""

    def __dlpack__(self, **options):
        return self.values.__dlpack__()


def test_array_interface(drawn):
    whole = drawn("random_normal(0, 2, seed=9)", (6, 5))
    values = numpy.zeros((5, 6), "float32").T
    assert law_of("float32").fill_(Interface(values)).values is values and bits(values) == whole
    packed = numpy.zeros((6, 5), "float32")
    law_of("float32").fill_(Interface(packed, strides=None))
    assert bits(packed) == whole
    assert bits(law_of("float32").fill_(Interface(packed, typestr="=f4", strides=(20, 4))).values) == whole


@pytest.mark.parametrize("name", ALL)
def test_dlpack(name, drawn):
    whole = expected(drawn, (6, 5), name)
    for values in (
        torch.zeros(6, 5, dtype=getattr(torch, name)),
        torch.zeros(9, 12, dtype=getattr(torch, name))[2:8, 1:11:2],
        torch.zeros(5, 6, dtype=getattr(torch, name)).T,
    ):
        law_of(name).fill_(Dlpack(values))
        assert bits(values) == whole
    assert sys.getrefcount(values) < 5  # the capsules are gone


def test_dlpack_of_numpy(drawn):
    values = numpy.zeros((4, 6), "float64")
    law_of("float64").fill_(Dlpack(values))
    assert bits(values) == expected(drawn, (4, 6), "float64")
    readonly = numpy.zeros(4, "float32")
    readonly.flags.writeable = False
    refused(Dlpack(readonly), "GLR_ERROR_ARGUMENT", "is read-only")
    assert not readonly.any()


class Made:
    """An array that offers a DLPack capsule made here, of what no package exports."""

    def __init__(self, **members):
        self.memory = numpy.zeros(8, "float32")
        self.shape = (ctypes.c_int64 * 1)(4)
        self.managed = _arrays._DLManaged(major=1, flags=members.pop("flags", 0))
        self.managed.major = members.pop("major", 1)
        tensor = {"data": self.memory.ctypes.data, "device_type": 1, "ndim": 1, "code": 2, "bits": 32, "lanes": 1}
        for name, value in {**tensor, **members}.items():
            setattr(self.managed.tensor, name, value)
        self.managed.tensor.shape = ctypes.cast(self.shape, ctypes.POINTER(ctypes.c_int64))

    def __dlpack_device__(self):
        return (1, 0)

    def __dlpack__(self, *, max_version, copy):
        assert max_version == (1, 0)
        assert copy is False
        make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        return make(("PyCapsule_New", ctypes.pythonapi))(ctypes.addressof(self.managed), b"dltensor_versioned", None)


def test_capsules():
    one = glorand.fill_(Made(byte_offset=8), "ones")
    assert one.memory.tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    for members, status, message in (
        ({"major": 2}, "GLR_ERROR_UNSUPPORTED", "DLPack of version 2, not 1"),
        ({"flags": 1}, "GLR_ERROR_ARGUMENT", "is read-only"),
        ({"flags": 2}, "GLR_ERROR_ARGUMENT", "gave a copy"),
        ({"lanes": 2}, "GLR_ERROR_UNSUPPORTED", "2 lanes of 32 bits"),
        ({"bits": 4}, "GLR_ERROR_UNSUPPORTED", "1 lanes of 4 bits"),
        ({"code": 9}, "GLR_ERROR_UNSUPPORTED", "is not filled"),
    ):
        made = Made(**members)
        refused(made, status, message)
        assert not made.memory.any()


def test_strides_of_single_elements():
    """They have no effect: these arrays are packed."""
    for values in (numpy.zeros(8, "float32")[::9], torch.zeros(8)[::8]):
        assert glorand.fill_(values, "ones", shape=(8,), range=(3, 1)).tolist() == [1]
        assert glorand.fill_(values, "zeros", shape=(2, 4), box=((1, 2), (1, 2))).tolist() == [0]


def refused(values, status, message, **arguments):
    with pytest.raises(glorand.GlorandError) as caught:
        glorand.fill_(values, arguments.pop("law", "constant(1)"), **arguments)
    assert (caught.value.status, message in caught.value.message) == (status, True), caught.value


def overlapping(shape, strides):
    return numpy.lib.stride_tricks.as_strided(numpy.zeros(64, "float32"), shape, strides)


REFUSED = {
    "read-only numpy": (lambda: numpy.broadcast_to(numpy.zeros(1, "float32"), 4), "ARGUMENT", "is read-only"),
    "read-only bytes": (lambda: bytes(4), "ARGUMENT", "array: bytes is read-only"),
    "read-only view": (lambda: memoryview(bytearray(4)).toreadonly(), "ARGUMENT", "is read-only"),
    "numpy upon itself": (lambda: overlapping((3, 4), (4, 4)), "SHAPE", "strides"),
    "numpy all one": (lambda: overlapping((4,), (0,)), "SHAPE", "4 elements along axis 0 are one in memory"),
    "numpy rows one": (lambda: overlapping((2, 3), (0, 4)), "SHAPE", "2 elements along axis 0 are one in memory"),
    "numpy backwards": (lambda: numpy.zeros(4, "float32")[::-1], "SHAPE", "-1"),
    "numpy odd strides": (lambda: numpy.zeros(4, "u1,f4")["f1"], "SHAPE", "stride of 5 bytes along axis 0"),
    "numpy big-endian": (lambda: numpy.zeros(4, ">f4"), "UNSUPPORTED", "byte order"),
    "numpy scalar": (lambda: numpy.float32(1), "ARGUMENT", "is immutable"),
    "numpy complex": (lambda: numpy.zeros(4, "complex64"), "UNSUPPORTED", "of dtype complex64 is not filled"),
    "numpy longdouble": (lambda: numpy.zeros(4, "longdouble"), "UNSUPPORTED", "is not filled"),
    "numpy objects": (lambda: numpy.zeros(4, object), "UNSUPPORTED", "is not filled"),
    "numpy text": (lambda: numpy.zeros(4, "U3"), "UNSUPPORTED", "is not filled"),
    "numpy times": (lambda: numpy.zeros(4, "M8[ns]"), "UNSUPPORTED", "is not filled"),
    "numpy records": (lambda: numpy.zeros(4, "i4,f4"), "UNSUPPORTED", "is not filled"),
    "torch all one": (lambda: torch.zeros(1).expand(4), "SHAPE", "4 elements along axis 0 are one in memory"),
    "torch upon itself": (lambda: torch.zeros(9).as_strided((3, 4), (1, 1)), "SHAPE", "strides"),
    "torch meta": (lambda: torch.zeros(4, device="meta"), "UNSUPPORTED", "is on the device meta"),
    "torch sparse": (lambda: torch.zeros(4).to_sparse(), "UNSUPPORTED", "is not strided"),
    "torch complex": (lambda: torch.zeros(4, dtype=torch.complex64), "UNSUPPORTED", "torch.complex64 is not filled"),
    "torch negated": (lambda: torch.zeros(4, dtype=torch.complex64).conj().imag, "UNSUPPORTED", "negated"),
    "torch lazy": (lambda: torch.nn.LazyLinear(4).weight, "UNSUPPORTED", "has no memory"),
    "torch quantized": (
        lambda: torch.quantize_per_tensor(torch.zeros(4), 1.0, 0, torch.qint8),
        "UNSUPPORTED",
        "is not filled",
    ),
    "torch shares bytes": (lambda: torch.zeros(4), "ARGUMENT", "holds float32, and dtype says int32"),
    "interface with a mask": (
        lambda: Interface(numpy.zeros(4, "float32"), mask=numpy.zeros(4, bool)),
        "UNSUPPORTED",
        "mask",
    ),
    "dlpack on vulkan": (lambda: Dlpack(numpy.zeros(4, "float32"), (7, 0)), "UNSUPPORTED", "DLPack device of type 7"),
    "dlpack before 1": (lambda: OldDlpack(numpy.zeros(4, "float32")), "UNSUPPORTED", "DLPack before version 1"),
    "capsule before 1": (lambda: OlderCapsule(numpy.zeros(4, "float32")), "UNSUPPORTED", "DLPack before version 1"),
    "dlpack complex": (lambda: Dlpack(torch.zeros(4, dtype=torch.complex64)), "UNSUPPORTED", "is not filled"),
    "dlpack backwards": (lambda: Dlpack(numpy.zeros(4, "float32")[::-1]), "SHAPE", "-1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    make, status, message = REFUSED[case]
    refused(make(), f"GLR_ERROR_{status}", message, **({"dtype": "int32"} if case == "torch shares bytes" else {}))


def test_refused_and_nothing_written():
    """Everything around a refused array is as it was."""
    pattern = numpy.arange(64, dtype="float32")
    for view, arguments in (
        (lambda p: p[::-1], {}),
        (lambda p: p[:6], {"shape": (7,)}),
        (lambda p: p[:7], {"shape": (2, 3)}),
        (lambda p: p[:6].reshape(2, 3), {"shape": (3, 2)}),
        (lambda p: p[:6].reshape(2, 3), {"shape": (6,)}),
        (lambda p: p[:12:2], {"shape": (2, 3)}),
        (lambda p: p[:12:2], {"shape": (12,), "range": (0, 6)}),
        (lambda p: p[:6], {"shape": (6,), "range": (1, 6)}),
        (lambda p: p[:6], {"shape": (8,), "range": (-1, 6)}),
        (lambda p: p[:6], {"shape": (8,), "range": (0, 5)}),
        (lambda p: p[:6], {"shape": (8,), "box": ((3, 9),)}),
        (lambda p: p[:6], {"shape": (8,), "box": ((-1, 5),)}),
        (lambda p: p[:0], {"shape": (8,), "box": ((5, 4),)}),
        (lambda p: p[:1], {"shape": (8,), "box": ((2**63 - 1, -(2**63)),)}),
        (lambda p: p[:1], {"shape": (8,), "box": ((-(2**63), -(2**63) + 1),)}),
        (lambda p: p[:6], {"shape": (8,), "box": (slice(0, 6, 2),)}),
        (lambda p: p[:6], {"shape": (8,), "box": ((0, 6), (0, 1))}),
        (lambda p: p[:6], {"shape": (-6,)}),
        (lambda p: p[:6], {"shape": (2**62, 2**62)}),
        (lambda p: p[:6], {"shape": (2**63,)}),
        (lambda p: p[:1], {"shape": (1,) * 17}),
        (lambda p: p[:6], {"dtype": "float64"}),
        (lambda p: p[:6], {"dtype": "no"}),
        (lambda p: p.view("uint8")[:7], {"dtype": "float32"}),
        (lambda p: p.view("uint8")[:16:2], {"dtype": "float32"}),
        (lambda p: p[:6], {"law": "random_normal(0, -1, seed=1)"}),
        (lambda p: p[:6], {"law": "identity"}),
        (lambda p: p.view("int32")[:6], {"law": "he_normal(seed=1)"}),
        (lambda p: p[:6], {"law": "nothing"}),
        (lambda p: p[:6], {"law": "he_normal", "shape": (8,), "range": (0, 6)}),
        (lambda p: p[:6], {"law": "he_normal", "name": "wte"}),
        (lambda p: p[:6], {"law": "he_normal", "seed": 2**63}),
        (lambda p: p[:6], {"law": "he_normal(key=[1, 2], counter=[1, 2, 3, 4])", "seed": 1}),
    ):
        memory = pattern.copy()
        with pytest.raises(glorand.GlorandError):
            glorand.fill_(view(memory), arguments.pop("law", "constant(1)"), **arguments)
        assert memory.tobytes() == pattern.tobytes(), arguments


@pytest.mark.parametrize("values", [None, 5, "text", [1.0, 2.0], object(), {}])
def test_no_arrays(values):
    with pytest.raises(TypeError, match="is no array"):
        glorand.fill_(values, "zeros")


def test_arguments_of_other_types():
    values = numpy.zeros(4, "float32")
    for arguments in (
        {"shape": 4.0},
        {"shape": "4"},
        {"box": ((0, 1), (0, 2)), "range": (0, 1)},
        {"box": ((0, 1, 2),)},
        {"box": (0,)},
        {"box": 0},
        {"range": (0,)},
        {"range": 4},
        {"seed": "x"},
        {"name": 5},
    ):
        with pytest.raises(TypeError):
            glorand.fill_(values, "zeros", **arguments)
    with pytest.raises(TypeError):
        glorand.fill_(values, 5)
    assert not values.any()


def test_boxes_count_from_0():
    values = numpy.zeros((3, 4), "float32")
    for box, message in (
        (((-2, 3), (0, 4)), "box: the first index along axis 0 is -2; indices count from 0"),
        ((slice(0, 3), slice(-1, None)), "box: the first index along axis 1 is -1; indices count from 0"),
        ((slice(0, -1), slice(0, 4)), "box: the end along axis 0 is -1; indices count from 0"),
    ):
        with pytest.raises(glorand.GlorandError) as caught:
            glorand.fill_(values, "ones", box=box)
        assert (caught.value.status, caught.value.message) == ("GLR_ERROR_SHAPE", message)
    for box in (5, object(), 1.5):
        with pytest.raises(TypeError, match="box: a first index and an end for each axis are needed, not "):
            glorand.fill_(values, "ones", box=box)
    assert not values.any()


class Index:
    """An integer that does something when it is asked for its value."""

    def __init__(self, value, act):
        self.value, self.act = value, act

    def __index__(self):
        self.act()
        return self.value


@pytest.mark.parametrize(
    "arguments",
    [
        lambda index: {"shape": (index(4), 2)},
        lambda index: {"shape": (4, 2), "box": ((index(0), 4), (0, 2))},
        lambda index: {"shape": (4, 2), "range": (0, index(8))},
    ],
)
def test_arguments_that_move_the_memory(arguments):
    """The fill takes the address after them, so it sees the array that has grown, and not its old memory."""
    values = numpy.zeros(8, "float32")
    moved = []

    def move():
        if not moved:
            values.resize(1 << 20, refcheck=False)
            moved.append(values.ctypes.data)

    with pytest.raises(glorand.GlorandError) as caught:
        glorand.fill_(values, "ones", **arguments(lambda value: Index(value, move)))
    assert "has the shape (1048576,)" in caught.value.message and moved
    assert not values.any()


def test_bytes_with_more_axes():
    hint = "holds uint8, and dtype says float32; bytes have to lie packed along one axis"
    refused(numpy.zeros((4, 4), "uint8"), "GLR_ERROR_ARGUMENT", hint, dtype="float32")
    refused(numpy.zeros(16, "uint8")[::2], "GLR_ERROR_ARGUMENT", hint, dtype="float32")


def test_suboffsets():
    """A buffer of pointers to rows, as a view that ctypes makes."""
    rows = [(ctypes.c_ubyte * 4)() for _ in range(2)]
    pointers = (ctypes.c_void_p * 2)(*map(ctypes.addressof, rows))
    shape, strides, suboffsets = ((ctypes.c_ssize_t * 2)(*two) for two in ((2, 4), (8, 1), (0, -1)))
    buffer = _arrays._Buffer(len=8, itemsize=1, ndim=2, format=b"B", buf=ctypes.addressof(pointers))
    kind = ctypes.POINTER(ctypes.c_ssize_t)
    for name, numbers in (("shape", shape), ("strides", strides), ("suboffsets", suboffsets)):
        setattr(buffer, name, ctypes.cast(numbers, kind))
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p)(("PyMemoryView_FromBuffer", ctypes.pythonapi))
    refused(make(ctypes.byref(buffer)), "GLR_ERROR_UNSUPPORTED", "array: memoryview has suboffsets")
    assert bytes(rows[0]) + bytes(rows[1]) == bytes(8)


def test_names_of_dtypes_with_zero_bytes():
    values = numpy.zeros(8, "uint8")
    for call in (
        lambda: glorand.fill_(values, "ones", dtype="float32\0"),
        lambda: glorand.empty(3, "float32\0x"),
        lambda: glorand.describe("ones", (3,), "float32\0"),
    ):
        with pytest.raises(glorand.GlorandError, match=r"unknown dtype 'float32\\x00"):
            call()
    assert not values.any()


SUBCLASSES = """
import glorand, torch
from torch._subclasses.fake_tensor import FakeTensorMode

def refused(values):
    try:
        glorand.fill_(values, "ones")
    except glorand.GlorandError as error:
        print(error.status, error.message)
    return values * 2

with FakeTensorMode():
    fake = torch.zeros(4)
refused(fake)
torch.func.vmap(refused)(torch.zeros(2, 3))
torch.func.grad(lambda values: refused(values).sum())(torch.zeros(3))
"""


def test_torch_subclasses_without_memory(python):
    """In a process without TensorFlow, beside which torch's compiler, which this loads, aborts."""
    pytest.importorskip("torch")
    fake, *wrapped = python(SUBCLASSES).splitlines()
    assert fake == "GLR_ERROR_UNSUPPORTED array: torch._subclasses.fake_tensor.FakeTensor has no memory"
    assert wrapped == ["GLR_ERROR_UNSUPPORTED array: torch.Tensor has no memory"] * 2


def test_torch_storages_that_shrank():
    """As FSDP frees them. pytest is not to show these tensors, which would read the memory."""
    for size, message in ((0, "its storage was freed"), (15, "15 bytes are fewer than the 16")):
        values = torch.zeros(4)
        values.untyped_storage().resize_(size)
        try:
            glorand.fill_(values, "ones")
        except glorand.GlorandError as error:
            status, said = error.status, error.message
        values.untyped_storage().resize_(16)
        assert status == "GLR_ERROR_TOO_SMALL" and message in said


def test_frameworks_with_immutable_arrays():
    jax = pytest.importorskip("jax")
    tensorflow = pytest.importorskip("tensorflow")
    for values in (jax.numpy.zeros(4), tensorflow.zeros(4)):
        refused(values, "GLR_ERROR_ARGUMENT", "is immutable")
        assert not numpy.asarray(values).any()


def test_empty():
    for name in (*FLOATS, *INTEGERS, "bool"):
        dtype, values = numpy_dtype(name), glorand.empty((3, 5), name)
        assert values.shape == (3, 5) and values.dtype == dtype
        assert values.flags.c_contiguous and values.flags.writeable and values.ctypes.data % 64 == 0
        glorand.fill_(values, "ones")
        assert values.astype("float32").sum() == 15
    assert glorand.empty(7).shape == (7,) and glorand.empty(()).shape == () and glorand.empty((0, 3)).size == 0
    assert glorand.empty(3, torch.bfloat16).dtype == ml_dtypes.bfloat16
    for dtype in ("complex64", None, 5, float):
        with pytest.raises(glorand.GlorandError):
            glorand.empty(3, dtype)


def test_empty_of_negative_extents(monkeypatch):
    def none(*_):
        raise AssertionError("memory was allocated")

    monkeypatch.setattr(numpy, "empty", none)
    for shape, message in (
        ((3, -2), "axis 1 is -2"),
        (-1, "axis 0 is -1"),
        ((-4, -5), "axis 0 is -4"),
        ((0, -1), "is -1"),
    ):
        with pytest.raises(ValueError, match=message):
            glorand.empty(shape)


def test_empty_arrays():
    for values in (numpy.zeros((0, 3), "float32"), torch.zeros(3, 0), bytearray()):
        assert glorand.fill_(values, "he_normal(seed=1)", dtype="float32") is values
