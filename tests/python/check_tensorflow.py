"""Compares tensors of a GPT-2 file, made by the command, with TensorFlow's values, bit for bit.

usage: check_tensorflow.py COMMAND GPT2.json SCRATCH_DIR

The expected values are computed here from the definition of the stream, with xxHash and TensorFlow from
PyPI: nothing of it comes from glorand.
"""

import math
import os
import subprocess
import sys
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import safetensors
import tensorflow as tf
import xxhash

SEED = 42
NAMES = [
    "transformer.wte.weight",
    "transformer.h.0.attn.c_attn.weight",
    "transformer.h.11.mlp.c_proj.weight",
]
TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal truncated at +-2


def glorot_normal(name, shape):
    """TensorFlow's values of a tensor of rank 2."""
    stream = xxhash.xxh64_intdigest(name.encode(), seed=0) & (2**63 - 1)
    stddev = math.sqrt(2 / (shape[0] + shape[1])) / TRUNCATED_STDDEV
    raw = tf.random.stateless_truncated_normal(shape, seed=tf.constant([SEED, stream], tf.int64))
    return (raw * tf.constant(stddev, tf.float32)).numpy()


def main(command, model, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = os.path.join(folder, "gpt2.safetensors")
        subprocess.run([command, "init", model, "-o", path, "--seed", str(SEED)], check=True)
        with safetensors.safe_open(path, framework="np") as file:
            for name in NAMES:
                ours = file.get_tensor(name)
                theirs = glorot_normal(name, ours.shape)
                different = np.count_nonzero(ours.view(np.uint32) != theirs.view(np.uint32))
                print(f"{name} {ours.shape}: {different} of {ours.size} values differ")
                if different or ours.dtype != np.float32:
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
