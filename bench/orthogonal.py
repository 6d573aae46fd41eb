#!/usr/bin/env python3
"""Measures how fast glorand and PyTorch fill square float32 matrices that are orthogonal, in turn, and prints JSON: of
each size the medians of the rounds, in seconds of the clock and of processors, and the median of the rounds' ratios.

usage: orthogonal.py LIBGLORAND.so [--sizes N,...] [--rounds N] [--threads N]
"""

import argparse
import ctypes
import json
import statistics
import sys
import time
from collections.abc import Callable

import torch

FLOAT32 = 1
CPU = 1
SEED = 42


class Tensor(ctypes.Structure):
    """glr_tensor."""

    _fields_ = [
        ("rank", ctypes.c_uint32),
        ("dtype", ctypes.c_uint32),
        ("part", ctypes.c_uint32),
        ("shape", ctypes.c_int64 * 16),
        ("start", ctypes.c_int64 * 16),
        ("extent", ctypes.c_int64 * 16),
        ("first", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("strides", ctypes.c_int64 * 16),
        ("reserved", ctypes.c_uint32 * 8),
    ]


class Options(ctypes.Structure):
    """glr_options."""

    _fields_ = [
        ("device", ctypes.c_uint32),
        ("backend", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 5),
    ]


class Glorand:
    """The library, with a device of so many threads."""

    def __init__(self, path: str, threads: int) -> None:
        self.library = ctypes.CDLL(path)
        self.library.glr_last_error.restype = ctypes.c_char_p
        self.device = ctypes.c_void_p()
        self.initializer = ctypes.create_string_buffer(1024)
        text = f"orthogonal(seed={SEED})".encode()
        options = Options(backend=CPU, threads=threads)
        self.check(self.library.glr_open(ctypes.byref(options), ctypes.byref(self.device)))
        self.check(self.library.glr_initializer_from_text(text, ctypes.c_size_t(len(text)), None, ctypes.c_size_t(0),
                                                          self.initializer))

    def check(self, status: int) -> None:
        if status != 0:
            sys.exit(self.library.glr_last_error().decode())

    def fill(self, values: torch.Tensor) -> None:
        tensor = Tensor(rank=2, dtype=FLOAT32, shape=(ctypes.c_int64 * 16)(*values.shape))
        size = ctypes.c_uint64(values.nbytes)
        self.check(self.library.glr_fill(self.device, self.initializer, ctypes.byref(tensor),
                                         ctypes.c_void_p(values.data_ptr()), size))


def timed(fill: Callable[[torch.Tensor], object], values: torch.Tensor) -> tuple[float, float]:
    """Seconds of the clock and of processors."""
    wall, processors = time.perf_counter(), time.process_time()
    fill(values)
    return time.perf_counter() - wall, time.process_time() - processors


def check(values: torch.Tensor, what: str) -> None:
    wide = values.double()
    defect = float((wide.T @ wide - torch.eye(len(values), dtype=torch.float64)).abs().max())
    if defect > 1e-5:
        sys.exit(f"{what} is not orthogonal: {defect}")


def measure(glorand: Glorand, size: int, rounds: int) -> dict[str, float | int]:
    fills: dict[str, Callable[[torch.Tensor], object]] = {"glorand": glorand.fill, "torch": torch.nn.init.orthogonal_}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in fills}
    values = torch.zeros(size, size)
    for _ in range(rounds):
        for name, fill in fills.items():
            seconds[name].append(timed(fill, values))
            check(values, name)
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(seconds["glorand"], seconds["torch"], strict=True)]
    result: dict[str, float | int] = {"size": size, "rounds": rounds, "ratio": statistics.median(ratios)}
    for name, times in seconds.items():
        result[f"{name}_seconds"] = statistics.median(wall for wall, _ in times)
        result[f"{name}_processor_seconds"] = statistics.median(processors for _, processors in times)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("library")
    parser.add_argument("--sizes", default="256,1024,2048")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    glorand = Glorand(options.library, options.threads)
    results = [measure(glorand, int(size), options.rounds) for size in options.sizes.split(",")]
    print(json.dumps({"torch": torch.__version__, "threads": options.threads, "results": results}, indent=1))


if __name__ == "__main__":
    main()
