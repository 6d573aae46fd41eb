"""Compares tensors of two GPT-2 files, made by the command, with TensorFlow's values, bit for bit: with the normals that
the list names, and with glorot_normal; and random_bytes with its uniforms over all integers.

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


def seed_of(name):
    stream = xxhash.xxh64_intdigest(name.encode(), seed=0) & (2**63 - 1)
    return tf.constant([SEED, stream], tf.int64)


def glorot_normal(name, shape):
    """TensorFlow's values of a tensor of rank 2."""
    stddev = math.sqrt(2 / (shape[0] + shape[1])) / TRUNCATED_STDDEV
    raw = tf.random.stateless_truncated_normal(shape, seed=seed_of(name))
    return (raw * tf.constant(stddev, tf.float32)).numpy()


def gpt2_normal(name, shape):
    """The same of the normal that GPT-2 starts from: 12 layers have 24 projections onto the residual path."""
    stddev = 0.02 / math.sqrt(24) if ".c_proj." in name else 0.02
    raw = tf.random.stateless_normal(shape, seed=seed_of(name))
    return (raw * tf.constant(stddev, tf.float32)).numpy()


def differs(path, law):
    """Whether any value of the named tensors is not the law's."""
    found = False
    with safetensors.safe_open(path, framework="np") as file:
        for name in NAMES:
            ours = file.get_tensor(name)
            theirs = law(name, ours.shape)
            different = np.count_nonzero(ours.view(np.uint32) != theirs.view(np.uint32))
            print(f"{name} {ours.shape}: {different} of {ours.size} values differ from {law.__name__}")
            found = found or different > 0 or ours.dtype != np.float32
    return found


def bytes_differ(command):
    """Whether any random integer is not TensorFlow's."""
    found = False
    for dtype in (tf.int32, tf.int64, tf.uint32, tf.uint64):
        fill = [command, "fill", "-i", "random_bytes", "-s", "42", "--stream=-7", "-n", "1001,3", "--dtype", dtype.name]
        out = subprocess.run([*fill, "-o", "-"], check=True, stdout=subprocess.PIPE).stdout
        seed = tf.constant([42, -7], tf.int64)
        theirs = tf.random.stateless_uniform((1001, 3), seed, minval=None, maxval=None, dtype=dtype).numpy()
        different = np.count_nonzero(np.frombuffer(out, theirs.dtype) != theirs.ravel())
        print(f"{dtype.name}: {different} of {theirs.size} values differ")
        found = found or different > 0
    return found


def main(command, model, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = os.path.join(folder, "gpt2.safetensors")
        init = [command, "init", model, "-o", path, "--seed", str(SEED)]
        subprocess.run(init, check=True)
        if differs(path, gpt2_normal):
            return 1
        subprocess.run([*init, "--rule", "*=glorot_normal"], check=True)
        return 1 if differs(path, glorot_normal) or bytes_differ(command) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
