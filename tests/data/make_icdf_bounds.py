#!/usr/bin/env python3
"""Writes tests/data/icdf_bounds.txt: truncated normals between many bounds, from mpmath alone.

    make_icdf_bounds.py > tests/data/icdf_bounds.txt

A line "bounds LOWER UPPER PROBABILITY" is followed by "numbers STEP LOWER UPPER CENTRE MIDDLE", which are those of
docs/stream.md, and by lines "value J Z", the exact value of argument number J; then by the same for float64, "numbers_f64"
and "value_f64 J Z REST", the exact value being Z + REST. Where the probability is less than 2^-100
no such lines follow.
"""
import math
import random

from mpmath import inf, mp, mpf

mp.prec = 500  # bounds 40 standard deviations from the mean cost 1160 bits on one side, and are refused
COUNT, COUNT_F64 = 2**24, 2**52

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


def numbers(lower, upper, count):
    """Step, lower, upper, middle, and the rest of the way from there to where the probability is 1/2, in steps."""
    step = (above(lower) - above(upper)) / count
    middle = int(min(max(mp.nint((above(lower) - mpf(1) / 2) / step), 0), count))
    offset = (mpf(1) / 2 - above(lower)) / step + middle + mpf(1) / 2
    return step, above(-lower) + step / 2, above(upper) + step / 2, middle, offset


def arguments(lower, step, middle, count, draw, is_listed):
    some = {draw.randrange(count) for _ in range(8 if is_listed else 3)}
    if is_listed:
        ends = [0, 1, 2, count // 2, *(2**i for i in range(3, count.bit_length() - 2, count.bit_length() // 8))]
        some.update(ends, (count - 1 - i for i in ends), (middle + i for i in (-3, -2, -1, 0, 1, 2)))
        for quarter in (mpf(1) / 4, mpf(3) / 4):
            some.update(int((quarter - above(-lower)) / step) + i for i in (-1, 0, 1))
    return [j for j in sorted(some) if 0 <= j < count]


def write(lower, upper, draw, is_listed):
    probability = above(lower) - above(upper)
    print("bounds", show(lower), show(upper), float(probability).hex())
    if probability < mpf(2) ** -100:
        return
    step, below, beyond, middle, offset = numbers(lower, upper, COUNT)
    print("numbers", *(nearest(x).hex() for x in (step, below, beyond, offset * step)), middle)
    for j in arguments(lower, step, middle, COUNT, draw, is_listed):
        print("value", j, float(value(lower, step, j)).hex())
    step, below, beyond, middle, offset = numbers(lower, upper, COUNT_F64)
    centre = mp.nint(256 * offset) / 256 * step
    print("numbers_f64", *(float(x).hex() for x in (step, below, beyond, centre)), middle)
    for j in arguments(lower, step, middle, COUNT_F64, draw, is_listed):
        z = value(lower, step, j)
        print("value_f64", j, float(z).hex(), float(z - float(z)).hex())


def main():
    draw = random.Random(1)
    for lower, upper in BOUNDS:
        write(lower, upper, draw, True)
    for _ in range(80):
        lower = draw.gauss(0, 2) if draw.random() < 0.9 else draw.uniform(-11, 11)
        width = draw.expovariate(1) * 10 ** draw.choice([0, 0, 0, -1, -3, -6])
        write(lower, lower + width, draw, False)


main()
