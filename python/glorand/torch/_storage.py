"""The memory of recorded tensors: what was written where, in the order of writing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch

from glorand._shards import Box
from glorand.torch._values import Computed, Copied, Draw, Empty, Fill, Value, numbers_of

LARGEST = 2**26  # elements of a tensor of computed values that is kept
MOST_UNITS = 2**20  # runs of elements of which parts of a tensor may consist
MANY = 64  # writes to one storage, after which constant ones are merged


@dataclass(frozen=True)
class Region:
    """Elements of a storage: those of a tensor with this offset, these sizes and strides."""

    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    @classmethod
    def of(cls, tensor: Any) -> Region:
        return cls(int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride()))

    @property
    def count(self) -> int:
        return math.prod(self.size)

    @property
    def repeats(self) -> bool:
        """Whether one element of memory is several of the tensor's, as in an expanded one."""
        return any(size > 1 and stride == 0 for size, stride in zip(self.size, self.stride, strict=True))

    def box_in(self, whole: Region) -> Box | None:
        """The box that this region is in a tensor; None if it is none. It may reach beyond the tensor."""
        if whole.repeats or self.repeats:
            return None
        start, rest = [0] * len(whole.size), self.offset - whole.offset
        axes = sorted(range(len(whole.size)), key=lambda axis: -whole.stride[axis])
        for axis in axes:
            if whole.size[axis] > 1 and rest >= 0:
                start[axis], rest = divmod(rest, whole.stride[axis])
        extent = [1] * len(whole.size)
        if rest != 0 or not all(
            self._spread(size, stride, whole, axes, start, extent) for size, stride in _merged(self)
        ):
            return None
        return tuple((first, first + count) for first, count in zip(start, extent, strict=True))

    @staticmethod
    def _spread(size: int, stride: int, whole: Region, axes: list[int], start: list[int], extent: list[int]) -> bool:
        """Adds an axis of the region to a box's extents, innermost first. Whether it is a run along whole's axes."""
        for axis in reversed(axes):
            if size == 1:
                break
            if whole.size[axis] == 1 or whole.stride[axis] != stride:
                continue
            if start[axis] + size <= whole.size[axis]:
                extent[axis], size = size, 1
            elif start[axis] == 0 and size % whole.size[axis] == 0:
                extent[axis] = whole.size[axis]
                size //= whole.size[axis]
                stride *= whole.size[axis]
            else:
                return False
        return size == 1


def _merged(region: Region) -> list[tuple[int, int]]:
    """Sizes and strides of the region, with axes that are one run made one."""
    merged: list[tuple[int, int]] = []
    pairs = [pair for pair in zip(region.size, region.stride, strict=True) if pair[0] != 1]
    for size, stride in sorted(pairs, key=lambda pair: -pair[1]):
        if merged and merged[-1][1] == size * stride:
            merged[-1] = (merged[-1][0] * size, stride)
        else:
            merged.append((size, stride))
    return merged


@dataclass(frozen=True)
class Write:
    """A value that was written to a region."""

    region: Region
    value: Value


class Memory:
    """A storage's writes.

    Attributes:
        storage: the storage, held so that its address stays its own.
        count: its elements.
        writes: from the earliest that is still to be seen to the latest.
        is_sample: whether the storage's own bytes are values of these laws, as they are on the CPU.
    """

    def __init__(self, tensor: Any, *, is_sample: bool) -> None:
        self.storage = tensor.untyped_storage()
        self.count = self.storage.nbytes() // max(tensor.element_size(), 1)
        self.dtype = tensor.dtype
        self.writes: list[Write] = []
        self.is_sample = is_sample

    def write(self, region: Region, value: Value) -> None:
        """Notes a write, and forgets those that it covers."""
        if region.count == 0:
            return
        if region.count >= self.count and not region.repeats:
            self.writes.clear()
        self.writes = [write for write in self.writes if write.region != region]
        self.writes.append(Write(region, value))
        if len(self.writes) % MANY == 0 and self.is_constant:
            self._merge()

    @property
    def is_constant(self) -> bool:
        """Whether all that was written is constant."""
        return not any(isinstance(write.value, Empty) or not _is_constant(write.value) for write in self.writes)

    def _merge(self) -> None:
        """Makes one write of all, if something was written everywhere."""
        whole = Region(0, (self.count,), (1,))
        if self.count <= LARGEST:
            memory, known = self._written(whole)
            if bool(known.all()):
                self.writes = [Write(whole, Copied(memory))]

    def _written(self, shown: Region) -> tuple[Any, Any]:
        """The elements of a region after all writes that are constant, and which of them were written."""
        memory = torch.zeros(self.count, dtype=self.dtype, device="cpu")
        known = torch.zeros(self.count, dtype=torch.bool, device="cpu")
        for write in self.writes:
            region = write.region
            part = memory.as_strided(region.size, region.stride, region.offset)
            value = numbers_of(write.value)
            known.as_strided(region.size, region.stride, region.offset).fill_(not isinstance(value, Empty))
            if isinstance(value, Fill):
                part.fill_(value.number)
            elif isinstance(value, Copied):
                part.copy_(value.tensor)
        place = (shown.size, shown.stride, shown.offset)
        return memory.as_strided(*place), known.as_strided(*place)

    def seen(self, region: Region) -> list[Write]:
        """The writes that a tensor of this region shows something of, from the earliest to the latest."""
        found: list[Write] = []
        for write in reversed(self.writes):
            if not _meet(write.region, region):
                continue
            found.insert(0, write)
            if _covers(write.region, region):
                break
        return found

    def read(self, region: Region) -> Value:
        """What a tensor of this region holds."""
        writes = self.seen(region)
        if not writes:
            return Empty()
        value = numbers_of(writes[-1].value)
        if len(writes) == 1 and _covers(writes[0].region, region):
            if writes[0].region == region:
                return writes[0].value
            if isinstance(value, Fill | Empty):
                return value
            if isinstance(value, Computed) and writes[0].region.count == region.count:
                return value
            if isinstance(value, Draw):
                return Computed("repeated", (value,)) if region.repeats else value
        if all(_is_constant(write.value) for write in writes):
            if self.count > LARGEST:
                return Computed("too many computed values to keep", (self.count,))
            memory, known = self._written(region)
            if bool(known.all()):
                return Copied(memory)
        last = _last_alike(writes)
        if isinstance(value, Draw) and not region.repeats and _tile([write.region for write in last], region):
            return replace(value, origin=object())
        if len(writes) == 1:
            return Computed("a part", (writes[0].value,))
        return Computed("parts", tuple(write.value for write in writes))


def _last_alike(writes: list[Write]) -> list[Write]:
    """The latest writes, as far back as all drew the law of the last one, each numbers of its own."""
    found: list[Write] = []
    origins: set[int] = set()
    for write in reversed(writes):
        law, last = numbers_of(write.value), numbers_of(writes[-1].value)
        if not isinstance(law, Draw) or not isinstance(last, Draw) or law.text() != last.text():
            break
        if id(law.origin) in origins:
            break
        origins.add(id(law.origin))
        found.append(write)
    return found


def _is_constant(value: Value) -> bool:
    return isinstance(numbers_of(value), Fill | Copied | Empty)


def _span(region: Region) -> tuple[int, int]:
    """The first element of memory, and the end."""
    reach = sum((size - 1) * stride for size, stride in zip(region.size, region.stride, strict=True))
    return region.offset, region.offset + reach + 1


def _tile(parts: list[Region], whole: Region) -> bool:
    """Whether parts that may interleave, as heads of a fused matrix do, leave nothing of a region out.

    They are compared by the longest run of elements of which all of them consist, so that large tensors cost little.
    A region that is not one run is not looked at.
    """
    if any(part.repeats for part in parts) or whole.count != _span(whole)[1] - whole.offset:
        return False
    runs = [[*_merged(part), (1, 1)] for part in parts]
    inner = [next((size for size, stride in run if stride == 1), 1) for run in runs]
    steps = [stride for run in runs for _, stride in run if stride != 1]
    unit = math.gcd(whole.offset, whole.count, *(part.offset for part in parts), *inner, *steps)
    units = max(_span(part)[1] for part in [*parts, whole]) // unit
    if units > MOST_UNITS:
        return False
    covered = torch.zeros(units, dtype=torch.bool, device="cpu")
    for part, run, length in zip(parts, runs, inner, strict=True):
        pairs = [(size, stride // unit) for size, stride in run if stride != 1] + [(length // unit, 1)]
        sizes, strides = zip(*pairs, strict=True)
        covered.as_strided(sizes, strides, part.offset // unit).fill_(True)
    first = whole.offset // unit
    return bool(covered[first : first + whole.count // unit].all())


def _covers(outer: Region, inner: Region) -> bool:
    """Whether all elements of one region are the other's, as far as that is easily seen."""
    if outer == inner:
        return True
    if outer.repeats:
        return False
    box = inner.box_in(outer)
    if box is not None:
        return all(first >= 0 and end <= size for (first, end), size in zip(box, outer.size, strict=True))
    first, end = _span(outer)
    start, stop = _span(inner)
    return end - first == outer.count and first <= start and stop <= end


def _meet(one: Region, other: Region) -> bool:
    """Whether two regions have elements in common; if that is not easily seen, they are taken to have."""
    if one.count == 0 or other.count == 0:
        return False
    first, end = _span(one)
    start, stop = _span(other)
    if end <= start or stop <= first:
        return False
    box = one.box_in(other)
    if box is None:
        return True
    return all(low < size and high > 0 for (low, high), size in zip(box, other.size, strict=True))
