"""Opens a GPT-2 file, made by the command, with the Python package safetensors; and files of every dtype of the
format with both: what the one refuses, the other does.

usage: check_safetensors.py COMMAND GPT2.json SCRATCH_DIR
"""

import itertools
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
    check_dtypes(command, scratch)


# Names that the format has and those that it does not; and what a file may hold beside.
DTYPES = (
    "BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 "
    "F64 I64 U64"
).split()


def write(path, dtype, shape, size):
    header = json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}).encode()
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header + bytes(size))
    os.utime(path, (0, 0))  # the command reads a file that is new a moment later


def package_reads(path):
    try:
        with open(path, "rb") as file:
            safetensors.deserialize(file.read())
    except safetensors.SafetensorError:
        return False
    return True


def check_dtypes(command, scratch):
    """Element counts whose bits are whole bytes or not, with as many bytes, one less and one more."""
    read = 0
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = os.path.join(folder, "dtype.safetensors")
        for dtype, count in itertools.product(DTYPES, (0, 1, 2, 3, 4, 8)):
            # No dtype has more than eight bytes.
            for size in range(8 * count + 2):
                write(path, dtype, [count], size)
                status = subprocess.run([command, "stats", path], capture_output=True, check=False).returncode
                assert (status == 0) == package_reads(path), (dtype, count, size, status)
                read += status == 0
    # Of each dtype and count one size is right; but of 1 and 3 elements of F4 none is, nor of 1, 2 and 3 of F6.
    assert read == 6 * len(DTYPES) - 2 - 2 * 3, read
    print(f"{read} files of {len(DTYPES)} dtypes read, as the package does")


def check_values(name, tensor):
    """Values that GPT-2 starts from: zeros, ones, or normals of deviation 0.02, or less onto the residual path."""
    if name.endswith(".bias"):
        assert not tensor.any(), name
    elif tensor.ndim == 1:
        assert (tensor == 1).all(), name
    else:
        stddev = 0.02 / np.sqrt(24) if ".c_proj." in name else 0.02
        found = tensor.std(dtype=np.float64)
        assert abs(found / stddev - 1) < 5 / np.sqrt(2 * tensor.size), (name, found, stddev)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
