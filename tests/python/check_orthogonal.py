"""Holds orthogonal matrices to docs/stream.md, written anew from its text with NumPy, bit for bit; to Haar's measure,
by SciPy's; and draws every default Keras RNN from what Keras serializes of its initializers.

usage: check_orthogonal.py COMMAND GPT2.json SCRATCH_DIR
"""

import json
import math
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import numpy.typing as npt
import scipy.stats
import stream

Matrix = npt.NDArray[np.float64]

PANEL = 32

# Layout, shape, dtype and gain.
CASES = [
    ("keras", (1, 1), "float64", 1.0),
    ("keras", (9, 1), "float64", 1.0),
    ("keras", (5, 5), "float64", 1.0),
    ("keras", (33, 32), "float64", 1.0),
    ("keras", (50, 65), "float64", -1.3),
    ("keras", (2, 3, 5, 16), "float64", 1.0),
    ("torch", (40, 5, 3, 1), "float64", 0.7),
    ("torch", (9, 5, 3, 3), "float64", 1.0),
    ("keras", (20, 40), "float32", math.sqrt(2)),
    ("torch", (20, 2, 5), "float32", 1.0),
    ("keras", (20, 20), "float16", 1.0),
]


# ---- The text of docs/stream.md, section 10 --------------------------------------------------------------------------


def sum_in_order(terms: Matrix) -> Matrix:
    """Along the first axis, one after the other."""
    total = np.zeros(terms.shape[1:])
    for term in terms:
        total = total + term
    return total


def reflections(x: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """s, v and c of the Gaussian vectors that are the rows of x."""
    n, _ = x.shape
    s, v, c = np.ones(n), np.zeros_like(x), np.zeros(n)
    for k in range(n):
        s[k] = -1.0 if x[k, k] < 0 else 1.0
        r = np.sqrt(sum_in_order(x[k, k:] * x[k, k:]))
        v[k, k:] = x[k, k:]
        v[k, k] = x[k, k] + s[k] * r
        c[k] = 1.0 / (r * abs(v[k, k])) if r != 0 else 0.0
    return s, v, c


def orthogonal(m: int, n: int, seed: int, number: int) -> Matrix:
    raw: Any = stream.raw
    x = np.asarray(raw("normal", np.float64, m * n, seed, number)).reshape(n, m)
    s, v, c = reflections(x)
    q = np.zeros((m, n))
    for j in range(n):
        y = np.zeros(m)
        y[j] = -s[j]
        for panel in range(j // PANEL, -1, -1):
            a, b = PANEL * panel, min(PANEL * panel + PANEL, n)
            t, f = sum_in_order((v[a:b] * y).T), np.zeros(n)
            for k in range(b - 1, a - 1, -1):
                left = t[k - a]
                for later in range(k + 1, b):
                    left = left - sum_in_order(v[k, a:] * v[later, a:]) * f[later]
                f[k] = c[k] * left
            for k in range(a, b):
                y = y - f[k] * v[k]
        q[:, j] = y
    return q


def expected(layout: str, shape: tuple[int, ...], dtype: str, gain: float, seed: int, number: int) -> npt.NDArray[Any]:
    rows = shape[0] if layout == "torch" else math.prod(shape[:-1])
    columns = math.prod(shape) // rows
    q = orthogonal(max(rows, columns), min(rows, columns), seed, number)
    values = gain * (q.T if rows < columns else q)
    if dtype != "float64":
        values = values.astype(np.float32)
    return (values + values.dtype.type(0)).astype(dtype).reshape(shape)


# ---- Drawing ----------------------------------------------------------------------------------------------------------


def draw(command: str, text: str, shape: tuple[int, ...], dtype: str, *options: str) -> npt.NDArray[Any]:
    arguments = [command, "fill", "-i", text, "-n", ",".join(map(str, shape)), "--dtype", dtype, "-o", "-", *options]
    drawn = subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(drawn, dtype).reshape(shape)


def differing(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> int:
    bits = f"u{ours.itemsize}"
    return int(np.count_nonzero(ours.view(bits) != np.ascontiguousarray(theirs).view(bits)))


def check_bits(command: str) -> int:
    wrong = 0
    for layout, shape, dtype, gain in CASES:
        text = f"orthogonal({gain!r}, seed=5, stream=-9, layout={layout})"
        ours = draw(command, text, shape, dtype)
        different = differing(ours, expected(layout, shape, dtype, gain, 5, -9))
        print(f"{text} {shape} {dtype}: {different} values differ")
        wrong += different
    return wrong


VECTOR = re.compile(r"^    float64 orthogonal (\d+)x(\d+) seed +(-?\d+) stream +(\d+): ([0-9a-f ]+)$", re.MULTILINE)


def check_vectors(command: str) -> int:
    """The text's own test vectors: the first elements."""
    vectors, wrong = VECTOR.findall(stream.TEXT), 0
    for rows, columns, seed, number, words in vectors:
        bits = [int(word, 16) for word in words.split()]
        text = f"orthogonal(seed={seed}, stream={number})"
        ours = draw(command, text, (int(rows), int(columns)), "float64").ravel()[: len(bits)]
        wrong += ours.view(np.uint64).tolist() != bits
    print(f"{wrong} of {len(vectors)} test vectors differ")
    return wrong if vectors else 1


# ---- Haar's measure ---------------------------------------------------------------------------------------------------


def samples(command: str, count: int, m: int, n: int) -> Matrix:
    """Matrices, each of a stream of its own, by one list of tensors."""
    drawn = [draw(command, f"orthogonal(seed=1, stream={i})", (m, n), "float64") for i in range(count)]
    return np.array(drawn)


def p_value(ours: Matrix, theirs: Matrix) -> float:
    return float(scipy.stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue)


def check_distribution(command: str) -> int:
    """Entries, traces, determinants and products with a fixed matrix, which Haar's measure is invariant under. By
    chance, one p-value of a million is below the limit."""
    count, n, bad = 1500, 4, 0
    ours = samples(command, count, n, n)
    theirs = scipy.stats.ortho_group(n, seed=7).rvs(20000)
    fixed = scipy.stats.ortho_group(n, seed=8).rvs()
    pairs = {f"entry {i}, {j}": (ours[:, i, j], theirs[:, i, j]) for i in range(n) for j in range(n)}
    pairs["trace"] = (np.trace(ours, axis1=1, axis2=2), np.trace(theirs, axis1=1, axis2=2))
    rotated = ours @ fixed
    pairs["trace of a product"] = (np.trace(rotated, axis1=1, axis2=2), pairs["trace"][1])
    square = ours @ ours
    pairs["trace of a square"] = (np.trace(square, axis1=1, axis2=2), np.trace(theirs @ theirs, axis1=1, axis2=2))
    for name, (own, other) in pairs.items():
        chance = p_value(own, other)
        bad += chance < 1e-6
        print(f"{name}: p {chance:.3g}")
    positive = int((np.linalg.det(ours) > 0).sum())
    print(f"{positive} of {count} determinants are 1")
    bad += abs(positive - count / 2) > 5 * math.sqrt(count) / 2
    # An entry of a column of m is that of a point on a sphere: its square has a beta distribution.
    tall = samples(command, 400, 7, 3)
    for column in range(3):
        chance = float(scipy.stats.kstest(tall[:, 2, column] ** 2, scipy.stats.beta(0.5, 3).cdf).pvalue)
        bad += chance < 1e-6
        print(f"column {column} of 7 x 3: p {chance:.3g}")
    return bad


# ---- Keras's recurrent layers -----------------------------------------------------------------------------------------


def draw_as_keras(command: str, initializer: Any, shape: tuple[int, ...], seed: int) -> npt.NDArray[np.float32]:
    """By JSON as Keras serializes it."""
    form = json.dumps(keras.saving.serialize_keras_object(initializer))
    return draw(command, form, shape, "float32", f"--seed={seed}")


def check_orthonormal(values: npt.NDArray[np.float32], what: str) -> None:
    wide = values.astype(np.float64)
    tall = wide.T if wide.shape[0] < wide.shape[1] else wide
    off = np.abs(tall.T @ tall - np.eye(tall.shape[1])).max()
    assert off <= 1e-6, (what, off)


def check_layer(command: str, layer: Any, features: int) -> int:
    """Draws each weight of a built layer; returns how many there were."""
    layer.build((None, None, features))
    cell = layer.cell
    for seed, weight in enumerate(layer.weights):
        shape = tuple(weight.shape)
        theirs = np.asarray(weight)
        name = weight.path.rsplit("/", 1)[-1]
        if name == "bias" and getattr(cell, "unit_forget_bias", False):
            ours = draw(command, "unit_forget_bias", shape, "float32")
        else:
            role = {"recurrent_kernel": "recurrent"}.get(name, name)
            ours = draw_as_keras(command, getattr(cell, f"{role}_initializer"), shape, seed)
        assert ours.shape == theirs.shape == shape, (layer, name)
        if name == "bias":
            assert np.array_equal(ours, theirs), (layer, name, ours, theirs)
        elif name == "recurrent_kernel":
            check_orthonormal(ours, name)
            check_orthonormal(theirs, name)
        else:
            limit = math.sqrt(6 / (features + shape[-1]))
            assert name == "kernel" and limit * 0.95 < np.abs(ours).max() <= np.float32(limit), (layer, name)
    return len(layer.weights)


def check_layers(command: str) -> None:
    count = 0
    for features, units in (24, 20), (5, 64):
        for kind in keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU:
            count += check_layer(command, kind(units), features)
    assert count == 18, count
    for initializer in keras.initializers.Orthogonal(0.5, seed=7), keras.initializers.OrthogonalInitializer(seed=3):
        form = keras.saving.serialize_keras_object(initializer)
        config = initializer.get_config()
        text = f"orthogonal({config['gain']!r}, seed={config['seed']})"
        by_json = draw(command, json.dumps(form), (8, 6), "float32")
        assert np.array_equal(by_json, draw(command, text, (8, 6), "float32")), form
        deserialized = keras.initializers.deserialize({"class_name": "Orthogonal", "config": config})
        assert deserialized.get_config() == config, config
    print(f"{count} weights of Keras's recurrent layers are drawn")


def check_files(command: str, scratch: str) -> None:
    """A list of tensors, one of more bytes than a piece of a file: verified, and as drawn by itself."""
    folder = pathlib.Path(scratch)
    tensors = [{"name": f"w{i}", "shape": [600 - i, 700], "initializer": "orthogonal"} for i in range(3)]
    (folder / "list.json").write_text(json.dumps({"dtype": "float32", "seed": 4, "tensors": tensors}))
    path = folder / "list.safetensors"
    subprocess.run([command, "init", folder / "list.json", "-o", path, "--threads", "2"], check=True)
    subprocess.run([command, "verify", path], check=True)
    statistics = subprocess.run([command, "stats", "--json", path], check=True, stdout=subprocess.PIPE).stdout
    for line in json.loads(statistics):
        assert abs(line["stddev"] - line["expected"]["stddev"]) < 1e-6, line


def main(command: str, _model: str, scratch: str) -> int:
    wrong = check_vectors(command) + check_bits(command) + check_distribution(command)
    check_layers(command)
    check_files(command, scratch)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
