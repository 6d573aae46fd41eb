"""Opens a GPT-2 file, made by the command, with the Python package safetensors.

usage: check_safetensors.py COMMAND GPT2.json SCRATCH_DIR
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import safetensors


def main(command, model, scratch):
    with open(model, encoding="utf-8") as file:
        expected = {tensor["name"]: tensor["shape"] for tensor in json.load(file)["tensors"]}
    assert len(expected) == 148

    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = os.path.join(folder, "gpt2.safetensors")
        subprocess.run([command, "init", model, "-o", path, "--seed", "42"], check=True)
        with safetensors.safe_open(path, framework="np") as file:
            assert file.metadata()["format"] == "pt", file.metadata()
            assert set(file.keys()) == set(expected), set(file.keys()) ^ set(expected)
            for name, shape in expected.items():
                tensor = file.get_tensor(name)
                assert list(tensor.shape) == shape, (name, tensor.shape, shape)
                assert tensor.dtype == np.float32, (name, tensor.dtype)
                check_values(name, tensor)
    print(f"{len(expected)} tensors opened, with their names, shapes and dtype")


def check_values(name, tensor):
    """Values of the defaults: zeros, ones, or truncated normals."""
    if name.endswith(".bias"):
        assert not tensor.any(), name
    elif tensor.ndim == 1:
        assert (tensor == 1).all(), name
    else:
        bound = 2 * np.sqrt(2 / sum(tensor.shape)) / 0.87962566103423978
        assert 0.99 * bound < np.abs(tensor).max() < 1.000001 * bound, (name, np.abs(tensor).max(), bound)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
