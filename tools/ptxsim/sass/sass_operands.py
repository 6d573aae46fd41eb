"""Operands of GPU machine code: where an instruction reads and writes.

A warp keeps its registers as rows of 32 lanes. Uniform registers are rows with one number in every lane.
"""
import re

import numpy as np

U32, U64, F32 = np.uint32, np.uint64, np.float32
LOW, SIGN = U64(0xFFFFFFFF), U32(0x80000000)
ZERO, NO_LANE, EVERY_LANE = np.zeros(32, U32), np.zeros(32, bool), np.ones(32, bool)
REGISTER = re.compile(r"(-|~|\|)?(U?R)(\d+|Z)(?:\.reuse|\.64|\.H\d_H\d)*\|?$")
PREDICATE = re.compile(r"(!)?(U?P)(\d|T)$")
CONSTANT = re.compile(r"(-|~|\|)?c\[(0x[0-9a-f]+)\]\[(?:(U?R)(\d+|Z))?\+?(-?0x[0-9a-f]+)?\]\|?$")
ADDRESS = re.compile(r"(?:desc\[UR\d+\])?\[(?:(U?R)(\d+|Z)(?:\.X(\d+))?(\.64)?)?(?:\+?(UR\d+))?\+?(-?0x[0-9a-f]+)?\]$")


def is_predicate(text):
    return PREDICATE.match(text) is not None


def predicate(text):
    """A function of the warp that gives a predicate's lanes."""
    invert, kind, number = PREDICATE.match(text).groups()
    if number == "T":
        value = NO_LANE if invert else EVERY_LANE
        return lambda warp: value
    number = int(number)
    if kind == "P":
        return (lambda warp: ~warp.p[number]) if invert else (lambda warp: warp.p[number])
    return (lambda warp: ~warp.up[number]) if invert else (lambda warp: warp.up[number])


def row(kind, number):
    """A function that gives a register's row."""
    if number == "Z":
        return lambda warp: ZERO
    number = int(number)
    return (lambda warp: warp.r[number]) if kind == "R" else (lambda warp: warp.ur[number])


def constant(text):
    """A function that reads 32 bits of a constant bank, and the registers that its place depends on."""
    _, bank, kind, number, offset = CONSTANT.match(text).groups()
    bank, offset = int(bank, 16), int(offset or "0", 16)
    if kind is None or number == "Z":
        return lambda warp, more=0: np.full(32, warp.constant(bank, offset + more), U32)
    index = row(kind, number)
    return lambda warp, more=0: warp.constants(bank, index(warp).astype(np.int64) + (offset + more))


def immediate(text, is_float):
    if is_float:
        text = text.replace("INF", "inf").replace("QNAN", "nan")
        return U32(F32(text).view(U32))
    return U32(int(text, 0) & 0xFFFFFFFF)


def source(text, is_float=False, high=False):
    """A function that gives an operand's 32 bits in each lane, signs included; `high` reads the upper half of 64."""
    found = REGISTER.match(text)
    if found:
        sign, kind, number = found.groups()
        get = row(kind, number if number == "Z" or not high else str(int(number) + 1))
    elif text.startswith(("c[", "-c[", "~c[", "|c[")):
        sign, read = CONSTANT.match(text).group(1), constant(text)
        get = (lambda warp: read(warp, 4)) if high else read
    else:
        value = U32(int(text, 0) >> 32 & 0xFFFFFFFF) if high else immediate(text, is_float)
        value = np.full(32, value, U32)
        return lambda warp: value
    if sign is None:
        return get
    if sign == "~":
        return lambda warp: ~get(warp)
    if sign == "|":
        return lambda warp: get(warp) & ~SIGN
    if is_float:
        return lambda warp: get(warp) ^ SIGN
    return lambda warp: ZERO - get(warp)


def wide(text):
    """As source, 64 bits."""
    negative, text = text.startswith("-"), text.removeprefix("-")
    low, high = source(text), source(text, high=True)
    if negative:
        return lambda warp: U64(0) - (low(warp).astype(U64) | high(warp).astype(U64) << U64(32))
    return lambda warp: low(warp).astype(U64) | high(warp).astype(U64) << U64(32)


def address(text):
    """A function that gives an address in each lane."""
    kind, number, scale, is_wide, uniform, offset = ADDRESS.match(text).groups()
    parts = []
    if kind is not None:
        parts.append((wide if is_wide else source)(f"{kind}{number}"))
    if uniform is not None:
        parts.append(wide(uniform) if is_wide else source(uniform))
    scale, offset = U64(int(scale or 1)), int(offset or "0", 16)

    def get(warp):
        total = np.full(32, offset, np.int64)
        for i, part in enumerate(parts):
            total += (part(warp).astype(U64) * (scale if i == 0 else U64(1))).astype(np.int64)
        return total
    return get
