"""Compares the core's rounding to 16 and 8 bits with NumPy's and ml_dtypes', on all 2^32 float32 in the long form
(GLORAND_TEST_LONG=1), otherwise on every 251st.

usage: check_rounding.py LIBRARY
"""

import ctypes
import os
import sys

import ml_dtypes
import numpy as np

TYPES = [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]
PIECE = 1 << 24
STEP = 1 if "GLORAND_TEST_LONG" in os.environ else 251


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
    return 1 if any(wrong) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
