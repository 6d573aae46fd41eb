#!/usr/bin/env python3
"""Measures how fast torch draws normals on a CUDA device, and prints what `glorand-gpu-bench peers` does for glorand.

usage: torch_peer.py [--device K] [--rounds N] [--short] SIZE...

SIZE is bytes of values: 4KiB, 64MiB or 1GiB, for example. Prints lines of name, dtype, bytes and values per second, and
of what is left out a comment. Exit status: 0; 2 bad usage; 3 nothing can be measured, for the reason on standard error.
"""

import argparse
import importlib
import re
import statistics
import sys
from collections.abc import Callable
from typing import Any, NoReturn

STDDEV = 0.02
DTYPES = ("float32", "bfloat16")
UNITS = {"KiB": 10, "MiB": 20, "GiB": 30}
MAX_RUNS = 100_000

# Draws into a tensor. The type is torch's, which this file must do without where it is not installed.
Draw = Callable[[Any], object]


def give_up(reason: str) -> NoReturn:
    print(f"torch_peer.py: {reason}", file=sys.stderr)
    sys.exit(3)


def one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def size(text: str) -> int:
    match = re.fullmatch(r"([1-9]\d{0,6})([KMG]iB)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"no such size: {text!r}; 4KiB, 64MiB and 1GiB are examples")
    return int(match[1]) << UNITS[match[2]]


def number_from(minimum: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not re.fullmatch(r"\d{1,3}", text) or not minimum <= int(text) <= 100:
            raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {minimum} to 100")
        return int(text)

    return number


def load_torch() -> Any:
    try:
        return importlib.import_module("torch")
    except (ImportError, OSError) as error:  # OSError: a library that torch needs
        give_up(f"Python {sys.version.split()[0]} cannot load torch: {one_line(error)}")


def open_device(torch: Any, number: int) -> Any:
    """The device, after a draw on it: a torch without kernels for a card says so only then."""
    if torch.version.cuda is None:
        give_up(f"torch {torch.__version__} is built without CUDA")
    try:
        if not torch.cuda.is_available():
            give_up(f"torch {torch.__version__} finds no CUDA device that it can use")
        if number >= torch.cuda.device_count():
            give_up(f"torch {torch.__version__} sees {torch.cuda.device_count()} devices; number {number} is asked for")
        device = torch.device("cuda", number)
        torch.cuda.set_device(device)
        torch.empty(1024, device=device).normal_()
        torch.cuda.synchronize(device)
    except RuntimeError as error:
        give_up(f"torch {torch.__version__} cannot draw on this card: {one_line(error)}")
    return device


def milliseconds(torch: Any, draw: Draw, tensor: Any, runs: int) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(runs):
        draw(tensor)
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))


def calibrate(torch: Any, draw: Draw, tensor: Any, minimum: float) -> int:
    """How many runs last long enough. The first of them also warms everything up."""
    runs = 1
    took = milliseconds(torch, draw, tensor, runs)
    while took < minimum and runs < MAX_RUNS:
        factor = 1.2 * minimum / max(took, 1e-6)
        runs = min(10 * runs if factor > 10 else int(runs * factor) + 1, MAX_RUNS)
        took = milliseconds(torch, draw, tensor, runs)
    return runs


def rate(torch: Any, draw: Draw, tensor: Any, count: int, minimum: float) -> float:
    """Values per second: the median of some rounds."""
    runs = calibrate(torch, draw, tensor, minimum)
    times = [milliseconds(torch, draw, tensor, runs) for _ in range(count)]
    return float(tensor.numel()) * runs / (1e-3 * max(statistics.median(times), 1e-9))


def methods(torch: Any) -> dict[str, Draw]:
    """Normals, and those that are truncated at two standard deviations, as TensorFlow and glorand do."""
    truncate = torch.nn.init.trunc_normal_
    return {
        "torch normal_": lambda tensor: tensor.normal_(0.0, STDDEV),
        "torch trunc_normal_": lambda tensor: truncate(tensor, 0.0, STDDEV, -2 * STDDEV, 2 * STDDEV),
    }


def measure(torch: Any, device: Any, sizes: list[int], count: int, minimum: float) -> None:
    for wanted in sizes:
        for dtype in DTYPES:
            for name, draw in methods(torch).items():
                try:
                    kind = getattr(torch, dtype)
                    one = torch.empty(1, dtype=kind).element_size()
                    tensor = torch.empty(wanted // one, dtype=kind, device=device)
                    values = rate(torch, draw, tensor, count, minimum)
                except RuntimeError as error:  # no memory, or no such draw of this dtype
                    print(f"# {name}, {dtype}, {wanted} bytes left out: {one_line(error)}", flush=True)
                    continue
                print(f"{name},{dtype},{wanted},{values:.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how fast torch draws normals on a CUDA device.")
    parser.add_argument("--device", type=number_from(0), default=0, metavar="K", help="0 is the default")
    parser.add_argument("--rounds", type=number_from(1), default=5, metavar="N", help="5 is the default")
    parser.add_argument("--short", action="store_true", help="repeat runs for 1 ms instead of 10 ms within one timing")
    parser.add_argument("sizes", nargs="+", type=size, metavar="SIZE", help="bytes of values: 64MiB, for example")
    given = parser.parse_args()
    torch = load_torch()
    device = open_device(torch, given.device)
    print("name,dtype,bytes,values_per_second")
    card = torch.cuda.get_device_name(device)
    print(f"# torch {torch.__version__}, CUDA {torch.version.cuda}, card {card}", flush=True)
    measure(torch, device, given.sizes, given.rounds, 1.0 if given.short else 10.0)


if __name__ == "__main__":
    main()
