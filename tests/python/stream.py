"""The stream, written from docs/stream.md alone with NumPy: what glorand must give, bit for bit.

float32 functions are evaluated in double, as the text allows; float64 and icdf, which are sequences of single
operations, with an exact fma by fractions, so a few thousand values are plenty."""
import pathlib
import re
from fractions import Fraction

import numpy as np

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "stream.md").read_text(encoding="utf-8")
HEX = r"-?0x[0-9a-f.]+p[+-]\d+|-?0x\d+p[+-]\d+|0"
F32, F64, U32, U64 = np.float32, np.float64, np.uint32, np.uint64


FLOAT32_TEXT, FLOAT64_TEXT = TEXT.split("## 5. float64")


def constant(text, name):
    return float.fromhex(re.search(rf"\b{name} +({HEX})", text).group(1))


def table(heading, width):
    body = TEXT.split(heading, 1)[1].split("\n\n")[1]
    numbers = [float.fromhex(x) for x in re.findall(HEX, body)]
    return [numbers[i : i + width] for i in range(0, len(numbers), width)]


def philox(counter, key):
    """Counters and words as arrays of shape (4, n) of uint64 holding 32 bits."""
    c, low = [np.asarray(x, U64) for x in counter], U64(0xFFFFFFFF)
    for r in range(10):
        p0, p1 = U64(0xD2511F53) * c[0], U64(0xCD9E8D57) * c[2]
        k0, k1 = U64((key[0] + r * 0x9E3779B9) & 0xFFFFFFFF), U64((key[1] + r * 0xBB67AE85) & 0xFFFFFFFF)
        c = [(p1 >> U64(32)) ^ c[1] ^ k0, p1 & low, (p0 >> U64(32)) ^ c[3] ^ k1, p0 & low]
    return np.array(c)


def key_and_base(seed, stream):
    words = [int(x) >> s & 0xFFFFFFFF for x in (seed, stream) for s in (0, 32)]
    m = [int(x[0]) for x in philox([[w] for w in words], (0x3EC8F720, 0x02461E29))]
    return m[:2], m[2] << 64 | m[3] << 96


def blocks(j, key, base):
    """The words of block(j) for each j, shape (4, n)."""
    counters = [base + int(x) for x in j]
    return philox([[c >> 32 * i & 0xFFFFFFFF for c in counters] for i in range(4)], key)


def random_bytes(count, seed, number):
    """The first bytes of the tensors that random_bytes fills."""
    key, base = key_and_base(seed, number)
    return blocks(range(-(-count // 16)), key, base).T.astype("<u4").tobytes()[:count]


def fma(a, b, c):
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def fma32(a, b, c):
    """Exact product and sum, rounded once to float32."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    near = F32(float(exact))  # rounded twice; wrong at most by one place, which the neighbours show
    near = min((np.nextafter(near, F32(-9)), near, np.nextafter(near, F32(9))),
               key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(U32)) & 1))
    return near


def horner(x, coefficients):
    p = coefficients[-1]
    for c in coefficients[-2::-1]:
        p = fma(p, x, c)
    return p


def u32(w):
    return ((w.astype(U32) & U32(0x7FFFFF)) | U32(0x3F800000)).view(F32) - F32(1)


def log_32(x):
    """The float32 nearest to the table's logarithm, for float32 x."""
    t = x.view(U32) - U32(0x3F330000)
    k = t.view(np.int32) >> 23
    z = (x.view(U32) - (t & U32(0xFF800000))).view(F32).astype(F64)
    invc, logc = LOG_TABLE_32[t >> U32(19) & U32(15)].T
    a0, a1, a2 = (constant(FLOAT32_TEXT, f"A{i}") for i in range(3))
    r = z * invc - 1
    return (((a0 * r + a1) * r + a2) * (r * r) + (logc + k * constant(FLOAT32_TEXT, "ln2 =") + r)).astype(F32)


def sin_cos_32(v):
    v = v.astype(F64)
    n = np.rint(v * 2 / np.pi)
    x = v - n * constant(FLOAT32_TEXT, "pi/2 =")
    s1, s2, s3 = (constant(FLOAT32_TEXT, f"S{i}") for i in (1, 2, 3))
    c1, c2, c3, c4 = (constant(FLOAT32_TEXT, f"C{i}") for i in (1, 2, 3, 4))
    y = x * x
    s = x + x * y * (s1 + y * (s2 + y * s3))
    c = 1 + y * (c1 + y * (c2 + y * (c3 + y * c4)))
    s, c = np.where(v < 2.0**-12, v, s), np.where(v < 2.0**-12, 1, c)
    n = n.astype(int) % 4
    return np.choose(n, [s, c, -s, -c]).astype(F32), np.choose(n, [c, -s, -c, s]).astype(F32)


def box_muller_32(w0, w1):
    sine, cosine = sin_cos_32((2 * np.pi * u32(w1).astype(F64)).astype(F32))
    r = np.sqrt(F32(-2) * log_32(np.maximum(u32(w0), F32(1e-7))))
    return sine * r, cosine * r


def normals_32(w):
    (a, b), (c, d) = box_muller_32(w[0], w[1]), box_muller_32(w[2], w[3])
    return np.array([a, b, c, d])


ICDF_32 = re.findall(r"\b(r\d+|s) += +fma\(([\w.+-]+), +([\w.+-]+), +([\w.+-]+)\)",
                     FLOAT32_TEXT.split("method `icdf`")[1].split("## 4")[0])


def icdf_32(w):
    v = F32((2 * (int(np.int32(U32(w))) >> 8) + 1) * 2.0**-24)
    names = {"v": v}
    value = lambda x: names[x] if x in names else F32(float.fromhex(x))
    for name, a, b, c in ICDF_32:
        names[name] = fma32(value(a), value(b), value(c))
    return v * names["r12"]


def log_64(u):
    bits = int(F64(u).view(U64))
    t = (bits - 0x3FE6600000000000) % 2**64
    k = float((t >> 52) - (4096 if t >> 63 else 0))
    inv, h, l = LOG_TABLE[t >> 46 & 63]
    z = float(U64((bits - (t >> 52 << 52)) % 2**64).view(F64))
    r, hi, lo = fma(z, inv, -1.0), fma(k, L1, h), fma(k, L2, l)
    s = hi + r
    p = s - hi
    e = (hi - (s - p)) + (r - p)
    m = -0.5 * r
    w = fma(m, r, s)
    d = (e + fma(m, r, s - w)) + lo
    q = horner(r, [1 / 3, -1 / 4, 1 / 5, -1 / 6, 1 / 7, -1 / 8, 1 / 9, -1 / 10])
    return w + fma((r * r) * r, q, d)


def sin_cos_64(v):
    n = fma(v, TWO_OVER_PI, float(3 << 51)) - float(3 << 51)
    f = fma(n, -HALF_PI[0], v)
    x = fma(n, -HALF_PI[1], f)
    xl = fma(n, -HALF_PI[1], f - x)
    y = x * x
    yl = fma(x, x, -y)
    a = horner(y, S[1:])
    b = fma(a, y, S[0])
    bl = fma(a, y, S[0] - b) + S0L
    g = y * b
    gl = fma(y, bl, fma(yl, b, fma(y, b, -g)))
    s = fma(x, g, x)
    sl = fma(x, gl, fma(x, g, x - s))
    a = horner(y, C)
    h = fma(y, a, -0.5)
    hl = fma(y, a, -0.5 - h)
    c = fma(y, h, 1.0)
    cl = fma(y, hl, fma(yl, h, fma(y, h, 1.0 - c)))
    big_s, big_c = s + fma(c, xl, sl), c + fma(-s, xl, cl)
    return [(big_s, big_c), (big_c, -big_s), (-big_s, -big_c), (-big_c, big_s)][int(n) % 4]


def u64(a, b):
    return float(U64(0x3FF << 52 | (int(a) & 0xFFFFF) << 32 | int(b)).view(F64)) - 1.0


def normals_64(w):
    r = float(np.sqrt(-2.0 * log_64(max(u64(w[0], w[1]), 1e-7))))
    sine, cosine = sin_cos_64(TWO_PI * u64(w[2], w[3]))
    return sine * r, cosine * r


def icdf_64(low, high):
    k = (int(high) << 32 | int(low)) >> 12
    v = (2 * (k - 2**52 if k >> 51 else k) + 1) * 2.0**-52
    y = fma(v, -v, SINGULARITY)
    m, *c = ICDF_TABLE[(int(F64(y).view(U64)) >> 50) - FIRST_ROW]
    return v * horner(fma(v, v, m), c)


LOG_TABLE_32 = np.array([[float.fromhex(x) for x in row[1:]] for row in sorted(
    re.findall(rf"(\d+)  ({HEX}) +({HEX})", FLOAT32_TEXT), key=lambda row: int(row[0]))])
LOG_TABLE, ICDF_TABLE = table("The first table", 3), table("The second table", 13)
L1, L2 = (float.fromhex(x) for x in re.search(r"L1 = (\S+), L2 = (\S+);", TEXT).groups())
TWO_OVER_PI = float.fromhex(re.search(r"N = fma\(v, (\S+),", TEXT).group(1))
TWO_PI = float.fromhex(re.search(r"v = (\S+) U\(w2", TEXT).group(1))
HALF_PI = [float.fromhex(x) for x in re.findall(r" = fma\(n, -(\S+), [vf]\)", TEXT)]
S, C, S0L = [[constant(FLOAT64_TEXT, f"{n}{k}") for k in range(7)] for n in "SC"] + [constant(FLOAT64_TEXT, "S0l")]
SINGULARITY, FIRST_ROW = re.search(r"y = fma\(v, -v, (\S+)\); entry number .* - (\d+) of", TEXT).groups()
SINGULARITY, FIRST_ROW = float.fromhex(SINGULARITY), int(FIRST_ROW)


def raw(sampler, dtype, count, seed, stream):
    """The first `count` raw values: sampler uniform, normal, resample or icdf; dtype F32 or F64."""
    size, owned = (4, 256) if dtype == F32 else (2, 128)
    groups = -(-count // size)
    key, base = key_and_base(seed, stream)
    if sampler != "resample":
        w = blocks(range(groups), key, base)
        if dtype == F32:
            values = {"uniform": lambda: u32(w), "normal": lambda: normals_32(w),
                      "icdf": lambda: np.array([[icdf_32(x) for x in row] for row in w], F32)}[sampler]().T
        else:
            one = {"uniform": lambda b: (u64(b[0], b[1]), u64(b[2], b[3])), "normal": normals_64,
                   "icdf": lambda b: (icdf_64(b[0], b[1]), icdf_64(b[2], b[3]))}[sampler]
            values = np.array([one(b) for b in w.T], F64)
        return values.ravel()[:count]
    kept = [[] for _ in range(groups)]
    for i in range(owned):
        todo = [g for g in range(groups) if len(kept[g]) < size]
        if not todo:
            break
        w = blocks([g * owned + i for g in todo], key, base)
        drawn = normals_32(w).T if dtype == F32 else [normals_64(b) for b in w.T]
        for g, candidates in zip(todo, drawn):
            kept[g] += [z for z in candidates if abs(z) < 2]
    return np.array([k[:size] for k in kept], dtype).ravel()[:count]
