"""Compares the list of ResNet-50 with Keras's own model: names, shapes, dtypes and initializers of every weight.

usage: check_models.py COMMAND GPT2.json SCRATCH_DIR
"""

import json
import os
import pathlib
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras


def weights_of(model):
    """Name, shape, dtype and initializer's class of each weight, in the model's order."""
    for layer in model.layers:
        for variable in layer.weights:
            initializer = getattr(layer, f"{variable.name}_initializer")
            yield f"{layer.name}/{variable.name}", list(variable.shape), variable.dtype, type(initializer).__name__


def listed(path):
    """The same of each tensor of a list."""
    for tensor in json.loads(path.read_text(encoding="utf-8"))["tensors"]:
        initializer = tensor["initializer"]
        assert initializer["config"] == {}, tensor
        yield tensor["name"], tensor["shape"], tensor["dtype"], initializer["class_name"]


def main(_command, gpt2, _scratch):
    expected = list(weights_of(keras.applications.ResNet50(weights=None)))
    found = list(listed(pathlib.Path(gpt2).with_name("resnet50-keras.json")))
    assert sorted(found) == sorted(expected), set(map(str, found)) ^ set(map(str, expected))
    print(f"{len(found)} weights of ResNet-50 start as in Keras")


if __name__ == "__main__":
    main(*sys.argv[1:])
