"""Initializers as values: their text, arguments, seeds and streams, and JSON as Keras writes it."""

import copy
import json
import pickle
import re

import numpy
import pytest
from optional import xxhash

import glorand

# What the laws need beside their names.
NEEDED = {"linear_bias": (64,), "trunc_normal": (0, 0.02, -0.04, 0.04)}


def rows(page, heading):
    """Texts and what stands beside them, of the table under a heading."""
    table = page.split(heading)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `([^`]*)`(?: where `n_layer` is 12)? \| `([^`]*)` \|$", table, re.MULTILINE)


def test_the_texts_of_the_page(source):
    page = (source / "docs/text.md").read_text()
    forms = rows(page, "| Text | Written back as |\n")
    assert len(forms) > 10
    for text, written in forms:
        made = glorand.Initializer(text, {"n_layer": 12})
        assert repr(made) == str(made) == written
        assert glorand.Initializer(repr(made)) == made


def test_the_errors_of_the_page(source):
    page = (source / "docs/text.md").read_text()
    errors = rows(page, "| Text | Message |\n")
    assert len(errors) > 10
    for text, message in errors:
        with pytest.raises(glorand.GlorandError) as caught:
            glorand.Initializer(text)
        assert caught.value.message == message
        assert caught.value.status in ("GLR_ERROR_PARSE", "GLR_ERROR_UNSUPPORTED")
        assert str(caught.value) == f"{message} ({caught.value.status})"


def test_each_law_of_the_header_and_of_the_page_has_a_constructor(source):
    header = (source / "include/glorand/glorand.h").read_text()
    kinds = {name.lower() for name in re.findall(r"GLR_KIND_(\w+) =", header)} - {"none"}
    table = (source / "docs/text.md").read_text().split("## Laws by torch's names")[1].split("|---|---|\n")[1]
    torch = {name for row in table.split("\n\n")[0].splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert len(torch) >= 7
    assert set(glorand.laws()) == kinds | torch
    assert len(glorand.laws()) == len(set(glorand.laws()))
    for name in glorand.laws():
        assert name in dir(glorand)
        made = getattr(glorand, name)(*NEEDED.get(name, ()), seed=3, stream=4)
        assert made == glorand.Initializer(repr(made)) and made.seed == 3 and made.stream == 4
        assert name in kinds or made.kind in kinds
        assert pickle.loads(pickle.dumps(getattr(glorand, name))) is getattr(glorand, name)


def test_names_that_are_no_laws():
    for name in ("glorot", "GlorotNormal", "normal", "__none__", "x" * 1000):
        with pytest.raises(AttributeError, match="no attribute"):
            getattr(glorand, name)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: glorand.random_normal(0, 0.02), "random_normal(0, 0.02)"),
        (lambda: glorand.random_normal(stddev="0.02/sqrt(4)"), "random_normal(0, 0.01)"),
        (lambda: glorand.random_normal(mean=0.1 + 0.2), "random_normal(0.30000000000000004)"),
        (
            lambda: glorand.random_normal(5e-324, 1.7976931348623157e308),
            "random_normal(5e-324, 1.7976931348623157e308)",
        ),
        (lambda: glorand.constant(float("-inf")), "constant(-inf)"),
        (lambda: glorand.constant(float("nan")), "constant(nan)"),
        (lambda: glorand.constant(2**64 - 1), "constant(18446744073709551615)"),
        (lambda: glorand.constant(-(2**63)), "constant(-9.223372036854776e18)"),
        (
            lambda: glorand.variance_scaling(2, "fan_out", distribution="uniform"),
            "variance_scaling(2, fan_out, uniform)",
        ),
        (lambda: glorand.truncated_normal(0, 0.02, "-2s", "2s"), "truncated_normal(0, 0.02)"),
        (lambda: glorand.xavier_uniform(gain=3), "variance_scaling(9, fan_avg, uniform, layout=torch)"),
        (
            lambda: glorand.he_normal(seed=42, method="icdf", layout="torch"),
            "he_normal(seed=42, method=icdf, layout=torch)",
        ),
        (
            lambda: glorand.he_normal(input_axes=[0, 1], output_axes=(-1,)),
            "he_normal(input_axes=[0, 1], output_axes=[-1])",
        ),
        (
            lambda: glorand.he_normal(key=(1, 2**32 - 1), counter=[0, 1, 2, 3]),
            "he_normal(key=[1, 4294967295], counter=[0, 1, 2, 3])",
        ),
        (
            lambda: glorand.he_normal(batch_axes=[], seed=-(2**63), stream=2**63 - 1),
            "he_normal(seed=-9223372036854775808, stream=9223372036854775807)",
        ),
        (lambda: glorand.zeros(), "zeros"),
    ],
)
def test_arguments(made, text):
    assert repr(made()) == text


def test_numbers_of_numpy():
    import numpy

    made = glorand.random_normal(numpy.float32(0.1), numpy.float64(0.1), seed=numpy.int64(7))
    assert made == glorand.random_normal(float(numpy.float32(0.1)), 0.1, seed=7)
    assert glorand.dirac(numpy.uint8(2)) == glorand.dirac(2)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: glorand.random_normal(True), TypeError),
        (lambda: glorand.random_normal(1j), TypeError),
        (lambda: glorand.random_normal(None), TypeError),
        (lambda: glorand.he_normal(seed=1.5), TypeError),
        (lambda: glorand.he_normal(seed="1"), TypeError),
        (lambda: glorand.he_normal(seed=True), TypeError),
        (lambda: glorand.he_normal(stream=1, name="a"), TypeError),
        (lambda: glorand.he_normal(name=b"a"), TypeError),
        (lambda: glorand.Initializer(None), TypeError),
        (lambda: glorand.Initializer(glorand.zeros()), TypeError),
        (lambda: glorand.set_seed("x"), TypeError),
        (lambda: glorand.Initializer.from_json({"class_name": "Zeros"}), TypeError),
        (lambda: glorand.Initializer.from_json(b'"zeros"'), TypeError),
    ],
)
def test_arguments_of_other_types(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize(
    ("call", "status", "message"),
    [
        (lambda: glorand.he_normal(seed=2**63), "GLR_ERROR_ARGUMENT", "seed: 9223372036854775808 is not from -2^63"),
        (lambda: glorand.set_seed(-(2**63) - 1), "GLR_ERROR_ARGUMENT", "seed: -9223372036854775809"),
        (lambda: glorand.he_normal(2), "GLR_ERROR_PARSE", "too many arguments"),
        (lambda: glorand.he_normal(scale=2), "GLR_ERROR_PARSE", "he_normal has no argument 'scale'"),
        (lambda: glorand.linear_bias(), "GLR_ERROR_PARSE", "linear_bias needs fan_in"),
        (lambda: glorand.Initializer("random_normal(0, x)", {"y": 1}), "GLR_ERROR_PARSE", "unknown variable 'x'"),
        (lambda: glorand.Initializer("zeros", {"sqrt": 1}), "GLR_ERROR_ARGUMENT", "'sqrt' has a meaning"),
        (lambda: glorand.Initializer("zeros\0"), "GLR_ERROR_PARSE", "a zero byte"),
        (lambda: glorand.he_normal(key=[1, 2], counter=[0] * 4).replace(seed=1), "GLR_ERROR_ARGUMENT", "has a key"),
        (lambda: glorand.he_normal(key=[1, 2], counter=[0] * 4).to_json(), "GLR_ERROR_UNSUPPORTED", "no form in JSON"),
        (lambda: glorand.Initializer.from_json("{"), "GLR_ERROR_PARSE", "line 1"),
    ],
)
def test_errors(call, status, message):
    with pytest.raises(glorand.GlorandError) as caught:
        call()
    assert caught.value.status == status and message in caught.value.message
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.status, again.message) == (status, caught.value.message)


def test_texts_that_utf8_cannot_say():
    """They are names of files as Python reads them, for example."""
    for what, call in (
        ("text", lambda text: glorand.Initializer(text)),
        ("text", lambda text: glorand.Initializer.from_json(text)),
        ("name", lambda text: glorand.he_normal(seed=1, name=text)),
        ("name", lambda text: glorand.stream_of_name(text)),
        ("variables", lambda text: glorand.Initializer("ones", {text: 1})),
    ):
        with pytest.raises(ValueError, match=rf"^{what}: 'layer\\udcff' has half of a surrogate pair") as caught:
            call("layer\udcff")
        assert not isinstance(caught.value, UnicodeError)


def test_what_is_no_number():
    for value in ("two", None, [1], 1j):
        with pytest.raises(TypeError, match=rf"^variables, n: a number is needed, not {re.escape(repr(value))}"):
            glorand.Initializer("random_normal(0, n)", {"n": value})
    with pytest.raises(TypeError, match=r"^random_normal, argument 1: a number is needed, not array\(\[0., 0.\]\)"):
        glorand.random_normal(numpy.zeros(2))
    for variables in ([1], "n", 5):
        with pytest.raises(TypeError, match=r"^variables: a mapping from names to numbers is needed"):
            glorand.Initializer("ones", variables)


def test_names_of_variables():
    for name in (5, b"n", None):
        with pytest.raises(TypeError, match=f"variables: a str is needed, not {re.escape(repr(name))}"):
            glorand.Initializer("random_normal(0, n)", {name: 1})
    with pytest.raises(ValueError, match=r"variables: the name 'n\\x00m' has a zero byte"):
        glorand.Initializer("random_normal(0, n)", {"n\0m": 1})


def test_keys_with_streams():
    """A key and counter say all: a stream beside them, by number or by name, is refused as replace() refuses it."""
    keyed = glorand.he_normal(key=[1, 2], counter=[0] * 4)
    for arguments in ({"name": "x"}, {"stream": 5}, {"stream": 0}):
        said = []
        for call in (keyed.replace, lambda **more: glorand.he_normal(key=[1, 2], counter=[0] * 4, **more)):
            with pytest.raises(glorand.GlorandError) as caught:
                call(**arguments)
            said.append((caught.value.status, caught.value.message))
        assert said[0] == said[1] and said[0][0] == "GLR_ERROR_ARGUMENT"


def test_values():
    one, other = glorand.he_normal(seed=1), glorand.he_normal(seed=2)
    assert one == glorand.Initializer(" he_normal( seed = 1 )") and one != other and one != "he_normal(seed=1)"
    assert len({one, other, glorand.he_normal(seed=1)}) == 2
    for same in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), eval(repr(one), vars(glorand))):
        assert same == one and hash(same) == hash(one)
    for change in (lambda: setattr(one, "seed", 2), lambda: setattr(one, "_text", ""), lambda: delattr(one, "_text")):
        with pytest.raises(AttributeError, match="does not change"):
            change()
    assert repr(one) == "he_normal(seed=1)"


def test_seeds_and_streams():
    unseeded = glorand.he_normal()
    assert unseeded.seed is None and unseeded.stream == 0
    seeded = unseeded.replace(seed=5, name="wte")
    assert seeded == glorand.he_normal(seed=5, name="wte") and seeded.seed == 5
    assert seeded.replace() == seeded and seeded.replace(seed=6).stream == seeded.stream
    assert unseeded.seed is None
    for name in ("wte", "", "kernel:0", "\u00e9\u4e2d", "x" * 300):
        stream = xxhash.xxh64(name.encode(), seed=0).intdigest() & (2**63 - 1)
        assert glorand.stream_of_name(name) == glorand.he_normal(name=name, seed=1).stream == stream


def test_resolve():
    unseeded = glorand.he_normal()
    assert unseeded.resolve() != unseeded.resolve()
    assert glorand.zeros().resolve() == glorand.zeros()
    assert glorand.he_normal(seed=4).resolve() == glorand.he_normal(seed=4)


def test_resolve_with_a_stream():
    for law in (glorand.he_normal(name="wte"), glorand.orthogonal(stream=5)):
        with pytest.raises(
            glorand.GlorandError, match="has none, and an initializer with a stream needs one"
        ) as caught:
            law.resolve()
        assert caught.value.status == "GLR_ERROR_UNSEEDED" and repr(law) in caught.value.message
    for law in (glorand.zeros(stream=5), glorand.he_normal(seed=1, stream=5), glorand.he_normal(stream=0, seed=1)):
        assert law.resolve() == law


def test_long_texts():
    axes = list(range(-16, 0))
    made = glorand.he_normal(
        input_axes=axes,
        output_axes=axes,
        batch_axes=axes,
        seed=-(2**63),
        stream=-(2**63),
        method="icdf",
        layout="torch",
    )
    assert len(repr(made)) > 256 and glorand.Initializer(repr(made)) == made


def test_json_of_keras():
    keras = pytest.importorskip("keras")
    names = (
        "Zeros",
        "Ones",
        "Constant",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
        "GlorotNormal",
        "GlorotUniform",
        "HeNormal",
        "HeUniform",
        "LecunNormal",
        "LecunUniform",
    )
    for name in names:
        kind = getattr(keras.initializers, name)
        theirs = kind() if name in ("Zeros", "Ones", "Constant") else kind(seed=42)
        ours = glorand.Initializer.from_json(json.dumps(keras.initializers.serialize(theirs)))
        assert ours.kind == re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        again = keras.initializers.deserialize(json.loads(ours.to_json()))
        assert again.get_config() == theirs.get_config(), name
