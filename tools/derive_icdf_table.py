#!/usr/bin/env python3
"""Derives src/core/icdf_table.h, the table of the normal distribution's quantile function, from mpmath alone.

    derive_icdf_table.py > src/core/icdf_table.h
    derive_icdf_table.py --text                     its rows as docs/stream.md has them

z(p), with a normal variable above z(p) with probability p, is approximated by

    z = c0 + x (c1 + s (c2 + s (c3 + s (c4 + s (c5 + s^2 (c6 + s^4 c7))))))

Tails: a row for each p from 2^e to 2^(e + 1), with x = s = 2 - p / 2^e. As a function of 1 - p, z has positive
derivatives of every order while z > 0, so coefficients are positive, x is not negative, and each step of the sum
rounds a function that does not fall: the float32 program is monotone on each row, whatever its coefficients are.
Leaving out s^6 and s^8 to s^10 costs nothing in accuracy, since polynomials of degree 8 and more are fitted through the
same bend near x = 1.

Centre: one row for p from 1/4 to 1/2, with x = 1/2 - p, s = x^2.

Polynomials are minimax in the relative error, by Remez's exchange, then rounded to float32. c6 is lowered by little
where the end of a row would be above the begin of the next.
"""
import sys
from fractions import Fraction

from mpmath import mp, mpf

mp.prec = 120
FIRST, LAST = -125, -3  # exponents of the tails' rows
POWERS = (0, 1, 2, 3, 4, 5, 7, 11)
GRID = 200


def quantile(p, z):
    """z with a normal variable above it with probability p, by Halley's method from a start nearby."""
    for _ in range(50):
        off = (mp.erfc(z / mp.sqrt(2)) / 2 - p) * mp.sqrt(2 * mp.pi) * mp.exp(z * z / 2)
        step = off / (1 - z * off / 2)
        z += step
        if abs(step) <= abs(z) * mpf(2) ** -40:  # the third order triples the digits
            return z
    raise ArithmeticError(f"no quantile of {p}")


def solve(nodes, powers):
    """Coefficients with errors of the same size and alternating sign, relative to f, at the nodes."""
    n = len(powers) + 1
    rows, right = mp.matrix(n, n), mp.matrix(n, 1)
    for i, (x, y) in enumerate(nodes):
        for j, power in enumerate(powers):
            rows[i, j] = x**power / y
        rows[i, n - 1] = (-1) ** i
        right[i] = 1
    return list(mp.lu_solve(rows, right)[: n - 1])


def fit(points, powers):
    """The coefficients of the powers that minimize the greatest relative error at the points (x, y)."""
    n = len(powers) + 1
    nodes = [points[round((len(points) - 1) * k / (n - 1))] for k in range(n)]
    in_double = [(float(x), float(y)) for x, y in points]  # far more exact than the polynomials
    for _ in range(40):
        coefficients = solve(nodes, powers)
        extremes = []  # of each stretch of one sign, where the error is greatest
        rounded = [float(c) for c in coefficients]
        for (x, y), node in zip(in_double, points):
            error = sum(c * x**power for c, power in zip(rounded, powers)) / y - 1
            if extremes and (error > 0) == (extremes[-1][0] > 0):
                if abs(error) > abs(extremes[-1][0]):
                    extremes[-1] = (error, node)
            else:
                extremes.append((error, node))
        if len(extremes) != n:
            break
        nodes = [node for _, node in extremes]
        sizes = [abs(error) for error, _ in extremes]
        if max(sizes) < min(sizes) * 1.001:
            break
    return coefficients


def chebyshev(low, high):
    return [low + (high - low) * (1 - mp.cos(mp.pi * k / (GRID - 1))) / 2 for k in range(GRID)]


def float32(x):
    """The nearest float32 of a positive number, as a fraction."""
    exponent = mp.floor(mp.log(x, 2)) - 23
    return Fraction(int(mp.nint(x / mpf(2) ** exponent))) * Fraction(2) ** int(exponent)


def fma(a, b, c):
    exact = a * b + c
    return float32(mpf(exact.numerator) / exact.denominator) if exact else exact


def program(row, x, s):
    s2 = fma(s, s, 0)
    s4 = fma(s2, s2, 0)
    h = row[7]
    for factor, c in zip((s4, s2, s, s, s, s, x), row[6::-1]):
        h = fma(h, factor, c)
    return h


def tail_rows():
    rows, z = {}, mpf("0.6")
    for e in range(LAST, FIRST - 1, -1):
        points = []
        for x in chebyshev(mpf(0), mpf(1)):
            z = quantile((2 - x) * mpf(2) ** e, z)
            points.append((x, z))
        rows[e] = [float32(c) for c in fit(points, POWERS)]
    for e in range(LAST, FIRST, -1):
        begin = rows[e - 1][0]
        while program(rows[e], Fraction(1), Fraction(1)) > begin:
            lowered = rows[e][6] - begin / 2**28  # by about a sixteenth of begin's last place
            rows[e][6] = float32(mpf(lowered.numerator) / lowered.denominator)
    return rows


def centre_row():
    powers = [2 * power - 1 for power in POWERS[1:-1]]  # c7 would be negative, and is not needed
    points, z = [], mpf(0)
    for x in chebyshev(mpf(0), mpf(1) / 4)[1:]:
        z = quantile(mpf(1) / 2 - x, z)
        points.append((x, z))
    row = [Fraction(0), *(float32(c) for c in fit(points, powers)), Fraction(0)]
    quarter = Fraction(1, 4)
    return row, program(row, quarter, quarter * quarter)


def literal(x):
    if x == 0:
        return "0x0p+0"
    digits, exponent = float(x).hex().split("p")
    return digits.rstrip("0").rstrip(".") + "p" + exponent


def main():
    rows = tail_rows()
    centre, end = centre_row()
    assert end <= rows[LAST][0], "the centre ends above the tail's begin"
    assert all(c > 0 for row in rows.values() for c in row), "a coefficient is negative"
    every = [*(rows[e] for e in range(FIRST, LAST + 1)), centre]
    if "--text" in sys.argv:
        for e, row in zip(range(FIRST, LAST + 2), every):
            print(f"    {e:4} " + " ".join(literal(c) for c in row))
        return
    print("/* The quantile function of the normal distribution: rows for the tails, by p's exponent from "
          f"{FIRST}\n   to {LAST}, then for the centre. Made by tools/derive_icdf_table.py. */")
    print("#ifndef GLR_CORE_ICDF_TABLE_H\n#define GLR_CORE_ICDF_TABLE_H\n\n/* clang-format off */")
    print("#define GLR_ICDF_ROWS(ROW) \\")
    print(" \\\n".join("    ROW(" + ", ".join(literal(c) + "f" for c in row) + ")" for row in every))
    print("/* clang-format on */\n\n#endif")


main()
