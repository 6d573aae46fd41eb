#!/usr/bin/env python3
"""Derives src/core/fixed_tables.h, the constants of the laws of the index, from mpmath alone.

    derive_fixed_tables.py > src/core/fixed_tables.h

Each is a real number, scaled by a power of two and rounded to the nearest integer, as docs/stream.md says it.
"""
from mpmath import mp, mpf

mp.prec = 200


def nearest(x):
    return int(mp.floor(x + mpf(1) / 2))


def scaled(x, bits):
    return nearest(x * mpf(2) ** bits)



def table(name, what, numbers):
    print(f"\n/* {what} */")
    print(f"GLR_TABLE uint64_t {name}[{len(numbers)}] = {{")
    for i in range(0, len(numbers), 4):
        print("    " + " ".join(f"0x{x:016x}U," for x in numbers[i : i + 4]))
    print("};")


def main():
    print("/* Constants of the laws of the index. Made by tools/derive_fixed_tables.py. */")
    print("#ifndef GLR_CORE_FIXED_TABLES_H\n#define GLR_CORE_FIXED_TABLES_H\n\n#include \"lanes.h\"\n")
    print("#if GLR_LANES == 1\n\n/* clang-format off */\n")
    for name, what, x, bits in (
        ("LN2", "ln 2", mp.log(2), 64),
        ("LOG2_E", "log2 e", 1 / mp.log(2), 63),
        ("SQRT2", "the square root of 2", mp.sqrt(2), 63),
        ("PI", "pi", mp.pi, 62),
        ("TWO_OVER_PI", "2 / pi", 2 / mp.pi, 64),
    ):
        print(f"#define GLR_FIXED_{name} 0x{scaled(x, bits):016x}U /* {what}, times 2^{bits} */")
    table("glr_fixed_log2_terms", "2^63 / ((2 k + 1) ln 2), from k = 0.",
          [scaled(1 / ((2 * k + 1) * mp.log(2)), 63) for k in range(13)])
    table("glr_fixed_exp2_terms", "2^64 (ln 2)^k / k!, from k = 1.",
          [scaled(mp.log(2) ** k / mp.factorial(k), 64) for k in range(1, 16)])
    table("glr_fixed_sine_terms", "2^64 / (2 k + 1)!, from k = 1.", [scaled(1 / mp.factorial(2 * k + 1), 64) for k in range(1, 9)])
    table("glr_fixed_cosine_terms", "2^64 / (2 k)!, from k = 1.", [scaled(1 / mp.factorial(2 * k), 64) for k in range(1, 10)])
    table("glr_fixed_softplus_terms", "2^64 |B(2k)| / (2 k (2 k)!), from k = 1, B(2k) being Bernoulli's numbers.",
          [scaled(abs(mp.bernoulli(2 * k)) / (2 * k * mp.factorial(2 * k)), 64) for k in range(1, 7)])
    print("\n/* clang-format on */\n\n#endif /* GLR_LANES == 1 */\n\n#endif")


if __name__ == "__main__":
    main()
