#!/usr/bin/env python3
"""Measures how fast glorand and PyTorch fill square float32 matrices that are orthogonal, in turn, and prints JSON: of
each size the medians of the rounds, in seconds of the clock and of processors, and the median of the rounds' ratios.

usage: orthogonal.py LIBGLORAND.so [--sizes N,...] [--rounds N] [--threads N]
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time
from collections.abc import Callable

import torch

SEED = 42


def timed(fill: Callable[[torch.Tensor], object], values: torch.Tensor) -> tuple[float, float]:
    """Seconds of the clock and of processors."""
    wall, processors = time.perf_counter(), time.process_time()
    fill(values)
    return time.perf_counter() - wall, time.process_time() - processors


def check(values: torch.Tensor, what: str) -> None:
    wide = values.double()
    defect = float((wide.T @ wide - torch.eye(len(values), dtype=torch.float64)).abs().max())
    if defect > 1e-5:
        sys.exit(f"{what} is not orthogonal: {defect}")


def measure(fill: Callable[[torch.Tensor], object], size: int, rounds: int) -> dict[str, float | int]:
    fills: dict[str, Callable[[torch.Tensor], object]] = {"glorand": fill, "torch": torch.nn.init.orthogonal_}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in fills}
    values = torch.zeros(size, size)
    for _ in range(rounds):
        for name, its_fill in fills.items():
            seconds[name].append(timed(its_fill, values))
            check(values, name)
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(seconds["glorand"], seconds["torch"], strict=True)]
    result: dict[str, float | int] = {"size": size, "rounds": rounds, "ratio": statistics.median(ratios)}
    for name, times in seconds.items():
        result[f"{name}_seconds"] = statistics.median(wall for wall, _ in times)
        result[f"{name}_processor_seconds"] = statistics.median(processors for _, processors in times)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("library")
    parser.add_argument("--sizes", default="256,1024,2048")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    os.environ.update(GLORAND_LIBRARY=options.library, OMP_NUM_THREADS=str(options.threads))
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
    import glorand

    fill = glorand.orthogonal(seed=SEED).fill_
    results = [measure(fill, int(size), options.rounds) for size in options.sizes.split(",")]
    print(json.dumps({"torch": torch.__version__, "threads": options.threads, "results": results}, indent=1))


if __name__ == "__main__":
    main()
