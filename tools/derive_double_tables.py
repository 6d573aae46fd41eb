#!/usr/bin/env python3
"""Derives src/core/double_tables.h, the tables and coefficients of the float64 stream, from mpmath alone.

    derive_double_tables.py > src/core/double_tables.h

Logarithm: 64 sub-intervals of z in [0x1.66p-1, 0x1.66p+0), by the top six bits of bits(z) - bits(0x1.66p-1) under
the exponent. `inverse` is the multiple of 2^-5 nearest to 1/z at the interval's middle, which makes z * inverse - 1
exact in binary64; -log(inverse) is split into a multiple of 2^-42 and the rest.

Inverse distribution function: z = sqrt(2) erfinv(erf(sqrt 2) v) = v P(v^2). P is singular at v^2 = 1.0976, so its
sub-intervals shrink towards that point: they are those on which the sign, exponent and two leading fraction bits of
y = 0x1.18fd0a47a2e77p+0 - v^2 are the same. On each a polynomial in v^2 - middle.

Quantile function of the normal distribution, z with a normal variable above it with probability p: in the tail a
polynomial in r - middle, r = sqrt(-2 log p), on each of the 14 intervals of r from 1.5 to 16 in which the exponent and
two leading fraction bits of r are the same; p goes from 2^-153 to 1/4. In the centre, with x = 1/2 - p at most 1/4,
z = x P(x^2), on the two intervals of x^2 that such bits of y = x^2 + 7/32 tell apart.

Polynomials are minimax, by Remez's exchange.
"""
import struct

from mpmath import mp, mpf

mp.prec = 200
SINGULARITY = float(1 / mp.erf(mp.sqrt(2)) ** 2)
LOG_OFFSET = 0x3FE6600000000000  # bits of 0x1.66p-1
ICDF_DEGREE = 11
TAIL_FIRST = 0x3FF8 >> 2  # row bits of r from 1.5
CENTRE_FIRST = 0x3FCC >> 2  # and of y from 7/32
CENTRE_SHIFT = 7 / 32


def double_of(bits):
    return mpf(struct.unpack("<d", struct.pack("<Q", bits))[0])


def bits_of(x):
    return struct.unpack("<Q", struct.pack("<d", float(x)))[0]


def fit(f, weight, low, high, degree):
    """The polynomial, from the constant up, that minimizes the greatest |weight * (polynomial - f)|."""
    n = degree + 2
    nodes = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (n - 1)) for k in range(n)]
    for _ in range(20):
        rows, right = mp.matrix(n, n), mp.matrix(n, 1)
        for i, x in enumerate(nodes):
            for j in range(n - 1):
                rows[i, j] = x**j
            rows[i, n - 1] = (-1) ** i / weight(x)
            right[i] = f(x)
        solution = mp.lu_solve(rows, right)
        coefficients = list(solution[: n - 1])
        extremes = []  # of each stretch of one sign, where the error is greatest
        for k in range(30 * n + 1):
            x = low + (high - low) * k / (30 * n)
            error = weight(x) * (mp.polyval(coefficients[::-1], x) - f(x))
            if extremes and (error > 0) == (extremes[-1][1] > 0):
                if abs(error) > abs(extremes[-1][1]):
                    extremes[-1] = (x, error)
            else:
                extremes.append((x, error))
        if len(extremes) != n:
            break
        nodes = [x for x, _ in extremes]
        sizes = [abs(error) for _, error in extremes]
        if max(sizes) < min(sizes) * mpf("1.01"):
            break
    return coefficients


def literal(x):
    return float(x).hex().replace("0x0.0p+0", "0x0p+0")


def define(name, x):
    text = literal(x)
    print(f"#define {name} " + (f"({text})" if text.startswith("-") else text))


def table(name, comment, rows, width):
    if comment:
        print(f"/* {comment} */")
    print(f"GLR_TABLE double {name}[{len(rows)}][{width}] = {{")
    for row in rows:
        text = ", ".join(literal(x) for x in row)
        print("    {" + text + "},")
    print("};\n")


def log_rows():
    rows = []
    for i in range(64):
        # The interval as z: from LOG_OFFSET upwards; above 1 the exponent is one more and the bits are the same.
        low, high = double_of(LOG_OFFSET + (i << 46)), double_of(LOG_OFFSET + ((i + 1) << 46))
        inverse = mp.nint(64 / (low + high)) / 32
        if low <= 1 < high or high == 1:
            inverse = mpf(1)
        assert max(abs(low * inverse - 1), abs(high * inverse - 1)) < mpf(2) ** -5, (i, low, high, inverse)
        log = -mp.log(inverse)
        leading = mp.nint(log * mpf(2) ** 42) / mpf(2) ** 42
        rows.append((inverse, leading, log - leading))
    return rows


def icdf_rows():
    c = mp.erf(mp.sqrt(2))

    def ratio(t):
        if t <= 0:
            return c * mp.sqrt(mp.pi / 2)
        return mp.sqrt(2) * mp.erfinv(c * mp.sqrt(t)) / mp.sqrt(t)

    first, last = bits_of(SINGULARITY - 1) >> 50, bits_of(SINGULARITY) >> 50
    rows = []
    for i in range(first, last + 1):
        low = max(SINGULARITY - double_of((i + 1) << 50), mpf(0))
        high = min(SINGULARITY - double_of(i << 50), mpf(1))
        middle = mpf(float((low + high) / 2))
        polynomial = fit(lambda x: ratio(middle + x), lambda x: 1 / ratio(middle + x), low - middle, high - middle,
                         ICDF_DEGREE)
        rows.append((-middle, *polynomial))
    return first, rows


def quantile(p, z):
    """z with a normal variable above it with probability p, by Halley's method from a start nearby."""
    for _ in range(80):
        off = (mp.erfc(z / mp.sqrt(2)) / 2 - p) * mp.sqrt(2 * mp.pi) * mp.exp(z * z / 2)
        step = off / (1 - z * off / 2)
        z += step
        if abs(step) < abs(z) * mpf(2) ** -70:  # the third order triples the digits
            return z
    raise ArithmeticError(f"no quantile of {p}")


def fit_about(f, low, high):
    """Minus the middle of an interval, and the polynomial about it with the least relative error."""
    middle, known = mpf(float((low + high) / 2)), {}

    def value(x):
        if x not in known:
            known[x] = f(middle + x)
        return known[x]

    return -middle, *fit(value, lambda x: 1 / value(x), low - middle, high - middle, ICDF_DEGREE)


def quantile_rows():
    def tail(r):
        return quantile(mp.exp(-r * r / 2), max(r - 1 / r, mpf("0.5")))

    def centre(square):
        x = mp.sqrt(abs(square))
        return quantile(mpf(1) / 2 - x, x * mp.sqrt(2 * mp.pi)) / x if x > 0 else mp.sqrt(2 * mp.pi)

    def interval(first, i):
        return double_of((first + i) << 50), double_of((first + i + 1) << 50)

    rows = []
    least, most = (mp.sqrt(-2 * mp.log(p)) for p in (mpf(1) / 4, mpf(2) ** -153))
    for i in range(14):  # those of the ends as far as they are used, and a little
        low, high = interval(TAIL_FIRST, i)
        rows.append(fit_about(tail, max(low, least * (1 - mpf(2) ** -40)), min(high, most * (1 + mpf(2) ** -40))))
    for i in range(2):
        low, high = interval(CENTRE_FIRST, i)
        rows.append(fit_about(centre, low - CENTRE_SHIFT, min(high - CENTRE_SHIFT, mpf(1) / 16)))
    return rows


def main():
    print("/* Tables and coefficients of the float64 stream. Made by tools/derive_double_tables.py. */")
    print("#ifndef GLR_CORE_DOUBLE_TABLES_H\n#define GLR_CORE_DOUBLE_TABLES_H\n\n#include \"lanes.h\"\n")
    print("#if GLR_HAS_F64\n")
    print("/* clang-format off */\n")
    ln2 = mp.nint(mp.log(2) * mpf(2) ** 42) / mpf(2) ** 42
    print("/* ln 2, a multiple of 2^-42 and the rest. */")
    print(f"#define GLR_LN2_HIGH {literal(ln2)}\n#define GLR_LN2_LOW {literal(mp.log(2) - ln2)}\n")
    half_pi = mpf(float(mp.pi / 2))
    print("/* pi / 2 and 2 / pi. */")
    print(f"#define GLR_HALF_PI_HIGH {literal(half_pi)}\n#define GLR_HALF_PI_LOW {literal(mp.pi / 2 - half_pi)}")
    print(f"#define GLR_TWO_OVER_PI {literal(2 / mp.pi)}\n")
    quarter = (mp.pi / 4) ** 2 * mpf("1.0001")
    tiny = mpf(2) ** -40
    sine = fit(lambda y: (mp.sin(mp.sqrt(y)) / mp.sqrt(y) - 1) / y, lambda y: y, tiny, quarter, 6)
    cosine = fit(lambda y: (mp.cos(mp.sqrt(y)) - 1 + y / 2) / y**2, lambda y: y**2, tiny, quarter, 6)
    for name, coefficients in (("SINE", sine), ("COSINE", cosine)):
        print(f"/* {'(sin x / x - 1) / y' if name == 'SINE' else '(cos x - 1 + y / 2) / y^2'}, y = x^2, from y^0 up. */")
        for k, x in enumerate(coefficients):
            define(f"GLR_{name}_{k}", x)
        if name == "SINE":  # the one coefficient whose rounding would be felt
            define("GLR_SINE_0_LOW", coefficients[0] - mpf(float(coefficients[0])))
        print()
    table("glr_double_log_table", "inverse, -log(inverse) to 2^-42, the rest", log_rows(), 3)
    first, rows = icdf_rows()
    print("/* v^2 at which the inverse distribution function is singular, and the first row's index bits. */")
    print(f"#define GLR_ICDF_SINGULARITY {literal(SINGULARITY)}\n#define GLR_ICDF_DEGREE {ICDF_DEGREE}\n#define GLR_ICDF_PAIRS {(ICDF_DEGREE + 3) // 2}\n#define GLR_ICDF_FIRST_ROW {first}U\n")
    print("/* An interval's numbers: minus its middle, then coefficients from the highest down, and a 0 to make them even. The")
    print("   columns have 16 rows, so that a lookup is one instruction where registers hold that many, and a line of a GPU's")
    print("   cache. Where registers hold fewer, pairs are loaded from the rows. */")
    intervals = [[row[0], *row[:0:-1], mpf(0)] for row in rows] + [[mpf(0)] * (ICDF_DEGREE + 3)]
    table("glr_double_icdf_columns", None, list(zip(*intervals)), 16)
    print("#ifdef GLR_HAS_LOOKUP2_F64")
    table("glr_double_icdf_rows", None, [row + [mpf(0)] * (16 - len(row)) for row in intervals], 16)
    print("#endif\n")
    print("/* Of the quantile function: columns of minus the middle, then coefficients from the constant up, 14 rows for the tail")
    print("   and 2 for the centre; row bits of the first of either, and what is added to x^2 for the centre's. */")
    print(f"#define GLR_QUANTILE_TAIL {TAIL_FIRST}U\n#define GLR_QUANTILE_CENTRE {CENTRE_FIRST - 14}U")
    print(f"#define GLR_QUANTILE_CENTRE_SHIFT {literal(CENTRE_SHIFT)}")
    print(f"GLR_TABLE double glr_double_quantile_columns[{ICDF_DEGREE + 2}][16] = {{")
    for column in zip(*quantile_rows()):
        print("    {" + ", ".join(literal(x) for x in column) + "},")
    print("};\n")
    print("/* clang-format on */\n\n#endif\n\n#endif")


main()
