#!/usr/bin/env python3
"""Writes index_laws.json: what mpmath gives for the functions of core/fixed.h and for elements of the laws of the index, from
their formulas in words, and the numbers that docs/stream.md makes of the elements. Needs mpmath and NumPy, and tests/python, for the formulas and Philox.

    make_index_laws.py > index_laws.json
"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
import index_laws  # noqa: E402
from mpmath import mp, mpf  # noqa: E402

TWO_63, TWO_64 = mpf(2) ** 63, mpf(2) ** 64
CLASSES = {"log_arange": "LogArange", "dt_bias": "DtBias", "sinusoids": "Sinusoids", "sinusoids_interleaved": "SinusoidsInterleaved"}
LAWS = [
    ("log_arange", (), (3, 16)),
    ("log_arange", (), (2, 1 << 50)),
    ("dt_bias", (0.001, 0.1, 1e-4), (4096,)),
    ("dt_bias", (1e-18, 32.0, 0.0), (64, 64)),
    ("dt_bias", (0.2, 0.3, 0.0), (4096,)),
    ("dt_bias", (1e-5, 0.01, 0.002), (4096,)),
    ("sinusoids", (10000.0,), (1500, 384)),
    ("sinusoids", (10000.0,), (2, 7, 2)),
    ("sinusoids", (1e18,), (1 << 20, 64)),
    ("sinusoids_interleaved", (10000.0,), (512, 512)),
    ("sinusoids_interleaved", (1.0,), (1 << 32, 6)),
]
NAMES = {"dt_bias": ("dt_min", "dt_max", "dt_init_floor"), "sinusoids": ("max_timescale",), "sinusoids_interleaved": ("max_timescale",)}
SEED, STREAM = 3, 0


def functions(pick):
    """Name, argument and nearest integer of the result, as hexadecimal texts."""
    bits = [pick.getrandbits(64) for _ in range(64)]
    edges = [0, 1, 1 << 61, (1 << 61) - 1, 1 << 62, 1 << 63, (1 << 63) - 1, (1 << 64) - 1]
    rows = []
    for m in [1 << 63, (1 << 63) + 1, (1 << 64) - 256, 0xB504F333F9DE6484, 0xB504F333F9DE6486] + [x | 1 << 63 for x in bits]:
        if m <= (1 << 64) - 256:
            rows.append(("log2", m, TWO_64 * mp.log(m / TWO_63, 2)))
    rows += [("exp2", f, TWO_63 * mpf(2) ** (f / TWO_64)) for f in edges + bits]
    for t in edges + bits:
        turn = 2 * mp.pi * t / TWO_64
        rows += [("sine", t, TWO_63 * mp.sin(turn)), ("cosine", t, TWO_63 * mp.cos(turn))]
    return [[name, hex(x), hex(index_laws.nearest(y))] for name, x, y in rows]


def elements(pick, kind, parameters, shape):
    """Indices, nearest doubles, and the numbers that the text makes of them, in units of 2^-63 or 2^-58."""
    total = 1
    for size in shape:
        total *= size
    indices = sorted({0, 1, total - 1, *(pick.randrange(total) for _ in range(24))})
    words = index_laws.words_of(indices, SEED, STREAM) if kind == "dt_bias" else None
    exact = index_laws.exact(kind, shape, indices, parameters, words)
    numbers = index_laws.values(kind, shape, indices, parameters, words)
    unit = 2**63 if kind.startswith("sinusoids") else 2**58
    return [[i, float(x).hex(), hex(int(y * unit))] for i, x, y in zip(indices, exact, numbers)]


def main():
    pick = random.Random(1)
    laws = []
    for kind, parameters, shape in LAWS:
        config = dict(zip(NAMES.get(kind, ()), parameters))
        if kind == "dt_bias":
            config["seed"] = SEED
        laws.append({"class_name": CLASSES[kind], "config": config, "shape": shape, "stream": STREAM,
                     "elements": elements(pick, kind, parameters, shape)})
    document = {"made_with": {"mpmath": __import__("mpmath").__version__}, "functions": functions(pick), "laws": laws}
    print(json.dumps(document, indent=0).replace(",\n", ", ").replace("[\n", "[").replace("\n]", "]").replace("], [", "],\n[").replace("{\n", "{"))


if __name__ == "__main__":
    main()
