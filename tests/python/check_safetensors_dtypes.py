"""Writes files with the Python package safetensors, with every dtype that it has, and lets the command read them: its
statistics are NumPy's, and what it does not know the values of keeps it from nothing else.

usage: check_safetensors_dtypes.py COMMAND GPT2.json SCRATCH_DIR
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from typing import Any

import ml_dtypes
import numpy as np
import safetensors.numpy
from safetensors import TensorSpec, serialize_file

FLOATS = (np.float32, np.float64, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)
POWERS = "float8_e8m0fnu"  # a dtype of glorand's, which the package does not take from NumPy
INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
OTHERS = (np.bool_, np.complex64)
# Of the package's, but not of NumPy or ml_dtypes as it takes them; the last packs two elements into a byte.
UNKNOWN_TO_NUMPY = (POWERS, "float8_e4m3fnuz", "float8_e5m2fnuz", "float4_e2m1fn_x2")

RAW = np.arange(120, 144, dtype=np.uint8)  # their elements

Arrays = dict[str, np.ndarray]


def arrays() -> Arrays:
    """A tensor of each dtype, one of one element, one of none, and two of many axes."""
    values = np.random.default_rng(5).normal(size=(7, 33)).astype(np.float32)
    made = {f"{i}.{kind.__name__}": values.astype(kind) for i, kind in enumerate((*FLOATS, *INTEGERS, *OTHERS))}
    made["scalar"] = np.array(3, np.float32)
    made["empty"] = np.zeros((0, 5), np.float32)
    made["rank 16"] = values.reshape((7, 33, *[1] * 14))
    made["rank 20"] = values.reshape((7, 33, *[1] * 18))
    return made


def is_float(array: np.ndarray) -> bool:
    return (array.dtype in FLOATS or array.dtype.name == POWERS) and array.size > 0


def write_all(path: str, made: Arrays) -> None:
    """The package's low-level form, which takes dtypes that NumPy does not have."""
    held = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in made.items()}
    specs = {
        name: TensorSpec(dtype=array.dtype.name, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes)
        for name, array in held.items()
    }
    for name in UNKNOWN_TO_NUMPY:
        specs[name] = TensorSpec(dtype=name, shape=(4, 6), data_ptr=RAW.ctypes.data, data_len=RAW.nbytes)
    serialize_file(specs, path, {"format": "np"})


def statistics(command: str, path: str) -> dict[str, dict[str, Any]]:
    ran = subprocess.run([command, "stats", "--json", path], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, (path, ran)
    return {entry["name"]: entry for entry in json.loads(ran.stdout)}


def near(given: float, expected: float) -> bool:
    return math.isclose(given, expected, rel_tol=1e-5, abs_tol=1e-7)


def check(given: dict[str, dict[str, Any]], made: Arrays) -> int:
    """Returns how many tensors it looked at."""
    looked_at = 0
    for name, array in made.items():
        if not is_float(array):
            continue
        entry, values = given[name], array.astype(np.float64)
        assert entry["shape"] == list(array.shape), (entry, array.shape)
        numbers = {"mean": values.mean(), "stddev": values.std(), "minimum": values.min(), "maximum": values.max()}
        for member, expected in numbers.items():
            assert near(entry[member], expected), (name, member, entry[member], expected)
        looked_at += 1
    for name in given.keys() - {name for name, array in made.items() if is_float(array)}:
        assert given[name].get("mean") is None, given[name]
    return looked_at


def main(command: str, _model: str, scratch: str) -> None:
    made = arrays()
    readable = {name: array for name, array in made.items() if array.ndim <= 16}
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = os.path.join(folder, "all.safetensors")
        write_all(path, made)
        powers = RAW.reshape(4, 6).view(ml_dtypes.float8_e8m0fnu)
        together = check(statistics(command, path), {**readable, POWERS: powers})
        for name, array in made.items():
            path = os.path.join(folder, "one.safetensors")
            safetensors.numpy.save_file({"w": array}, path)
            check(statistics(command, path), {"w": array} if name in readable else {})
    assert together == len(FLOATS) + 3, together
    print(f"{len(made)} tensors, {len(UNKNOWN_TO_NUMPY)} of dtypes that NumPy lacks, {together} with statistics")


if __name__ == "__main__":
    main(*sys.argv[1:])
