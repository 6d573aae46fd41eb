#!/usr/bin/env python3
"""Writes tests/data/icdf_bounds.txt: truncated normals between many bounds, from mpmath alone.

    make_icdf_bounds.py > tests/data/icdf_bounds.txt

A line "bounds LOWER UPPER PROBABILITY" is followed by "numbers STEP LOWER UPPER CENTRE MIDDLE", which are those of
docs/stream.md, and by lines "value J Z", the exact value of argument number J. Where the probability is less than 2^-100
no such lines follow.
"""
import math
import random

from mpmath import inf, mp, mpf

mp.prec = 500  # bounds 40 standard deviations from the mean cost 1160 bits on one side, and are refused
COUNT = 2**24

# Below it the probability is 1/2 + 2^-25, in the middle between two float32, as nearly as a double can be there.
TIE = float.fromhex("0x1.40d931ff6270bp-24")

BOUNDS = [(-1, 1), (-2, 2), (-3, 3), (-0.001, 0.001), (-1e-10, 2e-10), (0, inf), (-inf, 0), (5, inf), (-inf, -5),
          (2, 2.0001), (2, 2.000001), (-2.0001, -2), (-inf, inf), (-1, 8), (-8, 1), (0.5, 0.75), (-0.1, 3),
          (1e-10, inf), (-1e-12, 1), (-0.6744, 0.6746), (0.6744, 0.6746), (0.67, 30), (-100, 100), (-1e300, 1e300),
          (-100, 1.5), (8, 9), (11, inf), (11.3, inf), (-11.25, -11), (11.5, inf), (40, inf), (40, 41), (-inf, -40),
          (3, 3 + 2**-50), (-3 - 2**-50, -3), (0, 1e-29), (0, 1e-32),
          *((-inf, math.nextafter(TIE, side)) for side in (TIE, -inf, inf))]


def above(x):
    if abs(x) > 10000:  # as if without end: it is below 10^-20000000
        return mpf(0 if x > 0 else 1)
    return mp.erfc(mpf(x) / mp.sqrt(2)) / 2


def nearest(x):
    """The nearest float32, which none of these is too small for."""
    exponent = int(mp.floor(mp.log(abs(x), 2))) - 23
    return int(mp.nint(x / mpf(2) ** exponent)) * 2.0**exponent


def quantile(beyond, start):
    """z >= 0 with a normal variable above it with this probability."""
    z = start
    for _ in range(200):
        off = (above(z) - beyond) * mp.sqrt(2 * mp.pi) * mp.exp(z * z / 2)
        step = off / (1 - z * off / 2)
        z += step
        if abs(step) < mpf(2) ** -100 * (abs(z) + mpf(2) ** -200):
            return z
    raise ArithmeticError(f"no quantile of {beyond}")


def value(lower, step, j):
    below = above(-lower) + (j + mpf(1) / 2) * step
    beyond = min(below, 1 - below)
    start = mpf(0) if beyond > 0.1 else mp.sqrt(-2 * mp.log(beyond))
    z = quantile(beyond, start)
    return -z if below < mpf(1) / 2 else z


def show(x):
    return str(float(x)) if abs(x) == inf else float(x).hex()


def write(lower, upper, arguments, is_listed):
    probability = above(lower) - above(upper)
    print("bounds", show(lower), show(upper), float(probability).hex())
    if probability < mpf(2) ** -100:
        return
    step = probability / COUNT
    middle = int(min(max(mp.nint((above(lower) - mpf(1) / 2) / step), 0), COUNT))
    centre = mpf(1) / 2 - above(lower) + (middle + mpf(1) / 2) * step
    numbers = [step, above(-lower) + step / 2, above(upper) + step / 2, centre]
    print("numbers", *(nearest(x).hex() for x in numbers), middle)
    near = [0, 1, 2, COUNT // 2, COUNT - 2, COUNT - 1, *(middle + i for i in (-3, -2, -1, 0, 1, 2))]
    quarters = [int((q - above(-lower)) / step) + i for q in (mpf(1) / 4, mpf(3) / 4) for i in (-1, 0, 1)]
    for j in sorted({*arguments, *([*near, *quarters] if is_listed else [])}):
        if 0 <= j < COUNT:
            print("value", j, float(value(lower, step, j)).hex())


def main():
    draw = random.Random(1)
    for lower, upper in BOUNDS:
        ends = [2**i for i in range(3, 23, 3)]
        write(lower, upper, [*ends, *(COUNT - 1 - i for i in ends), *(draw.randrange(COUNT) for _ in range(8))], True)
    for _ in range(100):
        lower = draw.gauss(0, 2) if draw.random() < 0.9 else draw.uniform(-11, 11)
        width = draw.expovariate(1) * 10 ** draw.choice([0, 0, 0, -1, -3, -6])
        write(lower, lower + width, [draw.randrange(COUNT) for _ in range(3)], False)


main()
