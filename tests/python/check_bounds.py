"""Holds truncated normals between bounds against bounds.py, bit for bit; against mpmath's values, within the errors that
docs/stream.md states; and their distribution against SciPy's truncnorm, JAX's truncated_normal and PyTorch's
trunc_normal_.

usage: check_bounds.py COMMAND GPT2.json SCRATCH_DIR
"""

import math
import subprocess
import sys

import bounds
import jax
import numpy as np
import torch
from mpmath import mpf
from scipy import stats

INF = math.inf

# Mean, standard deviation, bounds in the text form, and in standard deviations and as values; and whether resample
# keeps enough of the candidates.
CASES = [
    ((0.0, 1.0), ("-3s", "3s"), (-3.0, 3.0), (-3.0, 3.0), True),
    ((0.5, 0.02), ("-1s", "2.5s"), (-1.0, 2.5), (-1.0 * 0.02 + 0.5, 2.5 * 0.02 + 0.5), True),
    ((0.0, 0.02), ("-0.01", "0.07"), (-0.01 / 0.02, 0.07 / 0.02), (-0.01, 0.07), True),
    ((0.0, 1.0), ("5s", "inf"), (5.0, INF), (5.0, INF), False),
    ((0.0, 1.0), ("-inf", "-11s"), (-INF, -11.0), (-INF, -11.0), False),
    ((-5.0, 0.1), ("-inf", "-5"), (-INF, 0.0), (-INF, -5.0), True),
    ((0.0, 1.0), ("-inf", "inf"), (-INF, INF), (-INF, INF), True),
    ((0.0, 1.0), ("0.5s", "0.501s"), (0.5, 0.501), (0.5, 0.501), False),
    ((0.0, 1.0), ("-1e-9", "1e-9"), (-1e-9, 1e-9), (-1e-9, 1e-9), False),
    ((1e6, 0.01), ("1000000", "1000000.1"), (0.0, (1000000.1 - 1e6) / 0.01), (1e6, 1000000.1), True),
]
COUNT = {np.float32: 601, np.float64: 151}
SAMPLE = 1 << 20  # of the comparisons of distributions


def draw(command, scaling, texts, method, dtype, count, seed, number):
    text = f"truncated_normal({scaling[0]!r}, {scaling[1]!r}, {', '.join(texts)})"
    arguments = ["fill", "--initializer", text, "--method", method, "--dtype", dtype, "--shape", str(count)]
    arguments += [f"--seed={seed}", f"--stream={number}", "-o", "-"]
    out = subprocess.run([command, *arguments], check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(out, getattr(np, dtype))


def check_bits(command, case, dtype):
    """How many values differ from the text's."""
    scaling, texts, (a, b), (low, high), keeps = case
    wrong = 0
    of = bounds.Numbers(a, b, dtype)
    for method in ("icdf", "resample") if keeps else ("icdf",):
        ours = draw(command, scaling, texts, method, dtype.__name__, COUNT[dtype], 42, 7)
        raw = (
            bounds.raw_icdf(of, COUNT[dtype], 42, 7)[0]
            if method == "icdf"
            else bounds.raw_resample(a, b, dtype, COUNT[dtype], 42, 7)
        )
        expected = bounds.scaled(raw, *scaling, low, high, dtype)
        wrong += np.count_nonzero(ours.view(f"u{ours.itemsize}") != expected.view(f"u{ours.itemsize}"))
    return wrong


def worst_error(case, dtype):
    """The greatest error of icdf, over what docs/stream.md allows."""
    of = bounds.Numbers(*case[2], dtype)
    values, numbers = bounds.raw_icdf(of, 60, 3, 1)
    worst = mpf(0)
    for z, j in zip(values, numbers):
        exact = of.exact(j)
        near = [abs(of.exact(i) - exact) for i in (j - 1, j + 1) if 0 <= i < of.arguments]
        allowed = max(abs(exact) * mpf(2) ** (-21 if dtype == np.float32 else -50), min(near) / 4)
        worst = max(worst, abs(mpf(float(z)) - exact) / allowed)
    return float(worst)


def check_distribution(command, case):
    """How many of the tests of mean, variance, tails and Kolmogorov and Smirnov fail."""
    scaling, texts, (a, b), (low, high), keeps = case
    law = stats.truncnorm(a, b)
    failed = 0
    for method in ("icdf", "resample") if keeps else ("icdf",):
        x = draw(command, (0.0, 1.0), (f"{a!r}s" if math.isfinite(a) else "-inf", f"{b!r}s" if math.isfinite(b) else "inf"),
                 method, "float32", SAMPLE, 1, 2).astype(np.float64)
        failed += stats.kstest(x, law.cdf).pvalue < 1e-4
        assert x.min() >= np.float32(a) and x.max() <= np.float32(b)
        if b - a < 0.01:  # SciPy's moments cancel there
            continue
        mean, variance = law.stats("mv")
        fourth = law.moment(4) - 4 * mean * law.moment(3) + 6 * mean**2 * law.moment(2) - 3 * mean**4
        failed += abs(x.mean() - mean) > 5 * math.sqrt(variance / SAMPLE) + 1e-6 * abs(mean)
        failed += abs(x.var() - variance) > 5 * math.sqrt(max(fourth - variance**2, 0) / SAMPLE) + 1e-5 * variance
    return failed


def quantiles_differ(ours, theirs, scale):
    """Whether quantiles of two samples are further apart than chance lets them be."""
    levels = np.linspace(0.01, 0.99, 99)
    return np.abs(np.quantile(ours, levels) - np.quantile(theirs, levels)).max() > scale * 8 / math.sqrt(SAMPLE)


def check_peers(command):
    """How many of the samples of JAX and PyTorch differ from ours."""
    failed = 0
    for a, b in ((-3.0, 3.0), (-1.0, 2.5), (0.0, INF)):
        theirs = np.asarray(jax.random.truncated_normal(jax.random.key(5), a, b, (SAMPLE,)))
        ours = draw(command, (0.0, 1.0), (f"{a!r}s", f"{b!r}s" if math.isfinite(b) else "inf"), "icdf", "float32", SAMPLE, 8, 0)
        failed += quantiles_differ(ours, theirs, 1.0)
    for mean, std, a, b in ((0.0, 0.02, -0.06, 0.06), (0.1, 1.0, -2.0, 2.0), (0.0, 0.02, -0.02, 0.03)):
        theirs = torch.nn.init.trunc_normal_(torch.empty(SAMPLE), mean, std, a, b, torch.Generator().manual_seed(3)).numpy()
        ours = draw(command, (mean, std), (repr(a), repr(b)), "resample", "float32", SAMPLE, 8, 0)
        failed += quantiles_differ(ours, theirs, std)
        failed += ours.min() < np.float32(a) or ours.max() > np.float32(b)
    print(f"{failed} comparisons with JAX and PyTorch fail")
    return failed


def main(command, _model, _scratch):
    failed = check_peers(command)
    for case in CASES:
        name = f"truncated_normal{case[0]} between {case[1]}"
        for dtype in (np.float32, np.float64):
            wrong, error = check_bits(command, case, dtype), worst_error(case, dtype)
            print(f"{name}, {dtype.__name__}: {wrong} values differ; greatest error {error:.3f} of what is allowed")
            failed += wrong + (error > 1)
        unlike = check_distribution(command, case)
        print(f"{name}: {unlike} tests of the distribution fail")
        failed += unlike
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
