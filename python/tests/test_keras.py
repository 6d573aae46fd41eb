"""Keras's initializers drawn by glorand: Keras's own values on TensorFlow, its own tests, and files of models."""

import importlib.util
import inspect
import os

import numpy
import pytest

keras = pytest.importorskip("keras")
import glorand.keras  # noqa: E402

SCALED = ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"]
RANDOM = [
    *((name, {}) for name in SCALED),
    ("GlorotNormal", {"input_axes": [0], "output_axes": [1, 2]}),
    ("RandomNormal", {"mean": 1.5, "stddev": 0.1}),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 2.0}),
    ("RandomUniform", {"minval": -3.0, "maxval": 0.1}),
    ("VarianceScaling", {"scale": 0.3, "mode": "fan_out", "distribution": "uniform"}),
    ("VarianceScaling", {"scale": 3, "mode": "fan_avg", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"scale": 3, "mode": "fan_in", "distribution": "truncated_normal"}),
]
SEEDS = [0, 42, 2**31 - 3, 2**31 - 2, 2**31, 2**40 + 5, -1]


def bits(tensor):
    return keras.ops.convert_to_numpy(tensor).tobytes()


def both(name, **arguments):
    """Ours and Keras's."""
    return getattr(glorand.keras, name)(**arguments), getattr(keras.initializers, name)(**arguments)


@pytest.mark.parametrize(("name", "arguments"), RANDOM)
def test_values(name, arguments):
    if "input_axes" in arguments and "input_axes" not in inspect.signature(keras.initializers.GlorotNormal).parameters:
        pytest.skip(f"Keras {keras.__version__} has no input_axes")
    for seed in SEEDS:
        ours, theirs = both(name, seed=seed, **arguments)
        assert bits(ours((3, 5, 7))) == bits(theirs((3, 5, 7))), seed
        assert bits(ours((3, 5, 7))) == bits(ours((3, 5, 7), dtype="float32"))
    ours, theirs = both(name, seed=keras.random.SeedGenerator(9), **arguments)
    generator = keras.random.SeedGenerator(9)
    theirs = getattr(keras.initializers, name)(seed=generator, **arguments)
    for _ in range(4):
        assert bits(ours((6, 5, 4))) == bits(theirs((6, 5, 4)))


def test_constants():
    floats, numbers = ("float32", "bfloat16"), ("float32", "bfloat16", "float64", "int32")
    for name, arguments, shape, dtypes in (
        ("Zeros", {}, (3, 4), numbers),
        ("Ones", {}, (2,), numbers),
        ("Constant", {"value": 7}, (3, 4), numbers),
        ("Constant", {"value": 0.1}, (3, 4), floats),
        ("Constant", {"value": numpy.float32(0.1)}, (3, 4), floats),
        ("Constant", {"value": [1.0, 2.0, 3.0]}, (4, 3), numbers),
        ("Identity", {"gain": 0.5}, (3, 4), floats),
    ):
        for dtype in dtypes:
            ours, theirs = both(name, **arguments)
            assert bits(ours(shape, dtype=dtype)) == bits(theirs(shape, dtype=dtype)), (name, dtype)
    # Keras makes float64 by way of float32.
    assert numpy.asarray(glorand.keras.Constant(0.1)((3,), dtype="float64")).tolist() == [0.1] * 3
    with pytest.raises(glorand.GlorandError, match="is not a value of int32"):  # Keras makes 0 of it
        glorand.keras.Constant(0.1)((3,), dtype="int32")


def test_dtypes():
    single = keras.ops.convert_to_numpy(glorand.keras.HeNormal(seed=3)((32, 16)))
    for dtype in ("float16", "bfloat16"):
        ours = glorand.keras.HeNormal(seed=3)((32, 16), dtype=dtype)
        assert keras.backend.standardize_dtype(ours.dtype) == dtype
        assert bits(ours) == bits(keras.ops.cast(single, dtype))
    with pytest.raises(glorand.GlorandError):
        glorand.keras.HeNormal(seed=3)((32, 16), dtype="int32")
    before = keras.config.floatx()
    keras.config.set_floatx("float16")
    try:
        assert keras.backend.standardize_dtype(glorand.keras.HeNormal(seed=3)((2, 2)).dtype) == "float16"
    finally:
        keras.config.set_floatx(before)


def test_unseeded_as_keras():
    """Keras draws a seed for each from Python's random, which set_random_seed seeds."""
    keras.utils.set_random_seed(5)
    theirs = [bits(keras.initializers.HeNormal()((4, 4))) for _ in range(2)]
    keras.utils.set_random_seed(5)
    assert [bits(glorand.keras.HeNormal()((4, 4))) for _ in range(2)] == theirs


def model(initializers):
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, kernel_initializer=initializers.HeNormal(seed=1)),
            keras.layers.Flatten(),
            keras.layers.Dense(5, kernel_initializer=initializers.GlorotUniform(seed=2)),
            keras.layers.Dense(
                5, kernel_initializer=initializers.Identity(), bias_initializer=initializers.RandomUniform(0, 1, seed=3)
            ),
        ]
    )


def test_models(tmp_path):
    ours, theirs = model(glorand.keras), model(keras.initializers)
    assert [bits(weight) for weight in ours.weights] == [bits(weight) for weight in theirs.weights]
    ours.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0].kernel_initializer) is glorand.keras.HeNormal
    again = keras.models.clone_model(loaded)
    assert [bits(weight) for weight in again.weights] == [bits(weight) for weight in ours.weights]
    assert keras.initializers.get(keras.initializers.serialize(glorand.keras.Ones())).__module__ == "glorand.keras"


# A deferred build: Keras first calls the layers with symbols, for shapes, while no generator has a number.
DEFERRED = """
import glorand.keras, keras, numpy
generator = keras.random.SeedGenerator(9)
model = keras.Sequential([
    keras.layers.Dense(4, kernel_initializer=glorand.keras.HeNormal(seed=generator)),
    keras.layers.Dense(2, kernel_initializer=glorand.keras.RandomUniform(seed=generator)),
])
model.compile(keras.optimizers.SGD(0.0), "mse")
model.fit(numpy.ones((2, 3), "float32"), numpy.ones((2, 2), "float32"), verbose=0)
for layer in model.layers:
    print(keras.ops.convert_to_numpy(layer.kernel).tobytes().hex())
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_deferred_builds_with_a_generator(backend, python):
    pytest.importorskip(backend)
    generator = keras.random.SeedGenerator(9)
    theirs = [
        keras.initializers.HeNormal(seed=generator)((3, 4)),
        keras.initializers.RandomUniform(seed=generator)((4, 2)),
    ]
    ours = python(DEFERRED, {**os.environ, "KERAS_BACKEND": backend}).split()
    assert [bytes.fromhex(values) for values in ours] == [bits(values) for values in theirs]


def test_traces():
    """A function of TensorFlow draws while it is traced."""
    tensorflow = pytest.importorskip("tensorflow")
    ours = glorand.keras.HeNormal(seed=keras.random.SeedGenerator(9))
    theirs = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(9))
    traced = tensorflow.function(lambda: ours((4, 5)))
    assert [bits(traced()), bits(traced())] == [bits(theirs((4, 5)))] * 2


def test_subclasses():
    class Mine(glorand.keras.HeNormal):
        pass

    class GlorotUniform(glorand.keras.HeNormal):
        pass

    for kind in (Mine, GlorotUniform):
        assert bits(kind(seed=3)((4, 5))) == bits(keras.initializers.HeNormal(seed=3)((4, 5)))


def test_names():
    """All names that Keras has for a class are the class's here."""
    others = 0
    for name, theirs in vars(keras.initializers).items():
        ours = getattr(glorand.keras, getattr(theirs, "__name__", ""), None)
        if isinstance(theirs, type) and ours is not None:
            assert getattr(glorand.keras, name) is ours and ours.__name__ == theirs.__name__, name
            assert name in glorand.keras.__all__
            others += name != theirs.__name__
    assert others >= 16
    assert glorand.keras.glorot_normal is glorand.keras.GlorotNormal
    assert glorand.keras.OrthogonalInitializer is glorand.keras.Orthogonal
    assert not hasattr(glorand.keras, "Initializer")  # it would be taken for Keras's


OWN_TESTS = """
import importlib, sys, types, unittest
helper = types.ModuleType("conftest")  # of Keras's sources, which its wheel lacks
def skip_if_backend(name, reason):
    import keras
    return unittest.skipIf(keras.backend.backend() == name, reason)
helper.skip_if_backend = skip_if_backend
sys.modules["conftest"] = helper
import glorand.keras
from keras.src import initializers
drawn = []
for name in glorand.keras._made:
    ours = getattr(glorand.keras, name)
    theirs = getattr(initializers, name)
    for key, kind in initializers.ALL_OBJECTS_DICT.items():
        if kind is theirs:
            initializers.ALL_OBJECTS_DICT[key] = ours
    setattr(initializers, name, ours)
call = glorand.keras._Drawn.__call__
def counted(self, *arguments, **named):
    drawn.append(type(self).__name__)
    return call(self, *arguments, **named)
glorand.keras._Drawn.__call__ = counted
suite = unittest.TestSuite()
for name in ("random_initializers_test", "constant_initializers_test"):
    module = importlib.import_module("keras.src.initializers." + name)
    suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
result = unittest.TextTestRunner(stream=sys.stderr).run(suite)
print(result.testsRun, len(result.skipped), len(result.failures) + len(result.errors), len(drawn), len(set(drawn)))
for _, text in result.failures + result.errors:
    print(text)
"""


def test_keras_own_tests(python):
    if importlib.util.find_spec("keras.src.initializers.random_initializers_test") is None:
        pytest.skip(f"the tests of Keras {keras.__version__} are not in its package")
    said = python(OWN_TESTS).splitlines()
    ran, skipped, failed, drawn, kinds = map(int, said[0].split())
    assert failed == 0, "\n".join(said)
    assert ran >= 18
    assert skipped <= 1
    assert drawn >= 25
    assert kinds >= 7


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends(backend, python):
    pytest.importorskip(backend)
    program = """
import glorand.keras, keras
assert keras.backend.backend() == BACKEND
for dtype in ("float32", "bfloat16"):
    tensor = keras.ops.cast(glorand.keras.HeNormal(seed=42)((7, 5), dtype=dtype), "float32")
    print(keras.ops.convert_to_numpy(tensor).tobytes().hex())
""".replace("BACKEND", repr(backend))
    said = python(program, {**os.environ, "KERAS_BACKEND": backend}).split()
    for dtype, text in zip(("float32", "bfloat16"), said, strict=True):
        theirs = keras.initializers.HeNormal(seed=42)((7, 5))
        assert bytes.fromhex(text) == bits(keras.ops.cast(keras.ops.cast(theirs, dtype), "float32"))


def test_shapes():
    for shape in ((0, 3), [2, 3], (numpy.int64(2), 3)):
        ours, theirs = both("HeUniform", seed=1)
        assert bits(ours(shape)) == bits(theirs(shape))
