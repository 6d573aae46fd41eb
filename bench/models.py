#!/usr/bin/env python3
"""Measures how fast glorand and PyTorch give sharded tensors and models their initial values, in turn, and prints JSON:
medians of the rounds, in seconds of the clock, and the median of the rounds' ratios.

- "dtensor": a float32 DTensor, Shard(0) on so many gloo processes on this machine, filled by `fill_` and by `normal_`.
  Seconds are those of the slowest process.
- "model": Llama-2-7B in bfloat16, shard 1 of 64 of `fully_shard`, from meta to initial values: by `init_`, and by
  `to_empty` with `normal_` of each matrix and ones in the norms, which is what transformers' own code does to it.

usage: models.py LIBGLORAND.so [--bytes N] [--processes N] [--layers N] [--rounds N]
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Shard

SEED, STDDEV, RANKS, RANK = 42, 0.02, 64, 1
VOCABULARY, WIDTH, FEEDFORWARD = 32000, 4096, 11008  # of Llama-2-7B


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, Any]:
    """Medians of each way's seconds, and of torch's over each other's."""
    seconds = [{name: way() for name, way in ways.items()} for _ in range(rounds)]
    result: dict[str, Any] = {f"{name}_seconds": statistics.median(one[name] for one in seconds) for name in ways}
    for name in ways:
        if name != "torch":
            result[f"{name}_ratio"] = statistics.median(one["torch"] / one[name] for one in seconds)
    return result


# ---- A tensor on several processes -----------------------------------------------------------------------------------


def measure_tensor(rank: int, options: argparse.Namespace, store: str, answer: Any) -> None:
    """What each process does; the first one answers."""
    import glorand

    dist.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=options.processes)
    torch.set_num_threads(1)
    mesh = init_device_mesh("cpu", (options.processes,))
    rows = options.bytes // 4 // WIDTH // options.processes
    values = DTensor.from_local(torch.zeros(rows, WIDTH), mesh, [Shard(0)])

    def slowest(work: Callable[[], object]) -> Callable[[], float]:
        def way() -> float:
            dist.barrier()
            seconds = torch.tensor(timed(work))
            dist.all_reduce(seconds, dist.ReduceOp.MAX)
            return float(seconds)

        return way

    ways = {
        method: slowest(lambda law=law: law.fill_(values))  # type: ignore[misc]
        for method, law in (
            ("normal", glorand.random_normal(0, STDDEV, seed=SEED)),
            ("icdf", glorand.truncated_normal(0, STDDEV, seed=SEED, method="icdf")),
            ("resample", glorand.truncated_normal(0, STDDEV, seed=SEED)),
        )
    }
    result = in_turn({**ways, "torch": slowest(lambda: values.normal_(0, STDDEV))}, options.rounds)
    if rank == 0:
        answer.put({"bytes": values.numel() * 4, "processes": options.processes, **result})
    dist.destroy_process_group()


# ---- A model's shard -------------------------------------------------------------------------------------------------


class Layer(torch.nn.Module):
    """The parameters of a layer of Llama-2-7B."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, torch.nn.Linear(WIDTH, WIDTH, bias=False))
        self.gate_proj = torch.nn.Linear(WIDTH, FEEDFORWARD, bias=False)
        self.up_proj = torch.nn.Linear(WIDTH, FEEDFORWARD, bias=False)
        self.down_proj = torch.nn.Linear(FEEDFORWARD, WIDTH, bias=False)
        self.norm, self.norm_of_mlp = torch.nn.RMSNorm(WIDTH), torch.nn.RMSNorm(WIDTH)


class Llama(torch.nn.Module):
    def __init__(self, layers: int) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(VOCABULARY, WIDTH)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(layers))
        self.norm = torch.nn.RMSNorm(WIDTH)
        self.head = torch.nn.Linear(WIDTH, VOCABULARY, bias=False)


def sharded(layers: int) -> torch.nn.Module:
    """The model on meta, of which this process has one shard."""
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("meta"):
        model = Llama(layers)
    torch.set_default_dtype(torch.float32)
    mesh = init_device_mesh("cpu", (RANKS,))
    for layer in model.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
    return model


def init_by_torch(model: torch.nn.Module) -> None:
    model.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, STDDEV)
            else:
                parameter.fill_(1)


def measure_model(options: argparse.Namespace) -> dict[str, Any]:
    from torch.testing._internal.distributed.fake_pg import FakeStore

    import glorand.torch

    glorand.set_threads(torch.get_num_threads())
    dist.init_process_group("fake", store=FakeStore(), rank=RANK, world_size=RANKS)
    rules = {"*norm*": "ones", "*": f"random_normal(0, {STDDEV})"}

    def way(initialize: Callable[[torch.nn.Module], object]) -> Callable[[], float]:
        def timed_way() -> float:
            model = sharded(options.layers)
            return timed(lambda: initialize(model))

        return timed_way

    ways = {"glorand": way(lambda model: glorand.torch.init_(model, rules, seed=SEED)), "torch": way(init_by_torch)}
    result = in_turn(ways, options.rounds)
    parameters = sum(parameter.numel() for parameter in sharded(options.layers).parameters())
    dist.destroy_process_group()
    return {"parameters": parameters, "ranks": RANKS, **result}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("library")
    parser.add_argument("--bytes", type=int, default=2**30)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sources = str(pathlib.Path(__file__).parents[1] / "python")
    os.environ.update(GLORAND_LIBRARY=options.library, OMP_NUM_THREADS="1")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (sources, os.environ.get("PYTHONPATH"))))
    sys.path.insert(0, sources)
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store")
        processes = [
            context.Process(target=measure_tensor, args=(rank, options, store, answer))
            for rank in range(options.processes)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        if any(process.exitcode for process in processes):
            sys.exit("a process has failed")
    torch.set_num_threads(os.cpu_count() or 1)
    results = {"dtensor": answer.get(), "model": measure_model(options)}
    print(json.dumps({"torch": torch.__version__, "processors": os.cpu_count(), **results}, indent=1))


if __name__ == "__main__":
    main()
