"""Holds the laws of the index against index_laws.py: bit for bit to what docs/stream.md says, and, within bounds, to
mpmath's values of the formulas.

usage: check_index_laws.py COMMAND GPT2.json SCRATCH_DIR
"""

import math
import random
import subprocess
import sys

import index_laws
import numpy as np
from mpmath import mp, mpf

SAMPLE = 2000  # elements of each case that are looked at

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
    """How many values differ from the text's, or its numbers from the exact ones by more than it says; the greatest
    error; and how many values in float32 are further off than 2^-22 of them and 2^-24."""
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
    errors = [abs(mpf(x.numerator) / x.denominator - y) for x, y in zip(numbers, exact)]
    wrong += sum(error > most for error, most in zip(errors, bounds(kind, shape, exact)))
    ours = draw(command, kind, parameters, shape, rows, "float32")[sample]
    beyond = sum(abs(mpf(float(x)) - y) > max(abs(y) * mpf(2) ** -22, mpf(2) ** -24) for x, y in zip(ours, exact))
    return wrong, max(errors), beyond


def bounds(kind, shape, exact):
    """Of the errors of numbers before they are rounded: docs/stream.md."""
    if kind == "log_arange":
        return [abs(y) * mpf(2) ** -56 for y in exact]
    if kind == "dt_bias":
        return [max(abs(y), 1) * mpf(2) ** -54 for y in exact]
    return [(1 + shape[-2]) * mpf(2) ** -60] * len(exact)


def check_functions():
    """How many of the text's functions are further from mpmath's than it takes for these bounds."""
    pick, far = random.Random(2), 0
    for _ in range(20000):
        m, t = pick.getrandbits(64) | 1 << 63, pick.getrandbits(64) >> pick.choice((0, 0, 0, 1, 8, 40))
        m = min(m, (1 << 64) - 256)
        turn = 2 * mp.pi * t / index_laws.WORD
        sine, cosine = index_laws.sine_cosine(t)
        errors = (
            mpf(index_laws.log2(m)) / 2**64 - mp.log(mpf(m) / 2**63, 2),
            mpf(index_laws.exp2(t)) / 2**63 - mpf(2) ** (mpf(t) / 2**64),
            mpf(sine) / 2**63 - mp.sin(turn),
            mpf(cosine) / 2**63 - mp.cos(turn),
        )
        far += sum(abs(error) > mpf(2) ** -60 for error in errors)
    print(f"{far} values of functions are more than 2^-60 off")
    return far


def main(command, _model, _scratch):
    failed = check_functions()
    for case in CASES:
        wrong, error, beyond = check(command, case)
        print(f"{case}: {wrong} values differ, error {float(error):.3g}, {beyond} beyond 2^-22 and 2^-24")
        failed += wrong + beyond
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
