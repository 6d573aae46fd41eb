"""Fills arrays in CUDA memory by the Python package, and compares their bytes with the CPU's.

usage: gpu_arrays.py

The arrays are memory of the driver's with __cuda_array_interface__, torch's tensors, and CuPy's arrays. The last line
tells how many of each were equal, and what was skipped. The exit status is 1 where bytes differ. Nothing is needed but
Python: torch and CuPy are used where they are.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import glorand
from glorand._cuda import LIBRARY, VARIABLE

SHAPE = (33, 47)
SIZES = {"float32": 4, "bfloat16": 2}


class Driver:
    """CUDA's driver by ctypes, with the primary context of a device as the current one."""

    def __init__(self, device: int = 0) -> None:
        self.library = ctypes.CDLL(os.environ.get(VARIABLE) or LIBRARY)
        self.call("cuInit", 0)
        self.context, number = ctypes.c_void_p(), ctypes.c_int()
        self.call("cuDeviceGet", ctypes.byref(number), device)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(self.context), number)
        self.side = self.stream()

    def call(self, name: str, *arguments: object) -> None:
        error = getattr(self.library, name)(*arguments)
        if error != 0:
            raise RuntimeError(f"{name} returned {error}")

    def within(self, name: str, *arguments: object) -> None:
        """A call with the context as the thread's current one."""
        self.call("cuCtxPushCurrent_v2", self.context)
        try:
            self.call(name, *arguments)
        finally:
            self.call("cuCtxPopCurrent_v2", ctypes.byref(ctypes.c_void_p()))

    def stream(self) -> int:
        """A stream that waits for no other."""
        made = ctypes.c_void_p()
        self.within("cuStreamCreate", ctypes.byref(made), 1)
        return made.value or 0


class Memory:
    """Memory of a device, all bytes 0xAA, that an array with __cuda_array_interface__ lies in."""

    def __init__(self, driver: Driver, size: int) -> None:
        self.driver, self.size = driver, size
        self.address = ctypes.c_uint64()
        driver.within("cuMemAlloc_v2", ctypes.byref(self.address), ctypes.c_size_t(size))
        self.reset()

    def __del__(self) -> None:
        self.driver.within("cuMemFree_v2", self.address)

    def reset(self) -> None:
        self.driver.within("cuMemsetD8_v2", self.address, ctypes.c_ubyte(0xAA), ctypes.c_size_t(self.size))
        self.driver.within("cuCtxSynchronize")

    def read(self, *, wait: bool = True) -> bytes:
        """The bytes once all work is done; without waiting, those of now."""
        values, side = (ctypes.c_char * self.size)(), ctypes.c_void_p(self.driver.side)
        if wait:
            self.driver.within("cuCtxSynchronize")
        self.driver.within("cuMemcpyDtoHAsync_v2", values, self.address, ctypes.c_size_t(self.size), side)
        self.driver.within("cuStreamSynchronize", side)
        return bytes(values)

    def array(self, shape: Sequence[int], typestr: str, *, offset: int = 0, **others: object) -> Any:
        """An array in the memory, from a byte on."""
        data = (self.address.value + offset, False)
        interface = {"shape": tuple(shape), "typestr": typestr, "data": data, "version": 3, **others}
        return type("Array", (), {"__cuda_array_interface__": interface, "memory": self})()


def drawn(law: glorand.Initializer, name: str) -> bytes:
    """The values of the CPU."""
    memory = bytearray(prod(SHAPE) * SIZES[name])
    law.fill_(memory, shape=SHAPE, dtype=name)
    return bytes(memory)


# What a case is: an array, the arguments of its fill, and what gives its bytes once it is filled.
Case = tuple[Any, dict[str, Any], Callable[[], bytes]]


def of_driver(name: str) -> Iterator[Case]:
    """Packed arrays, on streams of all kinds."""
    driver = Driver()
    for stream in (None, 1, 2, driver.stream()):
        memory = Memory(driver, prod(SHAPE) * SIZES[name])
        typestr = {"float32": "<f4", "bfloat16": "<u2"}[name]
        yield memory.array(SHAPE, typestr, stream=stream), {"dtype": name}, memory.read


def of_torch(name: str) -> Iterator[Case]:
    """Tensors that are packed, transposed, sliced, and on another stream than the default one."""
    import torch

    def read(values: Any) -> bytes:
        return bytes(values.contiguous().cpu().view(torch.uint8).flatten().tolist())

    if not torch.cuda.is_available():
        raise ImportError("torch has no CUDA device")
    options = {"dtype": getattr(torch, name), "device": "cuda"}
    rows, columns = SHAPE
    for values in (
        torch.zeros(rows, columns, **options),
        torch.zeros(columns, rows, **options).T,
        torch.zeros(rows + 3, 2 * columns + 2, **options)[2:-1, 1:-1:2],
    ):
        yield values, {}, lambda values=values: read(values)
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        values = torch.zeros(SHAPE, **options)
        yield values, {}, lambda: read(values)


def of_cupy(name: str) -> Iterator[Case]:
    """Arrays that are packed, transposed, and on another stream than the default one."""
    import cupy

    kind = {"float32": "float32", "bfloat16": "uint16"}[name]
    for values in (cupy.zeros(SHAPE, kind), cupy.zeros(SHAPE[::-1], kind).T):
        yield values, {"dtype": name}, lambda values=values: cupy.asnumpy(values).tobytes()
    with cupy.cuda.Stream(non_blocking=True):
        values = cupy.zeros(SHAPE, kind)
        yield values, {"dtype": name}, lambda: cupy.asnumpy(values).tobytes()


def compare(cases: Callable[[str], Iterator[Case]]) -> tuple[int, int]:
    """How many arrays were equal, and how many not. Errors: ImportError where the package or its GPU is missing."""
    counts = [0, 0]
    for name in SIZES:
        law = glorand.he_normal(seed=42, name=name)
        expected = drawn(law, name)
        for values, arguments, read in cases(name):
            law.fill_(values, **arguments)
            counts[read() != expected] += 1
    return counts[0], counts[1]


def main() -> int:
    said, failed = [], 0
    for what, cases in (("the driver's memory", of_driver), ("torch", of_torch), ("CuPy", of_cupy)):
        try:
            equal, different = compare(cases)
        except ImportError as error:
            said.append(f"{what} skipped: {error}")
            continue
        failed += different
        said.append(f"{what}: {equal} arrays equal" + (f", {different} DIFFERENT" if different else ""))
    print("; ".join(said))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
