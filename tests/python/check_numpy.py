"""Opens .npy files, made by the command, with NumPy, and compares them with the raw output.

usage: check_numpy.py COMMAND GPT2.json SCRATCH_DIR
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

SHAPES = [(), (5,), (0, 3), (784, 256), (2, 3, 4, 5)]


def fill(command, shape, output):
    text = ",".join(map(str, shape))
    arguments = ["fill", "--initializer", "he_uniform", "--seed", "7", "--shape", text, "-o", output]
    return subprocess.run([command, *arguments], check=True, stdout=subprocess.PIPE).stdout


def main(command, _model, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for shape in SHAPES:
            path = os.path.join(folder, "weight.npy")
            fill(command, shape, path)
            tensor = np.load(path, allow_pickle=False)
            assert tensor.shape == shape, (tensor.shape, shape)
            assert tensor.dtype == np.dtype("<f4"), tensor.dtype
            assert tensor.tobytes() == fill(command, shape, "-"), shape
            print(f"weight.npy {shape}: opened, equal to the raw output")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
