"""Values and descriptions against TensorFlow, Keras and torch; parts, threads, forks and seeds."""

import concurrent.futures
import math
import random
import subprocess
import sys
import threading
import time

import numpy
import pytest
from optional import numpy_dtype, torch

import glorand

SHAPES = [(784, 256), (3, 3, 16, 33), (1,), (0, 3), (5, 1, 7)]


def filled(law, shape, dtype="float32"):
    return glorand.fill_(glorand.empty(shape, dtype), law)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "name", ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"]
)
def test_keras_on_tensorflow(name, shape):
    keras = pytest.importorskip("keras")
    theirs = numpy.asarray(getattr(keras.initializers, name)(seed=42)(shape))
    law = getattr(glorand, name.replace("Normal", "_normal").replace("Uniform", "_uniform").lower())
    assert filled(law(seed=42), shape).tobytes() == theirs.tobytes()


@pytest.mark.parametrize("stream", [0, 5, glorand.stream_of_name("wte")])
def test_tensorflow(stream):
    tensorflow = pytest.importorskip("tensorflow")
    for shape in SHAPES:
        theirs = tensorflow.random.stateless_truncated_normal(shape, [7, stream], 0.5, 0.02).numpy()
        ours = filled(glorand.truncated_normal(0.5, 0.02, seed=7, stream=stream), shape)
        assert ours.tobytes() == theirs.tobytes()
        theirs = tensorflow.random.stateless_normal(shape, [7, stream], 0.0, 0.02).numpy()
        assert filled(glorand.random_normal(0, 0.02, seed=7, stream=stream), shape).tobytes() == theirs.tobytes()


def test_rounded_as_torch_rounds():
    """TensorFlow's float32 values, rounded by torch."""
    tensorflow = pytest.importorskip("tensorflow")
    single = torch.from_numpy(tensorflow.random.stateless_normal((64, 48), [3, 0], 0.0, 2.0).numpy())
    for dtype in (torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.float8_e5m2):
        ours = glorand.fill_(torch.zeros(64, 48, dtype=dtype), glorand.random_normal(0, 2, seed=3))
        assert torch.equal(ours.view(torch.uint8), single.to(dtype).view(torch.uint8)), dtype


def test_what_torch_draws_from():
    """Of torch's laws the standard deviation and the bounds are torch's; the values are not."""
    torch.manual_seed(1)
    for ours, theirs in (
        (glorand.kaiming_uniform("sqrt(5)", seed=1), lambda w: torch.nn.init.kaiming_uniform_(w, math.sqrt(5))),
        (glorand.xavier_normal(2, seed=1), lambda w: torch.nn.init.xavier_normal_(w, 2)),
        (glorand.linear_bias(64, seed=1), lambda w: torch.nn.init.uniform_(w, -0.125, 0.125)),
    ):
        weight, other = ours.fill_(torch.zeros(256, 512)), theirs(torch.zeros(256, 512))
        # Of 131072 values the deviation is known to a fifth of a percent, and 5 times that is a percent.
        assert abs(weight.std() / other.std() - 1) < 0.014
        assert abs(ours.describe((256, 512)).stddev / other.std().item() - 1) < 0.01


def test_constants():
    assert glorand.fill_(torch.zeros(4, 4), glorand.identity(0.5)).equal(0.5 * torch.eye(4))
    weight = torch.zeros(6, 2, 3, 3)
    assert glorand.dirac(2).fill_(weight).equal(torch.nn.init.dirac_(torch.zeros(6, 2, 3, 3), 2))
    assert glorand.fill_(numpy.zeros(3, "uint64"), glorand.constant(2**64 - 1)).tolist() == [2**64 - 1] * 3


@pytest.mark.parametrize("number", range(40))
def test_random_parts(number, drawn):
    """Boxes and ranges of a tensor, in strided arrays, are the whole's, which the command draws."""
    pick = random.Random(number)
    shape = tuple(pick.randint(1, 9) for _ in range(pick.randint(0, 4)))
    name = pick.choice(["float32", "float64", "float16", "bfloat16"])
    text = pick.choice(["glorot_normal", "random_normal(0, 2)", "he_uniform", "truncated_normal(method=icdf)"])
    law = glorand.Initializer(text).replace(seed=number, stream=number)
    dtype = numpy_dtype(name)
    whole = numpy.frombuffer(drawn(repr(law), shape, name), dtype).reshape(shape)
    box = tuple(tuple(sorted((pick.randint(0, size), pick.randint(0, size)))) for size in shape)
    extents = [end - first for first, end in box]
    expected = whole[tuple(slice(*bounds) for bounds in box)].tobytes()
    order = pick.sample(range(len(shape)), len(shape))
    spaced = numpy.zeros([extents[axis] + pick.randint(0, 2) for axis in order], dtype)
    places = [order.index(axis) for axis in range(len(shape))]
    part = spaced[(*(slice(extents[axis]) for axis in order), ...)].transpose(places)
    assert law.fill_(part, shape=shape, box=box).tobytes() == expected
    flat = numpy.zeros(math.prod(extents), dtype)
    slices = [slice(first if first else None, end) for first, end in box]
    assert law.fill_(flat, shape=shape, box=slices).tobytes() == expected
    first = pick.randint(0, whole.size)
    count = pick.randint(0, whole.size - first)
    values = numpy.zeros(count, dtype)
    assert (
        law.fill_(values, shape=shape, range=(first, count)).tobytes()
        == whole.reshape(-1)[first : first + count].tobytes()
    )


def test_a_part_far_in_a_large_tensor():
    """Fans are the whole tensor's, and so is the index: TensorFlow draws it by its counter alone."""
    tensorflow = pytest.importorskip("tensorflow")
    shape, first = (1 << 20, 1 << 20), (1 << 39) + 8
    stddev = math.sqrt(1 / (1 << 20))
    values = numpy.zeros(64, "float32")
    glorand.variance_scaling(1, "fan_in", "untruncated_normal", seed=7).fill_(values, shape=shape, range=(first, 64))
    key, counter = tensorflow.raw_ops.StatelessRandomGetKeyCounter(seed=[7, 0])
    counter = numpy.array(counter, "uint64") + numpy.array([first // 4, 0], "uint64")
    algorithm = tensorflow.random.Algorithm.PHILOX.value
    normal = tensorflow.raw_ops.StatelessRandomNormalV2(shape=[64], key=key, counter=counter, alg=algorithm)
    assert values.tobytes() == (normal.numpy() * numpy.float32(stddev)).tobytes()


def test_seed_stream_and_name_take_the_place_of_the_initializers():
    law = glorand.he_normal(seed=1, stream=2)
    for arguments in ({}, {"seed": 5}, {"stream": 6}, {"seed": 5, "name": "wte"}):
        ours = glorand.fill_(glorand.empty((8, 8)), law, **arguments)
        assert ours.tobytes() == filled(law.replace(**arguments), (8, 8)).tobytes()
    assert glorand.fill_(glorand.empty(4), "zeros", name="bias").tolist() == [0] * 4  # not random: no seed is needed


def test_unseeded():
    one, other = filled("he_normal", (8, 8)), filled("he_normal", (8, 8))
    assert one.tobytes() != other.tobytes()


def test_the_global_seed():
    tensorflow = pytest.importorskip("tensorflow")
    tensorflow.random.set_seed(3)
    theirs = [tensorflow.random.normal((5, 7)).numpy().tobytes() for _ in range(3)]
    glorand.set_seed(3)
    assert [filled("random_normal(0, 1)", (5, 7)).tobytes() for _ in range(3)] == theirs
    # A call that is refused takes no place in the sequence.
    glorand.set_seed(3)
    with pytest.raises(glorand.GlorandError):
        glorand.fill_(numpy.zeros(35, "int32"), "random_normal(0, 1)")
    with pytest.raises(glorand.GlorandError):
        glorand.fill_(numpy.zeros(35, "float32"), "random_normal(0, 1)", name="wte")
    assert filled("random_normal(0, 1)", (5, 7)).tobytes() == theirs[0]


@pytest.mark.parametrize("shape", [(784, 256), (3, 3, 16, 32), (7,), ()])
def test_describe(shape):
    keras = pytest.importorskip("keras")
    from keras.src.initializers.random_initializers import compute_fans

    fan_in, fan_out = compute_fans(shape)
    summary = glorand.describe("glorot_uniform", shape)
    assert (summary.fan_in, summary.fan_out) == (fan_in, fan_out)
    limit = math.sqrt(6 / (fan_in + fan_out))
    assert summary.upper == pytest.approx(limit, rel=1e-15) and summary.lower == -summary.upper
    assert summary.stddev == pytest.approx(limit / math.sqrt(3), rel=1e-15) and summary.mean == 0
    assert glorand.random_normal(1, 2).describe(shape) == (fan_in, fan_out, 1, 2, -math.inf, math.inf)
    assert glorand.describe("he_normal", shape, torch.bfloat16) == glorand.describe("he_normal", shape, "bfloat16")
    assert keras is not None
    for arguments in (("he_normal", (-1,)), ("he_normal", (2,), "int32"), ("random_normal(0, -1)", (2,))):
        with pytest.raises(glorand.GlorandError):
            glorand.describe(*arguments)


def test_threads():
    law = glorand.he_normal(seed=1)
    expected = filled(law, (300, 200)).tobytes()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda _: filled(law, (300, 200)).tobytes(), range(64))
        assert set(results) == {expected}


def test_errors_are_the_threads_own():
    def fail(number):
        for _ in range(50):
            with pytest.raises(glorand.GlorandError, match=f"'law{number}'"):
                glorand.Initializer(f"law{number}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(8)))


def test_other_threads_run_during_a_fill():
    values = numpy.zeros(1 << 27, "float32")
    during = []
    began, done = threading.Event(), threading.Event()

    def work():
        began.set()
        glorand.fill_(values, "random_normal(0, 1, seed=1)")
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    began.wait()
    time.sleep(0.02)
    while not done.is_set():
        during.append(time.perf_counter())
        time.sleep(0.001)
    worker.join()
    assert len(during) > 5


def test_forked_children():
    program = """
import os, threading, numpy, glorand
law = glorand.he_normal(seed=1)
expected = law.fill_(numpy.zeros(200000, "float32")).tobytes()
stop = threading.Event()
def draw():
    values = numpy.zeros(200000, "float32")
    while not stop.is_set():
        law.fill_(values)
threads = [threading.Thread(target=draw) for _ in range(2)]
[thread.start() for thread in threads]
children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        os._exit(law.fill_(numpy.zeros(200000, "float32")).tobytes() != expected)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])
stop.set()
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == f"{[0] * 8}\n"


def test_a_child_forked_while_the_device_is_opened():
    program = """
import os, glorand
from glorand import _device
_device._lock.acquire()
child = os.fork()
if child == 0:
    os._exit(glorand.fill_(bytearray(4), "ones", dtype="float32") != bytes([0, 0, 128, 63]))
print(os.waitpid(child, 0)[1])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "0\n"


def test_multiprocessing_by_spawn():
    import multiprocessing

    law = glorand.he_normal(seed=1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(filled, (law, (20, 30))).tobytes() == filled(law, (20, 30)).tobytes()


def test_signals_are_not_lost():
    """A fill leaves no lock behind when a signal's handler runs in the meantime."""
    import signal

    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(filled("ones", (3,)).tolist()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.002)
        while not seen:
            filled("random_normal(0, 1, seed=1)", (1000, 100))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert seen[0] == [1, 1, 1]


def test_placements():
    """Against numpy's slices; torch's rules for chunks are tested where torch is (test_torch_ranks.py)."""
    law = glorand.random_normal(0, 1, seed=3)
    whole = law.fill_(numpy.zeros((10, 6), "float32"))
    rows = glorand.Placement(ranks=4, rank=2, axis=0)  # chunks of 3, 3, 3 and 1
    halves = glorand.Placement(ranks=2, rank=0, axis=1, segments=3)
    part = law.fill_(numpy.zeros((3, 3), "float32"), shape=(10, 6), placements=[rows, halves])
    assert part.tolist() == whole[6:9, ::2].tolist()
    within = numpy.zeros((5, 8), "float32")
    law.fill_(within[1:4, 1:7:2], shape=(10, 6), placements=[rows, halves])
    assert within[1:4, 1:7:2].tolist() == part.tolist() and numpy.count_nonzero(within) == 9
    all_of_it = law.fill_(numpy.zeros((10, 6), "float32"), shape=(10, 6), placements=[glorand.Placement(3, 1)])
    assert all_of_it.tolist() == whole.tolist()
    nothing = glorand.Placement(ranks=11, rank=10, axis=0)
    assert law.fill_(numpy.zeros((0, 6), "float32"), shape=(10, 6), placements=[nothing]).size == 0


def test_placements_refused():
    values = numpy.zeros((5, 6), "float32")
    rows = glorand.Placement(ranks=2, rank=0, axis=0)

    def refused(status, match, *placements, law="ones", **said):
        with pytest.raises(glorand.GlorandError, match=match) as caught:
            glorand.fill_(values, law, **{"shape": (10, 6), "placements": placements, **said})
        assert caught.value.status == status and not values.any()

    refused("GLR_ERROR_ARGUMENT", "rank", rows._replace(rank=2))
    refused("GLR_ERROR_ARGUMENT", "ranks", rows._replace(ranks=0))
    refused("GLR_ERROR_ARGUMENT", "axis", rows._replace(axis=2))
    refused("GLR_ERROR_ARGUMENT", "axis", rows._replace(axis=2**40))
    refused("GLR_ERROR_SHAPE", "segment", rows._replace(segments=(4, 5)))
    refused("GLR_ERROR_SHAPE", "array: numpy.ndarray has the shape", glorand.Placement(2, 0, 1))
    refused("GLR_ERROR_UNSEEDED", "seed", rows, law="he_normal")
    refused("GLR_ERROR_UNSEEDED", "seed", glorand.Placement(1, 0), law="he_normal", shape=(5, 6))
    for said, match in (
        ({"placements": [rows]}, "shape"),
        ({"placements": [(2, 0)], "shape": (10, 6)}, "Placement"),
        ({"placements": [rows._replace(rank="0")], "shape": (10, 6)}, "integer"),
        ({"placements": [rows], "shape": (10, 6), "box": ((0, 5), (0, 6))}, "one of them"),
    ):
        with pytest.raises(TypeError, match=match):
            glorand.fill_(values, "ones", **said)
    assert not values.any()


def test_parts_that_are_none():
    """The message says which of the numbers is wrong, not what comes of it."""
    values = numpy.zeros(4, "float32")
    for said, match in (
        ({"shape": (-4,)}, "^shape: -4 is negative"),
        ({"shape": (8,), "range": (-2, 4)}, "^range: -2 is negative"),
        ({"shape": (8,), "range": (2, -4)}, "^range: -4 is negative"),
        ({"shape": (8,), "box": ((6, 2),)}, "^box: the end along axis 0 is 2, before the first index, 6"),
    ):
        with pytest.raises(glorand.GlorandError, match=match) as caught:
            glorand.fill_(values, "ones", **said)
        assert caught.value.status == "GLR_ERROR_SHAPE"
    for said, match in (
        ({"shape": True}, "^shape: integers are needed, not True"),
        ({"shape": (4, True)}, "^shape: integers are needed"),
        ({"shape": (8,), "placements": 5}, "^placements: a Placement for each dimension"),
    ):
        with pytest.raises(TypeError, match=match):
            glorand.fill_(values, "ones", **said)
    assert not values.any()


def test_twenty_threads():
    """At once, of one law, each into an array of its own."""
    law, wanted = glorand.truncated_normal(seed=3), numpy.zeros(300000, "float32")
    glorand.fill_(wanted, law)
    arrays = [numpy.zeros(300000, "float32") for _ in range(20)]
    threads = [threading.Thread(target=law.fill_, args=(values,)) for values in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(values.tobytes() == wanted.tobytes() for values in arrays)


INTERRUPTED = """
import signal, threading, numpy, glorand
law, values = glorand.random_normal(seed=1), numpy.zeros(1 << 26, "float32")
threading.Timer(0.02, signal.raise_signal, [signal.SIGINT]).start()
try:
    while True:
        glorand.fill_(values, law)
except KeyboardInterrupt:
    print(not values.any() or bool((law.fill_(numpy.zeros_like(values)) == values).all()))
"""


def test_an_interrupt_waits_for_the_end(python):
    """So that all values are drawn, or none where it came before the fill."""
    assert python(INTERRUPTED) == "True\n"
