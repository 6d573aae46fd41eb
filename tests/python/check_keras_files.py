"""Saves models with Keras, finds every initializer in the archives, and lets the command draw each: Keras's own
values must come out, those of the archive's weights among them, or a refusal that names what is not drawn.

The forms of tf_keras, which has no place in the environment, are in data/golden/tf_keras_savedmodel.json: the nodes of
a SavedModel's keras_metadata.pb as tf_keras 2.21 wrote them (make_tf_keras_savedmodel.py).

usage: check_keras_files.py COMMAND GPT2.json SCRATCH_DIR
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import ml_dtypes
import numpy as np
from keras import initializers, layers

GOLDEN = pathlib.Path(__file__).parents[1] / "data" / "golden" / "tf_keras_savedmodel.json"
SHAPE = (6, 5, 4)
REFUSED = {"function", "value", "check>GlorotUniform"}

Json = dict[str, Any]


@keras.saving.register_keras_serializable(package="check")
class GlorotUniform(initializers.Initializer):
    """Looks like Keras's, and is not."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        return keras.ops.zeros(shape, dtype)

    def get_config(self) -> Json:
        return {"seed": self.seed}


@keras.saving.register_keras_serializable(package="check")
def halves(shape: tuple[int, ...], dtype: str | None = None) -> Any:
    return keras.ops.full(shape, 0.5, dtype)


# ---- Models ---------------------------------------------------------------------------------------------------------


def chain(shape: tuple[int, ...], *chained: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *chained])


def seeded_dense(seed: Any) -> list[keras.Layer]:
    scaled = [f"{family}{kind}" for family in ("Glorot", "He", "Lecun") for kind in ("Normal", "Uniform")]
    names = [*scaled, "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"]
    bias = initializers.Constant(0.25)
    return [
        layers.Dense(5, kernel_initializer=getattr(initializers, name)(seed=seed), bias_initializer=bias)
        for name in names
    ]


def attention() -> keras.Model:
    given = keras.Input((7, 16))
    normal = initializers.TruncatedNormal(stddev=0.02, seed=9)
    attended = layers.MultiHeadAttention(2, 8, kernel_initializer=normal)(given, given)
    scaled = initializers.HeNormal(seed=4, input_axes=[0], output_axes=[1])
    mixed = layers.EinsumDense("abc,cd->abd", output_shape=(None, 16), bias_axes="d", kernel_initializer=scaled)
    return keras.Model(given, mixed(attended))


def einsum_without_outputs() -> keras.Model:
    given = keras.Input((7, 16))
    scaled = initializers.HeNormal(seed=4, input_axes=[0], output_axes=[])
    return keras.Model(given, layers.EinsumDense("abc,c->ab", output_shape=(7,), kernel_initializer=scaled)(given))


def models() -> dict[str, keras.Model]:
    he = initializers.HeNormal
    generator = keras.random.SeedGenerator(1337)
    # Without unit_forget_bias, which puts ones beside the bias initializer's values.
    long_short = layers.LSTM(
        4,
        kernel_initializer=he(seed=5),
        recurrent_initializer=initializers.RandomNormal(seed=3),
        unit_forget_bias=False,
        return_sequences=True,
    )
    constants = (3, True, float("-inf"), np.arange(4.0))
    return {
        "defaults": chain((6,), layers.Dense(8), layers.Dense(4, kernel_initializer="he_normal")),
        "dense": chain((5,), *seeded_dense(11)),
        "largest_seed": chain((5,), *seeded_dense(2**31 - 3)),
        "one_generator": chain((5,), *seeded_dense(generator)),
        "convolutions": chain(
            (12, 12, 3),
            layers.Conv2D(4, 3, kernel_initializer=he(seed=1)),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(3, depthwise_initializer=he(seed=2)),
            layers.SeparableConv2D(4, 3),
            layers.GroupNormalization(2),
            layers.PReLU(),
            layers.Conv2DTranspose(2, 3, kernel_initializer=he(seed=3)),
        ),
        "lstm": chain(
            (7,),
            layers.Embedding(10, 8, embeddings_initializer=initializers.RandomNormal(seed=2)),
            long_short,
            layers.GRU(4),
        ),
        "both_ways": chain((7, 3), layers.Bidirectional(layers.SimpleRNN(4))),
        "attention": attention(),
        "einsum": einsum_without_outputs(),
        "constants": chain(
            (6,), *[layers.Dense(4, bias_initializer=initializers.Constant(value)) for value in constants]
        ),
        "strangers": chain(
            (6,),
            layers.Dense(6, kernel_initializer=GlorotUniform(seed=1)),
            layers.Dense(6, kernel_initializer="identity"),
            layers.Dense(6, kernel_initializer=halves),
        ),
        "float64": chain((6,), layers.Dense(4, kernel_initializer=he(seed=3), dtype="float64")),
        # In float16 and bfloat16 alone Keras's values are not float32's rounded; layers of mixed policies hold float32.
        "mixed": chain((6,), layers.Dense(4, kernel_initializer=he(seed=3), dtype="mixed_bfloat16")),
    }


# ---- Initializers in JSON -------------------------------------------------------------------------------------------


def initializers_of(document: Any, owner: str = "") -> Iterator[tuple[str, str, Any]]:
    """The name of the layer, the member and the initializer, for each in a document, in its order."""
    if isinstance(document, dict):
        owner = document.get("name", owner)
        for name, value in document.items():
            if name.endswith("_initializer") and value is not None:
                yield owner, name, value
            else:
                yield from initializers_of(value, owner)
    elif isinstance(document, list):
        for value in document:
            yield from initializers_of(value, owner)


def not_drawn(form: Json) -> Any:
    """The name that a refusal must show; None if the form is accepted."""
    if form["class_name"] == "function":
        return form["class_name"]
    if form.get("registered_name") not in (None, form["class_name"]):
        return form["registered_name"]
    if isinstance(form["config"].get("value"), dict):
        return "value"
    return None


def with_seed(form: Json) -> Json:
    if "seed" in form["config"] and form["config"]["seed"] is None:
        return {**form, "config": {**form["config"], "seed": 7}}
    return form


# ---- Drawing --------------------------------------------------------------------------------------------------------


class Drawer:
    def __init__(self, command: str, folder: str) -> None:
        self.command = command
        self.path = os.path.join(folder, "weight.bin")
        self.drawn = 0
        self.refused = Counter[str]()
        self.generators = Counter[str]()

    def stream(self, form: Json) -> int:
        """Layers that share a SeedGenerator take its draws one after the other."""
        seed = form["config"].get("seed") if isinstance(form["config"], dict) else None
        if not isinstance(seed, dict):
            return 0
        name = seed["config"]["name"]
        self.generators[name] += 1
        return self.generators[name] - 1

    def values(self, form: Json, shape: tuple[int, ...], dtype: str, stream: int) -> np.ndarray:
        text = json.dumps(form)
        command = [self.command, "fill", "--initializer", text, "--shape", ",".join(map(str, shape)), "--dtype", dtype]
        subprocess.run([*command, "--stream", str(stream), "-o", self.path], check=True)
        self.drawn += 1
        kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else np.dtype(dtype)
        return np.fromfile(self.path, kind).reshape(shape)

    def refuses(self, form: Json, named: str) -> None:
        command = [self.command, "fill", "--initializer", json.dumps(form), "--shape", "4", "-o", self.path]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        assert ran.returncode == 2 and named in ran.stderr, (form, ran)
        self.refused[named] += 1

    def check_orthogonal(self, form: Json, gain: float, ours: np.ndarray, stream: int) -> None:
        """Its values are not Keras's: the columns are orthonormal, and other draws of a generator are others."""
        matrix = ours.reshape(-1, ours.shape[-1]).astype(np.float64)
        defect = np.abs(matrix.T @ matrix - gain**2 * np.eye(matrix.shape[1])).max()
        assert defect <= 1e-6 * gain**2, (form, defect)
        assert not np.array_equal(ours, self.values(form, ours.shape, "float32", stream + 1)), form

    def check(self, form: Json, weight: np.ndarray | None) -> None:
        """Draws as Keras does; weight is the archive's, if there is one."""
        named = not_drawn(form)
        if named is not None:
            self.refuses(form, named)
            return
        stream = self.stream(form)
        seeded = with_seed(form)
        theirs = initializers.deserialize(seeded)
        shape = SHAPE[:2] if isinstance(theirs, initializers.Identity) else SHAPE
        ours = self.values(seeded, shape, "float32", stream)
        if isinstance(theirs, initializers.Orthogonal):
            self.check_orthogonal(seeded, theirs.gain, ours, stream)
            return
        for _ in range(stream):
            theirs(shape)
        assert np.array_equal(np.asarray(theirs(shape)), ours), form
        if weight is not None and seeded is form:
            ours = self.values(form, weight.shape, weight.dtype.name, stream)
            assert np.array_equal(weight, ours), (form, weight, ours)


def weight_of(model: keras.Model, owner: str, member: str) -> np.ndarray | None:
    """The weight that a layer drew by an initializer, of a layer or an RNN's cell."""
    name = member.removesuffix("_initializer")
    for layer in model._flatten_layers():
        if layer.name == owner:
            variable = getattr(getattr(layer, "cell", layer), name, None)
            return None if variable is None else np.asarray(variable.value)
    return None


def check_archive(drawer: Drawer, path: str) -> tuple[int, int]:
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read("config.json"))
    loaded = keras.saving.load_model(path)
    forms = weights = 0
    for owner, member, form in initializers_of(document):
        weight = weight_of(loaded, owner, member)
        drawer.check(form, weight)
        forms += 1
        weights += weight is not None
    return forms, weights


def main(command: str, _model: str, scratch: str) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        drawer = Drawer(command, folder)
        for name, model in models().items():
            path = os.path.join(folder, name + ".keras")
            model.save(path)
            forms, weights = check_archive(drawer, path)
            for _, _, form in initializers_of(json.loads(model.to_json())):
                if not isinstance(form["config"], dict) or not isinstance(form["config"].get("seed"), dict):
                    drawer.check(form, None)
            print(f"{name}: {forms} initializers, {weights} with a weight of their own")
        for node in json.loads(GOLDEN.read_text(encoding="utf-8"))["nodes"]:
            for _, _, form in initializers_of(node):
                drawer.check(form, None)
    print(f"{drawer.drawn} draws, {dict(drawer.refused)} refused")
    assert drawer.drawn > 200, drawer.drawn
    assert set(drawer.refused) == REFUSED, drawer.refused


if __name__ == "__main__":
    main(*sys.argv[1:])
