#!/usr/bin/env python3
"""Measures how fast Python's libraries draw initial values on the CPU, and prints JSON as glorand-bench does.

usage: peers.py [--quick] [--list] [--filter TEXT]... [--rounds N] [--threads N] [--sizes MIB,...]

Each library runs in processes of its own, one for each number of threads, which are bound to as many processors:
some libraries take their number of threads from there only. bench/requirements.txt holds the versions.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

COLUMNS = 1024  # of the matrices that are drawn
MIB = 1 << 20

# A timing repeats a run until it lasts as long as this.
MIN_SECONDS = 0.05

# Memory that a library frees and takes again should not cost fresh pages each time: its values are drawn into
# memory that was touched before, as glorand's are.
REUSE_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_ARENA_MAX": "1"}


def make_tensorflow(shape, threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def draw(i):
        return tf.random.stateless_truncated_normal(shape, seed=[42, i], stddev=0.05)

    return draw, tf.__version__


def make_tensorflow_kernel(shape, threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    key, counter = tf.constant([42], tf.uint64), tf.constant([0, 0], tf.uint64)

    def draw(_):
        return tf.raw_ops.StatelessTruncatedNormalV2(
            shape=shape, key=key, counter=counter, alg=1, dtype=tf.float32
        )

    return draw, tf.__version__


def make_jax(shape, _):
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    initializer = jax.nn.initializers.glorot_normal()
    compiled = jax.jit(lambda key: initializer(key, shape, jax.numpy.float32))
    keys = [jax.random.key(i) for i in range(64)]

    def draw(i):
        return compiled(keys[i % len(keys)]).block_until_ready()

    return draw, jax.__version__


def make_pytorch(shape, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(42)
    values = torch.zeros(shape, dtype=torch.float32)

    def draw(_):
        torch.nn.init.trunc_normal_(values, mean=0.0, std=0.05, a=-0.1, b=0.1)

    return draw, torch.__version__


def make_numpy(shape, _):
    import numpy

    generator = numpy.random.Generator(numpy.random.Philox(42))
    values = numpy.zeros(shape, dtype=numpy.float32)

    def draw(_):
        generator.standard_normal(dtype=numpy.float32, out=values)

    return draw, numpy.__version__


# name: (library, module, what is called, whether it truncates, whether it can use several threads, maker)
PEERS = {
    "peer-tensorflow": (
        "TensorFlow", "tensorflow", "tf.random.stateless_truncated_normal", True, True, make_tensorflow),
    "peer-tensorflow-kernel": (
        "TensorFlow", "tensorflow", "tf.raw_ops.StatelessTruncatedNormalV2, not scaled", True, True,
        make_tensorflow_kernel),
    "peer-jax": ("JAX", "jax", "jax.nn.initializers.glorot_normal, jitted", True, True, make_jax),
    "peer-pytorch": ("PyTorch", "torch", "torch.nn.init.trunc_normal_", True, True, make_pytorch),
    "peer-numpy": ("NumPy", "numpy", "Generator(Philox).standard_normal", False, False, make_numpy),
}


def list_cases(options):
    """(name, peer, MiB, threads) of all cases that the filters let through."""
    cases = []
    for mib in options.sizes:
        for threads in sorted({1, options.threads}):
            for peer, (_, _, _, _, is_parallel, _) in PEERS.items():
                name = f"{peer}/float32/{mib}MiB/{threads}t"
                if threads > 1 and not is_parallel:
                    continue
                if not options.filter or any(text in name for text in options.filter):
                    cases.append((name, peer, mib, threads))
    return cases


def time_runs(draw, runs, first):
    start = time.perf_counter()
    for i in range(runs):
        draw(first + i)
    return time.perf_counter() - start


def measure(peer, mib, threads, rounds):
    """In a process of its own: measures one case and prints what it found."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[:threads])
    elements = mib * MIB // 4
    draw, version = PEERS[peer][5]((elements // COLUMNS, COLUMNS), threads)
    draw(0)  # compiles, and touches the memory
    seconds = time_runs(draw, 1, 1)
    runs = max(1, int(MIN_SECONDS / seconds + 1))
    rates = [elements * runs / time_runs(draw, runs, 2 + k * runs) for k in range(rounds)]
    print(json.dumps({"version": version, "rates": rates, "repetitions": runs}))


def run_child(peer, mib, threads, rounds):
    """The output of measure(), or the reason why it has none."""
    child = [sys.executable, __file__, "--measure", f"{peer},{mib},{threads},{rounds}"]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        child, env={**os.environ, **REUSE_MEMORY, **quiet}, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def describe_result(name, peer, mib, threads, found):
    rates = sorted(found["rates"])
    median = statistics.median(rates)
    low, _, high = statistics.quantiles(rates, n=4, method="inclusive") if len(rates) > 1 else (median,) * 3
    return {
        "name": name, "role": "peer", "method": PEERS[peer][2], "dtype": "float32", "bytes": mib * MIB,
        "threads": threads, "isa": "", "backend": "", "truncates": PEERS[peer][3], "first_touch": False,
        "rounds": len(rates), "repetitions": found["repetitions"], "values_per_second": median,
        "bytes_per_second": 4 * median, "spread": (high - low) / median, "ratio_to_memset": None,
        "ratio_to_streaming_stores": None,
    }


def measure_all(options):
    results, peers, skipped = [], {}, {}
    for name, peer, mib, threads in list_cases(options):
        if peer in skipped:
            continue
        found = run_child(peer, mib, threads, options.rounds or (3 if mib > 64 else 5))
        library, _, method, truncates, _, _ = PEERS[peer]
        if isinstance(found, str):
            print(f"peers.py: left out: {peer}: {found}", file=sys.stderr)
            skipped[peer] = found
            continue
        results.append(describe_result(name, peer, mib, threads, found))
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
    parser.add_argument("--threads", type=int, metavar="N", default=len(os.sched_getaffinity(0)),
                        help="what `all threads' means")
    parser.add_argument("--sizes", metavar="MIB,...", help="sizes in MiB")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        peer, mib, threads, rounds = options.measure.split(",")
        measure(peer, int(mib), int(threads), int(rounds))
        return 0
    sizes = options.sizes or ("16" if options.quick else "16,256")
    options.sizes = [int(size) for size in sizes.split(",")]
    if options.list:
        print("\n".join(name for name, _, _, _ in list_cases(options)))
        return 0
    json.dump(measure_all(options), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
