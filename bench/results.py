"""Reads what glorand-bench and peers.py printed, and computes the key ratios."""

import json
import pathlib
import statistics


def read(path):
    """One program's JSON."""
    data = json.loads(pathlib.Path(path).read_text())
    for key in ("results", "peers", "skipped"):
        if not isinstance(data.get(key), list):
            raise ValueError(f"{path}: \"{key}\" is not a list")
    return data


def merge(runs):
    """One result for each name: its numbers are the medians over the runs that hold it."""
    found = {}
    for run in runs:
        for result in run["results"]:
            found.setdefault(result["name"], []).append(result)
    merged = {}
    for name, results in found.items():
        merged[name] = dict(results[0])
        for key in ("values_per_second", "bytes_per_second", "spread", "ratio_to_memset", "ratio_to_streaming_stores"):
            numbers = [r[key] for r in results if r[key] is not None]
            merged[name][key] = statistics.median(numbers) if numbers else None
        for key in ("rounds", "disturbed"):
            merged[name][key] = sum(r[key] for r in results)
    return merged


def peers_of(runs):
    """The results of each peer that was measured, by name."""
    return {peer["name"]: peer for run in runs for peer in run["peers"]}


def skipped_in(runs):
    """Reasons by name, of what no run measured."""
    measured = {*peers_of(runs), *(result["name"] for run in runs for result in run["results"])}
    return {s["name"]: s["reason"] for run in runs for s in run["skipped"] if s["name"] not in measured}


def disturbed_in(runs):
    """(rounds that other programs disturbed, all rounds), of all that has a figure."""
    results = [result for run in runs for result in run["results"]]
    disturbed = sum(r["disturbed"] for r in results)
    return disturbed, disturbed + sum(r["rounds"] for r in results)


# Truncated normals between other bounds than 2 standard deviations: how their names end, and how people call the bounds.
BOUNDS = {"-3s": "at 3 standard deviations", "-values": "at absolute bounds"}


def is_between(name):
    """Whether a case or a peer has other bounds than 2 standard deviations."""
    return name.split("/")[0].endswith(tuple(BOUNDS))


# (for people, numerator, denominator), with SIZE, ALL and ONE to be put in.
KEY_RATIOS = [
    ("resample, TensorFlow's stateless_truncated_normal",
     "resample/float32/SIZE/ALL", "peer-tensorflow/float32/SIZE/ALL"),
    ("resample, PyTorch's trunc_normal_",
     "resample/float32/SIZE/ALL", "peer-pytorch/float32/SIZE/ALL"),
    ("resample in bfloat16, PyTorch's trunc_normal_ in bfloat16",
     "resample/bfloat16/SIZE/ALL", "peer-pytorch/bfloat16/SIZE/ALL"),
    ("icdf, PyTorch's trunc_normal_", "icdf/float32/SIZE/ALL", "peer-pytorch/float32/SIZE/ALL"),
    ("icdf in bfloat16, PyTorch's trunc_normal_ in bfloat16",
     "icdf/bfloat16/SIZE/ALL", "peer-pytorch/bfloat16/SIZE/ALL"),
    *((f"{method} {bounds}{of}, PyTorch's trunc_normal_ {bounds}{of}",
       f"{method}{end}/{dtype}/SIZE/ALL", f"peer-pytorch{end}/{dtype}/SIZE/ALL")
      for end, bounds in BOUNDS.items()
      for dtype, of in (("float32", ""), ("bfloat16", " in bfloat16"))
      for method in ("resample", "icdf")),
    ("random_normal in bfloat16, PyTorch's normal_ in bfloat16",
     "random_normal/bfloat16/SIZE/ALL", "peer-pytorch-normal/bfloat16/SIZE/ALL"),
    ("icdf, TensorFlow's stateless_truncated_normal",
     "icdf/float32/SIZE/ALL", "peer-tensorflow/float32/SIZE/ALL"),
    ("icdf, MKL's Gaussian by inverse distribution function, which does not truncate",
     "icdf/float32/SIZE/ALL", "peer-mkl-icdf/float32/SIZE/ALL"),
    ("resample, MKL's Gaussian by Box-Muller, which does not truncate",
     "resample/float32/SIZE/ALL", "peer-mkl-box-muller/float32/SIZE/ALL"),
    ("icdf, memset of the same buffer", "icdf/float32/SIZE/ALL", "memset/float32/SIZE/ALL"),
    ("resample in bfloat16, in float32",
     "resample/bfloat16/SIZE/ALL", "resample/float32/SIZE/ALL"),
    ("icdf in bfloat16, in float32", "icdf/bfloat16/SIZE/ALL", "icdf/float32/SIZE/ALL"),
    ("resample with all threads, with one",
     "resample/float32/SIZE/ALL", "resample/float32/SIZE/ONE"),
]


def ratio_in(loop, numerator, denominator):
    """Ratio of values a second within one loop, or None. That to a yardstick comes from the rounds."""
    if numerator not in loop or denominator not in loop:
        return None
    if denominator.startswith("memset/"):
        return loop[numerator]["ratio_to_memset"]
    return loop[numerator]["values_per_second"] / loop[denominator]["values_per_second"]


def key_ratios(loops, size, threads):
    """(for people, the ratio in each loop that has it) of every key ratio."""
    found = []
    for text, numerator, denominator in KEY_RATIOS:
        ratios = []
        for loop in loops:
            names = [n.replace("SIZE", size).replace("ALL", f"{threads}t").replace("ONE", "1t")
                     for n in (numerator, denominator)]
            ratio = ratio_in(loop, *names) if names[0] != names[1] else None
            if ratio is not None:
                ratios.append(ratio)
        found.append((text, ratios))
    return found


def kept_members(merged):
    """What READMEs need of the results."""
    keys = ("bytes", "threads", "values_per_second", "bytes_per_second", "spread", "ratio_to_memset",
            "ratio_to_streaming_stores", "disturbed")
    return {name: {key: result[key] for key in keys} for name, result in merged.items()}


def text_of(data):
    """JSON with a line for each member and each result, so that a difference can be read."""
    def member(key, value):
        if key != "results":
            return f" {json.dumps(key)}: {json.dumps(value)}"
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(result)}" for name, result in value.items())
        return f' "results": {{\n{lines}\n }}'
    return "{\n" + ",\n".join(member(key, value) for key, value in data.items()) + "\n}\n"
