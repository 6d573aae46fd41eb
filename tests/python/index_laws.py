"""The laws of the index, written from section 8 of docs/stream.md alone with Python's integers; and the numbers that
they approximate, by mpmath."""
import math
from fractions import Fraction

import stream
from mpmath import mp, mpf

mp.prec = 256
WORD = 1 << 64


def nearest(x):
    return int(mp.floor(x + mpf(1) / 2))


def hi(a, b):
    return a * b // WORD


LN2, LOG2_E = nearest(mp.log(2) * WORD), nearest(mpf(2) ** 63 / mp.log(2))
ROOT_2, PI, TWO_OVER_PI = nearest(mp.sqrt(2) * 2**63), nearest(mp.pi * 2**62), nearest(2 / mp.pi * WORD)
L = [nearest(mpf(2) ** 63 / ((2 * k + 1) * mp.log(2))) for k in range(13)]
E = [nearest(WORD * mp.log(2) ** k / mp.factorial(k)) for k in range(1, 16)]
S = [nearest(WORD / mp.factorial(2 * k + 1)) for k in range(1, 9)]
C = [nearest(WORD / mp.factorial(2 * k)) for k in range(1, 10)]
BERNOULLI = [mpf(1) / 6, -mpf(1) / 30, mpf(1) / 42, -mpf(1) / 30, mpf(5) / 66, -mpf(691) / 2730]
B = [nearest(WORD * abs(b) / (2 * k * mp.factorial(2 * k))) for k, b in enumerate(BERNOULLI, 1)]


def horner(terms, x, sign):
    p = terms[-1]
    for term in terms[-2::-1]:
        p = term + sign * hi(p, x)
    return p


def log2(m):
    assert 1 << 63 <= m <= WORD - 256
    y = m // 2
    above = y > ROOT_2 // 2
    o = 1 << (63 if above else 62)
    s = WORD * abs(y - o) // (y + o)
    t = 4 * hi(s, horner(L, hi(s, s), 1))
    return WORD - t if above else t


def exp2(f):
    g = f % 2**63
    r = 2**63 + hi(horner(E, g, 1), g) // 2
    return r if f < 2**63 else 2 * hi(r, ROOT_2)


def sine_cosine(t):
    n = (t + 2**61) // 2**62
    a = t - 2**62 * n
    x = 2 * hi(4 * abs(a), PI)
    y = hi(x, x)
    s = (x - hi(x, hi(y, horner(S, y, -1)))) // 2
    c = 2**63 - hi(y, horner(C, y, -1)) // 2
    s = -s if a < 0 else s
    return [(s, c), (c, -s), (-s, -c), (-c, s)][n % 4]


def shifted(k):
    """The greatest z for which 2^z k < 2^64, and 2^z k."""
    z = 64 - k.bit_length()
    return z, k << z


def parts(v):
    """e and m of a double v = 2^e m / 2^63."""
    significand, e = math.frexp(v)
    return e - 1, int(significand * 2**53) << 11


def log_arange(k):
    z, m = shifted(k)
    return Fraction(hi(2**58 * (63 - z) + log2(m) // 2**6, LN2), 2**58)


def dt_bias(dt_min, dt_max, floor, w):
    def lg(v):
        e, m = parts(v)
        return 2**57 * e + log2(m) // 2**7

    low = lg(dt_min)
    x = max(low + hi(w << 32, lg(dt_max) - low), lg(max(dt_min, floor)))
    k, m = x // 2**57, exp2((x % 2**57) << 7)
    if k < -2:
        t = m // 2 ** (-1 - k)
        q = hi(t, t)
        return -Fraction(hi(-2 * x, LN2) - t // 2**7 - hi(q, horner(B, q, -1)) // 2**6, 2**58)
    d = m // 2 ** (5 - k)
    e = -hi(d, LOG2_E)
    z, v = shifted(WORD - exp2((e % 2**57) << 7) // 2 ** (-1 - e // 2**57))
    return Fraction(d - hi(2 * (2**57 * (z + 1) - log2(v) // 2**7), LN2), 2**58)


def sinusoid(timescale, divisor, j, p):
    """The sine and the cosine."""
    e, m = parts(timescale)
    v = j * ((2**96 * e + 2**32 * log2(m)) // divisor) // 2**32
    f, g = v % WORD, v // WORD
    turns = hi(exp2(-f % WORD), TWO_OVER_PI)
    t = p * turns // 2 ** (g + 1 if f == 0 else g + 2) % WORD
    return [Fraction(x, 2**63) for x in sine_cosine(t)]


def column_of(kind, n, c):
    """j, J, and whether it is a cosine."""
    h = n // 2
    return (c // 2, h, c % 2) if kind == "sinusoids_interleaved" else (c % h, max(h - 1, 1), c // h)


def values(kind, shape, indices, parameters=(), words=None):
    """The numbers of elements; `words` are the random words of dt_bias."""
    n = shape[-1]
    if kind == "log_arange":
        return [log_arange(i % n + 1) for i in indices]
    if kind == "dt_bias":
        return [dt_bias(*parameters, int(w)) for w in words]
    found = []
    for i in indices:
        j, divisor, cosine = column_of(kind, n, i % n)
        found.append(sinusoid(*parameters, divisor, j, i // n % shape[-2])[cosine])
    return found


def exact(kind, shape, indices, parameters=(), words=None):
    """The same, by mpmath, from the formulas in words."""
    n = shape[-1]
    if kind == "log_arange":
        return [mp.log(i % n + 1) for i in indices]
    if kind == "dt_bias":
        low, high, floor = (mpf(x) for x in parameters)
        dts = [max(mp.exp(mp.log(low) + mpf(int(w)) / 2**32 * (mp.log(high) - mp.log(low))), floor) for w in words]
        return [mp.log(mp.expm1(dt)) for dt in dts]
    found = []
    for i in indices:
        j, divisor, cosine = column_of(kind, n, i % n)
        angle = (i // n % shape[-2]) * mpf(parameters[0]) ** (-mpf(j) / divisor)
        found.append(mp.cos(angle) if cosine else mp.sin(angle))
    return found


def words_of(indices, seed, number):
    key, base = stream.key_and_base(seed, number)
    groups = sorted({i // 4 for i in indices})
    blocks = dict(zip(groups, stream.blocks(groups, key, base).T))
    return [blocks[i // 4][i % 4] for i in indices]


def rounded(number, dtype):
    """Nearest float32 or float64 of a fraction, ties to even."""
    if number == 0:
        return dtype(0)
    bits = {"float32": 24, "float64": 53}[dtype.__name__]
    size = abs(number)
    e = math.floor(math.log2(size)) if size < 2 ** 1000 else 0
    while Fraction(2) ** (e + 1) <= size:
        e += 1
    while Fraction(2) ** e > size:
        e -= 1
    unit = Fraction(2) ** (e - bits + 1)
    return dtype(float(round(number / unit) * unit))


