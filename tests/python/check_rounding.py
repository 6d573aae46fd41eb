"""Compares the core's rounding to 16 and 8 bits with NumPy's and ml_dtypes', on all 2^32 float32 in the long form
(GLORAND_TEST_LONG=1), otherwise on every 251st; and constants of float8_e8m0fnu with ml_dtypes' and torch's, on fewer.

usage: check_rounding.py LIBRARY
"""

import ctypes
import os
import sys

import ml_dtypes
import numpy as np
import torch

TYPES = [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]
PIECE = 1 << 24
STEP = 1 if "GLORAND_TEST_LONG" in os.environ else 251


REFUSED = 0xFFFF


def compare_powers(library):
    """How many constants of float8_e8m0fnu are not ml_dtypes' and torch's: all about each power of two and the middle to
    the next, and every 2003rd (in the long form 251st). None that is not above 0 may be taken."""
    near = np.arange(0, 1 << 32, 1 << 22, dtype=np.uint64)[:, None] + np.arange(-2, 3).astype(np.uint64)
    spread = np.arange(0, 1 << 32, 251 if STEP == 1 else 2003, dtype=np.uint64)
    values = np.concatenate([near.ravel(), spread]).astype(np.uint32).view(np.float32)
    codes = np.empty(values.size, np.uint16)
    if not library.round_powers(values.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(values.size),
                                codes.ctypes.data_as(ctypes.c_void_p)):
        return values.size
    with np.errstate(all="ignore"):
        theirs = values.astype(ml_dtypes.float8_e8m0fnu).view(np.uint8)
    torchs = torch.from_numpy(values.copy()).to(torch.float8_e8m0fnu).view(torch.uint8).numpy()
    refused = values <= 0
    wrong = np.count_nonzero(np.where(refused, codes != REFUSED, (codes != theirs) | (codes != torchs)))
    print(f"float8_e8m0fnu: {wrong} of {values.size} differ, {np.count_nonzero(refused)} refused")
    return wrong


def main(path):
    library = ctypes.CDLL(path)
    wrong = [0] * len(TYPES)
    count = 0
    for first in range(0, 1 << 32, PIECE * STEP):
        bits = np.arange(first, min(first + PIECE * STEP, 1 << 32), STEP, dtype=np.uint64).astype(np.uint32)
        values = bits.view(np.float32)
        is_nan = np.isnan(values)
        codes = np.empty(values.size, np.uint16)
        count += values.size
        for number, kind in enumerate(TYPES):
            library.round_all(values.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(values.size), number,
                              codes.ctypes.data_as(ctypes.c_void_p))
            with np.errstate(all="ignore"):
                theirs = values.astype(kind)
            expected = theirs.view(np.uint16 if theirs.itemsize == 2 else np.uint8)
            # A NaN must become a NaN; which one is left to the implementation.
            ours_nan = np.isnan(codes.astype(expected.dtype).view(kind).astype(np.float32))
            wrong[number] += np.count_nonzero((codes != expected) & ~(is_nan & ours_nan))
    for kind, number in zip(TYPES, wrong):
        print(f"{np.dtype(kind).name}: {number} of {count} differ")
    return 1 if any(wrong) or compare_powers(library) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
