#!/usr/bin/env python3
"""Checks what a report of gpu-proof.sh says of values that differ: that the words of each block are Philox4x32-10 of its
counter and key, computed here, and that each explanation ends at the value that was expected, and not at the one drawn.

usage: check_explanations.py REPORT
"""

import pathlib
import re
import sys

MASK = 0xFFFFFFFF


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 as docs/stream.md defines it, word 0 lowest."""
    c = counter
    for r in range(10):
        k0, k1 = (key[0] + r * 0x9E3779B9) & MASK, (key[1] + r * 0xBB67AE85) & MASK
        low, high = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [high >> 32 ^ c[1] ^ k0, high & MASK, low >> 32 ^ c[3] ^ k1, low & MASK]
    return c


def main() -> None:
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]  # Random123's known answer
    text = pathlib.Path(sys.argv[1]).read_text().split("\n## Failures\n")[0]  # where logs are cut
    key: list[int] = []
    drawn = expected = ""
    blocks = explained = 0
    for line in text.splitlines():
        if found := re.match(r"element \d+.*: drawn (0x\w+), expected (0x\w+)$", line):
            drawn, expected = found[1], found[2]
        elif found := re.match(r"key (0x\w+) (0x\w+), base counter 0x\w+$", line):
            key = [int(found[1], 16), int(found[2], 16)]
        elif found := re.match(r"block \d+, counter (0x\w+): words (.*)$", line):
            counter = int(found[1], 16)
            words = philox([counter >> 32 * i & MASK for i in range(4)], key)
            assert [int(word, 16) for word in found[2].split()] == words, line
            blocks += 1
        elif found := re.search(r" times .* plus .* is .*, in \w+ (0x\w+)$", line):
            assert found[1] == expected != drawn, line
            explained += 1
    assert blocks >= explained >= 3, f"{blocks} blocks, {explained} explanations"
    print(f"{explained} explanations, {blocks} blocks")


if __name__ == "__main__":
    main()
