"""Devices: their list, and the CPU, which is opened when it is first used."""

from __future__ import annotations

import _thread
import ctypes
import os
from typing import NamedTuple

from glorand._library import BACKEND_CPU, DeviceInfoStruct, OptionsStruct, check, lib, text_of


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
_cpu: ctypes.c_void_p | None = None


def _renew_lock() -> None:
    """In a forked child, where the thread that held the lock may be gone. The handle works there."""
    global _lock
    _lock = _thread.allocate_lock()


os.register_at_fork(after_in_child=_renew_lock)


def cpu() -> ctypes.c_void_p:
    """The handle of the CPU, which lives as long as the process. Errors: GlorandError."""
    global _cpu
    if _cpu is None:
        with _lock:
            if _cpu is None:
                handle = ctypes.c_void_p()
                check(lib.glr_open(ctypes.byref(OptionsStruct(backend=BACKEND_CPU)), ctypes.byref(handle)))
                _cpu = handle
    return _cpu
