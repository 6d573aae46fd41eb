"""libglorand by ctypes: where it lies, whether it fits, its structs, functions and errors."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence

ABI = (0, 2)  # the versions of the library whose structs these are
STREAM_VERSION = 1
SONAME = "libglorand.so.{}.{}".format(*ABI)
MAX_RANK = 16
MAX_THREADS = 1024

SEEDING_SEED, SEEDING_KEY, SEEDING_NONE = 0, 1, 2
PART_WHOLE, PART_BOX, PART_RANGE = 0, 1, 2
PLACEMENT_REPLICATE, PLACEMENT_SHARD, PLACEMENT_SEGMENTS = 0, 1, 2
ACTION_NONE, ACTION_FILL, ACTION_SKIP, ACTION_COPY = 0, 1, 2, 3
LAYOUT_KERAS, LAYOUT_TORCH = 0, 1
METHOD_RESAMPLE, METHOD_ICDF = 0, 1
DTYPE_FLOAT32 = 1
BACKEND_CPU, BACKEND_CUDA = 1, 3
DEVICE_TEXT = 160  # bytes of a text in DeviceInfo


class GlorandError(Exception):
    """A call that failed. Nothing was written, unless a device failed (``GLR_ERROR_DEVICE``).

    Attributes:
        status: the name of the library's status, ``"GLR_ERROR_SHAPE"`` for example.
        message: what is wrong, in one line, with the value and the limit.
    """

    def __init__(self, status: str, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} ({self.status})"


# Most structs end in words that the library may have turned into members since: these are copied with all others.

Axes = ctypes.c_int64 * MAX_RANK
FanAxes = ctypes.c_int32 * MAX_RANK


class InitializerStruct(ctypes.Structure):
    """glr_initializer."""

    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("value", ctypes.c_double),
        ("integer", ctypes.c_int64),
        ("number", ctypes.c_uint32),
        ("mean", ctypes.c_double),
        ("stddev", ctypes.c_double),
        ("minval", ctypes.c_double),
        ("maxval", ctypes.c_double),
        ("scale", ctypes.c_double),
        ("mode", ctypes.c_uint32),
        ("distribution", ctypes.c_uint32),
        ("method", ctypes.c_uint32),
        ("layout", ctypes.c_uint32),
        ("seeding", ctypes.c_uint32),
        ("seed", ctypes.c_int64),
        ("stream", ctypes.c_int64),
        ("key", ctypes.c_uint32 * 2),
        ("counter", ctypes.c_uint32 * 4),
        ("input_axis_count", ctypes.c_uint32),
        ("output_axis_count", ctypes.c_uint32),
        ("batch_axis_count", ctypes.c_uint32),
        ("input_axes", FanAxes),
        ("output_axes", FanAxes),
        ("batch_axes", FanAxes),
        ("has_axes", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 16),
    )


class TensorStruct(ctypes.Structure):
    """glr_tensor."""

    _fields_ = (
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
    )


class SummaryStruct(ctypes.Structure):
    """glr_summary."""

    _fields_ = (
        ("fan_in", ctypes.c_double),
        ("fan_out", ctypes.c_double),
        ("mean", ctypes.c_double),
        ("stddev", ctypes.c_double),
        ("lower", ctypes.c_double),
        ("upper", ctypes.c_double),
        ("reserved", ctypes.c_uint32 * 8),
    )


class OptionsStruct(ctypes.Structure):
    """glr_options."""

    _fields_ = (
        ("device", ctypes.c_uint32),
        ("backend", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 5),
    )


class DeviceInfoStruct(ctypes.Structure):
    """glr_device_info."""

    _fields_ = (
        ("backend", ctypes.c_uint32),
        ("device", ctypes.c_uint32),
        ("available", ctypes.c_uint32),
        ("name", ctypes.c_char * DEVICE_TEXT),
        ("reason", ctypes.c_char * DEVICE_TEXT),
        ("reserved", ctypes.c_uint32 * 5),
    )


class VariableStruct(ctypes.Structure):
    """glr_variable."""

    _fields_ = (("name", ctypes.c_char_p), ("value", ctypes.c_double))


class ModelTensorStruct(ctypes.Structure):
    """glr_model_tensor."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("reason", ctypes.c_char_p),
        ("action", ctypes.c_uint32),
        ("initializer", InitializerStruct),
        ("tensor", TensorStruct),
        ("regions", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 7),
    )


class ModelOptionsStruct(ctypes.Structure):
    """glr_model_options."""

    _fields_ = (
        ("seed", ctypes.c_int64),
        ("recipe", ctypes.c_char_p),
        ("has_seed", ctypes.c_uint32),
        ("dtype", ctypes.c_uint32),
        ("has_method", ctypes.c_uint32),
        ("method", ctypes.c_uint32),
        ("has_layout", ctypes.c_uint32),
        ("layout", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 8),
    )


class PlacementStruct(ctypes.Structure):
    """glr_placement."""

    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("axis", ctypes.c_int32),
        ("ranks", ctypes.c_int64),
        ("rank", ctypes.c_int64),
        ("segments", ctypes.c_int64),
        ("segment_lengths", ctypes.POINTER(ctypes.c_int64)),
        ("segment_count", ctypes.c_size_t),
        ("reserved", ctypes.c_uint32 * 4),
    )


class PieceStruct(ctypes.Structure):
    """glr_piece."""

    _fields_ = (("start", Axes), ("extent", Axes), ("local", Axes))


class FlatPieceStruct(ctypes.Structure):
    """glr_flat_piece."""

    _fields_ = (
        ("tensor", ctypes.c_size_t),
        ("first", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("local", ctypes.c_int64),
    )


def tensor_of(shape: Sequence[int], dtype: int) -> TensorStruct:
    """A whole tensor, packed. Its shape has at most `MAX_RANK` axes; the dtype is the library's number."""
    tensor = TensorStruct(rank=len(shape), dtype=dtype)
    tensor.shape[: len(shape)] = tuple(shape)
    return tensor


# The functions that return a status, and the types of their arguments. Pointers to structs are void pointers: byref()
# and arrays pass for them, at less cost than typed ones.
_P, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_CALLS: dict[str, tuple[type, ...]] = {
    "glr_open": (_P, _P),
    "glr_devices": (_P, _SIZE, _P),
    "glr_resolve": (_P, _P),
    "glr_initializer_from_text": (ctypes.c_char_p, _SIZE, _P, _SIZE, _P),
    "glr_initializer_to_text": (_P, _P, _SIZE, _P),
    "glr_initializer_from_json": (ctypes.c_char_p, _SIZE, _P),
    "glr_initializer_to_json": (_P, _P, _SIZE, _P),
    "glr_describe": (_P, _P, _P),
    "glr_fill": (_P, _P, _P, _P, ctypes.c_uint64),
    "glr_model_create": (_P, _SIZE, _P),
    "glr_model_from_list": (ctypes.c_char_p, _SIZE, _P, _SIZE, _P),
    "glr_model_add": (_P, ctypes.c_char_p, _P, _P),
    "glr_model_add_rule": (_P, ctypes.c_char_p, ctypes.c_char_p),
    "glr_pattern_match": (ctypes.c_char_p, ctypes.c_char_p, _P),
    "glr_model_resolve": (_P, _P),
    "glr_model_undecided": (_P, _P, _SIZE, _P),
    "glr_model_get": (_P, _SIZE, _P),
    "glr_model_fill_scratch": (_P, _P, _SIZE, _P, _P),
    "glr_model_fill": (_P, _P, _SIZE, _P, _P, ctypes.c_uint64),
    "glr_model_fill_regions": (_P, _P, _SIZE, _P, _P, ctypes.c_uint64),
    "glr_shard_shape": (_P, _P, _SIZE, _P),
    "glr_shard_pieces": (_P, _P, _SIZE, _P, _SIZE, _P),
    "glr_piece_tensor": (_P, _P, _P, _P, _P, _P),
    "glr_shard_flat": (_P, _P, _SIZE, ctypes.c_int64, ctypes.c_int64, _P, _SIZE, _P),
}

# Those that cannot fail, with the type of their result before.
_QUERIES: dict[str, tuple[type | None, ...]] = {
    "glr_version_string": (ctypes.c_char_p,),
    "glr_status_name": (ctypes.c_char_p, ctypes.c_int),
    "glr_last_error": (ctypes.c_char_p,),
    "glr_backend_name": (ctypes.c_char_p, ctypes.c_int),
    "glr_dtype_name": (ctypes.c_char_p, ctypes.c_int),
    "glr_dtype_size": (_SIZE, ctypes.c_int),
    "glr_dtype_of_name": (ctypes.c_int, ctypes.c_char_p),
    "glr_dtype_is_floating": (ctypes.c_uint32, ctypes.c_int),
    "glr_kind_name": (ctypes.c_char_p, ctypes.c_int),
    "glr_kind_of_name": (ctypes.c_int, ctypes.c_char_p),
    "glr_law_name": (ctypes.c_char_p, _SIZE),
    "glr_stream_of_name": (ctypes.c_int64, ctypes.c_char_p, _SIZE),
    "glr_set_seed": (None, ctypes.c_int64),
    "glr_model_free": (None, _P),
    "glr_model_count": (_SIZE, _P),
    "glr_model_has_seeds": (ctypes.c_uint32, _P),
    "glr_close": (None, _P),
}


def _version_of(library: ctypes.CDLL, path: str) -> tuple[int, int, int]:
    """The version, once it is known to fit. Errors: ImportError."""
    try:
        number, stream = library.glr_version, library.glr_stream_version
    except AttributeError:
        raise ImportError(f"glorand: {path} is not glorand's library: it has no glr_version") from None
    number.restype = stream.restype = ctypes.c_uint32
    number.argtypes = stream.argtypes = ()
    packed = number()
    version = (packed // 1000000, packed // 1000 % 1000, packed % 1000)
    if version[:2] != ABI:
        raise ImportError(
            "glorand: {} is version {}.{}.{} of the library, and this package needs {}.{}".format(path, *version, *ABI)
        )
    if stream() != STREAM_VERSION:
        raise ImportError(
            f"glorand: {path} draws version {stream()} of the stream, and this package needs {STREAM_VERSION}"
        )
    return version


def installed(*names: str) -> str | None:
    """A file that was installed with the package; None if there is none.

    The package of an editable installation has two folders: the sources' and the one with what was built.
    """
    for folder in sys.modules["glorand"].__path__:
        path = os.path.join(os.path.abspath(folder), *names)
        if os.path.exists(path):
            return path
    return None


def _load() -> ctypes.CDLL:
    """The library that GLORAND_LIBRARY names, or the wheel's, or the system's. Errors: ImportError."""
    if sys.platform != "linux":
        raise ImportError(f"glorand: this package runs on Linux, not on {sys.platform}")
    path = os.environ.get("GLORAND_LIBRARY") or installed("lib", SONAME) or SONAME
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"glorand: the library {path} cannot be loaded: {error}") from None
    _version_of(library, path)
    try:
        for name, arguments in _CALLS.items():
            getattr(library, name).argtypes = arguments
        if hasattr(library, "glr_cuda_fill"):  # not in a build without CUDA, where opening a device of it says so
            library.glr_cuda_fill.argtypes = (_P, _P, _P, ctypes.c_ulonglong, ctypes.c_uint64, _P)
        for name, (result, *arguments_of_query) in _QUERIES.items():
            getattr(library, name).restype = result
            getattr(library, name).argtypes = arguments_of_query
    except AttributeError as error:
        raise ImportError(f"glorand: {path} lacks a function that this package calls: {error}") from None
    return library


lib = _load()


def text_of(value: bytes | None) -> str:
    """A text that the library returned."""
    return (value or b"").decode(errors="replace")


def check(status: int) -> None:
    """Raises the error of a call in this thread, unless its status is GLR_OK."""
    if status != 0:
        raise GlorandError(text_of(lib.glr_status_name(status)), text_of(lib.glr_last_error()))


def law_names() -> Iterator[str]:
    """The laws of the library: kinds in their order, then those by torch's names."""
    index = 0
    while name := lib.glr_law_name(index):
        yield text_of(name)
        index += 1
