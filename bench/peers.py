#!/usr/bin/env python3
"""Measures how fast Python's libraries draw initial values on the CPU, and prints JSON as glorand-bench does.

usage: peers.py [--quick] [--list] [--filter TEXT]... [--rounds N] [--keep-disturbed] [--threads N] [--sizes MIB,...]

Each library runs in processes of its own, one for each number of threads, which are bound to as many processors:
some libraries take their number of threads from there only. bench/requirements.txt holds the versions.

Rounds that other programs disturbed are left out, by the limits of bench/statistics.h.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

COLUMNS = 1024  # of the matrices that are drawn
MIB = 1 << 20

# A timing repeats a run until it lasts as long as this.
MIN_SECONDS = 0.05

# Limits of bench/statistics.h: of the time of a timing, its threads may wait so much for processors; other programs may
# keep so many processors busy; so many of the rounds must be left.
MAX_WAITED = 0.02
MAX_OTHERS = 0.2
MIN_KEPT = 0.5

# The system counts what all programs use in hundredths of a second: less time than this says nothing of them.
MIN_JUDGED_SECONDS = 0.5

SIZES = {"float32": 4, "bfloat16": 2}  # bytes of a value

# Memory that a library frees and takes again should not cost fresh pages each time: its values are drawn into
# memory that was touched before, as glorand's are.
REUSE_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_ARENA_MAX": "1"}


def make_tensorflow(shape, threads, _):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def draw(i):
        return tf.random.stateless_truncated_normal(shape, seed=[42, i], stddev=0.05)

    return draw, tf.__version__


def make_tensorflow_kernel(shape, threads, _):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    key, counter = tf.constant([42], tf.uint64), tf.constant([0, 0], tf.uint64)

    def draw(_):
        return tf.raw_ops.StatelessTruncatedNormalV2(
            shape=shape, key=key, counter=counter, alg=1, dtype=tf.float32
        )

    return draw, tf.__version__


def make_jax(shape, _threads, _dtype):
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    initializer = jax.nn.initializers.glorot_normal()
    compiled = jax.jit(lambda key: initializer(key, shape, jax.numpy.float32))
    keys = [jax.random.key(i) for i in range(64)]

    def draw(i):
        return compiled(keys[i % len(keys)]).block_until_ready()

    return draw, jax.__version__


def pytorch_tensor(shape, threads, dtype):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(42)
    return torch, torch.zeros(shape, dtype=getattr(torch, dtype))


def make_pytorch_between(shape, threads, dtype, std, a, b):
    torch, values = pytorch_tensor(shape, threads, dtype)

    def draw(_):
        torch.nn.init.trunc_normal_(values, mean=0.0, std=std, a=a, b=b)

    return draw, torch.__version__


def make_pytorch(shape, threads, dtype):
    return make_pytorch_between(shape, threads, dtype, 0.05, -0.1, 0.1)


# The bounds of bench/law.c.
def make_pytorch_3s(shape, threads, dtype):
    return make_pytorch_between(shape, threads, dtype, 0.05, -0.15, 0.15)


def make_pytorch_values(shape, threads, dtype):
    return make_pytorch_between(shape, threads, dtype, 0.02, -0.02, 0.03)


def make_pytorch_normal(shape, threads, dtype):
    torch, values = pytorch_tensor(shape, threads, dtype)

    def draw(_):
        values.normal_(0.0, 0.05)

    return draw, torch.__version__


def make_numpy(shape, _threads, _dtype):
    import numpy

    generator = numpy.random.Generator(numpy.random.Philox(42))
    values = numpy.zeros(shape, dtype=numpy.float32)

    def draw(_):
        generator.standard_normal(dtype=numpy.float32, out=values)

    return draw, numpy.__version__


# name: (library, what is called, whether it truncates, whether it can use several threads, dtypes, maker)
PEERS = {
    "peer-tensorflow": (
        "TensorFlow", "tf.random.stateless_truncated_normal", True, True, ("float32",), make_tensorflow),
    "peer-tensorflow-kernel": (
        "TensorFlow", "tf.raw_ops.StatelessTruncatedNormalV2, not scaled", True, True, ("float32",),
        make_tensorflow_kernel),
    "peer-jax": ("JAX", "jax.nn.initializers.glorot_normal, jitted", True, True, ("float32",), make_jax),
    "peer-pytorch": (
        "PyTorch", "torch.nn.init.trunc_normal_(a=-2*std, b=2*std)", True, True, ("float32", "bfloat16"), make_pytorch),
    "peer-pytorch-3s": (
        "PyTorch", "torch.nn.init.trunc_normal_(a=-3*std, b=3*std)", True, True, ("float32", "bfloat16"),
        make_pytorch_3s),
    "peer-pytorch-values": (
        "PyTorch", "torch.nn.init.trunc_normal_(std=0.02, a=-0.02, b=0.03)", True, True, ("float32", "bfloat16"),
        make_pytorch_values),
    "peer-pytorch-normal": (
        "PyTorch", "torch.Tensor.normal_", False, True, ("float32", "bfloat16"), make_pytorch_normal),
    "peer-numpy": ("NumPy", "Generator(Philox).standard_normal", False, False, ("float32",), make_numpy),
}


def list_cases(options):
    """(name, peer, dtype, MiB, threads) of all cases that the filters let through."""
    cases = []
    for mib in options.sizes:
        for threads in sorted({1, options.threads}):
            for peer, (_, _, _, is_parallel, dtypes, _) in PEERS.items():
                for dtype in dtypes if is_parallel or threads == 1 else ():
                    name = f"{peer}/{dtype}/{mib}MiB/{threads}t"
                    if not options.filter or any(text in name for text in options.filter):
                        cases.append((name, peer, dtype, mib, threads))
    return cases


def waited():
    """Seconds that the threads of this process have waited so far for processors that others had."""
    seconds = 0.0
    for path in pathlib.Path("/proc/self/task").glob("*/schedstat"):
        try:
            seconds += 1e-9 * int(path.read_text().split()[1])
        except (OSError, IndexError):  # the thread has ended
            pass
    return seconds


def used_by_others():
    """Seconds of processors that all programs but this one have used so far, those that a hypervisor took included."""
    ticks = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    idle, waiting = 3, 4
    busy = sum(int(n) for kind, n in enumerate(ticks) if kind not in (idle, waiting))
    return busy / os.sysconf("SC_CLK_TCK") - time.process_time()


class Watch:
    """Looks whether other programs disturb this one from now on. Threads of this process wait for each other, too: others
    had no more than what this process left of its processors, nor more than they used."""

    def __init__(self, threads):
        self.threads = threads
        self.waited, self.own, self.others = waited(), time.process_time(), used_by_others()
        self.begun = time.perf_counter()

    def others_now(self):
        return used_by_others() - self.others

    def seconds(self):
        return time.perf_counter() - self.begun

    def is_disturbed(self):
        room = self.threads * self.seconds()
        left = room - (time.process_time() - self.own)
        used = self.others_now() + 1 / os.sysconf("SC_CLK_TCK")  # which counts whole ticks
        return min(waited() - self.waited, left, used) > MAX_WAITED * room


def time_runs(draw, runs, first):
    start = time.perf_counter()
    for i in range(runs):
        draw(first + i)
    return time.perf_counter() - start


def time_rounds(draw, runs, rounds, threads):
    """[(seconds, whether other programs disturbed it)] of each round."""
    timings = []
    first, span = 0, Watch(threads)
    for k in range(rounds):
        watch = Watch(threads)
        seconds = time_runs(draw, runs, 2 + k * runs)
        timings.append((seconds, watch.is_disturbed()))
        if span.seconds() >= MIN_JUDGED_SECONDS:
            if span.others_now() > MAX_OTHERS * span.seconds():
                timings[first:] = [(seconds, True) for seconds, _ in timings[first:]]
            first, span = len(timings), Watch(threads)
    return timings


def measure(peer, dtype, mib, threads, rounds):
    """In a process of its own: measures one case and prints what it found."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[:threads])
    elements = mib * MIB // SIZES[dtype]
    draw, version = PEERS[peer][5]((elements // COLUMNS, COLUMNS), threads, dtype)
    draw(0)  # compiles, and touches the memory
    seconds = time_runs(draw, 1, 1)
    runs = max(1, int(MIN_SECONDS / seconds + 1))
    timings = time_rounds(draw, runs, rounds, threads)
    rates = [(elements * runs / seconds, disturbed) for seconds, disturbed in timings]
    print(json.dumps({"version": version, "rates": rates, "repetitions": runs}))


def run_child(peer, dtype, mib, threads, rounds):
    """The output of measure(), or the reason why it has none."""
    child = [sys.executable, __file__, "--measure", f"{peer},{dtype},{mib},{threads},{rounds}"]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        child, env={**os.environ, **REUSE_MEMORY, **quiet}, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def kept_rates(rates, keeps_disturbed):
    """The rates of the rounds that count; or a text that says why too few do."""
    kept = [rate for rate, disturbed in rates if keeps_disturbed or not disturbed]
    if not kept or len(kept) < MIN_KEPT * len(rates):
        return f"other programs disturbed {len(rates) - len(kept)} of {len(rates)} rounds"
    return kept


def describe_result(name, peer, dtype, mib, threads, found, kept):
    rates = sorted(kept)
    median = statistics.median(rates)
    low, _, high = statistics.quantiles(rates, n=4, method="inclusive") if len(rates) > 1 else (median,) * 3
    return {
        "name": name, "role": "peer", "method": PEERS[peer][1], "dtype": dtype, "bytes": mib * MIB,
        "threads": threads, "isa": "", "backend": "", "truncates": PEERS[peer][2], "first_touch": False,
        "rounds": len(rates), "disturbed": len(found["rates"]) - len(rates), "repetitions": found["repetitions"],
        "values_per_second": median, "bytes_per_second": SIZES[dtype] * median, "spread": (high - low) / median,
        "ratio_to_memset": None, "ratio_to_streaming_stores": None,
    }


def measure_all(options):
    results, peers, skipped = [], {}, {}

    def leave_out(name, reason):
        print(f"peers.py: left out: {name}: {reason}", file=sys.stderr)
        skipped[name] = reason

    for name, peer, dtype, mib, threads in list_cases(options):
        if peer in skipped:
            continue
        found = run_child(peer, dtype, mib, threads, options.rounds or (3 if mib > 64 else 5))
        if isinstance(found, str):
            leave_out(peer, found)
            continue
        kept = kept_rates(found["rates"], options.keep_disturbed)
        if isinstance(kept, str):
            leave_out(name, kept)
            continue
        results.append(describe_result(name, peer, dtype, mib, threads, found, kept))
        library, method, truncates, *_ = PEERS[peer]
        peers[peer] = {
            "name": peer, "library": library, "method": method, "truncates": truncates,
            "version": found["version"],
        }
    return {
        "program": "peers.py", "version": platform.python_version(), "quick": options.quick, "results": results,
        "peers": list(peers.values()), "skipped": [{"name": k, "reason": v} for k, v in skipped.items()],
    }


def main():
    parser = argparse.ArgumentParser(description="Measures how fast Python's libraries draw initial values.")
    parser.add_argument("--quick", action="store_true", help="16 MiB only")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--filter", action="append", metavar="TEXT", help="only names that contain TEXT")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each case is timed")
    parser.add_argument("--keep-disturbed", action="store_true", help="count disturbed rounds, too")
    parser.add_argument("--threads", type=int, metavar="N", default=len(os.sched_getaffinity(0)),
                        help="what `all threads' means")
    parser.add_argument("--sizes", metavar="MIB,...", help="sizes in MiB")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        peer, dtype, *numbers = options.measure.split(",")
        measure(peer, dtype, *(int(number) for number in numbers))
        return 0
    sizes = options.sizes or ("16" if options.quick else "16,256")
    options.sizes = [int(size) for size in sizes.split(",")]
    if options.list:
        print("\n".join(name for name, *_ in list_cases(options)))
        return 0
    json.dump(measure_all(options), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
