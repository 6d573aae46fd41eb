"""Shards: what a rank of a mesh has of a tensor, by the library's rule for placements and for flat buffers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from glorand._initializer import integer_of
from glorand._library import (
    DTYPE_FLOAT32,
    PART_BOX,
    PLACEMENT_REPLICATE,
    PLACEMENT_SEGMENTS,
    PLACEMENT_SHARD,
    FlatPieceStruct,
    GlorandError,
    PieceStruct,
    PlacementStruct,
    TensorStruct,
    check,
    lib,
    tensor_of,
)

Box = tuple[tuple[int, int], ...]  # along each axis the first index and the end


class Placement(NamedTuple):
    """What one dimension of a mesh does with a tensor: each rank has all of it, or its chunk along an axis.

    Chunks are those of ``torch.chunk``: of n elements for r ranks each has ceil(n / r), until none are left.
    """

    ranks: int  # how many ranks the mesh has along this dimension, at least 1
    rank: int  # which of them has the array, from 0 on
    axis: int | None = None  # of the tensor, from 0 on; None is replicated
    segments: int | Sequence[int] = 1  # the axis is first cut into so many chunks, or into these lengths; the rank has
    # its chunk of each, one after the other: torch's _StridedShard, Megatron's fused matrices


class FlatPiece(NamedTuple):
    """What a rank has of one tensor in a flat buffer."""

    tensor: int  # which, from 0 on
    first: int  # first element in the tensor
    elements: int  # how many
    local: int  # first element in the rank's buffer


def _set_segments(struct: PlacementStruct, place: str, segments: Any) -> object:
    """Sets how the axis is cut first. Returns what has to live as long as the struct."""
    if not isinstance(segments, Sequence):
        struct.segments = integer_of(f"{place}.segments", segments)
        return None
    numbers = [integer_of(f"{place}.segments", length) for length in segments]
    lengths = (ctypes.c_int64 * len(numbers))(*numbers)
    struct.segments, struct.segment_count = 0, len(numbers)
    struct.segment_lengths = ctypes.cast(lengths, ctypes.POINTER(ctypes.c_int64))
    return lengths


class Placements:
    """Placements as the library takes them: those of a mesh's dimensions, in its order."""

    def __init__(self, placements: Any) -> None:
        """Errors: TypeError for what is no `Placement`, GlorandError."""
        if not isinstance(placements, Iterable):
            raise TypeError(f"placements: a Placement for each dimension of the mesh is needed, not {placements!r}")
        said = [placements] if isinstance(placements, Placement) else list(placements)
        self.structs = (PlacementStruct * len(said))()
        self._keep: list[object] = []
        for index, (struct, placement) in enumerate(zip(self.structs, said, strict=True)):
            place = f"placements[{index}]"
            if not isinstance(placement, Placement):
                raise TypeError(f"{place}: a Placement is needed, not {placement!r}")
            struct.ranks = integer_of(f"{place}.ranks", placement.ranks)
            struct.rank = integer_of(f"{place}.rank", placement.rank)
            if placement.axis is None:
                struct.kind = PLACEMENT_REPLICATE
                continue
            axis = integer_of(f"{place}.axis", placement.axis)
            if not -(2**31) <= axis < 2**31:
                raise GlorandError("GLR_ERROR_ARGUMENT", f"{place}.axis: {axis} is no axis of a tensor")
            struct.axis = axis
            struct.kind = PLACEMENT_SHARD if placement.segments == 1 else PLACEMENT_SEGMENTS
            if struct.kind == PLACEMENT_SEGMENTS:
                self._keep.append(_set_segments(struct, place, placement.segments))

    def local_shape(self, tensor: TensorStruct) -> tuple[int, ...]:
        """The shape of what the rank has. Errors: GlorandError."""
        shape = type(tensor.shape)()
        check(lib.glr_shard_shape(ctypes.byref(tensor), self.structs, len(self.structs), shape))
        return tuple(shape[: tensor.rank])

    def pieces(self, tensor: TensorStruct) -> Sequence[PieceStruct]:
        """The boxes that the rank has, in their order in its local tensor. Errors: GlorandError."""

        def ask(pieces: Any, capacity: int, count: Any) -> int:
            return int(
                lib.glr_shard_pieces(
                    ctypes.byref(tensor), self.structs, len(self.structs), pieces, capacity, ctypes.byref(count)
                )
            )

        return _all(ask, PieceStruct)


_Struct = TypeVar("_Struct", bound=ctypes.Structure)


def _all(ask: Callable[[Any, int, ctypes.c_size_t], int], kind: type[_Struct]) -> Sequence[_Struct]:
    """All structs of a call that has room for some at first, and tells how many there are."""
    capacity, count = 8, ctypes.c_size_t()
    while True:
        structs: Any = (kind * capacity)()
        status = ask(structs, capacity, count)
        if status == 0 or count.value <= capacity:
            check(status)
            return list(structs[: count.value])
        capacity = count.value


def parts_of(
    tensor: TensorStruct, placements: Placements, strides: Sequence[int] | None
) -> list[tuple[TensorStruct, int]]:
    """The rank's pieces as parts of the tensor for a fill, each with where it begins in the local memory, in bytes.

    A rank that has nothing has an empty part, by which a fill checks its arguments all the same.
    """
    local = type(tensor.shape)(*placements.local_shape(tensor))
    steps = None if strides is None else type(tensor.strides)(*strides)
    parts = []
    for piece in placements.pieces(tensor):
        part, offset = TensorStruct(), ctypes.c_uint64()
        check(
            lib.glr_piece_tensor(
                ctypes.byref(tensor), ctypes.byref(piece), local, steps, ctypes.byref(part), ctypes.byref(offset)
            )
        )
        parts.append((part, offset.value))
    if not parts:
        empty = TensorStruct.from_buffer_copy(tensor)
        empty.part = PART_BOX
        parts.append((empty, 0))
    return parts


def flat_pieces(offsets: Sequence[int], counts: Sequence[int], first: int, count: int) -> list[FlatPiece]:
    """What a rank that has `count` elements from `first` on of a flat buffer has of each tensor in it.

    Tensor i is the `counts[i]` elements from `offsets[i]` on. Errors: GlorandError.
    """
    starts = (ctypes.c_int64 * len(offsets))(*offsets)
    lengths = (ctypes.c_int64 * len(counts))(*counts)

    def ask(pieces: Any, capacity: int, found: Any) -> int:
        return int(
            lib.glr_shard_flat(starts, lengths, len(starts), first, count, pieces, capacity, ctypes.byref(found))
        )

    return [FlatPiece(piece.tensor, piece.first, piece.count, piece.local) for piece in _all(ask, FlatPieceStruct)]


def _unravelled(element: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The index of an element in row-major order."""
    index = []
    for extent in reversed(shape):
        element, along = divmod(element, extent)
        index.append(along)
    return tuple(reversed(index))


def boxes_of(shape: Sequence[int], placements: Sequence[Placement]) -> list[tuple[Box, Box]]:
    """The boxes of a tensor that a rank has, each with the box that it is in the rank's local tensor."""

    def box(first: Sequence[int], extent: Sequence[int]) -> Box:
        return tuple((first[axis], first[axis] + extent[axis]) for axis in range(len(shape)))

    pieces = Placements(placements).pieces(tensor_of(shape, DTYPE_FLOAT32))
    return [(box(piece.start, piece.extent), box(piece.local, piece.extent)) for piece in pieces]


def global_index(
    element: int,
    local_shape: Sequence[int],
    *,
    shape: Sequence[int] | None = None,
    range: tuple[int, int] | None = None,
    placements: Sequence[Placement] | None = None,
) -> tuple[int, ...]:
    """The index in the whole tensor of an element of a part, which is said as `fill_` takes it."""
    if range is not None:
        return _unravelled(range[0] + element, shape or ())
    index = _unravelled(element, local_shape)
    if placements is None:
        return index
    for whole, local in boxes_of(shape or (), placements):
        if all(first <= along < end for along, (first, end) in zip(index, local, strict=True)):
            return tuple(along - held + first for along, (first, _), (held, _) in zip(index, whole, local, strict=True))
    raise AssertionError(f"no piece of {placements} has {index}")
