#!/usr/bin/env python3
"""Writes opcodes.txt: known answers for every opcode that the interpreter computes lane by lane.

The answers follow the PTX ISA's definitions, in Python's integers and fractions: floating-point results are
rounded here, once, from exact values. Each line of the table is

    RESULT ANSWER VALUE VALUE VALUE VALUE LINES

with a letter for the kind of the result (see snippet.h) and hexadecimal numbers.

usage: opcodes.py [FILE]    without FILE: compares with the table beside this program
"""
import math
import pathlib
import random
import struct
import sys
from fractions import Fraction

rng = random.Random(1)
rows = []


def signed(x, bits):
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


def emit(result, answer, values, lines):
    values = list(values) + [0] * (4 - len(values))
    width = {"r": 32, "d": 64, "h": 16, "p": 1}[result]
    numbers = " ".join(f"{v & (2**64 - 1):x}" for v in values)
    rows.append(f"{result} {answer & ((1 << width) - 1):x} {numbers} {lines}")


REGISTER = {16: "h", 32: "r", 64: "d", 1: "p"}


def line(name, result, sources):
    """An instruction on registers of these widths."""
    operands = [f"%{REGISTER[result]}0"] + [f"%{REGISTER[s]}{i + 1}" for i, s in enumerate(sources)]
    return f"{name} {', '.join(operands)};"


def integers(bits):
    top = 1 << (bits - 1)
    return rng.choice([0, 1, 2, 3, 7, top, top - 1, top + 1, 2 * top - 1, 2 * top - 2, rng.getrandbits(bits),
                       rng.getrandbits(bits), rng.getrandbits(bits), rng.getrandbits(bits // 2)])


def operation(name, result, sources, function, times=12, fits=lambda *_: True):
    for _ in range(times):
        values = [integers(s) if s > 1 else rng.getrandbits(1) for s in sources]
        while not fits(*values):
            values = [integers(s) if s > 1 else rng.getrandbits(1) for s in sources]
        emit(REGISTER[result], function(*values), values, line(name, result, sources))


def quotient(a, b):
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def integer_operations(n):
    for kind in "us":
        def of(x):
            return signed(x, n) if kind == "s" else x
        t = f"{kind}{n}"
        operation(f"add.{t}", n, [n, n], lambda a, b: a + b)
        operation(f"sub.{t}", n, [n, n], lambda a, b: a - b)
        operation(f"mul.lo.{t}", n, [n, n], lambda a, b: a * b)
        operation(f"mad.lo.{t}", n, [n] * 3, lambda a, b, c: a * b + c)
        operation(f"mul.hi.{t}", n, [n, n], lambda a, b: of(a) * of(b) >> n)
        operation(f"mad.hi.{t}", n, [n] * 3, lambda a, b, c: (of(a) * of(b) >> n) + c)
        operation(f"div.{t}", n, [n, n], lambda a, b: quotient(of(a), of(b)), fits=lambda a, b: b != 0)
        operation(f"rem.{t}", n, [n, n], lambda a, b: of(a) - of(b) * quotient(of(a), of(b)),
                  fits=lambda a, b: b != 0)
        operation(f"min.{t}", n, [n, n], lambda a, b: min(of(a), of(b)))
        operation(f"max.{t}", n, [n, n], lambda a, b: max(of(a), of(b)))
        operation(f"mov.{t}", n, [n], lambda a: a, 3)
        operation(f"selp.{t}", n, [n, n, 1], lambda a, b, p: a if p else b, 6)
        operation(f"shr.{t}", n, [n, 32], lambda a, b: of(a) >> min(b, n), 20)
        if n < 64:
            operation(f"mul.wide.{t}", 2 * n, [n, n], lambda a, b: of(a) * of(b))
            operation(f"mad.wide.{t}", 2 * n, [n, n, 2 * n], lambda a, b, c: of(a) * of(b) + c)
        comparisons = {"eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
                       "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b}
        if kind == "u":
            comparisons.update({"lo": lambda a, b: a < b, "ls": lambda a, b: a <= b, "hi": lambda a, b: a > b,
                                "hs": lambda a, b: a >= b})
        for test, function in comparisons.items():
            operation(f"setp.{test}.{t}", 1, [n, n], lambda a, b, f=function: f(of(a), of(b)), 6)
            emit("p", function(5, 5), [5, 5], line(f"setp.{test}.{t}", 1, [n, n]))
    operation(f"neg.s{n}", n, [n], lambda a: -a)
    operation(f"abs.s{n}", n, [n], lambda a: abs(signed(a, n)))
    for name, function in {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b}.items():
        operation(f"{name}.b{n}", n, [n, n], function, 4)
    operation(f"not.b{n}", n, [n], lambda a: ~a, 4)
    operation(f"cnot.b{n}", n, [n], lambda a: a == 0)
    operation(f"mov.b{n}", n, [n], lambda a: a, 3)
    operation(f"selp.b{n}", n, [n, n, 1], lambda a, b, p: a if p else b, 6)
    operation(f"shl.b{n}", n, [n, 32], lambda a, b: a << b if b < n else 0, 20)
    operation(f"shr.b{n}", n, [n, 32], lambda a, b: a >> min(b, n), 10)
    for b in (0, 1, n - 1, n, n + 1):
        emit(REGISTER[n], 0xa5 << b if b < n else 0, [0xa5, b], line(f"shl.b{n}", n, [n, 32]))
    operation(f"setp.eq.b{n}", 1, [n, n], lambda a, b: a == b, 6)
    operation(f"setp.ne.b{n}", 1, [n, n], lambda a, b: a != b, 6)


def field(a, first, length, n, is_signed):
    first, length = first & 255, length & 255
    top = a >> min(first + length - 1, n - 1) & 1 if length else 0
    sign = top if is_signed else 0
    return sum(((a >> (first + i) & 1) if i < length and first + i < n else sign) << i for i in range(n))


def insert(a, b, first, length, n):
    first, length = first & 255, length & 255
    mask = (((1 << length) - 1) << first) & ((1 << n) - 1)
    return (b & ~mask) | ((a << first) & mask)


def permute(a, b, c):
    both = [(b << 32 | a) >> (8 * i) & 255 for i in range(8)]
    chosen = [both[c >> (4 * i) & 7] for i in range(4)]
    return sum((255 * (v >> 7) if c >> (4 * i) & 8 else v) << (8 * i) for i, v in enumerate(chosen))


def bit_operations():
    for n in (32, 64):
        def shifted(a, b, c, n=n):
            return field(a, b, c, n, False)
        operation(f"popc.b{n}", 32, [n], lambda a: bin(a).count("1"))
        operation(f"clz.b{n}", 32, [n], lambda a: n - a.bit_length())
        operation(f"brev.b{n}", n, [n], lambda a: int(f"{a:0{n}b}"[::-1], 2))
        for kind in "us":
            def of(a):
                return ~a & ((1 << n) - 1) if kind == "s" and a >> (n - 1) else a
            operation(f"bfind.{kind}{n}", 32, [n], lambda a: of(a).bit_length() - 1, 16)
            operation(f"bfind.shiftamt.{kind}{n}", 32, [n],
                      lambda a: n - of(a).bit_length() if of(a) else -1, 16)
            for _ in range(24):
                a, b, c = rng.getrandbits(n), rng.choice([0, 1, 5, n - 4, n - 1, n, n + 9, 300]), rng.choice(
                    [0, 1, 3, 8, n - 1, n, n + 1, 257])
                emit(REGISTER[n], field(a, b, c, n, kind == "s"), [a, b, c],
                     line(f"bfe.{kind}{n}", n, [n, 32, 32]))
        for _ in range(24):
            a, b = rng.getrandbits(n), rng.getrandbits(n)
            c, d = rng.choice([0, 1, 5, n - 4, n - 1, n, n + 9]), rng.choice([0, 1, 3, 8, n - 1, n, n + 1])
            emit(REGISTER[n], insert(a, b, c, d, n), [a, b, c, d], line(f"bfi.b{n}", n, [n, n, 32, 32]))
    operation("prmt.b32", 32, [32, 32, 32], permute, 24)
    for table in (0, 0x96, 0xe8, 0xca, 0x3c, 0x80, 0xfe, 0x1d):
        a, b, c = (rng.getrandbits(32) for _ in range(3))
        answer = sum((table >> ((a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1)) & 1) << i for i in range(32))
        emit("r", answer, [a, b, c], f"lop3.b32 %r0, %r1, %r2, %r3, {table};")
    for mode in ("wrap", "clamp"):
        def amount(c):
            return c & 31 if mode == "wrap" else min(c, 32)
        for c in (0, 1, 13, 31, 32, 33, 64, 4000000000):
            a, b = rng.getrandbits(32), rng.getrandbits(32)
            emit("r", (b << 32 | a) << amount(c) >> 32, [a, b, c], line(f"shf.l.{mode}.b32", 32, [32] * 3))
            emit("r", (b << 32 | a) >> amount(c), [a, b, c], line(f"shf.r.{mode}.b32", 32, [32] * 3))
    for name, function in {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b}.items():
        operation(f"{name}.pred", 1, [1, 1], function, 8)
        for _ in range(6):
            a, b, c = integers(32), integers(32), rng.getrandbits(1)
            emit("p", function(a < b, c), [a, b, c], f"setp.lt.{name}.u32 %p0, %r1, %r2, %p3;")
            emit("p", function(a < b, 1 - c), [a, b, c], f"setp.lt.{name}.u32 %p0, %r1, %r2, !%p3;")
    operation("not.pred", 1, [1], lambda a: 1 - a, 4)
    operation("mov.pred", 1, [1], lambda a: a, 4)
    a, b, c, d = (rng.getrandbits(16) for _ in range(4))
    emit("r", b << 16 | a, [a, b], "mov.b32 %r0, {%h1, %h2};")
    emit("d", d << 48 | c << 32 | b << 16 | a, [a, b, c, d], "cvt.u16.u32 %h4, %r4; mov.b64 %d0, {%h1, %h2, %h3, %h4};")
    emit("h", a, [b << 16 | a], "mov.b32 {%h0, %h4}, %r1;")
    emit("h", b, [b << 16 | a], "mov.b32 {%h4, %h0}, %r1;")
    a, b = rng.getrandbits(32), rng.getrandbits(32)
    emit("d", b << 32 | a, [a, b], "mov.b64 %d0, {%r1, %r2};")
    emit("d", 7 << 32 | a, [a, b], "mov.b64 %d0, {%r1, 7};")
    emit("r", a, [b << 32 | a], "mov.b64 {%r0, _}, %d1;")
    emit("r", b, [b << 32 | a], "mov.b64 {%r9, %r0}, %d1;")


class Format:
    """A binary floating-point format: rounding of exact values to it, and back."""

    def __init__(self, name, bits, precision, register):
        self.name, self.bits, self.precision, self.register = name, bits, precision, register
        self.bias = (1 << (bits - precision - 1)) - 1
        self.infinity = ((1 << (bits - precision)) - 1) << (precision - 1)

    def value(self, bits):
        exponent = bits >> (self.precision - 1) & ((1 << (self.bits - self.precision)) - 1)
        fraction = bits & ((1 << (self.precision - 1)) - 1)
        scale = max(exponent, 1) - self.bias - self.precision + 1
        fraction += (1 << (self.precision - 1)) if exponent else 0
        return Fraction(fraction) * Fraction(2) ** scale * (-1 if bits >> (self.bits - 1) else 1)

    def round(self, value, sign_of_zero=0):
        """Nearest, ties to even."""
        sign = 1 if value < 0 else 0 if value > 0 else sign_of_zero
        value = abs(value)
        if value == 0:
            return sign << (self.bits - 1)
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        exponent -= 1 if value < Fraction(2) ** exponent else 0
        scale = max(exponent, 1 - self.bias) - self.precision + 1
        scaled = value / Fraction(2) ** scale
        whole = scaled.numerator // scaled.denominator
        rest = scaled - whole
        whole += 1 if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole & 1) else 0
        bits = whole + ((scale + self.precision - 1 + self.bias - 1) << (self.precision - 1))
        return sign << (self.bits - 1) | min(bits, self.infinity)

    def any(self):
        """Bits of a finite number: often near 1, sometimes tiny, subnormal, huge or a power of two."""
        kind = rng.randrange(6)
        top = (1 << (self.bits - self.precision)) - 2
        exponent = rng.choice([self.bias, self.bias + 1, self.bias - 1, self.bias + 20, self.bias - 25,
                               0, 1, top, rng.randrange(top)]) if kind == 0 else self.bias + rng.randrange(-3, 4)
        fraction = 0 if kind == 1 else rng.getrandbits(self.precision - 1)
        return rng.getrandbits(1) << (self.bits - 1) | exponent << (self.precision - 1) | fraction


def root(value, f):
    """The square root, as a fraction close enough to round right: 80 bits more than the format has."""
    shift = 2 * (f.precision + 80)
    scaled = value.numerator * value.denominator << shift
    whole = math.isqrt(scaled)
    exact = whole * whole == scaled
    return Fraction(2 * whole + (0 if exact else 1), 2 * value.denominator) / Fraction(2) ** (shift // 2)


def float_operations(f):
    n, t, r = f.bits, f.name, REGISTER[f.bits]
    minus = 1 << (n - 1)
    nan = f.infinity | (1 << (f.precision - 2))

    def each(name, count, function, times=40, fits=lambda *_: True):
        for _ in range(times):
            bits = [f.any() for _ in range(count)]
            while not fits(*(f.value(b) for b in bits)):
                bits = [f.any() for _ in range(count)]
            emit(r, function(*bits), bits, line(name, n, [n] * count))

    def sum_sign(a, b):
        return 1 if a & b & minus else 0

    v = f.value
    each(f"add.rn.{t}", 2, lambda a, b: f.round(v(a) + v(b), sum_sign(a, b)))
    each(f"sub.rn.{t}", 2, lambda a, b: f.round(v(a) - v(b), sum_sign(a, b ^ minus)))
    each(f"mul.rn.{t}", 2, lambda a, b: f.round(v(a) * v(b), (a ^ b) >> (n - 1)))
    each(f"div.rn.{t}", 2, lambda a, b: f.round(v(a) / v(b), (a ^ b) >> (n - 1)), fits=lambda a, b: b != 0)
    each(f"rcp.rn.{t}", 1, lambda a: f.round(1 / v(a)), fits=lambda a: a != 0)
    each(f"sqrt.rn.{t}", 1, lambda a: f.round(root(v(a), f)), fits=lambda a: a > 0)
    each(f"fma.rn.{t}", 3, lambda a, b, c: f.round(v(a) * v(b) + v(c), sum_sign(a ^ b, c)), 80)
    # Products that a rounding of their own would spoil: c takes the rounded product away.
    for _ in range(20):
        a, b = f.any(), f.any()
        c = f.round(v(a) * v(b)) ^ minus
        if c & ~minus < f.infinity:
            emit(r, f.round(v(a) * v(b) + v(c)), [a, b, c], line(f"fma.rn.{t}", n, [n] * 3))
    each(f"min.{t}", 2, lambda a, b: a if v(a) < v(b) or (v(a) == v(b) and a & minus) else b)
    each(f"max.{t}", 2, lambda a, b: a if v(a) > v(b) or (v(a) == v(b) and not a & minus) else b)
    each(f"neg.{t}", 1, lambda a: a ^ minus, 4)
    each(f"abs.{t}", 1, lambda a: a & ~minus, 4)
    each(f"copysign.{t}", 2, lambda a, b: (a & minus) | (b & ~minus), 8)
    each(f"mov.{t}", 1, lambda a: a, 2)
    one = f.round(Fraction(1))
    for p in (0, 1):
        emit(r, one if p else minus, [one, minus, p], line(f"selp.{t}", n, [n, n, 1]))
    emit(r, minus, [0, minus], line(f"min.{t}", n, [n, n]))
    emit(r, 0, [minus, 0], line(f"max.{t}", n, [n, n]))
    emit(r, one, [nan, one], line(f"min.{t}", n, [n, n]))
    emit(r, one, [one, nan], line(f"max.{t}", n, [n, n]))
    emit(r, f.infinity, [f.infinity, one], line(f"add.rn.{t}", n, [n, n]))
    emit(r, minus | f.infinity, [one, minus], line(f"div.rn.{t}", n, [n, n]))
    if t == "f32":
        for name, values in (("add.rn", [f.infinity, minus | f.infinity]), ("mul.rn", [f.infinity, 0]),
                             ("sub.rn", [nan | 5, one]), ("div.rn", [0, 0])):
            emit(r, 0x7fffffff, values, line(f"{name}.{t}", n, [n, n]))
        emit(r, 0x7fffffff, [minus | one], line(f"sqrt.rn.{t}", n, [n]))
        emit(r, 0x7fffffff, [nan, one, one], line(f"fma.rn.{t}", n, [n] * 3))
    ordered = {"eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
               "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b}
    for test, function in ordered.items():
        for suffix in ("", "u"):
            name = f"setp.{test}{suffix}.{t}"
            for a, b in [(f.any(), f.any()) for _ in range(6)] + [(one, one), (0, minus)]:
                emit("p", function(v(a), v(b)), [a, b], line(name, 1, [n, n]))
            emit("p", suffix == "u", [nan, one], line(name, 1, [n, n]))
            emit("p", suffix == "u", [one, nan], line(name, 1, [n, n]))
    for a, b in [(one, one), (nan, one), (one, nan), (nan, nan)]:
        emit("p", nan not in (a, b), [a, b], line(f"setp.num.{t}", 1, [n, n]))
        emit("p", nan in (a, b), [a, b], line(f"setp.nan.{t}", 1, [n, n]))


def whole(value, mode):
    down = math.floor(value)
    if mode == "rmi":
        return down
    if mode == "rpi":
        return math.ceil(value)
    return round(value) if mode == "rni" else math.trunc(value)


def conversions(f32, f64):
    types = [f"{k}{n}" for n in (8, 16, 32, 64) for k in "us"]

    def value_of(x, t):
        n = int(t[1:])
        return signed(x, n) if t[0] == "s" else x & ((1 << n) - 1)

    for to in types:
        for source in types:
            for register in (16, 32, 64):
                for target in (16, 32, 64):
                    if register < int(source[1:]) or target < int(to[1:]):
                        continue
                    x = rng.getrandbits(64)
                    answer = value_of(value_of(x, source), to)
                    emit(REGISTER[target], answer, [x], f"cvt.{to}.{source} %{REGISTER[target]}0, %{REGISTER[register]}1;")
    for t in types:
        n = int(t[1:])
        register = REGISTER[max(n, 16)]
        for f in (f32, f64):
            for x in [0, 1, (1 << n) - 1, 1 << (n - 1), (1 << (n - 1)) - 1] + [rng.getrandbits(n) for _ in range(6)]:
                emit(REGISTER[f.bits], f.round(Fraction(value_of(x, t))), [x],
                     f"cvt.rn.{f.name}.{t} %{REGISTER[f.bits]}0, %{register}1;")
            minimum, maximum = (-(1 << (n - 1)), (1 << (n - 1)) - 1) if t[0] == "s" else (0, (1 << n) - 1)
            nan = f.infinity | 1
            for mode in ("rni", "rzi", "rmi", "rpi"):
                text = f"cvt.{mode}.{t}.{f.name} %{register}0, %{REGISTER[f.bits]}1;"
                halves = [f.round(Fraction(k, 2)) for k in (1, 3, 5, -1, -3, 200, 511, -257, 65537)]
                for x in halves + [f.any() for _ in range(4)]:
                    emit(register, min(max(whole(f.value(x), mode), minimum), maximum), [x], text)
                emit(register, maximum, [f.infinity], text)
                emit(register, minimum, [f.infinity | 1 << (f.bits - 1)], text)
                emit(register, 0, [nan], text)
    for f in (f32, f64):
        for mode in ("rni", "rzi", "rmi", "rpi"):
            for x in [f.round(Fraction(k, 2)) for k in (1, 3, 5, -1, -3, -5, 7)]:
                answer = f.round(Fraction(whole(f.value(x), mode)), x >> (f.bits - 1))
                emit(REGISTER[f.bits], answer, [x],
                     f"cvt.{mode}.{f.name}.{f.name} %{REGISTER[f.bits]}0, %{REGISTER[f.bits]}1;")
        x = f.any()
        emit(REGISTER[f.bits], x, [x], f"cvt.{f.name}.{f.name} %{REGISTER[f.bits]}0, %{REGISTER[f.bits]}1;")
    for _ in range(20):
        x = f64.any()
        emit("r", f32.round(f64.value(x), x >> 63), [x], "cvt.rn.f32.f64 %r0, %d1;")
        x = f32.any()
        emit("d", f64.round(f32.value(x), x >> 31), [x], "cvt.f64.f32 %d0, %r1;")


def memory():
    x = 0x8899aabbccddeeff
    for space, address in (("shared", "memory"), ("local", "own"), ("global", "%d90")):
        for bits in (8, 16, 32, 64):
            part = x & ((1 << bits) - 1)
            store = f"st.{space}.u{bits} [{address}], %d1; "
            emit("d", part, [x], store + f"ld.{space}.u{bits} %d0, [{address}];")
            emit("d", signed(part, bits), [x], store + f"ld.{space}.s{bits} %d0, [{address}];")
            emit("d", part, [x], store + f"ld.{space}.b{bits} %d0, [{address}];")
        emit("r", x >> 32, [x], f"st.{space}.b64 [{address}], %d1; ld.{space}.f32 %r0, [{address}+4];")
        emit("r", x >> 32, [x], f"st.{space}.v2.b32 [{address}], {{%r1, %r2}}; st.{space}.b64 [{address}], %d1; "
                                f"ld.{space}.v2.u32 {{%r9, %r0}}, [{address}];")
    emit("d", 7, [5, 6, 7, 8], "st.shared.v2.u64 [memory+16], {%d2, %d3}; ld.shared.v2.u64 {%d9, %d0}, [memory+16];")
    emit("r", 8, [5, 6, 7, 8], "st.shared.v4.u32 [memory], {%r1, %r2, %r3, %r4}; ld.shared.v4.u32 {_, _, _, %r0}, [memory];")
    emit("r", 6, [5, 6], "st.volatile.shared.u32 [memory], %r2; ld.volatile.shared.u32 %r0, [memory];")
    emit("r", 6, [5, 6], "mov.u64 %d9, memory; cvta.shared.u64 %d9, %d9; st.u32 [%d9], %r2; ld.shared.u32 %r0, [memory];")
    emit("r", 6, [5, 6], "mov.u64 %d9, own; cvta.local.u64 %d9, %d9; st.u32 [%d9+4], %r2; cvta.to.local.u64 %d9, %d9; "
                         "ld.local.u32 %r0, [%d9+4];")
    emit("r", 6, [5, 6], "mov.b64 %d9, in; ld.param.u32 %r0, [%d9+8];")
    emit("r", 6, [5, 6], "mov.b64 %d9, in; cvta.param.u64 %d9, %d9; ld.u32 %r0, [%d9+8];")
    emit("d", 2**64 - 1, [0], "ld.const.s32 %d0, [table+4];")
    emit("r", 1, [0], "mov.u64 %d9, table; cvta.const.u64 %d9, %d9; ld.u32 %r0, [%d9];")
    emit("r", 7, [0], "mov.u64 %d9, counter; cvta.to.global.u64 %d9, %d9; ld.global.nc.u32 %r0, [%d9];")
    emit("r", 7, [0], "ld.global.relaxed.gpu.u32 %r0, [counter];")
    emit("r", 7, [0], "ld.relaxed.gpu.global.u32 %r0, [counter];")
    one = "setp.eq.u32 %p8, %r91, 0; st.shared.u32 [memory], %r1; mov.u32 %r0, 0; "
    for name, sources, answer in (("add.u32", "%r2", 7), ("exch.b32", "%r2", 4), ("and.b32", "%r2", 0), ("or.b32", "%r2", 7),
                                  ("xor.b32", "%r2", 7), ("min.u32", "%r2", 3), ("max.u32", "%r2", 4),
                                  ("min.s32", "-9", -9), ("max.s32", "-9", 3), ("min.u32", "-9", 3),
                                  ("cas.b32", "3, 9", 9), ("cas.b32", "2, 9", 3)):
        emit("r", answer, [3, 4], f"{one}@%p8 atom.shared.{name} %r9, [memory], {sources}; ld.shared.u32 %r0, [memory];")
        if not name.startswith(("cas", "exch")):
            emit("r", answer, [3, 4], f"{one}@%p8 red.shared.{name} [memory], {sources}; ld.shared.u32 %r0, [memory];")
    emit("d", 2**40 + 5, [2**40, 5], "st.global.u64 [%d90], %d1; atom.global.add.u64 %d9, [%d90], %d2; ld.global.u64 %d0, [%d90];")


def main():
    for n in (16, 32, 64):
        integer_operations(n)
    bit_operations()
    f32, f64 = Format("f32", 32, 24, "r"), Format("f64", 64, 53, "d")
    assert f32.round(Fraction(struct.unpack("<f", b"\xdb\x0f\x49\x40")[0])) == 0x40490FDB
    float_operations(f32)
    float_operations(f64)
    conversions(f32, f64)
    memory()
    text = "\n".join(rows) + "\n"
    table = pathlib.Path(__file__).with_name("opcodes.txt")
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).write_text(text, encoding="ascii")
    elif table.read_text(encoding="ascii") != text:
        sys.exit(f"failed: {table} is not what this program writes")


main()
