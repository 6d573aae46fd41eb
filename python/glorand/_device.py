"""Devices: their list, and the CPU, which is opened when it is first used. CUDA's are in _cuda.py."""

from __future__ import annotations

import _thread
import ctypes
import os
from typing import NamedTuple

from glorand._library import (
    BACKEND_CPU,
    MAX_THREADS,
    DeviceInfoStruct,
    GlorandError,
    OptionsStruct,
    check,
    lib,
    text_of,
)


class Device(NamedTuple):
    """A device of a backend; or a backend without one, and the reason."""

    backend: str  # "cpu", "opencl" or "cuda"
    number: int  # in its backend, from 0
    name: str  # as the driver or the processor reports it
    available: bool
    reason: str  # why it is not available; "" if it is


def devices() -> list[Device]:
    """Lists the devices of every backend, available or not. No fill calls it.

    It loads the drivers of all backends, which stay loaded. PoCL, OpenCL's driver for CPUs, ends a process that has
    imported TensorFlow: both bring LLVM.

    >>> import glorand
    >>> [device.available for device in glorand.devices() if device.backend == "cpu"]
    [True]
    """
    count = ctypes.c_size_t()
    check(lib.glr_devices(None, 0, ctypes.byref(count)))
    infos = (DeviceInfoStruct * count.value)()
    check(lib.glr_devices(infos, len(infos), ctypes.byref(count)))
    return [
        Device(
            text_of(lib.glr_backend_name(info.backend)),
            info.device,
            text_of(info.name),
            bool(info.available),
            text_of(info.reason),
        )
        for info in infos[: count.value]
    ]


_lock = _thread.allocate_lock()
_threads = 0  # of a fill on the CPU; 0 is the library's default
_cpus: dict[int, ctypes.c_void_p] = {}  # handles by their number of threads


def _renew_lock() -> None:
    """In a forked child, where the thread that held the lock may be gone. The handles work there."""
    global _lock
    _lock = _thread.allocate_lock()


os.register_at_fork(after_in_child=_renew_lock)


def opened(options: OptionsStruct) -> ctypes.c_void_p:
    """A new handle. Errors: GlorandError."""
    handle = ctypes.c_void_p()
    check(lib.glr_open(ctypes.byref(options), ctypes.byref(handle)))
    return handle


def _cpu_of(threads: int) -> ctypes.c_void_p:
    with _lock:
        if threads not in _cpus:
            _cpus[threads] = opened(OptionsStruct(backend=BACKEND_CPU, threads=threads))
        return _cpus[threads]


def cpu() -> ctypes.c_void_p:
    """The handle of the CPU, which lives as long as the process. Errors: GlorandError."""
    threads = _threads
    handle = _cpus.get(threads)
    return _cpu_of(threads) if handle is None else handle


def set_threads(count: int) -> int:
    """Sets how many threads a fill on the CPU has, with the calling one, from now on in the whole process.

    All fills of one number share their threads, which stay until the process ends. No value depends on it.

    Args:
        count: from 1 to 1024; 0, as in the beginning, is one for each processor, or ``OMP_NUM_THREADS`` if that is
            less.

    Returns the number before. Errors, with the number as it was: GlorandError with ``GLR_ERROR_ARGUMENT``, TypeError.

    >>> import glorand
    >>> before = glorand.set_threads(4)
    >>> glorand.set_threads(before)
    4
    """
    global _threads
    from glorand._initializer import integer_of

    number = integer_of("count", count)
    if not 0 <= number <= MAX_THREADS:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"count: {number} is not from 0 to {MAX_THREADS}")
    _cpu_of(number)
    before, _threads = _threads, number
    return before
