#!/usr/bin/env python3
"""Writes tf_keras_savedmodel.json: the nodes of the keras_metadata.pb that tf_keras writes into a SavedModel, each a
JSON text in a protocol buffer.

tf_keras needs the whole of TensorFlow: pip install tf_keras==2.21.0

usage: make_tf_keras_savedmodel.py OUT.json
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import tempfile
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tf_keras
from tf_keras import initializers, layers


def model() -> tf_keras.Model:
    scaled = initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=8)
    return tf_keras.Sequential(
        [
            tf_keras.Input((7,)),
            layers.Embedding(10, 8, embeddings_initializer=initializers.RandomUniform(seed=2)),
            layers.LSTM(4, kernel_initializer=initializers.HeNormal(seed=5), return_sequences=True),
            layers.Conv1D(4, 3, kernel_initializer=initializers.LecunUniform(seed=6)),
            layers.LayerNormalization(),
            layers.Dense(2, kernel_initializer=scaled, bias_initializer=initializers.Constant(2)),
        ]
    )


def json_texts(text: str) -> list[Any]:
    """Every JSON object in a text, whatever stands between them."""
    found, position, decoder = [], 0, json.JSONDecoder()
    while (position := text.find("{", position)) >= 0:
        try:
            value, position = decoder.raw_decode(text, position)
            found.append(value)
        except ValueError:
            position += 1
    return found


def main(out: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        model().save(folder, save_format="tf")
        metadata = pathlib.Path(folder, "keras_metadata.pb").read_bytes()
    made = {"made_with": {"tf_keras": tf_keras.__version__}, "nodes": json_texts(metadata.decode("utf-8", "replace"))}
    pathlib.Path(out).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
