#!/usr/bin/env python3
"""Tests the runner of machine code: operations against exact arithmetic, branches and turns of memory on short
programs, and what it refuses to run."""
import pathlib
import random
import sys
import types
from fractions import Fraction

try:
    import numpy as np
except ModuleNotFoundError:
    print("skipped: Python has no NumPy")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sass"))

import sass
import sass_opcodes
import sass_run

random.seed(1)
U32 = np.uint32
WORDS = [0, 1, 2, 31, 32, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF] + [random.getrandbits(32) for _ in range(24)]


def words():
    return random.sample(WORDS, 32)


def program(text, labels=None):
    """A program of lines such as "@P0 IADD3 R0, R1, R2, RZ"."""
    code = []
    for i, line in enumerate(text):
        guard, line = line.split(" ", 1) if line.startswith("@") else (None, line)
        opcode, _, operands = line.partition(" ")
        code.append(sass.Instruction(16 * i, guard and guard[1:], opcode, sass.split(operands)))
    cubin = types.SimpleNamespace(architecture=90, size=lambda section: 0x400, bank=lambda number, kernel: bytes(4096))
    return sass_run.Program(cubin, "kernel", code, labels or {})


def run(text, rows, labels=None):
    """The warp after the program, which EXIT ends; rows are what registers hold before it."""
    made = program([*text, "EXIT"], labels)
    made.banks, made.tables = {3: np.zeros(4096, np.uint8)}, np.arange(1024, dtype=U32)
    block = sass_run.Block(made, 0, 1, sass_run.Memory(0, 64))
    warp = block.warps[0]
    for number, row in rows.items():
        warp.r[number] = np.array(row, np.uint64).astype(U32)
    with np.errstate(all="ignore"):
        block.run()
    return made, warp


def rounded(exact):
    """The float32 nearest to a fraction, to even: by trying the neighbours of what may be rounded twice."""
    near = np.float32(float(exact))
    near = [np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]
    return min(near, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(U32)) & 1))


def check_fma():
    # Sums whose double is half way between two floats, on either side of it, and others.
    cases = [(1 + 2.0**-12, 1 + 2.0**-12, c) for c in (2.0**-60, -2.0**-60, 0.0, 2.0**24, -1.0)]
    cases += [(1 + 2.0**-23, 1 + 2.0**-23, s * 2.0**-k) for k in range(20, 60) for s in (1, -1)]
    cases += [(2.0**24 + 2, 1.0, s * (1 + t * 2.0**-30)) for s in (1, -1) for t in (1, 0, -1)]
    cases += [tuple(random.uniform(-2, 2) for _ in range(3)) for _ in range(500)]
    for case in cases:
        a, b, c = (np.float32(x) for x in case)
        got = sass_opcodes.fma(np.full(1, a), np.full(1, b), np.full(1, c))[0]
        assert got == rounded(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))), case


# An instruction whose result is R0, or R0 and R1, of R2, R3 and R4; and what integers of any size give.
INTEGERS = [
    ("IADD3 R0, R2, R3, R4", lambda a, b, c: a + b + c), ("IADD3 R0, R2, -R3, RZ", lambda a, b, c: a - b),
    ("IMAD R0, R2, R3, R4", lambda a, b, c: a * b + c), ("IMAD.HI.U32 R0, R2, R3, RZ", lambda a, b, c: a * b >> 32),
    ("IMAD.IADD R0, R2, 0x1, -R3", lambda a, b, c: a - b), ("VIADD R0, R2, R3", lambda a, b, c: a + b),
    ("LOP3.LUT R0, R2, R3, R4, 0x96, !PT", lambda a, b, c: a ^ b ^ c),
    ("LOP3.LUT R0, R2, R3, R4, 0x78, !PT", lambda a, b, c: a ^ (b & c)),
    ("LOP3.LUT R0, R2, R3, R4, 0xe8, !PT", lambda a, b, c: a & b | a & c | b & c),
    ("SHF.R.U32.HI R0, RZ, 0x7, R3", lambda a, b, c: b >> 7), ("SHF.L.U32 R0, R2, 0x7, RZ", lambda a, b, c: a << 7),
    ("SHF.R.S32.HI R0, RZ, 0x7, R3", lambda a, b, c: (b - (b >> 31 << 32)) >> 7),
    ("SHF.R.U64 R0, R2, 0x5, R3", lambda a, b, c: (b << 32 | a) >> 5),
    ("SHF.L.U64.HI R0, R2, 0x5, R3", lambda a, b, c: (b << 32 | a) << 5 >> 32),
    ("LEA R0, R2, R3, 0x4", lambda a, b, c: (a << 4) + b),
    ("LEA.HI.SX32 R0, R2, R3, 0x9", lambda a, b, c: ((a - (a >> 31 << 32)) >> 23) + b),
    ("LEA.HI R0, R2, R3, R4, 0x9", lambda a, b, c: ((c << 32 | a) << 9 >> 32) + b),
    ("VIMNMX.U32 R0, R2, R3, PT", lambda a, b, c: min(a, b)), ("VIMNMX.U32 R0, R2, R3, !PT", lambda a, b, c: max(a, b)),
    ("VIADDMNMX.U32 R0, R2, R3, R4, PT", lambda a, b, c: min((a + b) % 2**32, c)),
    ("POPC R0, R2", lambda a, b, c: bin(a).count("1")), ("FLO.U32 R0, R2", lambda a, b, c: a.bit_length() - 1),
    ("MOV R0, R3", lambda a, b, c: b),
    ("PRMT R0, R2, 0x5410, R3", lambda a, b, c: a & 0xFFFF | (b & 0xFFFF) << 16),
    ("PRMT R0, R2, 0x7351, R3", lambda a, b, c: a >> 8 & 255 | b & 0xFF00 | a >> 24 << 16 | b >> 24 << 24),
    ("PRMT R0, R2, 0x9991, R3", lambda a, b, c: a >> 8 & 255 | (a >> 15 & 1) * 0xFFFFFF00),
]


def check_integers():
    for text, exact in INTEGERS:
        a, b, c = words(), words(), words()
        _, warp = run([text], {2: a, 3: b, 4: c})
        expected = [exact(*x) % 2**32 for x in zip(a, b, c)]
        assert warp.r[0].tolist() == expected, text


def check_pairs():
    """64 bits, with carries from one half to the other."""
    a, b, c, d = words(), words(), words(), words()
    c[:8], d[4:12] = a[:8], b[4:12] # some halves are equal, some of both
    left, right = ([x | y << 32 for x, y in zip(*z)] for z in ((a, b), (c, d)))
    rows = {2: a, 3: b, 4: c, 5: d}
    for code, exact in [
            (["IADD3 R0, P0, R2, R4, RZ", "IADD3.X R1, R3, R5, RZ, P0, !PT"], lambda x, y: x + y),
            (["IADD3 R0, P0, R2, -R4, RZ", "IADD3.X R1, R3, ~R5, RZ, P0, !PT"], lambda x, y: x - y),
            (["IADD.64 R0, R2, -R4"], lambda x, y: x - y),
            (["LEA R0, P1, R2, R4, 0x3", "LEA.HI.X R1, R2, R5, R3, 0x3, P1"], lambda x, y: (x << 3) + y),
            (["IMAD.WIDE.U32 R0, R2, 0x7, R4"], lambda x, y: (x % 2**32) * 7 + y),
            (["IMNMX.U64 PT, PT, R0, R2, R4, PT, !PT"], min),
            (["IMNMX.S64 PT, PT, R0, R2, R4, PT, !PT"], lambda x, y: min(x, y, key=lambda z: z ^ 1 << 63)),
            (["IADD.64 R0, R2, 0x123456789abcdef"], lambda x, y: x + 0x123456789ABCDEF),
            (["IADD3 R0, P0, R2, R4, RZ", "LEA.X R1, R3, R5, 0x7, P0"],
             lambda x, y: (x + y) % 2**32 | ((x >> 32 << 7) + (y >> 32) + ((x % 2**32 + y % 2**32) >> 32)) << 32),
            (["IMAD.WIDE.U32 R0, P0, R2, R4, R2", "SEL R0, RZ, 0x1, !P0", "MOV R1, RZ"],
             lambda x, y: ((x % 2**32) * (y % 2**32) + x) >> 64),
            (["IMAD.HI.U32 R0, P0, R2, R4, R2", "SEL R1, RZ, 0x1, !P0"],
             lambda x, y: ((x % 2**32) * (y % 2**32) + x) >> 32),
            (["IADD3 R8, P0, R2, R4, RZ", "IMAD.WIDE.U32.X R0, R3, R5, R2, P0"],
             lambda x, y: (x >> 32) * (y >> 32) + x + ((x % 2**32 + y % 2**32) >> 32)),
            (["ISETP.GE.U32.AND P0, PT, R2, R4, PT", "ISETP.GE.U32.AND.EX P0, PT, R3, R5, PT, P0",
              "SEL R0, RZ, 0x1, !P0", "MOV R1, RZ"], lambda x, y: int(x >= y)),
            (["ISETP.NE.U32.AND P0, PT, R2, R4, PT", "ISETP.NE.U32.AND.EX P0, PT, R3, R5, PT, P0",
              "SEL R0, RZ, 0x1, !P0", "MOV R1, RZ"], lambda x, y: int(x != y)),
            (["ISETP.EQ.U32.AND P0, PT, R2, R4, PT", "ISETP.EQ.U32.AND.EX P0, PT, R3, R5, PT, P0",
              "SEL R0, RZ, 0x1, !P0", "MOV R1, RZ"], lambda x, y: int(x == y)),
            (["ISETP.GT.U64.AND P0, PT, R2, R4, PT", "SEL R0, RZ, 0x1, !P0", "MOV R1, RZ"], lambda x, y: int(x > y))]:
        _, warp = run(code, rows)
        got = [x | y << 32 for x, y in zip(warp.r[0].tolist(), warp.r[1].tolist())]
        assert got == [exact(x, y) % 2**64 for x, y in zip(left, right)], code


def check_conversions():
    values = [0.0, 0.75, 1.0, 2.5, 2.999, 8388607.5, 16777217.0, 3e9, 4294967040.0, 1e10, -0.5, -3.0] * 3
    rows = [int(x) for x in np.array(values[:32], np.float32).view(np.uint32)]
    _, warp = run(["F2I.FTZ.U32.TRUNC.NTZ R0, R2"], {2: rows})
    expected = [min(max(int(np.float32(x)), 0), 2**32 - 1) for x in values[:32]]
    assert warp.r[0].tolist() == expected, warp.r[0].tolist()
    values = [0.0, 0.75, 3e9, 1e10, 2.0**40 + 2.0**20, 2.0**63, 2.0**64 - 2.0**40] * 5
    rows = [int(x) for x in np.array(values[:32], np.float32).view(np.uint32)]
    _, warp = run(["F2I.U64.TRUNC R0, R2"], {2: rows})
    assert [x | y << 32 for x, y in zip(warp.r[0].tolist(), warp.r[1].tolist())] == [int(x) for x in values[:32]]
    low, high = words(), words()
    high[:8] = [0] * 8
    _, warp = run(["I2F.U64.RP R0, R2"], {2: low, 3: high})
    for x, got in zip((x | y << 32 for x, y in zip(low, high)), warp.r[0].view(np.float32)):
        assert int(got) >= x and (x == 0 or int(np.nextafter(got, np.float32(0))) < x), (x, got)


def check_branches():
    """A loop that lane n leaves after n + 1 rounds is issued 32 times, what follows once."""
    text = ["S2R R0, SR_LANEID", "MOV R1, RZ", "BSSY B0, `(.L_out)", "IADD3 R1, R1, 0x1, RZ",
            "ISETP.GT.U32.AND P0, PT, R1, R0, PT", "@!P0 BRA `(.L_loop)", "BSYNC B0", "MOV R2, R1"]
    made, warp = run(text, {}, {".L_loop": 3, ".L_out": 6})
    assert warp.r[2].tolist() == list(range(1, 33))
    assert made.issued.tolist() == [1, 1, 1, 32, 32, 32, 32, 1, 1], made.issued
    # Two ways of a branch are issued each, and none of whose lanes nobody is.
    text = ["ISETP.GT.U32.AND P0, PT, R0, 0x5, PT", "BSSY B0, `(.L_out)", "@P0 BRA `(.L_else)", "MOV R1, 0x1",
            "BRA `(.L_out)", "MOV R1, 0x2", "BSYNC B0"]
    for row, counts in ((range(32), [1, 1]), ([0] * 32, [1, 0]), ([9] * 32, [0, 1])):
        made, warp = run(text, {0: row}, {".L_else": 5, ".L_out": 6})
        assert warp.r[1].tolist() == [2 if x > 5 else 1 for x in row]
        assert [made.issued[3], made.issued[5]] == counts


def check_together():
    """WARPSYNC makes lanes that went two ways go together again; BRA.CONV and BRA.DIV see whether they do."""
    text = ["ISETP.GT.U32.AND P0, PT, R0, 0x5, PT", "@P0 BRA `(.L_here)", "MOV R2, 0x7", "WARPSYNC.ALL",
            "BRA.CONV ~URZ, `(.L_end)", "MOV R1, 0x1", "NOP"]
    for row in (range(32), [0] * 32):
        made, warp = run(text, {0: row, 1: [9] * 32}, {".L_here": 3, ".L_end": 6})
        assert warp.r[1].tolist() == [9] * 32 and made.issued[4] == 1
        assert made.issued[3] == len({x > 5 for x in row}) # each way comes here by itself
    made, warp = run(["ISETP.GT.U32.AND P0, PT, R0, 0x5, PT", "@P0 BRA `(.L_here)", "NOP",
                      "BRA.DIV ~URZ, `(.L_end)", "MOV R1, 0x1", "NOP"], {0: range(32)}, {".L_here": 3, ".L_end": 5})
    assert warp.r[1].tolist() == [0] * 6 + [1] * 26 and made.issued[3] == 2 # the others were alone when they came


def check_passes():
    lanes = list(range(32))
    for text, row, turns in (("LDC R1, c[0x3][R0]", [8 * (x % 5) for x in lanes], 5),
                             ("STS [R0], R1", [4 * x for x in lanes], 1),
                             ("STS [R0], R1", [128 * x for x in lanes], 32),
                             ("STS [R0], R1", [0] * 32, 1), ("STS.64 [R0], R2", [8 * x for x in lanes], 2),
                             ("STS.128 [R0], R4", [16 * x for x in lanes], 4)):
        made, _ = run([text], {0: row})
        assert made.passes[0] == turns, (text, made.passes)


def check_tables():
    high = [sass_run.TABLES >> 32] * 32
    for text, step, turns, words in (("LDG.E.CONSTANT R4, [R2.64+0x80]", 4, 1, 1),
                                     ("LDG.E.CONSTANT R4, desc[UR4][R2.64+0x80]", 8, 2, 1),
                                     ("LDG.E.64.CONSTANT R4, [R2.64+0x80]", 8, 2, 2),
                                     ("LDG.E.128.CONSTANT R4, [R2.64+0x80]", 64, 4 * 4, 4)):
        made, warp = run([text], {2: [step * x for x in range(32)], 3: high})
        for word in range(words):
            assert warp.r[4 + word].tolist() == [32 + step // 4 * x + word for x in range(32)], text
        assert made.passes[0] == turns, (text, made.passes)
    for low in (4096, -4):
        try:
            run(["LDG.E.CONSTANT R4, [R2.64]"], {2: [low & 0xFFFFFFFF] * 32, 3: high})
        except IndexError:
            continue
        raise AssertionError("it reads beyond a table")


def check_refusals():
    for text in ("DADD R0, R2, R4", "STG.E.U8 [R0.64], R2", "FSWZADD R0, R1, R2", "IMAD.WIDE R0, R2, R3, R4",
                 "SHFL.UP PT, R0, R2, R3, 0x1f", "ATOMS.CAS R0, [R2], R3", "VOTE.ALL P0, PT", "SGXT R0, R2, 0x8",
                 "F2I.S64.TRUNC R0, R2"):
        try:
            run([text], {})
        except sass_opcodes.Unknown:
            continue
        raise AssertionError(f"it runs {text}")


for check in (check_fma, check_integers, check_pairs, check_conversions, check_branches, check_together, check_passes, check_tables,
              check_refusals):
    check()
