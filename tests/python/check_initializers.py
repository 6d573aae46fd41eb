"""Runs every row of docs/initializers.md: what an initializer of Keras, torch or JAX draws, and what glorand draws from
the text beside it. Each library's public initializers all have rows.

A law is taken from the library without its internals: drawn once more from the same state of its generator, the standard
normal, truncated normal or uniform values that it scales show which of them it scales, and by what, in float64. torch's
truncated normals scale no such values; their law is that of the row's arguments. mpmath has the moments between bounds.
The samples themselves are compared by their extremes and by the two-sample Kolmogorov-Smirnov distance.

usage: check_initializers.py COMMAND PAGE
"""

import ctypes
import inspect
import math
import os
import pathlib
import re
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import jax
import keras
import library
import numpy as np
import torch
from mpmath import mp

jax.config.update("jax_enable_x64", True)

# Matrices, and kernels of one and two dimensions. Keras and JAX have in and out last, torch first.
SHAPES = {
    "keras.initializers": [(160, 240), (25, 12, 96), (5, 5, 32, 48)],
    "torch.nn.init": [(240, 160), (96, 12, 25), (48, 32, 5, 5)],
    "torch.nn": [None],  # the parameter's own
    "jax.nn.initializers": [(160, 240), (25, 12, 96), (5, 5, 32, 48)],
}
SEED = 7
NONLINEARITIES = (
    "linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d sigmoid tanh relu leaky_relu selu"
).split()


def rows_of(page):
    """Section, the library's cell, glorand's text or "", and what is said of the values, of each row."""
    section = None
    for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            section = None
        elif section is None:
            section = cells[0]
        elif not cells[0].startswith("-"):
            yield section, cells[0].strip("`"), cells[1].strip("`"), cells[2]


def name_of(cell):
    return re.match(r"\w+", cell).group()


# ---- Laws: mean, standard deviation and bounds -----------------------------------------------------------------------------

UNIFORM = 0.5, 1 / math.sqrt(12), 0.0, 1.0
NORMAL = 0.0, 1.0, -math.inf, math.inf


def truncated(lower, upper):
    """The law of a standard normal between bounds."""
    with mp.workdps(60):
        low, high = mp.mpf(lower), mp.mpf(upper)
        share = mp.ncdf(high) - mp.ncdf(low)
        mean = (mp.npdf(low) - mp.npdf(high)) / share
        variance = 1 + (low * mp.npdf(low) - high * mp.npdf(high)) / share - mean**2
        return float(mean), float(mp.sqrt(variance)), lower, upper


def scaled(law, scale, shift):
    mean, stddev, lower, upper = law
    return mean * scale + shift, stddev * scale, lower * scale + shift, upper * scale + shift


def arguments_of(cell, function):
    """What a cell's call gives a function of the same name, which returns it."""
    return eval(cell, {name_of(cell): function, "w": None})


def torch_truncated(cell):
    """The law of a trunc_normal_; None of other functions."""
    if name_of(cell) != "trunc_normal_":
        return None
    mean, std, a, b = arguments_of(cell, lambda _, mean=0.0, std=1.0, a=-2.0, b=2.0: (mean, std, a, b))
    moments = scaled(truncated((a - mean) / std, (b - mean) / std), std, mean)
    return *moments[:2], a, b


def jax_bounds(cell):
    if name_of(cell) != "truncated_normal":
        return -2.0, 2.0
    return arguments_of(cell, lambda stddev=0.01, dtype=None, lower=-2.0, upper=2.0: (lower, upper))


# ---- The libraries: the values of a row, and those that its law may scale, each with their own law -------------------------


def keras_row(cell, shape):
    return np.asarray(eval(cell, dict(vars(keras.initializers)))(shape)), []


def torch_bases(shapes):
    """Standard values of the last of some tensors that are drawn one after the other."""
    bases = []
    for law, draw in (UNIFORM, torch.Tensor.uniform_), (NORMAL, torch.Tensor.normal_):
        torch.manual_seed(SEED)
        bases.append((law, [draw(torch.empty(shape)) for shape in shapes][-1].numpy()))
    return bases


def torch_row(cell, shape):
    weight = torch.empty(shape)
    torch.manual_seed(SEED)
    eval(cell, dict(vars(torch.nn.init), w=weight))
    return weight.numpy(), torch_bases([shape])


def layer_row(cell, _shape):
    """A bias is drawn after its weight."""
    layer, parameter = cell.rsplit(".", 1)
    torch.manual_seed(SEED)
    made = eval(layer, dict(vars(torch.nn)))
    before = [made.weight.shape] if parameter == "bias" else []
    values = getattr(made, parameter).detach()
    return values.numpy(), torch_bases([*before, values.shape])


def jax_row(cell, shape):
    key, wide = jax.random.key(SEED), np.float64
    values = eval(cell, dict(vars(jax.nn.initializers)))(key, shape, wide)
    bounds = jax_bounds(cell)
    bases = [
        (UNIFORM, jax.random.uniform(key, shape, wide)),
        (NORMAL, jax.random.normal(key, shape, wide)),
        (truncated(*bounds), jax.random.truncated_normal(key, *bounds, shape, wide)),
    ]
    return np.asarray(values), [(law, np.asarray(base)) for law, base in bases]


LIBRARIES = {
    "keras.initializers": keras_row,
    "torch.nn.init": torch_row,
    "torch.nn": layer_row,
    "jax.nn.initializers": jax_row,
}


def public_names(section):
    """The names of a library's initializers, each with all of its aliases."""
    if section == "keras.initializers":
        classes = {name: it for name, it in vars(keras.initializers).items() if inspect.isclass(it)}
        return [{name for name, it in classes.items() if it is one} for one in set(classes.values())]
    if section == "torch.nn.init":
        names = {name for name, it in vars(torch.nn.init).items() if getattr(it, "__module__", "") == "torch.nn.init"}
        # Without its underscore a name is deprecated.
        return [{name} for name in names if not name.startswith("_") and name + "_" not in names]
    return [{name} for name in dir(jax.nn.initializers) if not name.startswith("_")]


# ---- Comparisons -----------------------------------------------------------------------------------------------------------


def fit(values, base):
    """Scale and shift that make the values of the base, and how far they miss, relative to the values' spread."""
    scale, shift = np.polyfit(base.ravel(), values.ravel(), 1)
    # Once more on what is left, for digits.
    more, rest = np.polyfit(base.ravel(), (values - (base * scale + shift)).ravel(), 1)
    scale, shift = scale + more, shift + rest
    return scale, shift, np.abs(values - (base * scale + shift)).max() / values.std()


def law_of(values, bases):
    """The law that values were drawn from; None if no base fits."""
    for law, base in bases:
        scale, shift, miss = fit(values, base)
        if miss < 1e-9:
            return scaled(law, scale, shift)
    return None


def distance(a, b):
    """Of Kolmogorov and Smirnov, times the root by which it does not depend on the numbers of values."""
    a, b = np.sort(a, axis=None), np.sort(b, axis=None)
    both = np.concatenate([a, b])
    difference = np.searchsorted(a, both, side="right") / a.size - np.searchsorted(b, both, side="right") / b.size
    return np.abs(difference).max() * math.sqrt(a.size * b.size / (a.size + b.size))


def expect_near(ours, theirs, limit, what):
    near = ours == theirs if math.isinf(ours) else abs(ours - theirs) <= limit
    assert near, (what, ours, theirs)


def expect_extremes(values, summary, what):
    """Within the bounds and near them; of a normal, as far out as so many values come."""
    low, high = values.min(), values.max()
    if math.isinf(summary.upper):
        far = [(summary.mean - low) / summary.stddev, (high - summary.mean) / summary.stddev]
        assert all(3 < sigmas < 6 for sigmas in far), (what, far)
        return
    lower, upper, near = summary.lower, summary.upper, 100 * (summary.upper - summary.lower) / values.size
    rounding = 2.0**-23 * max(abs(lower), abs(upper))  # of float32
    assert lower - rounding <= low < lower + near and upper - near < high <= upper + rounding, (what, low, high)


def has_bounds(text):
    """Of a truncated normal, whose moments are then those of a numerical integral."""
    return "trunc_normal(" in text or ("truncated_normal(" in text and re.search(r"\ds\b", text) is not None)


def expect_law(glorand, text, values, bases, what):
    summary = glorand.describe(text, values.shape)
    theirs = torch_truncated(what[1]) if what[0] == "torch.nn.init" else None
    theirs = theirs or law_of(values, bases)
    assert theirs is not None, what
    mean, stddev, lower, upper = theirs
    moments, bounds = (1e-12 if has_bounds(text) else 1e-14) * summary.stddev, 1e-14 * summary.stddev
    for ours, its in (summary.mean, mean), (summary.stddev, stddev):
        expect_near(ours, its, moments, what)
    for ours, its in (summary.lower, lower), (summary.upper, upper):
        expect_near(ours, its, bounds, what)
    ours = drawn(glorand, text, values.shape)
    expect_extremes(ours, summary, what)
    expect_extremes(values, summary, what)
    assert distance(ours, values) < 2.2, (what, distance(ours, values))  # by chance, 1 in 8000


def matrix_of(section, values):
    """Tall, of columns that are orthonormal if the values are an orthogonal initializer's."""
    flat = values.reshape(len(values), -1) if section == "torch.nn.init" else values.reshape(-1, values.shape[-1])
    flat = flat.astype(np.float64)
    return flat.T if flat.shape[0] < flat.shape[1] else flat


def expect_orthogonal(glorand, text, values, what):
    """The summary is of the library's matrix, and both are orthonormal but for the summary's gain."""
    summary = glorand.describe(text, values.shape)
    ours = drawn(glorand, text, values.shape)
    gain = summary.upper
    assert summary.mean == 0 and summary.lower == -gain, what
    for one in ours, values:
        matrix = matrix_of(what[0], one)
        defect = np.abs(matrix.T @ matrix - gain**2 * np.eye(matrix.shape[1])).max()
        assert defect < 2e-6 * gain**2, (what, defect)
        assert abs(np.sqrt((matrix**2).mean()) - summary.stddev) < 1e-6 * summary.stddev, what
    assert distance(ours, values) < 2.2, (what, distance(ours, values))


def drawn(glorand, text, shape):
    """What glorand draws; a text without a seed has the next of the global seed's."""
    values = np.empty(shape, np.float32)
    glorand.set_seed(SEED)
    return glorand.fill_(values, text)


def expect_bits(glorand, text, values, what):
    ours = drawn(glorand, text, values.shape)
    assert np.array_equal(ours.view(np.uint32), values.astype(np.float32).view(np.uint32)), (what, ours, values)


# ---- The page --------------------------------------------------------------------------------------------------------------


def expect_refused(glorand, cell, what):
    """Neither by its name nor by that without torch's underscore."""
    for name in cell, cell.rstrip("_"):
        try:
            glorand.Initializer(name)
        except glorand.GlorandError:
            continue
        raise AssertionError((what, f"glorand reads {name}"))


def check_gains():
    """calculate_gain of every nonlinearity, bit for bit."""
    from glorand import _library  # after library.load

    for number, nonlinearity in enumerate(NONLINEARITIES):
        for slope in 0.0, 0.01, 0.2, -1.5, math.sqrt(5):
            gain = ctypes.c_double()
            status = _library.lib.glr_calculate_gain(number, ctypes.c_double(slope), ctypes.byref(gain))
            _library.check(status)
            expected = torch.nn.init.calculate_gain(nonlinearity, slope)
            assert gain.value == expected, (nonlinearity, slope, gain.value, expected)


def takes(cell, shape):
    """Identities are matrices, and there is a dirac of kernels only; a matrix has no axes to spare for a batch."""
    if name_of(cell) in ("IdentityInitializer", "eye_"):
        return len(shape) == 2
    return not ("batch_axis" in cell or name_of(cell) == "dirac_") or len(shape) > 2


def check_row(glorand, row):
    section, cell, text, values_are = row
    if values_are.startswith("not drawn: "):
        assert text == "", row
        expect_refused(glorand, cell, row)
        return
    if text == "":
        assert name_of(cell) == "calculate_gain" and values_are == "bits equal: `glr_calculate_gain`", row
        check_gains()
        return
    for shape in SHAPES[section]:
        if not takes(cell, shape):
            continue
        values, bases = LIBRARIES[section](cell, shape)
        if values_are == "bits equal":
            expect_bits(glorand, text, values, row)
        else:
            assert values_are == "law equal", row
            if text.startswith("orthogonal"):
                expect_orthogonal(glorand, text, values, row)
            else:
                expect_law(glorand, text, values, bases, row)


def check_completeness(rows):
    named = {(section, name_of(cell)) for section, cell, *_ in rows}
    for section in LIBRARIES:
        if section != "torch.nn":
            names = public_names(section)
            missing = [one for one in names if not any((section, name) in named for name in one)]
            assert len(names) > 10 and not missing, (section, "no rows for", missing)


def check_keras_reads_torchs(command):
    """Keras passes over the layout beside config, and reads the law of torch's initializers."""
    form = library.keras_form(command, "kaiming_normal(mode=fan_out, seed=7)")
    assert form["layout"] == "torch", form
    law = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=7)
    assert keras.initializers.deserialize(form).get_config() == law.get_config(), form


def check_keras_refuses_bounds(command):
    """Keras has no bounds, and does not pass over them: it would draw another law."""
    form = library.keras_form(command, "truncated_normal(0, 0.02, -3s, inf, seed=7)")
    bounds = {"lower": -3.0, "lower_unit": "stddev", "upper": math.inf, "upper_unit": "stddev"}
    assert form["config"] == {"mean": 0.0, "stddev": 0.02, **bounds, "seed": 7}, form
    try:
        keras.initializers.deserialize(form)
    except TypeError as error:
        assert "lower" in str(error), error
    else:
        raise AssertionError("Keras takes bounds")


def main(command, page):
    torch.set_default_dtype(torch.float64)
    glorand = library.load(command)
    rows = list(rows_of(page))
    check_completeness(rows)
    for row in rows:
        check_row(glorand, row)
    check_keras_reads_torchs(command)
    check_keras_refuses_bounds(command)
    count = {section: sum(row[0] == section for row in rows) for section in LIBRARIES}
    drawn_rows = sum(not row[3].startswith("not drawn") for row in rows)
    print(f"{len(rows)} rows, {drawn_rows} of them drawn: {count}")


if __name__ == "__main__":
    main(*sys.argv[1:])
