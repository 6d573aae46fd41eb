"""The effects of GPU machine instructions, as far as the kernels use them. NVIDIA describes none of this: that
the kernels draw the right values is what shows it right.

Each function below takes an instruction and gives a function of a warp, which reads the warp's registers and gives
pairs of a place and what is written there.
"""
import numpy as np

from sass_operands import F32, LOW, NO_LANE, PREDICATE, U32, U64, ZERO, address, constant, is_predicate, predicate, source, wide

S32, S64 = np.int32, np.int64
LANES = np.arange(32, dtype=U32)


class Unknown(Exception):
    pass


def shape(operands):
    """Destination predicates, destination, source texts, source predicates."""
    outs, rest = [], list(operands)
    while rest and is_predicate(rest[0]):
        outs.append(rest.pop(0))
    target, ins = (rest.pop(0) if rest else None), []
    while rest and is_predicate(rest[0]):
        outs.append(rest.pop(0))
    while rest and is_predicate(rest[-1]):
        ins.insert(0, rest.pop())
    return outs, target, rest, ins


def place(text, more=0):
    """Where a register is kept: a key that the warp knows, or None for those that take nothing."""
    if is_predicate(text):
        _, kind, number = PREDICATE.match(text).groups()
        return None if number == "T" else ("p" if kind == "P" else "up", int(number))
    kind = "ur" if text.startswith("UR") else "r"
    number = text.removeprefix("U").removeprefix("R").removesuffix(".64")
    return None if number == "Z" else (kind, int(number) + more)


def pair(text, value):
    return [(place(text), value.astype(U32)), (place(text, 1), (value >> U64(32)).astype(U32))]


def floats(bits):
    return bits.view(F32)


def fma(a, b, c):
    """The exact product and sum, rounded once: the sum of doubles is rounded to odd before it is rounded to float."""
    product, c = a.astype(np.float64) * b.astype(np.float64), c.astype(np.float64)
    total = product + c
    other = total - product
    error = (product - (total - other)) + (c - other)
    even = (total.view(U64) & U64(1)) == 0
    toward = np.where(error > 0, np.inf, -np.inf)
    return np.where((error != 0) & even, np.nextafter(total, toward), total).astype(F32)


def float_operation(operation):
    def make(opcode, operands):
        _, target, ins, _ = shape(operands)
        reads, to = [source(x, True) for x in ins], place(target)
        return lambda warp: [(to, operation(*[floats(read(warp)) for read in reads]).astype(F32).view(U32))]
    return make


def special(opcode, operands):
    functions = {"RSQ": lambda x: 1 / np.sqrt(x), "RCP": lambda x: 1 / x, "LG2": np.log2, "EX2": np.exp2,
                 "SIN": lambda x: np.sin(2 * np.pi * x), "COS": lambda x: np.cos(2 * np.pi * x)}
    function = functions.get(opcode.split(".")[1])
    if function is None:
        raise Unknown(opcode)
    return float_operation(lambda x: function(x.astype(np.float64)))(opcode, operands)


def float_minimum(opcode, operands):
    _, target, (a, b), (least,) = shape(operands)
    a, b, least, to = source(a, True), source(b, True), predicate(least), place(target)

    def run(warp):
        x, y = floats(a(warp)), floats(b(warp))
        return [(to, np.where(least(warp), np.fmin(x, y), np.fmax(x, y)).view(U32))]
    return run


def half_constant(opcode, operands):
    """Sets a register to a constant, by way of 0 * 0 + two halves."""
    target, a, b, high, low = operands
    if a not in ("-RZ", "RZ") or b != "RZ":
        raise Unknown(f"{opcode} {operands}")
    bits = [int(np.float16(x.replace("INF", "inf").replace("QNAN", "nan")).view(np.uint16)) for x in (high, low)]
    value = np.full(32, bits[0] << 16 | bits[1], U32)
    return lambda warp: [(place(target), value)]


def from_integer(opcode, operands):
    if ".U64.RP" in opcode:
        target, read = place(operands[0]), wide(operands[1])
        return lambda warp: [(target, round_up(read(warp)).view(U32))]
    kind = U32 if ".U32" in opcode else S32
    target, read = place(operands[0]), source(operands[1])
    return lambda warp: [(target, read(warp).view(kind).astype(F32).view(U32))]


def round_up(integers):
    """To float32, not below."""
    near, exact = integers.astype(F32), integers.astype(np.longdouble) # which has 64 bits
    return np.where(near.astype(np.longdouble) < exact, np.nextafter(near, F32(np.inf)), near)


def to_integer(opcode, operands):
    """Towards zero, of what integers hold."""
    if opcode.split(".", 1)[1] == "U64.TRUNC":
        read = source(operands[1], True)
        return lambda warp: pair(operands[0], np.clip(floats(read(warp)).astype(np.float64), 0, 2.0**64 - 2048).astype(U64))
    if opcode.split(".", 1)[1] != "FTZ.U32.TRUNC.NTZ":
        raise Unknown(opcode)
    target, read = place(operands[0]), source(operands[1], True)
    return lambda warp: [(target, np.clip(floats(read(warp)).astype(np.float64), 0, 2**32 - 1).astype(U32))]


def add(opcode, operands):
    """Three terms; carries out and, in the form .X, in. A negated term is its complement and 1, which carries."""
    outs, target, ins, carries = shape(operands)
    extended, terms = ".X" in opcode, []
    for text in ins:
        if text.startswith("-") and not text.startswith("-0x") and not extended:
            read = source("~" + text[1:])
            terms.append(lambda warp, read=read: read(warp).astype(U64) + U64(1))
        else:
            read = source(text)
            terms.append(lambda warp, read=read: read(warp).astype(U64))
    carries = [predicate(x) for x in carries] if extended else []
    targets, to = [place(x) for x in outs], place(target)

    def run(warp):
        total = sum(term(warp) for term in terms)
        for carry in carries:
            total = total + carry(warp).astype(U64)
        carry = total >> U64(32)
        return [(to, total.astype(U32))] + [(x, carry > U64(i)) for i, x in enumerate(targets) if x]
    return run


def add_64(opcode, operands):
    outs, target, ins, _ = shape(operands)
    if any(place(x) for x in outs):
        raise Unknown(f"{opcode} {operands}")
    reads = [wide(x) for x in ins]
    return lambda warp: pair(target, sum(read(warp) for read in reads))


def multiply_wide(opcode, operands):
    """a b + c of 64 bits, with a carry out and, in the form .X, in."""
    outs, target, (a, b, c), carries = shape(operands)
    if ".U32" not in opcode or (".X" in opcode) != bool(carries) or len(outs) > 1:
        raise Unknown(f"{opcode} {operands}")
    a, b, c, high = source(a), source(b), wide(c), ".HI" in opcode
    carry, out = predicate(carries[0]) if carries else None, place(outs[0]) if outs else None

    def run(warp):
        product = a(warp).astype(U64) * b(warp).astype(U64)
        value = product + c(warp)
        total = value + carry(warp).astype(U64) if carry else value
        kept = [(place(target), (total >> U64(32)).astype(U32))] if high else pair(target, total)
        return kept + ([(out, (value < product) | (total < value))] if out else [])
    return run


def multiply(opcode, operands):
    if ".WIDE" in opcode or ".HI" in opcode:
        return multiply_wide(opcode, operands)
    outs, target, (a, b, c), carries = shape(operands)
    if outs:
        raise Unknown(f"{opcode} {operands}")
    a, b, c, to = source(a), source(b), source(c), place(target)
    carry = predicate(carries[0]) if carries else None
    return lambda warp: [(to, a(warp) * b(warp) + c(warp) + (carry(warp).astype(U32) if carry else U32(0)))]


def logic_of(a, b, c, table):
    result = ZERO
    for i in range(8):
        if table >> i & 1:
            result = result | (a if i & 4 else ~a) & (b if i & 2 else ~b) & (c if i & 1 else ~c)
    return result


LOGIC = {0xC0: lambda a, b, c: a & b, 0xFC: lambda a, b, c: a | b, 0x3C: lambda a, b, c: a ^ b,
         0x96: lambda a, b, c: a ^ b ^ c}


def logic(opcode, operands):
    outs, target, (a, b, c, table), also = shape(operands)
    table = int(table, 16)
    a, b, c, to = source(a), source(b), source(c), place(target)
    operation = LOGIC.get(table, lambda x, y, z: logic_of(x, y, z, table))
    also, outs = predicate(also[0]), [place(x) for x in outs]

    def run(warp):
        value = operation(a(warp), b(warp), c(warp))
        return [(to, value)] + [(x, (value != 0) | also(warp)) for x in outs]
    return run


def predicate_logic(opcode, operands):
    first, second, a, b, c, table, _ = operands
    if place(second):
        raise Unknown(f"{opcode} {operands}")
    a, b, c, table = predicate(a), predicate(b), predicate(c), int(table, 16)

    def run(warp):
        x, y, z = a(warp), b(warp), c(warp)
        value = NO_LANE
        for i in range(8):
            if table >> i & 1:
                value = value | (x == bool(i & 4)) & (y == bool(i & 2)) & (z == bool(i & 1))
        return [(place(first), value)]
    return run


def shift(opcode, operands):
    target, low, by, high = operands
    low, by, high, to = source(low), source(by), source(high), place(target)
    parts = opcode.split(".")

    def run(warp):
        n = by(warp).astype(U64) & U64(63)
        both = low(warp).astype(U64) | high(warp).astype(U64) << U64(32)
        if parts[1] == "L":
            value = both << n
        else:
            value = (both.view(S64) >> n.view(S64)).view(U64) if parts[2] == "S32" else both >> n
        return [(to, (value >> U64(32)).astype(U32) if parts[-1] == "HI" else value.astype(U32))]
    return run


def scaled_add(opcode, operands):
    """a * 2^n + b, and the upper halves of the same."""
    outs, target, ins, carries = shape(operands)
    by, to, outs = U64(int(ins[-1], 16)), place(target), [place(x) for x in outs]
    if ".HI.SX32" in opcode:
        a, b = source(ins[0]), source(ins[1])
        return lambda warp: [(to, (a(warp).view(S32).astype(S64) << S64(by) >> S64(32)).astype(U32) + b(warp))]
    if ".HI.X" in opcode:
        a, b, c, carry = source(ins[0]), source(ins[1]), source(ins[2]), predicate(carries[0])

        def run(warp):
            both = a(warp).astype(U64) | c(warp).astype(U64) << U64(32)
            return [(to, (both << by >> U64(32)).astype(U32) + b(warp) + carry(warp).astype(U32))]
        return run
    if opcode == "LEA.HI" and not outs:
        a, b, c = source(ins[0]), source(ins[1]), source(ins[2])
        return lambda warp: [(to, ((a(warp).astype(U64) | c(warp).astype(U64) << U64(32)) << by >> U64(32)).astype(U32) + b(warp))]
    if opcode == "LEA.X" and not outs:
        a, b, carry = source(ins[0]), source(ins[1]), predicate(carries[0])
        return lambda warp: [(to, (a(warp).astype(U64) << by).astype(U32) + b(warp) + carry(warp).astype(U32))]
    if opcode != "LEA":
        raise Unknown(opcode)
    a, b = source(ins[0]), source(ins[1])

    def run_low(warp):
        total = (a(warp).astype(U64) << by & LOW) + b(warp).astype(U64)
        return [(to, total.astype(U32))] + [(x, total > LOW) for x in outs if x]
    return run_low


COMPARE = {"EQ": np.equal, "NE": np.not_equal, "GE": np.greater_equal, "GT": np.greater, "LE": np.less_equal,
           "LT": np.less}


def compare(opcode, operands):
    parts = opcode.split(".")
    first, second, a, b, also, *lower = operands
    if place(second):
        raise Unknown(f"{opcode} {operands}")
    operation, to, also = COMPARE[parts[1]], place(first), predicate(also)
    join = np.logical_or if "OR" in parts else np.logical_and
    if "U64" in parts or "S64" in parts:
        a, b, kind = wide(a), wide(b), U64 if "U64" in parts else S64
    else:
        a, b, kind = source(a), source(b), U32 if "U32" in parts else S32
    if "EX" not in parts:
        return lambda warp: [(to, join(operation(a(warp).view(kind), b(warp).view(kind)), also(warp)))]
    lower, strict = predicate(lower[0]), {"EQ": None, "NE": np.not_equal}.get(parts[1], COMPARE.get(parts[1][0] + "T"))

    def run(warp):
        x, y = a(warp).view(kind), b(warp).view(kind)
        value = (x == y) & lower(warp)
        return [(to, join(strict(x, y) | value if strict else value, also(warp)))]
    return run


def compare_floats(opcode, operands):
    name = opcode.split(".")[1]
    first, _, a, b, also = operands
    operation, unordered = COMPARE[name[:2]], name.endswith("U")
    a, b, also, to = source(a, True), source(b, True), predicate(also), place(first)

    def run(warp):
        x, y = floats(a(warp)), floats(b(warp))
        either = np.isnan(x) | np.isnan(y)
        return [(to, (np.where(either, unordered, operation(x, y))) & also(warp))]
    return run


def select(opcode, operands):
    target, a, b, choice = operands
    choice = predicate(choice)
    if ".64" in opcode:
        a, b = wide(a), wide(b)
        return lambda warp: pair(target, np.where(choice(warp), a(warp), b(warp)))
    a, b, to = source(a, opcode == "FSEL"), source(b, opcode == "FSEL"), place(target)
    return lambda warp: [(to, np.where(choice(warp), a(warp), b(warp)))]


KINDS = {"U64": U64, "S64": S64, "U32": U32}


def minimum(opcode, operands):
    _, target, ins, choices = shape(operands)
    is_wide, kind = "64" in opcode, next((k for name, k in KINDS.items() if name in opcode), S32)
    if kind is S32 and is_wide:
        raise Unknown(opcode)
    reads, choice = [(wide if is_wide else source)(x) for x in ins], predicate(choices[0])
    adds = opcode.startswith("VIADDMNMX")

    def run(warp):
        x = [read(warp) for read in reads]
        a, b = (x[0] + x[1], x[2]) if adds else x
        a, b = a.view(kind), b.view(kind)
        value = np.where(choice(warp), np.minimum(a, b), np.maximum(a, b))
        return pair(target, value.view(U64)) if is_wide else [(place(target), value.view(U32))]
    return run


def move(opcode, operands):
    target, to = operands[0], place(operands[0])
    if ".64" in opcode:
        read = wide(operands[1])
        return lambda warp: pair(target, read(warp))
    read = source(operands[1])
    return lambda warp: [(to, read(warp).copy())]


def permute(opcode, operands):
    """Four bytes of eight, those of the first operand lowest: the second's digits say which; 8 more repeat its sign."""
    if opcode != "PRMT":
        raise Unknown(opcode)
    target, a, chosen, b = place(operands[0]), *(source(x) for x in operands[1:])

    def run(warp):
        eight, selector, result = a(warp).astype(U64) | b(warp).astype(U64) << U64(32), chosen(warp), ZERO.copy()
        for i in range(4):
            digit = selector >> U32(4 * i) & U32(15)
            byte = (eight >> (U64(8) * (digit & U32(7)).astype(U64)) & U64(255)).astype(U32)
            byte = np.where(digit & U32(8), np.where(byte & U32(128), U32(255), U32(0)), byte)
            result |= byte << U32(8 * i)
        return [(target, result)]
    return run


def special_register(opcode, operands):
    target, name = operands
    if opcode == "CS2R" and name == "SRZ":
        return lambda warp: pair(target, ZERO.astype(U64))
    names = {"SR_TID.X": lambda warp: warp.number * U32(32) + LANES, "SR_LANEID": lambda warp: LANES,
             "SR_LTMASK": lambda warp: (U32(1) << LANES) - U32(1), "SR_CgaCtaId": lambda warp: ZERO,
             "SR_CTAID.X": lambda warp: np.full(32, warp.block.number, U32),
             "SR_TID.Y": lambda warp: ZERO, "SR_TID.Z": lambda warp: ZERO}
    if name not in names:
        raise Unknown(name)
    return lambda warp: [(place(target), names[name](warp))]


def words_of(opcode):
    parts = opcode.split(".")
    return 4 if "128" in parts else 2 if "64" in parts else 1


def load_constant(opcode, operands):
    target, read, words = operands[0], constant(operands[1]), words_of(opcode)
    return lambda warp: [(place(target, i), read(warp, 4 * i)) for i in range(words)]


def load(read):
    """Of memory that `read` reads for a block: a word for each lane."""
    def operation(opcode, operands):
        target, at, words = operands[0], address(operands[1]), words_of(opcode)

        def run(warp):
            places = at(warp)
            return [(place(target, i), read(warp.block, places + 4 * i, warp.active)) for i in range(words)]
        return run
    return operation


def load_table(opcode, operands):
    """A load of constant data in global memory, such as a table."""
    if not opcode.endswith(".CONSTANT") or ".U" in opcode or ".S" in opcode:
        raise Unknown(opcode)
    return load(lambda block, places, lanes: block.read_table(places, lanes))(opcode, operands)


def store_shared(opcode, operands):
    at, words = address(operands[0]), words_of(opcode)
    reads = [source(operands[1])] + [source(f"R{int(operands[1][1:]) + i}") for i in range(1, words)]

    def run(warp):
        places = at(warp)
        for i, read in enumerate(reads):
            warp.block.write(places + 4 * i, read(warp), warp.active)
        return []
    return run


def store_global(opcode, operands):
    if ".U" in opcode or ".S" in opcode:
        raise Unknown(opcode)
    at, words = address(operands[0]), words_of(opcode)
    reads = [source(operands[1])] + [source(f"R{int(operands[1][1:]) + i}") for i in range(1, words)]

    def run(warp):
        places = at(warp)
        for i, read in enumerate(reads):
            warp.block.memory.write(places + 4 * i, read(warp), warp.active)
        return []
    return run


def atomic_add(opcode, operands):
    if opcode != "ATOMS.ADD":
        raise Unknown(opcode)
    target, at, read = place(operands[0]), address(operands[1]), source(operands[2])

    def run(warp):
        old, places, values = ZERO.copy(), at(warp), read(warp)
        for lane in np.flatnonzero(warp.active):
            one = NO_LANE.copy()
            one[lane] = True
            old[lane] = warp.block.read(places, one)[lane]
            warp.block.write(places, np.full(32, old[lane] + values[lane], U32), one)
        return [(target, old)]
    return run


def vote(opcode, operands):
    if not opcode.endswith(".ANY"):
        raise Unknown(opcode)
    target, some, read = operands
    if place(some):
        raise Unknown(f"{opcode} {operands}")
    read = predicate(read)

    def run(warp):
        mask = int(((read(warp) & warp.active).astype(U64) << LANES.astype(U64)).sum())
        return [(place(target), np.full(32, mask, U32))]
    return run


def shuffle(opcode, operands):
    valid, target, a, lane, clamp = operands
    if opcode != "SHFL.IDX" or place(valid) or clamp != "0x1f":
        raise Unknown(f"{opcode} {operands}")
    a, lane = source(a), source(lane)
    return lambda warp: [(place(target), a(warp)[lane(warp) & U32(31)])]


def count_bits(opcode, operands):
    target, read = place(operands[0]), source(operands[1])
    if opcode.startswith("POPC"):
        return lambda warp: [(target, np.array([bin(x).count("1") for x in read(warp)], U32))]
    return lambda warp: [(target, np.array([int(x).bit_length() - 1 & 0xFFFFFFFF for x in read(warp)], U32))]


OPERATIONS = {
    "FADD": float_operation(lambda a, b: a + b), "FMUL": float_operation(lambda a, b: a * b),
    "FFMA": float_operation(fma), "MUFU": special, "FMNMX": float_minimum, "HFMA2": half_constant,
    "I2F": from_integer, "I2FP": from_integer, "F2I": to_integer,
    "IADD3": add, "IADD": add_64, "VIADD": add, "IMAD": multiply, "LOP3": logic, "PLOP3": predicate_logic,
    "SHF": shift, "LEA": scaled_add, "ISETP": compare, "FSETP": compare_floats, "SEL": select, "FSEL": select,
    "IMNMX": minimum, "VIMNMX": minimum, "VIADDMNMX": minimum, "MOV": move, "S2R": special_register,
    "S2UR": special_register, "CS2R": special_register, "LDC": load_constant, "LDCU": load_constant,
    "LDS": load(lambda block, places, lanes: block.read(places, lanes)),
    "LDG": load_table, "STS": store_shared, "STG": store_global, "ATOMS": atomic_add, "VOTE": vote, "SHFL": shuffle,
    "POPC": count_bits, "FLO": count_bits, "PRMT": permute,
}


def operation_of(opcode, operands):
    """The function of an instruction; uniform ones do as the others do. Those that nobody knows fail when they run."""
    base = opcode.split(".")[0]
    name = base if base in OPERATIONS else base[1:] if base.startswith("U") else {"VOTEU": "VOTE"}.get(base, base)
    if opcode == "IADD.64" or opcode == "UIADD3.64":
        name = "IADD"
    try:
        if name not in OPERATIONS:
            raise Unknown(opcode)
        return OPERATIONS[name](opcode.removeprefix("U") if base not in OPERATIONS else opcode, operands)
    except (Unknown, ValueError, AttributeError, IndexError, KeyError) as error:
        reason = f"{opcode} {', '.join(operands)}: {error}"

        def fail(warp):
            raise Unknown(reason)
        return fail
