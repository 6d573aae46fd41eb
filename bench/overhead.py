#!/usr/bin/env python3
"""Measures what Python costs: `import glorand`, and `glorand.fill_` of small tensors beside `glr_fill` by ctypes and
PyTorch's `normal_`, in turn. Prints JSON: milliseconds and microseconds, each the median of the rounds.

usage: overhead.py LIBGLORAND.so [--rounds N] [--calls N]
"""

import argparse
import array
import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy
import torch

PACKAGE = str(pathlib.Path(__file__).parents[1] / "python")
SHAPE = (8, 8)
IMPORT = "import time; before = time.perf_counter(); import glorand; print(1e3 * (time.perf_counter() - before))"


def import_time() -> float:
    """Milliseconds of an import in a new process."""
    environment = {**os.environ, "PYTHONPATH": PACKAGE}
    return float(subprocess.check_output([sys.executable, "-c", IMPORT], env=environment, text=True))


def call_time(call: Callable[[], object], calls: int) -> float:
    """Microseconds of one of several calls."""
    before = time.perf_counter()
    for _ in range(calls):
        call()
    return 1e6 * (time.perf_counter() - before) / calls


def calls_of() -> dict[str, Callable[[], object]]:
    """The same fill by all ways. The first is the library's alone."""
    import glorand
    from glorand import _device, _library

    law, values = glorand.random_normal(0, 0.02, seed=42), numpy.zeros(SHAPE, "float32")
    glorand.fill_(values, law)
    struct, tensor = ctypes.byref(law._struct), ctypes.byref(_library.tensor_of(SHAPE, _library.DTYPE_FLOAT32))
    device, address, size, fill = _device.cpu(), values.ctypes.data, values.nbytes, _library.lib.glr_fill
    weights, parameter = torch.zeros(SHAPE), torch.nn.Parameter(torch.zeros(SHAPE))
    buffer = array.array("f", bytes(4 * values.size))
    return {
        "glr_fill": lambda: fill(device, struct, tensor, address, size),
        "numpy": lambda: glorand.fill_(values, law),
        "numpy, transposed": lambda: glorand.fill_(values.T, law),
        "torch": lambda: glorand.fill_(weights, law),
        "torch, parameter": lambda: glorand.fill_(parameter, law),
        "torch, seed and name": lambda: law.fill_(weights, seed=7, name="layers.0.weight"),
        "torch, law as text": lambda: glorand.fill_(weights, "random_normal(0, 0.02, seed=42)"),
        "numpy, part": lambda: glorand.fill_(values, law, shape=(64, 64), box=((0, 8), (8, 16))),
        "buffer": lambda: glorand.fill_(buffer, law),
        "torch.Tensor.normal_": lambda: weights.normal_(0, 0.02),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("library")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    os.environ.update(GLORAND_LIBRARY=options.library, OMP_NUM_THREADS="1")
    sys.path.insert(0, PACKAGE)
    torch.set_num_threads(1)
    calls = calls_of()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    imports = []
    for _ in range(options.rounds):
        imports.append(import_time())
        for name, call in calls.items():
            taken[name].append(call_time(call, options.calls))
    medians = {name: round(statistics.median(times), 2) for name, times in taken.items()}
    over = {name: round(took - medians["glr_fill"], 2) for name, took in medians.items()}
    figures = {"import_milliseconds": round(statistics.median(imports), 1), "call_microseconds": medians}
    print(json.dumps({"torch": torch.__version__, **figures, "more_than_glr_fill": over}, indent=1))


if __name__ == "__main__":
    main()
