"""Feeds the command every initializer that TensorFlow and Keras write, and gives what it writes to their own
from_config: the same initializer must come out, and draw the values that are in the command's file.

usage: check_configs.py COMMAND GPT2.json SCRATCH_DIR
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import library
import numpy as np
import safetensors
from tensorflow.python.ops import init_ops_v2

GOLDEN = pathlib.Path(__file__).parents[1] / "data" / "golden" / "configs.json"
SHAPE = (6, 5, 4)


def without_nones(config):
    return {key: value for key, value in config.items() if value is not None}


def written(command, initializer, folder):
    """The initializer in the command's metadata as Keras writes it, and the values that it drew."""
    path = os.path.join(folder, "weight.safetensors")
    shape = ",".join(map(str, SHAPE))
    subprocess.run([command, "fill", "--initializer", json.dumps(initializer), "--shape", shape, "-o", path], check=True)
    with safetensors.safe_open(path, framework="np") as file:
        spec = json.loads(file.metadata()["glorand.spec"])["weight"]
        return library.keras_form(command, spec["initializer"]), file.get_tensor("weight")


def check(command, initializer, folder):
    """Returns how many of the two libraries took it."""
    if initializer["config"].get("seed", 0) is None:
        initializer = {**initializer, "config": {**initializer["config"], "seed": 7}}
    ours, values = written(command, initializer, folder)
    assert ours["class_name"] == initializer["class_name"], ours
    assert ours["config"] == without_nones(initializer["config"]), (ours, initializer)

    theirs = keras.initializers.deserialize(dict(ours))
    assert without_nones(theirs.get_config()) == ours["config"], (theirs.get_config(), ours)
    assert np.array_equal(np.asarray(theirs(SHAPE)), values), ours

    of_tensorflow = getattr(init_ops_v2, ours["class_name"], None)
    if of_tensorflow is None or "input_axes" in ours["config"]:
        return 1  # TensorFlow's own classes have no axes, and no names for He and LeCun
    theirs = of_tensorflow.from_config(ours["config"])
    assert without_nones(theirs.get_config()) == ours["config"], (theirs.get_config(), ours)
    assert np.array_equal(theirs(SHAPE).numpy(), values), ours
    return 2


def main(command, _model, scratch):
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    forms = golden["tensorflow_get_config"] + golden["keras_serialized"]
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        taken = [check(command, form, folder) for form in forms]
    print(f"{len(taken)} forms: {len(taken)} taken by Keras, {taken.count(2)} by TensorFlow")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
