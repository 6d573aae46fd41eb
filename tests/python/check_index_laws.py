"""Holds the laws of the index against index_laws.py: bit for bit to what docs/stream.md says, and, within bounds, to
mpmath's values of the formulas.

usage: check_index_laws.py COMMAND
"""

import math
import random
import subprocess
import sys

import index_laws
import numpy as np
from mpmath import mpf

SAMPLE = 600  # elements of each case that are looked at

# Kind, parameters, shape, and which indices along the first axis are drawn.
CASES = [
    ("log_arange", (), (3, 16), (0, 3)),
    ("log_arange", (), (2, 4097), (0, 2)),
    ("log_arange", (), (1 << 56,), ((1 << 56) - 4000, 1 << 56)),
    ("dt_bias", (0.001, 0.1, 1e-4), (4096,), (0, 4096)),
    ("dt_bias", (1e-18, 32.0, 0.0), (64, 64), (0, 64)),
    ("dt_bias", (1e-5, 0.01, 0.002), (4096,), (1023, 4096)),
    ("dt_bias", (0.2, 0.3, 0.0), (4096,), (0, 4096)),
    ("dt_bias", (0.69, 0.6963, 0.0), (4096,), (0, 4096)),
    ("dt_bias", (16.0, 32.0, 0.0), (4096,), (0, 4096)),
    ("dt_bias", (0.5, 0.5, 0.0), (512,), (0, 512)),
    ("sinusoids", (10000.0,), (1500, 384), (0, 1500)),
    ("sinusoids", (10000.0,), (2, 7, 2), (0, 2)),
    ("sinusoids", (1e18,), (1 << 20, 64), ((1 << 20) - 50, 1 << 20)),
    ("sinusoids", (1.0,), (1 << 32, 4), ((1 << 32) - 500, 1 << 32)),
    ("sinusoids", (123.456,), (1000001, 1280), (999998, 1000001)),
    ("sinusoids_interleaved", (10000.0,), (512, 512), (0, 512)),
    ("sinusoids_interleaved", (10000.0,), (1 << 32, 6), ((1 << 32) - 500, 1 << 32)),
    ("sinusoids_interleaved", (500000.0,), (1 << 20, 2048), ((1 << 20) - 3, 1 << 20)),
]


def draw(command, kind, parameters, shape, rows, dtype):
    text = f"{kind}({', '.join(map(repr, parameters))})" if parameters else kind
    arguments = ["fill", "--initializer", text, "--dtype", dtype, "--shape", ",".join(map(str, shape))]
    arguments += ["--slice", ",".join([f"{rows[0]}:{rows[1]}"] + [":"] * (len(shape) - 1))]
    arguments += ["--seed=5", "--stream=9", "-o", "-"]
    out = subprocess.run([command, *arguments], check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(out, getattr(np, dtype))


def check(command, case):
    """How many values differ from the text's, and the errors of the numbers before they are rounded and of float32."""
    kind, parameters, shape, rows = case
    width = math.prod(shape[1:])
    count = (rows[1] - rows[0]) * width
    sample = sorted(random.Random(str(case)).sample(range(count), min(SAMPLE, count)))
    indices = [rows[0] * width + i for i in sample]
    words = index_laws.words_of(indices, 5, 9) if kind == "dt_bias" else None
    numbers = index_laws.values(kind, shape, indices, parameters, words)
    exact = index_laws.exact(kind, shape, indices, parameters, words)
    wrong = 0
    for dtype in (np.float32, np.float64, np.float16):
        ours = draw(command, kind, parameters, shape, rows, dtype.__name__)
        single = np.float64 if dtype == np.float64 else np.float32
        expected = np.array([index_laws.rounded(x, single) for x in numbers], single).astype(dtype)
        wrong += np.count_nonzero(ours[sample].view(f"u{ours.itemsize}") != expected.view(f"u{ours.itemsize}"))
    error = max(abs(mpf(x.numerator) / x.denominator - y) for x, y in zip(numbers, exact))
    ours = draw(command, kind, parameters, shape, rows, "float32")[sample]
    beyond = sum(abs(mpf(float(x)) - y) > max(abs(y) * mpf(2) ** -22, mpf(2) ** -24) for x, y in zip(ours, exact))
    return wrong, error, beyond


def bound(kind, parameters, shape):
    """Of the error before the values are rounded: docs/stream.md."""
    if kind == "log_arange":
        return mpf(40) * mpf(2) ** -56
    return mpf(2) ** -54 if kind == "dt_bias" else mpf(2) ** -60 * (1 + shape[-2])


def main(command):
    failed = 0
    for case in CASES:
        wrong, error, beyond = check(command, case)
        most = bound(*case[:3])
        print(f"{case}: {wrong} values differ, error {float(error):.3g} of {float(most):.3g}, {beyond} beyond 2^-22 and 2^-24")
        failed += wrong + beyond + (error > most)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
