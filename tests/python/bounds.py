"""Truncated normals between bounds, written from section 9 of docs/stream.md alone: what glorand must give, bit for
bit. Its five numbers come from mpmath."""

import re

import numpy as np
import stream
from mpmath import mp, mpf

mp.prec = 300
F32, F64, U64 = np.float32, np.float64, np.uint64

TEXT = stream.TEXT.split("## 9.")[1].split("## 10.")[0]


def rows(heading, width):
    body = TEXT.split(heading, 1)[1].split("\n\n")[1]
    numbers = re.findall(r"-?0x[0-9a-f.]+p[+-]\d+|-?\d+", body)
    return [numbers[i : i + width] for i in range(0, len(numbers), width)]


TABLE_32 = {int(row[0]): [F32(float.fromhex(x)) for x in row[1:]] for row in rows("For float32 e, c0", 9)}
TABLE_64 = [[float.fromhex(x) for x in row] for row in rows("For float64 q, c0", 13)]
SHIFT = float.fromhex(re.search(r"y  = fma\(x, x, (\S+)\)", TEXT).group(1))
TAIL, CENTRE = (int(x) for x in re.search(r"50\) - (\d+),\s+or\s+otherwise\s.*?50\) - (\d+), of", TEXT).groups())


def below(x):
    """Phi(x), of which what is small keeps its digits."""
    return mp.erfc(-mpf(x) / mp.sqrt(2)) / 2


def nearest(x, dtype):
    """The nearest number of a dtype to one of mpmath's."""
    near = dtype(float(x))
    around = (np.nextafter(near, dtype(-np.inf)), near, np.nextafter(near, dtype(np.inf)))
    return min(around, key=lambda y: abs(mpf(float(y)) - x))


class Numbers:
    """What an interval is described by: exact, and as lanes take it."""

    def __init__(self, a, b, dtype):
        arguments = mpf(2) ** (24 if dtype == F32 else 52)
        self.a, self.b, self.dtype, self.arguments = a, b, dtype, int(arguments)
        self.probability = mp.erfc(mpf(a) / mp.sqrt(2)) / 2 - mp.erfc(mpf(b) / mp.sqrt(2)) / 2 if a > 0 else below(b) - below(a)
        d = self.probability / arguments
        begin = below(a) - mpf(1) / 2
        self.m = int(min(max(mp.nint(-begin / d), 0), arguments))
        if dtype == F32:
            centre = begin + (self.m + mpf(1) / 2) * d
            centre = mpf(0) if abs(centre) < mpf(2) ** -126 else centre
        else:
            centre = mp.nint((begin / d + self.m + mpf(1) / 2) * 256) / 256 * d
        self.d = d
        self.step, self.centre = nearest(d, dtype), nearest(centre, dtype)
        self.lower = nearest(below(a) + d / 2, dtype)
        self.upper = nearest(below(-mpf(b)) + d / 2, dtype)

    def exact(self, j):
        """The value at argument number j, an mpf."""
        p, q = below(self.a) + (j + mpf(1) / 2) * self.d, below(-mpf(self.b)) + (self.arguments - 1 - j + mpf(1) / 2) * self.d
        return quantile(p) if p < q else -quantile(q)


def quantile(p):
    """z with Phi(z) = p, for p up to a half or a bit above, by Newton's method on the logarithm in the tail."""
    z = -mp.sqrt(-2 * mp.log(p)) if p < mpf("0.02") else mp.sqrt(2) * mp.erfinv(2 * mpf(float(p)) - 1)
    for _ in range(60):
        density = mp.npdf(z)
        step = below(z) / density * mp.log(below(z) / p)
        z -= step
        if abs(step) < mpf(2) ** -150 * max(abs(z), mpf(2) ** -60):
            break
    return z


def argument_32(word):
    return (int(np.int32(np.uint32(word))) >> 8) + 2**23


def icdf_32(of, word):
    j, fma = argument_32(word), stream.fma32
    c = fma(F32(j - of.m), of.step, of.centre)
    p = fma(F32(j), of.step, of.lower) if c < 0 else fma(F32(of.arguments - 1 - j), of.step, of.upper)
    if p < 0.25:
        e = int(np.floor(np.log2(float(p))))
        assert 2.0**e <= p < 2.0 ** (e + 1)
        row, x = TABLE_32[e], F32(2 - float(p) * 2.0**-e)
        s = x
    else:
        row, x = TABLE_32[-2], min(abs(c), F32(0.25))
        s = x * x
    s2 = s * s
    s4 = s2 * s2
    h = fma(row[7], s4, row[6])
    h = fma(h, s2, row[5])
    for k in (4, 3, 2, 1):
        h = fma(h, s, row[k])
    h = fma(h, x, row[0])
    return -h if c < 0 else h


def argument_64(low, high):
    k = (int(high) << 32 | int(low)) >> 12
    return (k - 2**52 if k >> 51 else k) + 2**51


def icdf_64(of, low, high):
    j, fma = argument_64(low, high), stream.fma
    step, lower, upper = float(of.step), float(of.lower), float(of.upper)
    c = fma(float(j - of.m), step, float(of.centre))
    p = fma(float(j), step, lower) if c < 0 else fma(float(of.arguments - 1 - j), step, upper)
    bits = lambda v: int(F64(v).view(U64)) >> 50
    x = min(abs(c), 0.25)
    if p < 0.25:
        r = float(np.sqrt(-2.0 * stream.log_64(p)))
        row, start = TABLE_64[bits(r) - TAIL], r
    else:
        row, start = TABLE_64[bits(fma(x, x, SHIFT)) - CENTRE], x * x
    h = stream.horner(start + row[0], row[1:])
    h = h if p < 0.25 else h * x
    return -h if c < 0 else h


def raw_icdf(of, count, seed, number):
    """The first values, and the numbers of their arguments."""
    key, base = stream.key_and_base(seed, number)
    if of.dtype == F32:
        words = stream.blocks(range(-(-count // 4)), key, base).T.ravel()[:count]
        return np.array([icdf_32(of, w) for w in words], F32), [argument_32(w) for w in words]
    words = stream.blocks(range(-(-count // 2)), key, base).T.reshape(-1, 2)[:count]
    return np.array([icdf_64(of, *w) for w in words], F64), [argument_64(*w) for w in words]


def raw_resample(a, b, dtype, count, seed, number):
    size, owned = (4, 256) if dtype == F32 else (2, 128)
    key, base = stream.key_and_base(seed, number)
    a, b = dtype(a), dtype(b)
    kept = [[] for _ in range(-(-count // size))]
    for i in range(owned):
        todo = [g for g in range(len(kept)) if len(kept[g]) < size]
        if not todo:
            break
        w = stream.blocks([g * owned + i for g in todo], key, base)
        drawn = stream.normals_32(w).T if dtype == F32 else [stream.normals_64(block) for block in w.T]
        for g, candidates in zip(todo, drawn):
            kept[g] += [z for z in candidates if a < z < b]
    return np.array([z for group in kept for z in group[:size]], dtype)[:count]


def scaled(values, mean, stddev, low, high, dtype):
    """Scaled, and then limited by bounds that are values."""
    values = values * dtype(stddev) + dtype(mean)
    low, high = dtype(low), dtype(high)
    values = np.where(values < low, low, np.where(values > high, high, values))
    return np.where(values == 0, dtype(0), values).astype(dtype)
