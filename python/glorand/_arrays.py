"""The memory of arrays, by what they offer: torch's tensors, __array_interface__, CUDA's like it, buffers, DLPack."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from glorand._library import GlorandError, lib, text_of


class Memory(NamedTuple):
    """Memory that a fill writes. `keep` holds what keeps it alive; `written` is to be called after a fill."""

    address: int
    size: int  # bytes at the address that may be written
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None  # in elements; None is packed in row-major order
    dtype: str  # as the library names it, or as the array does where the library has no such dtype
    itemsize: int
    keep: object
    written: Callable[[], object] | None = None
    device: int | None = None  # the number of a CUDA device; None is the host's memory
    stream: int | None = None  # of CUDA, in which the array is used; None is to be complete when the call returns


def type_name(array: object) -> str:
    kind = type(array)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def refusal(array: object, why: str, status: str = "GLR_ERROR_ARGUMENT") -> GlorandError:
    return GlorandError(status, f"array: {type_name(array)} {why}")


# ---- Dtypes ----------------------------------------------------------------------------------------------------------


def dtype_code(name: str) -> int:
    """The library's number of a dtype; 0 if it has none of this name, which a zero byte would end."""
    return 0 if "\0" in name else int(lib.glr_dtype_of_name(name.encode()))


def dtype_name(code: int) -> str:
    return text_of(lib.glr_dtype_name(code))


def dtype_of(dtype: object) -> int:
    """The library's number of a dtype, which may be a name or one of torch, numpy, ml_dtypes, JAX or TensorFlow.

    Errors: GlorandError with GLR_ERROR_ARGUMENT.
    """
    scalar = getattr(dtype, "dtype", dtype)  # jax.numpy.bfloat16 has the dtype as a member
    if isinstance(dtype, str):
        name: object = dtype
    elif isinstance(dtype, type):
        name = dtype.__name__
    else:
        name = getattr(scalar, "name", None) or str(scalar)
    code = dtype_code(name) if isinstance(name, str) else 0
    if code == 0:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"dtype: unknown dtype {dtype!r}")
    if getattr(scalar, "isnative", True) is False:
        raise GlorandError("GLR_ERROR_UNSUPPORTED", f"dtype: {dtype!r} has the byte order of another machine")
    return code


_KINDS = {"f": "float", "i": "int", "u": "uint", "b": "bool"}  # of typestr
_FORMATS = {"e": "f", "f": "f", "d": "f", "?": "b"}  # of struct, floating or bool; of others the case says the sign


def _name_of_kind(kind: str, itemsize: int) -> str | None:
    if kind == "b":
        return "bool" if itemsize == 1 else None
    return f"{_KINDS[kind]}{8 * itemsize}" if kind in _KINDS else None


def _name_of_typestr(array: Any, typestr: str, itemsize: int) -> str:
    """The dtype of a typestr as "<f4". numpy's dtypes know more: "<V2" may be bfloat16, and "<f1" a float8."""
    if typestr[0] == ("<" if sys.byteorder == "big" else ">") and itemsize > 1:
        raise refusal(array, f"of dtype {typestr} has the byte order of another machine", "GLR_ERROR_UNSUPPORTED")
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(array, numpy.ndarray):
        return "object" if array.dtype.hasobject else str(array.dtype.name)
    return _name_of_kind(typestr[1], itemsize) or typestr


def _name_of_format(array: object, text: str, itemsize: int) -> str:
    """The dtype of a buffer's format, as struct has it."""
    code = text.lstrip("@=<>!")
    foreign = "<" if sys.byteorder == "big" else ">!"
    if text[0] in foreign and itemsize > 1:
        raise refusal(array, f"of format {text} has the byte order of another machine", "GLR_ERROR_UNSUPPORTED")
    if len(code) != 1 or code not in "efd?bBhHiIlLqQnN":
        return text
    return _name_of_kind(_FORMATS.get(code, "i" if code.islower() else "u"), itemsize) or text


# ---- Strides ---------------------------------------------------------------------------------------------------------


def elements_of(array: object, strides: Sequence[int], itemsize: int) -> tuple[int, ...]:
    """Strides in elements, of strides in bytes."""
    for axis, stride in enumerate(strides):
        if stride % itemsize != 0:
            why = f"has a stride of {stride} bytes along axis {axis}, not a multiple of the element size {itemsize}"
            raise refusal(array, why, "GLR_ERROR_SHAPE")
    return tuple(stride // itemsize for stride in strides)


def is_packed(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether strides in elements are those of row-major order. Those of axes of extent 1 have no effect."""
    step = 1
    for extent, stride in zip(reversed(shape), reversed(strides), strict=True):
        if extent == 0:
            return True
        if extent != 1 and stride != step:
            return False
        step *= extent
    return True


def checked_strides(array: object, shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, ...] | None:
    """The strides as the library takes them; None for packed ones, as 0 for all axes means there.

    A stride of 0 along an axis is refused here: the library would take it, if all are 0, for a packed array.
    """
    if 0 in shape or is_packed(shape, strides):
        return None
    for axis, (extent, stride) in enumerate(zip(shape, strides, strict=True)):
        if stride == 0 and extent > 1:
            why = f"overlaps itself: {extent} elements along axis {axis} are one in memory"
            raise refusal(array, why, "GLR_ERROR_SHAPE")
    return strides


def span(shape: Sequence[int], strides: Sequence[int] | None, itemsize: int) -> int:
    """Bytes from the first element to the end of the last one."""
    if 0 in shape:
        return 0
    if strides is None:
        return prod(shape) * itemsize
    return (
        1 + sum((extent - 1) * stride for extent, stride in zip(shape, strides, strict=True) if stride > 0)
    ) * itemsize


# ---- torch -----------------------------------------------------------------------------------------------------------


def increment_of(array: Any) -> Callable[[], object] | None:
    """What tells autograd of a change to torch's tensor, as of one by an in-place operation."""
    if array.is_inference():
        return None
    return lambda: sys.modules["torch"].autograd.graph.increment_version(array)


def _of_torch(array: Any, torch: Any) -> Memory:
    if type(array).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        raise refusal(array, "has no memory", "GLR_ERROR_UNSUPPORTED")
    try:
        device, layout = array.device, array.layout
        is_cuda = device.type == "cuda" and torch.version.hip is None  # ROCm's devices are called so, too
        if device.type != "cpu" and not is_cuda:
            why = f"is on the device {device}, and only the CPU's and CUDA's are filled"
            raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")
        if layout is not torch.strided:
            raise refusal(array, f"of layout {layout} is not strided", "GLR_ERROR_UNSUPPORTED")
        if array.is_conj() or array.is_neg():
            raise refusal(array, "is conjugated or negated as it is read", "GLR_ERROR_UNSUPPORTED")
        shape, itemsize = tuple(array.shape), array.element_size()
        strides = checked_strides(array, shape, tuple(array.stride()))
        size = array.untyped_storage().nbytes() - array.storage_offset() * itemsize
        address = array.data_ptr()
    except (RuntimeError, ValueError):  # what is not there yet, and torch.func's wrappers
        raise refusal(array, "has no memory", "GLR_ERROR_UNSUPPORTED") from None
    if address == 0 and 0 not in shape:
        raise refusal(array, "has no memory: its storage was freed", "GLR_ERROR_TOO_SMALL")
    name = str(array.dtype)
    code = dtype_code(name)
    known = dtype_name(code) if code else name
    memory = Memory(address, max(size, 0), shape, strides, known, itemsize, array, increment_of(array))
    if not is_cuda:
        return memory
    return memory._replace(device=device.index, stream=torch.cuda.current_stream(device).cuda_stream)


# ---- __array_interface__ ---------------------------------------------------------------------------------------------


def _of_interface(array: Any, interface: dict[str, Any]) -> Memory:
    address, readonly = interface["data"]
    if readonly:
        raise refusal(array, "is read-only")
    if interface.get("mask") is not None:
        raise refusal(array, "has a mask", "GLR_ERROR_UNSUPPORTED")
    shape, typestr = tuple(interface["shape"]), interface["typestr"]
    if not typestr[2:].isdigit():
        raise refusal(array, f"of dtype {typestr} is not filled", "GLR_ERROR_UNSUPPORTED")
    itemsize = int(typestr[2:])
    strides = None
    if interface.get("strides") is not None:
        in_elements = elements_of(array, interface["strides"], itemsize or 1)
        strides = checked_strides(array, shape, in_elements)
    name = _name_of_typestr(array, typestr, itemsize)
    return Memory(address, span(shape, strides, itemsize), shape, strides, name, itemsize, array)


def _of_cuda_interface(array: Any, interface: dict[str, Any]) -> Memory:
    """CUDA's interface is the other one with a stream. Before version 3 it said none."""
    memory = _of_interface(array, interface)
    stream = interface.get("stream")
    if stream == 0:
        raise refusal(array, "has the stream 0, which names no stream: 1 is the legacy default one, 2 the thread's")
    if memory.size == 0:
        return memory  # nothing is written, whatever the device
    from glorand import _cuda

    return memory._replace(device=_cuda.device_of(memory.address), stream=stream)


# ---- Buffers ---------------------------------------------------------------------------------------------------------


class _Buffer(ctypes.Structure):
    """Py_buffer, which is part of CPython's stable ABI from 3.11 on and has not changed since 3.3."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("suboffsets", ctypes.POINTER(ctypes.c_ssize_t)),
        ("internal", ctypes.c_void_p),
    )


# Prototypes of their own: those that are attributes of pythonapi are shared by all packages.
_get_buffer = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release_buffer = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("PyBuffer_Release", ctypes.pythonapi))
_STRIDED = 0x0018  # PyBUF_STRIDES


def _of_buffer(array: object, view: memoryview) -> Memory:
    """Memory of a memoryview, which keeps the exporter from moving it."""
    if view.readonly:
        raise refusal(array, "is read-only")
    if view.suboffsets:
        raise refusal(array, "has suboffsets: it is made of pointers", "GLR_ERROR_UNSUPPORTED")
    shape, itemsize = view.shape or (), view.itemsize
    strides = checked_strides(array, shape, elements_of(array, view.strides or (), itemsize))
    name = _name_of_format(array, view.format or "B", itemsize)
    return Memory(_address_of(view), span(shape, strides, itemsize), shape, strides, name, itemsize, view)


def _address_of(view: memoryview) -> int:
    """Where the first element of a writable view lies. from_buffer takes packed memory alone, so it is not asked."""
    buffer = _Buffer()
    _get_buffer(view, ctypes.byref(buffer), _STRIDED)
    address = buffer.buf or 0
    _release_buffer(ctypes.byref(buffer))
    return address


# ---- DLPack ----------------------------------------------------------------------------------------------------------


class _DLTensor(ctypes.Structure):
    """DLTensor."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


class _DLManaged(ctypes.Structure):
    """DLManagedTensorVersioned, of version 1."""

    _fields_ = (
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _DLTensor),
    )


_capsule_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)

_DLPACK_CPU, _DLPACK_CUDA = 1, 2  # types of devices
_DLPACK_READ_ONLY, _DLPACK_COPIED = 1, 2  # flags
_DLPACK_NAMES = {  # by code and bits
    **{(0, bits): f"int{bits}" for bits in (8, 16, 32, 64)},
    **{(1, bits): f"uint{bits}" for bits in (8, 16, 32, 64)},
    **{(2, bits): f"float{bits}" for bits in (16, 32, 64)},
    (4, 16): "bfloat16",
    (6, 8): "bool",
    (10, 8): "float8_e4m3fn",
    (12, 8): "float8_e5m2",
}


def _dlpack_device(array: Any) -> int | None:
    """The number of a CUDA device; None for the CPU."""
    device_type, number = map(int, array.__dlpack_device__())
    if device_type not in (_DLPACK_CPU, _DLPACK_CUDA):
        why = f"is on the DLPack device of type {device_type}, and only the CPU's, 1, and CUDA's, 2, are filled"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")
    return number if device_type == _DLPACK_CUDA else None


def _dlpack_capsule(array: Any, device: int | None) -> object:
    """A capsule of version 1, which says whether the memory may be written. Older ones do not."""
    said: dict[str, object] = {"max_version": (1, 0), "copy": False}
    if device is not None:  # whose work, as far as it uses the array, then comes before that of this stream
        from glorand import _cuda

        said["stream"] = _cuda.LEGACY_STREAM
    try:
        return array.__dlpack__(**said)
    except TypeError:
        why = "offers DLPack before version 1, which does not say whether the memory may be written"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED") from None
    except (BufferError, RuntimeError, ValueError) as error:
        raise refusal(array, f"gives no DLPack capsule: {error}", "GLR_ERROR_UNSUPPORTED") from None


def _of_dlpack(array: Any) -> Memory:
    device = _dlpack_device(array)
    capsule = _dlpack_capsule(array, device)
    try:
        address = _capsule_pointer(capsule, b"dltensor_versioned")
    except ValueError:
        why = "offers DLPack before version 1, which does not say whether the memory may be written"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED") from None
    managed = _DLManaged.from_address(address)
    tensor = managed.tensor
    if managed.major != 1:
        raise refusal(array, f"offers DLPack of version {managed.major}, not 1", "GLR_ERROR_UNSUPPORTED")
    if managed.flags & (_DLPACK_READ_ONLY | _DLPACK_COPIED):
        raise refusal(array, "is read-only" if managed.flags & _DLPACK_READ_ONLY else "gave a copy of its memory")
    if tensor.lanes != 1 or tensor.bits % 8 != 0:
        why = f"has elements of {tensor.lanes} lanes of {tensor.bits} bits"
        raise refusal(array, why, "GLR_ERROR_UNSUPPORTED")
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = checked_strides(array, shape, tuple(tensor.strides[: tensor.ndim])) if tensor.strides else None
    itemsize = tensor.bits // 8
    name = _DLPACK_NAMES.get((tensor.code, tensor.bits), f"code {tensor.code} of {tensor.bits} bits")
    start = (tensor.data or 0) + tensor.byte_offset
    return Memory(start, span(shape, strides, itemsize), shape, strides, name, itemsize, capsule, device=device)


# ---- The choice ------------------------------------------------------------------------------------------------------

_IMMUTABLE = ("jax", "jaxlib", "tensorflow")  # their tensors; a tensorflow.Variable offers no memory


def memory_of(array: Any) -> Memory:
    """The memory of an array. Errors: GlorandError, TypeError for what is no array."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(array, torch.Tensor):
        return _of_torch(array, torch)
    if type(array).__module__.split(".")[0] in _IMMUTABLE:
        raise refusal(array, "is immutable: fill a numpy array, and make the tensor of that")
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(array, numpy.generic):  # it offers the memory of a copy
        raise refusal(array, "is immutable: fill an array of no axes")
    for name, read in (("__cuda_array_interface__", _of_cuda_interface), ("__array_interface__", _of_interface)):
        interface = getattr(array, name, None)
        if isinstance(interface, dict) and isinstance(interface.get("data"), tuple):
            return read(array, interface)
    try:
        view = memoryview(array)
    except TypeError:
        if hasattr(array, "__dlpack__") and hasattr(array, "__dlpack_device__"):
            return _of_dlpack(array)
        raise TypeError(
            f"array: {type_name(array)} is no array: it has no buffer, no __array_interface__ and no __dlpack__"
        ) from None
    except (BufferError, ValueError) as error:
        raise refusal(array, f"gives no buffer: {error}", "GLR_ERROR_UNSUPPORTED") from None
    return _of_buffer(array, view)
