"""Stands in for torch on a CUDA device, for the test of bench/gpu/torch_peer.py. A draw takes a nanosecond a byte of a
clock that only draws move, and a truncated one twice that.

FAKE_TORCH says what is wrong: cpu, no device, no kernels, no memory, or hang.
"""

import os
import time
from types import SimpleNamespace
from typing import Any

from . import nn as nn

__version__ = "2.99.0+cu124"
TROUBLE = os.environ.get("FAKE_TORCH", "")
clock = 0.0  # milliseconds


class Dtype:
    def __init__(self, size: int) -> None:
        self.size = size


float32, bfloat16 = Dtype(4), Dtype(2)


class Tensor:
    def __init__(self, count: int, dtype: Dtype) -> None:
        self.count, self.dtype = count, dtype

    def element_size(self) -> int:
        return self.dtype.size

    def numel(self) -> int:
        return self.count

    def draw(self, factor: int) -> None:
        global clock
        if TROUBLE == "no kernels":
            raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nCompile with ...")
        if TROUBLE == "hang" and self.count > 1024:
            time.sleep(3600)
        clock += 1e-6 * factor * self.count * self.dtype.size

    def normal_(self, mean: float = 0.0, std: float = 1.0) -> None:
        assert (mean, std) == (0.0, 0.02) or self.count == 1024, (mean, std)
        self.draw(1)


def empty(count: int, dtype: Dtype = float32, device: object = None) -> Tensor:
    if TROUBLE == "no memory" and count * dtype.size > 16 << 20:
        raise RuntimeError("CUDA out of memory. Tried to allocate 256.00 MiB.")
    return Tensor(count, dtype)


def device(kind: str, number: int) -> tuple[str, int]:
    return kind, number


class Event:
    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing
        self.at = -1.0

    def record(self) -> None:
        self.at = clock

    def synchronize(self) -> None:
        assert self.at >= 0

    def elapsed_time(self, end: "Event") -> float:
        return end.at - self.at


version = SimpleNamespace(cuda=None if TROUBLE == "cpu" else "12.4")


def nothing(_: Any) -> None:
    pass


cuda = SimpleNamespace(
    Event=Event,
    device_count=lambda: 1,
    get_device_name=lambda _: "Stand-in card",
    is_available=lambda: TROUBLE != "no device",
    set_device=nothing,
    synchronize=nothing,
)
