#!/usr/bin/env python3
"""Counts what a kernel's main loop costs on a GPU, from its machine code.

The main loop's cost is that of the shortest way once round a loop of the kernel that does the given store: every
instruction on it takes an issue slot, whatever it does. Beside the slots it says to which group of NVIDIA's table of
throughputs (throughput.csv) the instructions belong, and the cycles that a multiprocessor needs for each group.

usage: census.py --nvdisasm PROGRAM --kernel NAME --values N [--store OPCODE] CUBIN...

N is the number of values that a thread draws in one round. PROGRAM is in NVIDIA's toolkit and, on PyPI, in
nvidia-cuda-nvdisasm; a file's architecture is read from it.
"""
import argparse
import collections
import csv
import heapq
import json
import pathlib
import re
import subprocess
import sys

# The first that matches says an opcode's group; None is for what the table does not have: it only takes a slot.
GROUPS = [
    (r"FADD|FMUL|FFMA", "float32 add multiply fma"),
    (r"DADD|DMUL|DFMA", "float64 add multiply fma"),
    (r"IMAD\.WIDE", "integer multiply wide"),
    # A move or a shift that is done by the multiplier.
    (r"IMAD", "integer multiply"),
    (r"IADD|VIADD|LEA|IABS", "integer add"),
    (r"ISETP|FSETP|DSETP|IMNMX|VIMNMX|VIADDMNMX|FMNMX|DMNMX", "integer compare minimum maximum"),
    (r"SHF|SHL|SHR|SGXT|BMSK", "shift"),
    (r"LOP|PLOP|PRMT|SEL|FSEL|MOV", "logic"),
    (r"POPC|FLO|BREV", "count of bits"),
    (r"MUFU", "special function"),
    (r"SHFL", "shuffle"),
    (r"I2F|F2I|F2F|I2I|FRND", "conversion"),
    (r"", None),
]

INSTRUCTION = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?([A-Z][A-Z0-9_.]*)\s*([^;]*);")
LABEL = re.compile(r"^(\.L_x?_?\w+):")


def group_of(opcode):
    return next(group for pattern, group in GROUPS if re.match(pattern, opcode))


def disassemble(program, path, kernel):
    """The kernel's instructions as (opcode, guarded, text of the operands), labels as indices into them, and the
    architecture."""
    text = subprocess.run([program, "-c", path], check=True, capture_output=True, text=True).stdout
    architecture = re.search(r"\bsm_(\d+)|EF_CUDA_SM(\d+)", text)
    section = re.search(rf"^\.text\.{re.escape(kernel)}:$(.*?)(?=^\s*//-+ |\Z)", text, re.M | re.S)
    if section is None or architecture is None:
        sys.exit(f"{path}: no kernel {kernel}, or no architecture")
    code, labels = [], {}
    for line in section.group(1).splitlines():
        label = LABEL.match(line)
        if label:
            labels[label.group(1)] = len(code)
        found = INSTRUCTION.search(line)
        if found:
            code.append((found.group(2), found.group(1) is not None, found.group(3)))
    return code, labels, "sm_" + (architecture.group(1) or architecture.group(2))


def target(operands, labels):
    name = re.search(r"`\((\.L_\w+)\)", operands)
    return labels.get(name.group(1)) if name else None


def successors(code, labels):
    """For each instruction, which may follow it."""
    after, meeting = [], {}
    for i, (opcode, guarded, operands) in enumerate(code):
        base = opcode.split(".")[0]
        following = [i + 1]
        if base == "BSSY":
            meeting[operands.split(",")[0].strip()] = target(operands, labels)
        elif base == "BSYNC":
            following = [meeting.get(operands.strip(), i + 1)]
        elif base in ("BRA", "BRX", "JMP"):
            to = target(operands, labels)
            conditional = guarded or re.match(r"\s*!?U?P[0-9T]", operands)
            following = ([i + 1] if conditional else []) + ([to] if to is not None else [])
        elif base in ("EXIT", "RET"):
            following = [i + 1] if guarded else []
        after.append([n for n in following if n is not None and n < len(code)])
    return after


def shortest(after, start, ends):
    """The shortest way from start to one of ends, both included, or None."""
    came, queue, done = {}, [(0, start, None)], set()
    while queue:
        steps, node, before = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        came[node] = before
        if node in ends:
            way = [node]
            while came[way[-1]] is not None:
                way.append(came[way[-1]])
            return way[::-1]
        for following in after[node]:
            heapq.heappush(queue, (steps + 1, following, node))
    return None


def main_loop(code, labels, store):
    """The shortest way round a loop through a store. Where the kernel has no such loop: from its beginning, through
    the store, to its end."""
    after = successors(code, labels)
    ways = []
    for place in (i for i, (opcode, _, _) in enumerate(code) if opcode.startswith(store)):
        for following in after[place]:
            rest = shortest(after, following, {place})
            if rest:
                ways.append(rest)
    if ways:
        return min(ways, key=len), True
    ends = {i for i, (opcode, guarded, _) in enumerate(code) if opcode == "EXIT" and not guarded}
    for place in (i for i, (opcode, _, _) in enumerate(code) if opcode.startswith(store)):
        head, tail = shortest(after, 0, {place}), shortest(after, place, ends)
        if head and tail:
            ways.append(head + tail[1:])
    if not ways:
        sys.exit(f"no way through {store}")
    return min(ways, key=len), False


def read_rates():
    table = pathlib.Path(__file__).with_name("throughput.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in table if not line.startswith("#"))
    return {row["group"]: row for row in rows}


def census(arguments, path, rates):
    code, labels, architecture = disassemble(arguments.nvdisasm, path, arguments.kernel)
    way, is_loop = main_loop(code, labels, arguments.store)
    opcodes = collections.Counter(code[i][0].split(".")[0] for i in way)
    wide = sum(code[i][0].startswith("IMAD.WIDE") for i in way)
    groups = collections.Counter(group_of(code[i][0]) for i in way)
    result = {"kernel": arguments.kernel, "architecture": architecture, "is_loop": is_loop, "slots": len(way),
              "slots_per_value": round(len(way) / arguments.values, 2), "wide_products": wide,
              "opcodes": dict(opcodes.most_common()), "groups": {}, "without_rate": 0}
    for group, count in groups.most_common():
        rate = rates.get(group, {}).get(architecture)
        cycles = round(32 * count / float(rate) / arguments.values, 3) if rate else None
        result["groups"][group or "other"] = {"count": count, "cycles_of_a_warps_value": cycles}
        result["without_rate"] += 0 if rate or group is None else count
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nvdisasm", default="nvdisasm")
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--values", type=int, required=True)
    parser.add_argument("--store", default="STG.E.128")
    parser.add_argument("cubins", nargs="+")
    arguments = parser.parse_args()
    rates = read_rates()
    for path in arguments.cubins:
        print(json.dumps(census(arguments, path, rates), indent=1))


main()
