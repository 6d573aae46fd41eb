"""The shared library by ctypes: initializers in their text form, what they draw, and what Keras makes of them."""

import ctypes
import json
import pathlib

CAPACITY = 4096  # bytes of an initializer, which is smaller, and of its JSON
NOTHING = ctypes.c_void_p(None)
MAX_RANK = 16
FLOAT32 = 1
CPU = 1

Axes = ctypes.c_int64 * MAX_RANK


class Tensor(ctypes.Structure):
    """glr_tensor."""

    _fields_ = [
        ("rank", ctypes.c_uint32),
        ("dtype", ctypes.c_uint32),
        ("part", ctypes.c_uint32),
        ("shape", Axes),
        ("start", Axes),
        ("extent", Axes),
        ("first", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("strides", Axes),
        ("reserved", ctypes.c_uint32 * 8),
    ]


class Summary(ctypes.Structure):
    """glr_summary."""

    _fields_ = [
        (name, ctypes.c_double) for name in ("fan_in", "fan_out", "mean", "stddev", "lower", "upper")
    ] + [("reserved", ctypes.c_uint32 * 8)]


class Options(ctypes.Structure):
    """glr_options."""

    _fields_ = [
        ("device", ctypes.c_uint32),
        ("backend", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 5),
    ]


def load(command):
    """The library that the command was built with."""
    library = ctypes.CDLL(str(pathlib.Path(command).parent / "src" / "libglorand.so"))
    library.glr_last_error.restype = ctypes.c_char_p
    return library


def check(library, status, what):
    assert status == 0, (what, library.glr_last_error())


def tensor_of(shape):
    return Tensor(rank=len(shape), dtype=FLOAT32, shape=Axes(*shape))


def read(library, text):
    """The initializer of a text, and the status."""
    initializer = ctypes.create_string_buffer(CAPACITY)
    encoded = text.encode()
    length = ctypes.c_size_t(len(encoded))
    return initializer, library.glr_initializer_from_text(encoded, length, NOTHING, ctypes.c_size_t(0), initializer)


def describe(library, text, shape):
    """The summary of a text's initializer for a tensor."""
    initializer, status = read(library, text)
    check(library, status, text)
    summary, tensor = Summary(), tensor_of(shape)
    check(library, library.glr_describe(initializer, ctypes.byref(tensor), ctypes.byref(summary)), text)
    return summary


def fill(library, text, values):
    """Draws a text's initializer into a packed array of float32."""
    initializer, status = read(library, text)
    check(library, status, text)
    device, options, tensor = ctypes.c_void_p(), Options(backend=CPU), tensor_of(values.shape)
    check(library, library.glr_open(ctypes.byref(options), ctypes.byref(device)), text)
    address, size = ctypes.c_void_p(values.ctypes.data), ctypes.c_uint64(values.nbytes)
    check(library, library.glr_fill(device, initializer, ctypes.byref(tensor), address, size), text)
    library.glr_close(device)


def keras_form(command, text):
    """The JSON of an initializer in its text form."""
    library = load(command)
    written = ctypes.create_string_buffer(CAPACITY)
    initializer, status = read(library, text)
    check(library, status, text)
    check(library, library.glr_initializer_to_json(initializer, written, ctypes.c_size_t(CAPACITY), NOTHING), text)
    return json.loads(written.value)
