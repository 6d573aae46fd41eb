"""Hashes of the list that every build of the library draws alike, for the cases that a name describes."""

import re

import pytest
from optional import xxhash

import glorand

LAWS = {
    "resample": glorand.truncated_normal(0.1, 0.7, seed=3),
    "icdf": glorand.truncated_normal(0.1, 0.7, seed=3, method="icdf"),
    "normal": glorand.random_normal(0.1, 0.7, seed=3),
    "uniform": glorand.random_uniform(-0.3, 1.1, seed=3),
}
FAR = 1 << 56  # elements of a very long vector
MARGIN = 64  # bytes around the values, which are hashed, too


def cases(source):
    """Name, initializer, whole shape, first element and count, dtype, and hash."""
    for line in (source / "tests/data/hashes.txt").read_text().splitlines():
        name, digest = line.split()
        if found := re.fullmatch(rf"({'|'.join(LAWS)})-([a-z0-9_]+)-(\d+)", name):
            law, dtype, count = LAWS[found[1]], found[2], int(found[3])
            yield name, law, (count,), (0, count), dtype, digest
        elif found := re.fullmatch(r"resample-third-block-(\d+)", name):
            yield name, LAWS["resample"].replace(seed=1), (FAR,), (int(found[1]) - 37, 99), "float32", digest
        elif found := re.fullmatch(r"(\w+_(?:normal|uniform))-(keras|torch)", name):
            law = getattr(glorand, found[1])(seed=0, layout=found[2])
            yield name, law, (3, 2, 17, 23), (0, 3 * 2 * 17 * 23), "float32", digest


def test_hashes(source):
    pytest.importorskip("ml_dtypes")
    count = 0
    for name, law, shape, elements, dtype, digest in cases(source):
        size = elements[1] * glorand.empty(0, dtype).itemsize
        memory = bytearray(b"\xa7" * (size + 2 * MARGIN))
        law.fill_(memoryview(memory)[MARGIN : MARGIN + size], shape=shape, range=elements, dtype=dtype)
        assert xxhash.xxh3_128_hexdigest(memory) == digest, name
        count += 1
    assert count > 80


def test_the_hash_sees_a_difference(source):
    with pytest.raises(StopIteration):
        next(case for case in cases(source) if case[5] == xxhash.xxh3_128_hexdigest(b"\xa7" * 132))
