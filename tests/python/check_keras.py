"""Compares what the command draws from Keras 3's own JSON with what Keras draws, bit for bit: axes in all their
forms, draws of a SeedGenerator, constants; and checks what the manual says of Keras.

usage: check_keras.py COMMAND GPT2.json SCRATCH_DIR
"""

import json
import os
import random
import subprocess
import sys
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import library
import numpy as np
import safetensors

SHAPE = (5, 7, 3)
MODULUS = 2**31 - 2  # of the fold of seeds in Keras's backend for TensorFlow
AXES = [
    ([], []),
    ([0], []),
    ([], [2]),
    ([0, 0], [1]),
    ([0, 1], [1, 2]),
    ([-1], [0, -2]),
    ([2, 1, 0], []),
    ([0], None),
    (None, [0]),
    (None, None),
]
# Of layers: six that need one empty list, and two more. The last shapes are the outputs', without the batch.
EQUATIONS = [
    ("abc,c->ab", (2, 3, 4), (3,)),
    ("ab,b->ab", (2, 4), (4,)),
    ("abc,bc->abc", (2, 3, 4), (3, 4)),
    ("abc,b->abc", (2, 3, 4), (3, 4)),
    ("ab,b->a", (2, 4), ()),
    ("abc,bc->a", (2, 3, 4), ()),
    ("abc,cde->abde", (2, 3, 4), (3, 5, 6)),
    ("abcd,cde->abe", (2, 3, 4, 5), (3, 6)),
]


def serialized(initializer):
    """As Keras writes it, through text."""
    return json.loads(json.dumps(keras.initializers.serialize(initializer)))


def fill(command, folder, initializer, shape, *options):
    """The values that the command draws, and the initializer that its metadata says it drew, as Keras writes it."""
    path = os.path.join(folder, "weight.safetensors")
    text = initializer if isinstance(initializer, str) else json.dumps(initializer)
    dimensions = ",".join(map(str, shape))
    subprocess.run(
        [command, "fill", "--initializer", text, "--shape", dimensions, "-o", path, *options],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    subprocess.run([command, "verify", path], check=True, stdout=subprocess.DEVNULL)
    with safetensors.safe_open(path, framework="np") as file:
        text = json.loads(file.metadata()["glorand.spec"])["weight"]["initializer"]
        return file.get_tensor("weight"), library.keras_form(command, text)


def expect_same(ours, theirs, what):
    theirs = np.asarray(theirs)
    bits = np.uint64 if theirs.dtype == np.float64 else np.uint32
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, (what, ours.dtype, theirs.dtype)
    assert np.array_equal(ours.view(bits), theirs.view(bits)), (what, ours.ravel()[:3], theirs.ravel()[:3])


def check_axes(command, folder):
    for inputs, outputs in AXES:
        for law in (keras.initializers.HeNormal, keras.initializers.GlorotUniform, keras.initializers.LecunNormal):
            initializer = law(seed=42, input_axes=inputs, output_axes=outputs)
            ours, written = fill(command, folder, serialized(initializer), SHAPE)
            expect_same(ours, initializer(SHAPE), (law, inputs, outputs))
            again = keras.initializers.deserialize(written)
            expect_same(ours, again(SHAPE), ("as written", written))


def axes_of(equation):
    """The letters of the kernel that stand in the output are its output axes, the others its input axes."""
    _, kernel, output = equation.replace("->", ",").split(",")
    outputs = [axis for axis, letter in enumerate(kernel) if letter in output]
    return [axis for axis in range(len(kernel)) if axis not in outputs], outputs


def check_einsum_layers(command, folder):
    """A layer's JSON says null for the axes with which it draws."""
    one_empty = 0
    for equation, inputs, outputs in EQUATIONS:
        law = keras.initializers.GlorotNormal(seed=9)
        layer = keras.layers.EinsumDense(equation, output_shape=outputs, kernel_initializer=law)
        layer.build(inputs)
        form = serialized(layer.kernel_initializer)
        assert form["config"]["input_axes"] is None and form["config"]["output_axes"] is None, form
        form["config"]["input_axes"], form["config"]["output_axes"] = lists = axes_of(equation)
        one_empty += [] in lists
        ours, _ = fill(command, folder, form, layer.kernel.shape)
        expect_same(ours, layer.kernel, equation)
    assert one_empty >= 6, one_empty


def check_attention(command, folder):
    """So do the layers that are made of EinsumDense; each clones its initializer, with the same seed."""
    law = keras.initializers.GlorotUniform(seed=5)
    layer = keras.layers.MultiHeadAttention(2, 3, kernel_initializer=law)
    layer.build((1, 4, 6), (1, 4, 6))
    form = serialized(law)
    for weight, inputs, outputs in [("query", [0], [1, 2]), ("attention_output", [0, 1], [2])]:
        kernel = next(w for w in layer.weights if w.path.endswith(f"{weight}/kernel"))
        form["config"]["input_axes"], form["config"]["output_axes"] = inputs, outputs
        ours, _ = fill(command, folder, form, kernel.shape)
        expect_same(ours, kernel, weight)


def check_seed_generators(command, folder):
    """Stream k of a SeedGenerator's seed is its draw number k; seeds outside 0 to 2^31 - 3 are folded."""
    laws = [
        lambda seed: keras.initializers.GlorotNormal(seed=seed),
        lambda seed: keras.initializers.HeUniform(seed=seed),
        lambda seed: keras.initializers.RandomNormal(mean=0.5, stddev=0.25, seed=seed),
        lambda seed: keras.initializers.RandomUniform(minval=-1.0, maxval=3.0, seed=seed),
        lambda seed: keras.initializers.TruncatedNormal(seed=seed),
        lambda seed: keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=seed),
    ]
    for seed in (0, 1337, 2**31 - 3, 2**31 - 2, 2**31, 2**32 + 5, -1, -(2**63), 2**63 - 1):
        for law in laws:
            initializer = law(keras.random.SeedGenerator(seed))
            form = serialized(initializer)
            assert form["config"]["seed"]["class_name"] == "SeedGenerator", form
            for draw in range(4):
                ours, written = fill(command, folder, form, SHAPE, "--stream", str(draw))
                assert written["config"]["seed"] == seed % MODULUS, written
                expect_same(ours, initializer(SHAPE), (form, draw))


def check_list(command, folder):
    """A list whose tensors share a generator, each with the number of its draw beside the initializer."""
    generator = keras.random.SeedGenerator(77)
    initializer = keras.initializers.HeNormal(seed=generator)
    tensors = [
        {"name": f"w{k}", "shape": [4, 6], "dtype": "F32", "initializer": serialized(initializer), "stream": k}
        for k in range(4)
    ]
    tensors[2]["input_axes"], tensors[2]["output_axes"] = [1], []
    path, output = os.path.join(folder, "list.json"), os.path.join(folder, "list.safetensors")
    with open(path, "w", encoding="utf-8-sig") as file:
        json.dump({"seed": None, "tensors": tensors}, file)
    subprocess.run([command, "init", path, "-o", output], check=True)
    with safetensors.safe_open(output, framework="np") as file:
        for k in range(4):
            law = initializer
            if k == 2:
                law = keras.initializers.HeNormal(seed=generator, input_axes=[1], output_axes=[])
            expect_same(file.get_tensor(f"w{k}"), law((4, 6)), k)


def check_constants(command, folder):
    for value in (True, False, 2.5, float("inf"), float("-inf"), float("nan")):
        initializer = keras.initializers.Constant(value)
        ours, written = fill(command, folder, serialized(initializer), SHAPE)
        expect_same(ours, np.asarray(initializer(SHAPE), np.float32), value)
        expect_same(ours, keras.initializers.deserialize(written)(SHAPE), written)


def check_refusals(command):
    """Valid in Keras and not drawn: exit status 2, and the message names it."""

    @keras.saving.register_keras_serializable("my")
    class GlorotUniform(keras.initializers.GlorotUniform):
        pass

    def function(shape, dtype=None):
        return keras.ops.zeros(shape, dtype)

    tensor = keras.ops.convert_to_tensor(0.5)
    for initializer, named in [
        (GlorotUniform(seed=1), "my>GlorotUniform"),
        (keras.initializers.STFT(), "STFT"),
        (keras.initializers.Constant(np.zeros(3)), "config.value"),
        (keras.initializers.RandomNormal(mean=tensor), "config.mean"),
        (function, "function"),
    ]:
        text = json.dumps(keras.saving.serialize_keras_object(initializer))
        done = subprocess.run(
            [command, "fill", "--initializer", text, "--shape", "3,3", "-o", "/dev/null/none.npy"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert done.returncode == 2 and named in done.stderr, (text, done)


def check_integer_seeds(command, folder):
    """Keras folds integer seeds, too; the command takes them as they are."""
    for seed in (2**31 - 2, 2**40 + 3, -1):
        theirs = keras.initializers.HeNormal(seed=seed)(SHAPE)
        ours, _ = fill(command, folder, "he_normal", SHAPE, "--seed", str(seed))
        assert not np.array_equal(ours, theirs), seed
        ours, _ = fill(command, folder, "he_normal", SHAPE, "--seed", str(seed % MODULUS))
        expect_same(ours, theirs, seed)
    for seed in (2**63, 2**64 - 1):
        plain, _ = fill(command, folder, "he_normal", SHAPE, "--seed", str(seed - 2**64))
        by_option, _ = fill(command, folder, "he_normal", SHAPE, "--seed", str(seed))
        form = {"class_name": "HeNormal", "config": {"seed": seed}}
        by_json, _ = fill(command, folder, form, SHAPE)
        expect_same(by_option, plain, seed)
        expect_same(by_json, plain, seed)


def check_float64_uniforms(command, folder):
    """Keras rounds the limits of uniforms through float32, also for float64."""
    law = keras.initializers.GlorotUniform(seed=3)
    theirs = np.asarray(law((20, 30), dtype="float64"))
    ours, _ = fill(command, folder, serialized(law), (20, 30), "--dtype", "float64")
    assert not np.array_equal(ours, theirs)
    limit = float(np.float32(np.sqrt(3.0 * (1.0 / ((20 + 30) / 2.0)))))
    rounded = {"class_name": "RandomUniform", "config": {"minval": -limit, "maxval": limit, "seed": 3}}
    ours, _ = fill(command, folder, rounded, (20, 30), "--dtype", "float64")
    expect_same(ours, theirs, "float64 uniform")
    theirs = keras.initializers.RandomUniform(-0.1, 0.3, seed=4)(SHAPE, dtype="float64")
    low, high = float(np.float32(-0.1)), float(np.float32(0.3))
    rounded = {"class_name": "RandomUniform", "config": {"minval": low, "maxval": high, "seed": 4}}
    ours, _ = fill(command, folder, rounded, SHAPE, "--dtype", "double")
    expect_same(ours, theirs, "float64 uniform of two limits")


def check_narrow_types(command, folder):
    """Keras draws float16 in float16; mixed policies keep variables in float32."""
    law = keras.initializers.GlorotUniform(seed=3)
    theirs = np.asarray(law((20, 30), dtype="float16"))
    ours, _ = fill(command, folder, serialized(law), (20, 30), "--dtype", "half")
    assert ours.dtype == theirs.dtype and not np.array_equal(ours, theirs)
    ours, _ = fill(command, folder, serialized(law), (20, 30))
    for policy in ("mixed_float16", "mixed_bfloat16"):
        layer = keras.layers.Dense(30, kernel_initializer=law, dtype=policy)
        layer.build((20,))
        expect_same(ours, layer.kernel, policy)


def check_global_seed(command, folder):
    """After keras.utils.set_random_seed, each unseeded initializer takes the next integer of Python's random."""
    keras.utils.set_random_seed(7)
    theirs = [keras.initializers.HeNormal()(SHAPE), keras.initializers.GlorotUniform()(SHAPE)]
    source = random.Random(7)
    for law, values in zip(("he_normal", "glorot_uniform"), theirs):
        seed = source.randint(1, 10**9)
        ours, _ = fill(command, folder, law, SHAPE, "--seed", str(seed))
        expect_same(ours, values, law)
    # A SeedGenerator without a seed takes one, too.
    keras.utils.set_random_seed(7)
    keras.layers.Dropout(0.5)
    theirs = keras.initializers.HeNormal()(SHAPE)
    source = random.Random(7)
    seed = [source.randint(1, 10**9) for _ in range(2)][1]
    ours, _ = fill(command, folder, "he_normal", SHAPE, "--seed", str(seed))
    expect_same(ours, theirs, "after Dropout")
    # One initializer has one seed, however often it is called.
    initializer = keras.initializers.HeNormal()
    assert np.array_equal(initializer(SHAPE), initializer(SHAPE))


def main(command, _model, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        check_axes(command, folder)
        check_einsum_layers(command, folder)
        check_attention(command, folder)
        check_seed_generators(command, folder)
        check_list(command, folder)
        check_constants(command, folder)
        check_refusals(command)
        check_integer_seeds(command, folder)
        check_float64_uniforms(command, folder)
        check_narrow_types(command, folder)
        check_global_seed(command, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
