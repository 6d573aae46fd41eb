"""CUDA: the driver's functions that the package calls, a handle for each device, and fills in the array's stream."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from glorand._device import opened
from glorand._library import BACKEND_CUDA, GlorandError, InitializerStruct, OptionsStruct, TensorStruct, check, lib

if TYPE_CHECKING:
    from glorand._model import Origin

LIBRARY, VARIABLE = "libcuda.so.1", "GLORAND_CUDA_LIBRARY"  # as the library finds the driver
LEGACY_STREAM = 1  # CU_STREAM_LEGACY; also in __cuda_array_interface__ and in DLPack

_P, _INT = ctypes.c_void_p, ctypes.c_int
_FUNCTIONS: dict[str, tuple[type, ...]] = {
    "cuInit": (ctypes.c_uint,),
    "cuGetErrorName": (_INT, _P),
    "cuDeviceGet": (_P, _INT),
    "cuDevicePrimaryCtxRetain": (_P, _INT),
    "cuCtxPushCurrent_v2": (_P,),
    "cuCtxPopCurrent_v2": (_P,),
    "cuPointerGetAttribute": (_P, _INT, ctypes.c_uint64),
    "cuStreamSynchronize": (_P,),
}
_POINTER_DEVICE_ORDINAL = 9  # CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL
_ERROR_INVALID_VALUE = 1  # CUDA_ERROR_INVALID_VALUE, for an address that the driver does not know


class _Opened(NamedTuple):
    """A device on its primary context, which is that of torch, CuPy and the CUDA runtime."""

    handle: ctypes.c_void_p
    context: ctypes.c_void_p


_lock = _thread.allocate_lock()
_driver: ctypes.CDLL | None = None
_devices: dict[int, _Opened] = {}
_is_lost = False  # in a child that was forked after its parent had the driver


def _after_fork() -> None:
    """In a forked child, where no call of the driver works. What the parent had opened is left alone there."""
    global _lock, _is_lost
    _lock = _thread.allocate_lock()
    _is_lost = _is_lost or _driver is not None


os.register_at_fork(after_in_child=_after_fork)


# ---- The driver ------------------------------------------------------------------------------------------------------


def _checked(driver: ctypes.CDLL, name: str, error: int, status: str = "GLR_ERROR_DEVICE") -> None:
    """Raises the error that a function of the driver returned, if it is one."""
    if error != 0:
        text = ctypes.c_char_p()
        driver.cuGetErrorName(error, ctypes.byref(text))
        said = (text.value or b"an error").decode(errors="replace")
        raise GlorandError(status, f"CUDA: {name.removesuffix('_v2')} returned {said} ({error})")


def _load() -> ctypes.CDLL:
    """The driver, initialized. Errors: GlorandError with GLR_ERROR_UNAVAILABLE."""
    try:
        driver = ctypes.CDLL(os.environ.get(VARIABLE) or LIBRARY)
        for name, arguments in _FUNCTIONS.items():
            getattr(driver, name).argtypes = arguments
    except (OSError, AttributeError) as error:
        raise GlorandError("GLR_ERROR_UNAVAILABLE", f"no CUDA driver: {error}") from None
    _checked(driver, "cuInit", driver.cuInit(0), "GLR_ERROR_UNAVAILABLE")
    return driver


def _loaded() -> ctypes.CDLL:
    """The driver, loaded the first time. Errors: GlorandError with GLR_ERROR_UNAVAILABLE, also in a forked child."""
    global _driver
    if _is_lost:
        why = "CUDA: this process was forked after its parent had used CUDA, which no fork survives; spawn it instead"
        raise GlorandError("GLR_ERROR_UNAVAILABLE", why)
    if _driver is None:
        with _lock:
            _driver = _driver or _load()
    return _driver


def _call(name: str, *arguments: object) -> None:
    """Calls a function of the driver. Errors: GlorandError."""
    driver = _loaded()
    _checked(driver, name, getattr(driver, name)(*arguments))


def device_of(address: int) -> int:
    """The number of the device whose memory has an address. Errors: GlorandError."""
    driver, number = _loaded(), ctypes.c_int(-1)
    error = driver.cuPointerGetAttribute(ctypes.byref(number), _POINTER_DEVICE_ORDINAL, address)
    if error != _ERROR_INVALID_VALUE:
        _checked(driver, "cuPointerGetAttribute", error)
    if number.value < 0:  # also of memory that the driver knows and that is no device's
        raise GlorandError("GLR_ERROR_ARGUMENT", f"array: {address:#x} is not CUDA memory")
    return number.value


# ---- Devices and fills -----------------------------------------------------------------------------------------------


def _open(number: int) -> _Opened:
    """The device, opened when it is first used, which may take seconds: the driver loads all kernels."""
    with _lock:
        if number not in _devices:
            handle = opened(OptionsStruct(backend=BACKEND_CUDA, device=number))
            device, context = ctypes.c_int(), ctypes.c_void_p()
            try:
                _call("cuDeviceGet", ctypes.byref(device), number)
                _call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
            except GlorandError:
                lib.glr_close(handle)
                raise
            _devices[number] = _Opened(handle, context)
        return _devices[number]


@contextlib.contextmanager
def _current(context: ctypes.c_void_p) -> Iterator[None]:
    """A context as the thread's current one; afterwards it is that of before."""
    _call("cuCtxPushCurrent_v2", context)
    try:
        yield
    finally:
        popped = ctypes.c_void_p()
        _call("cuCtxPopCurrent_v2", ctypes.byref(popped))


def fill(
    number: int,
    struct: InitializerStruct,
    tensor: TensorStruct,
    address: int,
    size: int,
    stream: int | None,
    origin: Origin | None = None,
) -> None:
    """Fills a part of a tensor in a device's memory.

    The fill is launched in the stream, and the call does not wait for it. Without one it comes after the work of the
    legacy default stream, and is complete when the call returns.

    Args:
        number: of the device.
        address, size: of the memory, in bytes.
        stream: a CUstream as a number; 0 is the legacy default stream.
        origin: what has regions of the tensor; with one, the values are complete when the call returns.

    Errors: GlorandError. Threads: any number of calls at a time.
    """
    _loaded()  # or refused in a forked child, whose devices are its parent's
    device = _devices.get(number) or _open(number)
    with _current(device.context):
        place = LEGACY_STREAM if stream is None else stream
        check(lib.glr_cuda_fill(device.handle, ctypes.byref(struct), ctypes.byref(tensor), address, size, place))
        if stream is None or origin is not None:
            _call("cuStreamSynchronize", place)
        if origin is not None:
            origin.fill_regions(device.handle, tensor, address, size)
