#!/usr/bin/env python3
"""Counts what the kernels cost on GPUs, from the machine code that ships, and holds it against a
table.

The machine code inside the fat binary is run here, warp by warp (sass_run.py), with the parameters of a launch that
the library itself made; every value that it stores must be the CPU's. So each instruction is counted as often as it is
issued, with all that branches, rejection and its queue cost. A kernel's slots are instructions that a warp issues for
each value of a lane: a large fill's, since one thread block draws one tile after the other here as it does there.

usage: census.py --fatbin FILE --glorand PROGRAM --driver LIBRARY --nvdisasm PROGRAM --table FILE
                 [--nvcc PROGRAM] [--update]

With --update it writes the table; otherwise it fails where a count is more than a tenth away from the table's, where
registers are spilled, where fewer than half of the warps fit, and where there is float64 arithmetic.
"""
import argparse
import collections
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/ptxsim/sass"))

import sass
import sass_run

ARCHITECTURES = (80, 89, 90, 120)
KERNELS = {"uniform": ["random_uniform"], "normal": ["random_normal"], "icdf": ["truncated_normal", "--method", "icdf"],
           "resample": ["truncated_normal"]}
NARROW = " bfloat16" # ends the names of those that draw it
KERNELS |= {name + NARROW: [*KERNELS[name], "--dtype", "bfloat16"] for name in ("normal", "icdf", "resample")}
STRIDED = " strided" # rows of a slice: each is a run, and the kernel is that of any strides
KERNELS |= {name + STRIDED: KERNELS[name] for name in ("normal", "icdf", "resample")}
BOUNDED = " bounds" # others than -2 and 2
KERNELS |= {"icdf" + BOUNDED: ["truncated_normal(0, 0.05, -3s, 3s)", "--method", "icdf"],
            "resample" + BOUNDED: ["truncated_normal(0, 0.05, -3s, 3s)"]}
LAWS = ("log_arange", "dt_bias", "sinusoids") # of the index: one kernel, an element at a time
KERNELS |= {name: [name] for name in LAWS}
ROW = 512
CURAND = "curand_normal4"
VALUES = 1 << 15 # for the table; the test takes half as many, and half the time

# The first that matches says an opcode's group: those of throughput.csv, and what that table does not have.
GROUPS = [
    (r"U(?!NDEF)|S2UR|R2UR|VOTEU|LDCU", "uniform"), # a warp's instruction, not a lane's
    (r"FADD|FMUL|FFMA|HFMA2", "float32 add multiply fma"), # a half's is there to load a constant
    (r"D(ADD|MUL|FMA|SETP|MNMX)", "float64 add multiply fma"),
    (r"IMAD\.WIDE", "integer multiply wide"),
    (r"IMAD", "integer multiply"), # moves and shifts among them
    (r"IADD|VIADD(?!MNMX)|LEA|IABS", "integer add"),
    (r"ISETP|FSETP|IMNMX|VIMNMX|VIADDMNMX|FMNMX", "integer compare minimum maximum"),
    (r"SHF(?!L)|SHL|SHR|SGXT|BMSK", "shift"),
    (r"LOP|PLOP|PRMT|SEL|FSEL|MOV|CS2R", "logic"),
    (r"POPC|FLO|BREV", "count of bits"),
    (r"MUFU", "special function"),
    (r"SHFL", "shuffle"),
    (r"I2F|F2I|F2F|I2I|FRND", "conversion"),
    (r"LD|ST|ATOM|RED", "memory"),
    (r"", "control"),
]
GROUP_NAMES = [name for _, name in GROUPS]
COLUMNS = ["kernel", "architecture", "slots", *GROUP_NAMES, "table passes", "shared passes", "registers", "spills",
           "occupancy"]

# Of a multiprocessor: warps, bytes of shared memory, and what of it a block takes besides its own.
MULTIPROCESSOR = {80: (64, 164 << 10, 1024), 89: (48, 100 << 10, 1024), 90: (64, 228 << 10, 0), 120: (48, 100 << 10, 0)}
REGISTERS, REGISTER_UNIT = 65536, 256


def group_of(opcode):
    return next(group for pattern, group in GROUPS if re.match(pattern, opcode))


def occupancy(cubin, kernel, threads):
    """The part of a multiprocessor's warps that can be there at once."""
    warps, shared, reserved = MULTIPROCESSOR[cubin.architecture]
    per_block = threads // 32
    unit = -(-32 * cubin.registers(kernel) // REGISTER_UNIT) * REGISTER_UNIT
    blocks = min(warps // per_block, REGISTERS // unit // per_block)
    used = cubin.size(f".nv.shared.{kernel}")
    if used:
        blocks = min(blocks, shared // (used + reserved))
    return blocks * per_block / warps


def row_of(name, program, threads, issued, passes, values):
    """A line of the table, from what was issued for `values` values, and the turns that memory took."""
    cubin, kernel = program.cubin, program.kernel
    groups, turns = collections.Counter(), collections.Counter()
    for instruction, count, turn in zip(program.code, issued, passes):
        groups[group_of(instruction.opcode)] += int(count)
        turns["shared" if instruction.opcode.startswith(("LDS", "STS")) else "table"] += int(turn)
    row = {"kernel": name, "architecture": f"sm_{cubin.architecture}", "slots": sum(groups.values()) * 32 / values}
    row |= {group: groups[group] * 32 / values for group in GROUP_NAMES}
    row |= {f"{kind} passes": turns[kind] * 32 / values for kind in ("table", "shared")}
    row |= {"registers": cubin.registers(kernel),
            "spills": sum(x.opcode.startswith(("STL", "LDL")) for x in program.code),
            "occupancy": occupancy(cubin, kernel, threads)}
    return row


def part_of(kernel, values):
    if kernel.endswith(STRIDED):
        return ["--shape", f"{values // ROW},{2 * ROW}", "--slice", f":,{ROW // 2}:{ROW // 2 + ROW}"]
    return ["--shape", f"{values // ROW},{ROW}" if kernel in LAWS else str(values)]


def fill(arguments, kernel, backend, environment):
    return subprocess.run([arguments.glorand, "fill", "--initializer", *KERNELS[kernel],
                           *part_of(kernel, arguments.values), "--seed", "42", "--output", "-", "--backend", backend],
                          check=True, capture_output=True, env=dict(os.environ, **environment)).stdout


def launch_of(arguments, kernel):
    """The launch of a fill: the kernel's name, threads of a block, parameters."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "launches")
        environment = {"GLORAND_CUDA_LIBRARY": arguments.driver, "PTXSIM_LAUNCHES": str(log)}
        fill(arguments, kernel, "cuda", environment)
        name, _, threads, parameters = log.read_text(encoding="utf-8").splitlines()[-1].split()
    return name, int(threads), bytes.fromhex(parameters)


def count_kernel(arguments, kernel, cubin, kernels):
    name, threads, parameters = launch_of(arguments, kernel)
    program = sass_run.Program(cubin, name, *kernels[name])
    double = [x.opcode for x in program.code if group_of(x.opcode).startswith("float64")]
    if double:
        sys.exit(f"{name}, sm_{cubin.architecture}: float64 arithmetic, reached or not: {', '.join(double)}")
    expected = np.frombuffer(fill(arguments, kernel, "cpu", {}), np.uint32)
    memory = sass_run.Memory(int.from_bytes(parameters[:8], "little"), len(expected))
    program.run(1, threads, parameters, memory)
    wrong = np.count_nonzero((memory.words != expected) | ~memory.written)
    if wrong:
        sys.exit(f"{name}, sm_{cubin.architecture}: {wrong} of {len(expected)} words are not the CPU's")
    return row_of(kernel, program, threads, program.issued, program.passes, arguments.values)


def count_curand(arguments, architecture):
    """cuRAND's loop: what twice as many values cost more, which leaves out how each thread begins."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "curand.cubin")
        source = pathlib.Path(__file__).with_name("curand_normal4.cu")
        subprocess.run([arguments.nvcc, "-cubin", f"-arch=sm_{architecture}", source, "-o", path], check=True)
        cubin = sass.cubins(path)[architecture]
        kernels = sass.disassemble(arguments.nvdisasm, cubin)
    runs, name = [], "curand_normal4_fill"
    for count in (arguments.values // 2, arguments.values):
        program, memory = sass_run.Program(cubin, name, *kernels[name]), sass_run.Memory(1 << 32, count)
        program.run(1, 128, b"".join(x.to_bytes(8, "little") for x in (1 << 32, count // 4, 42)), memory)
        values = memory.words.view(np.float32)
        if not memory.written.all() or abs(values.mean()) > 0.05 or abs(values.std() - 1) > 0.05:
            sys.exit(f"cuRAND, sm_{architecture}: mean {values.mean()}, standard deviation {values.std()}")
        runs.append(program)
    return row_of(CURAND, runs[1], 128, runs[1].issued - runs[0].issued,
                  runs[1].passes - runs[0].passes, arguments.values // 2)


def count_all(arguments):
    shipped, rows = sass.cubins(arguments.fatbin), []
    for architecture in ARCHITECTURES:
        if architecture not in shipped:
            print(f"no machine code for sm_{architecture}: an older nvcc")
            continue
        kernels = sass.disassemble(arguments.nvdisasm, shipped[architecture])
        rows += [count_kernel(arguments, kernel, shipped[architecture], kernels) for kernel in KERNELS]
        if arguments.nvcc:
            rows.append(count_curand(arguments, architecture))
    return rows


def read_table(path):
    lines = [x for x in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    return {(row["kernel"], row["architecture"]): row for row in csv.DictReader(lines)}


def write_table(path, rows, compiler):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("# Written by census.py --update: instructions issued for a value, by group; what a thread takes.\n"
                   f"# Compiled by {compiler}.\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: f"{value:.3f}" if isinstance(value, float) else value for key, value in row.items()})


def complaints(row, table):
    """Errors in a kernel's count."""
    name, found = f"{row['kernel']}, {row['architecture']}", table.get((row["kernel"], row["architecture"]))
    if row["kernel"] == CURAND:
        return
    if row["spills"]:
        yield f"{name}: {row['spills']} instructions spill registers"
    if row["occupancy"] < 0.5:
        yield f"{name}: {100 * row['occupancy']:.0f} % of the warps fit"
    if row["float64 add multiply fma"]:
        yield f"{name}: float64 arithmetic"
    if found is None:
        yield f"{name}: not in the table"
        return
    for key in ("slots", "table passes", "shared passes"):
        old, new = float(found[key]), row[key]
        if abs(new - old) > 0.1 * old + 0.05:
            yield f"{name}: {new:.2f} {key} a value, {old:.2f} in the table"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("fatbin", "glorand", "driver", "nvdisasm", "table"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--nvcc", help="to count cuRAND as well")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    arguments.values = VALUES if arguments.update else VALUES // 2
    rows = count_all(arguments)
    for row in rows:
        print(f"{row['kernel']:17} {row['architecture']:7} {row['slots']:7.2f} slots {row['registers']:3} registers "
              f"{100 * row['occupancy']:4.0f} % of the warps, {row['table passes']:5.2f} table and "
              f"{row['shared passes']:5.2f} shared passes")
    table = {} if arguments.update else read_table(arguments.table)
    if arguments.update:
        version = subprocess.run([arguments.nvcc, "--version"], check=True, capture_output=True, text=True).stdout
        write_table(arguments.table, rows, "nvcc " + re.search(r"V([\d.]+)", version).group(1))
        table = read_table(arguments.table)
    wrong = [text for row in rows for text in complaints(row, table)]
    if wrong:
        sys.exit("\n".join([*wrong, "where this is meant, write the table anew: --update"]))


if __name__ == "__main__":
    main()
