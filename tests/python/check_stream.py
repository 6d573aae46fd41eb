"""Compares the command's values with stream.py, which was written from docs/stream.md alone: bit for bit.

usage: check_stream.py COMMAND GPT2.json SCRATCH_DIR
"""

import re
import subprocess
import sys

import numpy as np
import stream

# Sampler, initializer with scale 1 and shift 0, and method.
DRAWS = [
    ("uniform", '{"class_name": "RandomUniform", "config": {"minval": 0, "maxval": 1}}', "resample"),
    ("normal", '{"class_name": "RandomNormal", "config": {"mean": 0, "stddev": 1}}', "resample"),
    ("resample", '{"class_name": "TruncatedNormal", "config": {"mean": 0, "stddev": 1}}', "resample"),
    ("icdf", '{"class_name": "TruncatedNormal", "config": {"mean": 0, "stddev": 1}}', "icdf"),
]
BYTES = ("bytes", '{"class_name": "RandomBytes", "config": {}}', "resample")  # not a scaled draw
INTEGERS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
SEEDS = [(0, 0), (42, -1), (-3, 1 << 40)]
COUNT = {np.float32: 2501, np.float64: 501}


def draw(command, initializer, method, dtype, count, seed, number):
    arguments = ["fill", "--initializer", initializer, "--method", method, "--dtype", dtype.__name__, "--shape", str(count)]
    arguments += [f"--seed={seed}", f"--stream={number}", "-o", "-"]
    return np.frombuffer(subprocess.run([command, *arguments], check=True, stdout=subprocess.PIPE).stdout, dtype)


VECTOR = re.compile(
    r"^    (float\d\d|uint\d+) (\w+) +(?:(\S+) to (\S+) +)?seed +(-?\d+) stream +(\d+): ([0-9a-f ]+)$", re.MULTILINE
)


def check_vectors(command):
    """How many of the text's own test vectors the command does not give."""
    wrong, vectors = 0, VECTOR.findall(stream.TEXT)
    for dtype, sampler, lower, upper, seed, number, words in vectors:
        initializer, method = next(draw[1:] for draw in [*DRAWS, BYTES] if draw[0] == sampler)
        if lower:
            bounds = [x if "inf" in x else f"{x}s" for x in (lower, upper)]
            initializer = f"truncated_normal(0, 1, {bounds[0]}, {bounds[1]})"
        expected = [int(word, 16) for word in words.split()]
        ours = draw(command, initializer, method, getattr(np, dtype), len(expected), seed, number)
        # Only uniforms can be 0, and none is -0, so that adding a mean of 0 changes nothing.
        wrong += ours.view(f"u{ours.itemsize}").tolist() != expected
    print(f"{wrong} of {len(vectors)} test vectors differ")
    return wrong if vectors else 1


def check_bytes(command):
    """How many bytes of tensors of all integer types are not the text's."""
    wrong = 0
    for seed, number in SEEDS:
        for dtype in INTEGERS:
            ours = draw(command, BYTES[1], BYTES[2], dtype, 1001, seed, number)
            expected = np.frombuffer(stream.random_bytes(ours.nbytes, seed, number), np.uint8)
            wrong += np.count_nonzero(ours.view(np.uint8) != expected)
    print(f"{wrong} random bytes differ")
    return wrong


def main(command, _model, _scratch):
    different = check_vectors(command) + check_bytes(command)
    for dtype, count in COUNT.items():
        for sampler, initializer, method in DRAWS:
            for seed, number in SEEDS:
                ours = draw(command, initializer, method, dtype, count, seed, number)
                expected = stream.raw(sampler, dtype, count, seed, number) * dtype(1) + dtype(0)
                wrong = np.count_nonzero(ours.view(np.uint8) != np.asarray(expected, dtype).view(np.uint8))
                print(f"{dtype.__name__} {sampler} seed {seed} stream {number}: {wrong} bytes of {ours.nbytes} differ")
                different += wrong
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
