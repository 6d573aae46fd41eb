"""Runs GPU machine code, warp by warp, and counts how often each instruction is issued.

Lanes that part wait for each other where the code says (BSSY, BSYNC); of two ways, the one that is earlier in the code
goes first. What an instruction does is in sass_opcodes.py.
"""
import re

import numpy as np

import sass
from sass_operands import NO_LANE, U32, address, is_predicate, predicate, source
from sass_opcodes import Unknown, operation_of, words_of

# Where a kernel's parameters begin in constant bank 0, and where block and grid are, by architecture.
PARAMETERS = {80: 0x160, 86: 0x160, 89: 0x160, 90: 0x210, 100: 0x380, 120: 0x380}
BLOCK_AND_GRID = {80: (0x0, 0xC), 86: (0x0, 0xC), 89: (0x0, 0xC), 90: (0x0, 0xC), 100: (0x360, 0x370), 120: (0x360, 0x370)}
# Shared memory that the system keeps for itself is at its beginning.
SHARED_BYTES = 1 << 17
MAX_STEPS = 10_000_000
# Where tables lie in global memory: far from everything else.
TABLES = 1 << 44
LINE = 128 # bytes


class Memory:
    """The destination: words, and which of them were written."""

    def __init__(self, start, count):
        self.start, self.words = start, np.zeros(count, U32)
        self.written = np.zeros(count, bool)

    def write(self, places, values, lanes):
        offsets = places[lanes] - self.start
        if (offsets % 4).any() or (offsets < 0).any() or (offsets >= 4 * len(self.words)).any():
            raise IndexError(f"a store at {places[lanes][0]:#x}")
        self.words[offsets // 4] = values[lanes]
        self.written[offsets // 4] = True


class Program:
    """A kernel's instructions, ready to be run for any warp, and what was counted."""

    def __init__(self, cubin, kernel, code, labels):
        self.cubin, self.kernel, self.code, self.labels = cubin, kernel, code, labels
        self.at_address = {instruction.address: i for i, instruction in enumerate(code)}
        self.operations = [CONTROL.get(x.opcode.split(".")[0]) or operation_of(x.opcode, x.operands) for x in code]
        self.is_control = [x.opcode.split(".")[0] in CONTROL for x in code]
        self.guards = [predicate(x.guard) if x.guard else None for x in code]
        self.passes_of = [passes_of(x) for x in code]
        self.issued = np.zeros(len(code), np.int64)
        # Turns that memory takes: an indexed constant's different addresses; lines of tables in global memory; words of a
        # bank of shared memory.
        self.passes = np.zeros(len(code), np.int64)
        self.steps = 0

    def run(self, grid, block, parameters, memory):
        bank = bytearray(max(self.cubin.size(f".nv.constant0.{self.kernel}"), 0x400))
        architecture = self.cubin.architecture
        bank[PARAMETERS[architecture]:PARAMETERS[architecture] + len(parameters)] = parameters
        for at, number in zip(BLOCK_AND_GRID[architecture], (block, grid)):
            bank[at:at + 12] = b"".join(int(x).to_bytes(4, "little") for x in (number, 1, 1))
        self.banks = {0: np.frombuffer(bytes(bank), np.uint8)}
        for number in (2, 3):
            self.banks[number] = np.frombuffer(self.cubin.bank(number, self.kernel), np.uint8)
        self.banks[4] = np.frombuffer(self.cubin.bank_of_addresses(TABLES), np.uint8)
        self.tables = np.frombuffer(self.cubin.sections.get(sass.GLOBALS, (b"", 0))[0], U32)
        with np.errstate(all="ignore"): # lanes that are off compute, too
            for number in range(grid):
                Block(self, number, block // 32, memory).run()


def passes_of(instruction):
    """A function that gives the turns which the active lanes of a warp take, or None where one does."""
    opcode = instruction.opcode
    indexed = re.search(r"\[(R\d+)", instruction.operands[-1]) if re.match(r"LDC(\.|$)", opcode) else None
    if indexed:
        read = source(indexed.group(1))
        return lambda warp: len(np.unique(read(warp)[warp.active]))
    if not re.match(r"(LDG|LDS|STS)(\.|$)", opcode):
        return None
    at = address(next(x for x in instruction.operands if x.startswith(("[", "desc["))))
    words = words_of(opcode)

    def run(warp):
        places, turns = at(warp) // 4, 0
        for part in np.split(np.arange(32), words): # wide ones are done for a part of the lanes at a time
            used = places[part][warp.active[part]]
            if opcode.startswith("LDG"):
                turns += len(np.unique(used // (LINE // 4)))
            elif len(used):
                different = np.unique(used[:, None] + np.arange(words))
                turns += np.bincount(different % 32).max()
        return turns
    return run


class Block:
    def __init__(self, program, number, warps, memory):
        self.program, self.number, self.memory = program, number, memory
        self.shared, self.known = np.zeros(SHARED_BYTES // 4, U32), np.zeros(SHARED_BYTES // 4, bool)
        self.warps = [Warp(self, i) for i in range(warps)]

    def run(self):
        while any(warp.alive.any() for warp in self.warps):
            for warp in self.warps:
                warp.run()
            if all(warp.at_barrier or not warp.alive.any() for warp in self.warps):
                for warp in self.warps:
                    warp.at_barrier = False

    def read_table(self, places, lanes):
        index = np.where(lanes, places - TABLES, 0) // 4
        if (index < 0).any() or (index >= len(self.program.tables)).any():
            raise IndexError(f"a load at {places[lanes][0]:#x}, where no table lies")
        return self.program.tables[index]

    def read(self, places, lanes):
        index = np.where(lanes, places, 0) // 4
        if not self.known[index[lanes]].all():
            raise IndexError("shared memory that nobody wrote")
        return self.shared[index]

    def write(self, places, values, lanes):
        self.shared[places[lanes] // 4] = values[lanes]
        self.known[places[lanes] // 4] = True


class Warp:
    def __init__(self, block, number):
        self.block, self.number = block, number
        self.r, self.ur = np.zeros((256, 32), U32), np.zeros((256, 32), U32)
        self.p, self.up = np.zeros((8, 32), bool), np.zeros((8, 32), bool)
        self.kept = {"r": self.r, "ur": self.ur, "p": self.p, "up": self.up}
        self.alive = np.ones(32, bool)
        self.groups = [(0, self.alive.copy())] # lanes that go together: where, and which
        self.meetings = {}                     # of a barrier register: whom it waits for, and who is there
        self.at_barrier = False

    def constant(self, bank, offset):
        return self.block.program.banks[bank][offset:offset + 4].view(U32)[0]

    def constants(self, bank, offsets):
        data = self.block.program.banks[bank].view(U32)
        return data[np.clip(np.where(self.active, offsets, 0) // 4, 0, len(data) - 1)]

    def run(self):
        """Until all lanes have left, or wait for the block."""
        while self.groups and not self.at_barrier:
            self.groups.sort(key=lambda group: group[0])
            at, lanes = self.groups.pop(0)
            self.run_group(at, lanes)
        if self.alive.any() and not self.at_barrier:
            raise RuntimeError("lanes wait for others that have left")

    def run_group(self, at, lanes):
        program = self.block.program
        while at is not None:
            program.issued[at] += 1
            program.steps += 1
            if program.steps > MAX_STEPS:
                raise RuntimeError("it runs on")
            guard = program.guards[at]
            self.lanes, self.active = lanes, lanes if guard is None else lanes & guard(self)
            if program.is_control[at]:
                at, lanes = program.operations[at](self, at, program.code[at])
                continue
            if self.active.any():
                if program.passes_of[at]:
                    program.passes[at] += program.passes_of[at](self)
                full = self.active.all()
                for target, value in program.operations[at](self):
                    if target is None:
                        continue
                    kind, number = target
                    if full or kind[0] == "u":
                        self.kept[kind][number] = value
                    else:
                        np.copyto(self.kept[kind][number], value, where=self.active)
            at += 1

    def part(self, at, lanes):
        if lanes.any():
            self.groups.append((at, lanes))


def lanes_of(mask, warp):
    """Those of a mask's lanes that have not left."""
    return (int(source(mask)(warp)[0]) >> np.arange(32) & 1).astype(bool) & warp.alive


def branch(warp, at, instruction):
    lanes, active = warp.lanes, warp.active
    *conditions, name = instruction.operands
    for condition in conditions:
        if is_predicate(condition):
            active = active & predicate(condition)(warp)
        else: # whether all lanes of a mask go together, or do not
            together = (lanes == lanes_of(condition, warp)).all()
            if not instruction.opcode.endswith((".CONV", ".DIV")):
                raise Unknown(f"{instruction.opcode} {condition}")
            active = active & (together == instruction.opcode.endswith(".CONV"))
    to = warp.block.program.labels[name.strip("`()")]
    if not active.any():
        return at + 1, lanes
    if (active == lanes).all():
        return to, lanes
    warp.part(to, active)
    return at + 1, lanes & ~active


def indirect(warp, at, instruction):
    """To a register and an offset, from the next instruction or, in RET, from the kernel's beginning."""
    program, name, *rest = warp.block.program, *instruction.operands[0].split()
    is_return = instruction.opcode.startswith("RET")
    offset = 0 if is_return else program.code[at].address + 16 + int(rest[0], 16)
    places = source(name)(warp).view(np.int32).astype(np.int64) + offset
    ways = np.unique(places[warp.active])
    if not is_return and not (warp.active == warp.lanes).all():
        raise Unknown(f"a guarded {instruction.opcode}")
    for way in ways:
        warp.part(program.at_address[int(way)], warp.active & (places == way))
    return None, None


def begin_meeting(warp, at, instruction):
    warp.meetings[instruction.operands[0]] = (warp.lanes.copy(), np.zeros(32, bool))
    return at + 1, warp.lanes


def meet(warp, at, instruction):
    if not warp.active.any():
        return at + 1, warp.lanes
    if not (warp.active == warp.lanes).all():
        raise Unknown("a guarded BSYNC")
    expected, there = warp.meetings[instruction.operands[0]]
    there |= warp.active
    if not (expected & warp.alive & ~there).any():
        return at + 1, there & warp.alive
    return None, None


def meet_warp(warp, at, instruction):
    """The lanes of a mask wait for each other, here."""
    if instruction.opcode not in ("WARPSYNC", "WARPSYNC.ALL") or not (warp.active == warp.lanes).all():
        raise Unknown(f"{instruction.opcode}, or a guarded one")
    expected = lanes_of(instruction.operands[0] if instruction.operands else "0xffffffff", warp)
    there = warp.meetings.pop(at, NO_LANE) | warp.active
    if not (expected & ~there).any():
        return at + 1, there
    warp.meetings[at] = there
    return None, None


def leave(warp, at, instruction):
    warp.alive &= ~warp.active
    lanes = warp.lanes & ~warp.active
    if lanes.any():
        return at + 1, lanes
    return None, None


def wait_for_block(warp, at, instruction):
    if not (warp.active == warp.alive).all():
        raise Unknown("a barrier that not all lanes meet at once")
    warp.at_barrier = True
    warp.part(at + 1, warp.lanes)
    return None, None


def go_on(warp, at, instruction):
    return at + 1, warp.lanes


CONTROL = {"BRA": branch, "CALL": branch, "BRX": indirect, "BRXU": indirect, "RET": indirect, "BSSY": begin_meeting,
           "BSYNC": meet, "EXIT": leave, "BAR": wait_for_block, "NOP": go_on, "YIELD": go_on, "WARPSYNC": meet_warp}
