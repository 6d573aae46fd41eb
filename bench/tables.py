"""The generated part of README.md: tables in Markdown."""

import statistics


def table(head, rows, left=1):
    """A table whose first columns, `left` of them, are texts; numbers are to the right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] * left + ["---:"] * (len(head) - left)) + "|"]
    escaped = [[cell.replace("<", "&lt;") for cell in row] for row in rows]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in escaped])


def number(value, digits=3):
    """Three significant digits, without an exponent."""
    if value is None:
        return "–"
    decimals = digits - 1
    magnitude = abs(value)
    while magnitude >= 10 and decimals > 0:
        magnitude /= 10
        decimals -= 1
    while 0 < magnitude < 1 and decimals < 6:
        magnitude *= 10
        decimals += 1
    return f"{value:.{decimals}f}"


def machine_lines(run, others, disturbed):
    """others: processors that other programs kept busy at most, or None; disturbed: how many rounds were left out, and of how
    many, or None."""
    machine = run["machine"]
    return "\n".join([
        f"- Processor: {machine['processor']}, {machine['processors']} processors in use, "
        f"instruction set {machine['isa']}",
        f"- Memory: {machine['memory_bytes'] / 2**30:.1f} GiB; huge pages: {machine['huge_pages'] or 'unknown'}",
        f"- System: {machine['system']}, {machine['kernel']}",
        f"- Compiler: {run['compiler']}; glorand {run['version']}, stream version {run['stream_version']}",
    ] + ([] if others is None else [f"- Other programs kept {others:.1f} processors busy meanwhile, at most"])
      + ([] if disturbed is None else
         [f"- Rounds that other programs disturbed, and that are left out: {disturbed[0]} of {disturbed[1]}"]))


def key_table(ratios):
    rows = []
    for text, values in ratios:
        first, second = text.split(", ", 1)
        if not values:
            rows.append([first, second, "not measured", "–"])
            continue
        rows.append([first, second, number(statistics.median(values)),
                     f"{number(min(values))} to {number(max(values))}"])
    return table(["how many times as fast is", "as", "ratio", "of the loops"], rows, 2)


def rate(results, name):
    return results[name]["values_per_second"] if name in results else None


def millions(value):
    return "–" if value is None else f"{value / 1e6:.0f}" if value >= 1e8 else f"{value / 1e6:.1f}"


def peer_table(results, peers, dtype, size, threads, methods):
    """glorand's methods, then the peers, from the fastest on, as far as they were measured in this dtype."""
    def row(name, library, method, truncates):
        one, every = (rate(results, f"{name}/{dtype}/{size}/{t}t") for t in (1, threads))
        best = max(v for v in (one, every, 0.0) if v is not None)
        return best, [library, method, "yes" if truncates else "no", millions(one),
                      millions(every) if threads > 1 else "–"]

    own = [row(n, "glorand", n, n != "random_normal") for n in methods]
    rows = [row(p["name"], " ".join((p["library"], p["version"])).strip(), p["method"], p["truncates"])
            for p in peers.values()]
    rows = [r for best, r in own + sorted(rows, key=lambda item: -item[0]) if best > 0]
    return table(["library", "what it draws", "truncates", "1 thread", f"{threads} threads"], rows, 3)


def matrix_table(results, size, threads):
    """Methods against dtypes."""
    dtypes = ("float32", "bfloat16", "float16", "float64", "float8_e4m3fn", "float8_e5m2")
    rows = []
    for method in ("resample", "icdf", "random_normal", "random_uniform"):
        for t in sorted({1, threads}):
            rows.append([method, str(t)] + [millions(rate(results, f"{method}/{d}/{size}/{t}t")) for d in dtypes])
    return table(["method", "threads", *dtypes], rows)


# (method, what it does more than which method before it); icdf follows from uniform by another way.
STAGES = (("constant", "stores", None), ("random_uniform", "Philox, conversion", "constant"),
          ("random_normal", "logarithm, sine, cosine, radius", "random_uniform"),
          ("resample", "rejections", "random_normal"),
          ("icdf", "inverse distribution function, after random_uniform", "random_uniform"))


def stage_table(results):
    """Nanoseconds per value of each form's stages, their difference to the stage before, and the rate beside the
    CPU's. A result's name is METHOD/DTYPE/BYTES/THREADS/FORM."""
    forms = ("cpu", "opencl", "opencl-one-lane")
    times = {(n.split("/")[0], n.split("/")[4]): 1e9 / r["values_per_second"]
             for n, r in results.items() if n.count("/") == 4}
    rows = []
    for method, work, before in STAGES:
        row = [method, work]
        for form in forms:
            own, less, cpu = (times.get(key) for key in ((method, form), (before, form), (method, "cpu")))
            row += [number(own), number(own - less if own and less else None)]
            if form != "cpu":
                row.append(number(cpu / own if cpu and own else None))
        rows.append(row)
    head = ["stage", "what it does more"]
    for form in forms:
        head += [form.replace("-one-lane", " on one lane"), "more"] + (["rate to cpu"] if form != "cpu" else [])
    return table(head, rows, 2)


def start_table(start):
    """Milliseconds of a process."""
    rows = []
    for name in start["rounds"][0]:
        times = [1e3 * r[name] for r in start["rounds"]]
        rows.append([name, number(statistics.median(times)), f"{number(min(times))} to {number(max(times))}"])
    return table(["on", "ms", "of the rounds"], rows)


def disk_table(disk):
    """Rates of writing, and their ratio to dd's in the same round."""
    rows = []
    for name in disk["rounds"][0]:
        rates = [disk["bytes"] / r[name] / 1e9 for r in disk["rounds"]]
        ratios = [r["dd"] / r[name] for r in disk["rounds"]]
        rows.append([name, number(statistics.median(rates)), number(statistics.median(ratios)),
                     f"{number(min(ratios))} to {number(max(ratios))}"])
    return table(["what writes", "GB/s", "to dd", "of the rounds"], rows)


def case_table(results):
    rows = []
    for name, r in results.items():
        rows.append([f"`{name}`", millions(r["values_per_second"]), number(r["bytes_per_second"] / 1e9),
                     f"{100 * r['spread']:.1f} %", number(r["ratio_to_memset"]),
                     number(r["ratio_to_streaming_stores"]), "–" if r["disturbed"] is None else str(r["disturbed"])])
    return table(["case", "10^6 values/s", "GB/s", "spread", "to memset", "to streaming stores", "left out"], rows)
