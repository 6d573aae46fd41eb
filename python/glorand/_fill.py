"""Fills: an array and what the caller says of it become a tensor and its part."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

from glorand._arrays import Memory, dtype_code, dtype_name, dtype_of, increment_of, memory_of, refusal
from glorand._device import cpu
from glorand._dtensor import held_of, is_dtensor
from glorand._initializer import Array, Initializer, initializer_of, stream_from
from glorand._library import (
    MAX_RANK,
    PART_BOX,
    PART_RANGE,
    SEEDING_NONE,
    GlorandError,
    InitializerStruct,
    SummaryStruct,
    TensorStruct,
    check,
    lib,
    tensor_of,
)
from glorand._shards import Placement, Placements, parts_of

if TYPE_CHECKING:
    import numpy

    from glorand._model import Origin

    Shape = SupportsIndex | Sequence[SupportsIndex]
    Box = Sequence["tuple[SupportsIndex, SupportsIndex] | slice"]
    Interval = tuple[int, int | None]  # the first index, and the end; None is the axis's


class Summary(NamedTuple):
    """Fans and distribution of an initializer for a tensor."""

    fan_in: float  # number of inputs
    fan_out: float  # number of outputs
    mean: float  # of the values before they are rounded to their dtype
    stddev: float  # of the values before they are rounded to their dtype
    lower: float  # bound, -inf for an untruncated normal
    upper: float  # bound, inf for an untruncated normal


# ---- What the caller says --------------------------------------------------------------------------------------------


def numbers_of(what: str, values: Any) -> tuple[int, ...]:
    """Integers, in a tuple that fits a tensor's axes. Errors: TypeError, GlorandError."""
    try:
        said = tuple(values) if isinstance(values, Iterable) else (values,)
        numbers = tuple(map(operator.index, said))
        if bool in map(type, said):
            raise TypeError
    except TypeError:
        raise TypeError(f"{what}: integers are needed, not {values!r}") from None
    if len(numbers) > MAX_RANK:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"{what}: {len(numbers)} axes are more than {MAX_RANK}")
    for number in numbers:
        if not -(2**63) <= number < 2**63:
            raise GlorandError("GLR_ERROR_SHAPE", f"{what}: {number} is not from -2^63 to 2^63 - 1")
    return numbers


def _not_negative(what: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The same numbers. Errors: GlorandError for a negative one."""
    for number in numbers:
        if number < 0:
            raise GlorandError("GLR_ERROR_SHAPE", f"{what}: {number} is negative")
    return numbers


def shape_of(shape: Any) -> tuple[int, ...]:
    """The extents of a new array. Errors: TypeError, GlorandError, ValueError for a negative one."""
    axes = numbers_of("shape", shape)
    for axis, extent in enumerate(axes):
        if extent < 0:
            raise ValueError(f"shape: the extent along axis {axis} is {extent}; extents are 0 or more")
    return axes


def _interval(axis: int, interval: Any) -> Interval:
    """An interval along an axis: of a pair, or of a slice, whose ends may be left out."""
    to_end = False
    if isinstance(interval, slice):
        if interval.step not in (None, 1):
            raise GlorandError("GLR_ERROR_SHAPE", f"box: the step along axis {axis} is {interval.step}, not 1")
        to_end = interval.stop is None
        interval = (0 if interval.start is None else interval.start, 0 if to_end else interval.stop)
    bounds = numbers_of("box", interval)
    if len(bounds) != 2:
        raise TypeError(f"box: a first index and an end are needed along axis {axis}, not {interval!r}")
    for what, bound in zip(("first index", "end"), bounds, strict=True):
        if bound < 0:
            why = f"box: the {what} along axis {axis} is {bound}; indices count from 0"
            raise GlorandError("GLR_ERROR_SHAPE", why)
    return bounds[0], None if to_end else bounds[1]


def _intervals(box: Any) -> list[Interval]:
    """The intervals of a box along all axes. Errors: TypeError, GlorandError."""
    try:
        intervals = list(box)
    except TypeError:
        raise TypeError(f"box: a first index and an end for each axis are needed, not {box!r}") from None
    return [_interval(axis, interval) for axis, interval in enumerate(intervals)]


def _set_box(tensor: TensorStruct, shape: tuple[int, ...], intervals: Sequence[Interval]) -> tuple[int, ...]:
    """Makes the part a box, which the library checks. Returns its extents."""
    if len(intervals) != len(shape):
        raise GlorandError("GLR_ERROR_SHAPE", f"box: {len(intervals)} intervals for a tensor of {len(shape)} axes")
    bounds = [(first, length if end is None else end) for (first, end), length in zip(intervals, shape, strict=True)]
    for axis, (first, end) in enumerate(bounds):
        if end < first:
            why = f"box: the end along axis {axis} is {end}, before the first index, {first}"
            raise GlorandError("GLR_ERROR_SHAPE", why)
    extents = tuple(end - first for first, end in bounds)
    tensor.part = PART_BOX
    tensor.start[: len(shape)] = [first for first, _ in bounds]
    tensor.extent[: len(shape)] = extents
    return extents


def _elements(elements: Any) -> tuple[int, int]:
    """First element and count of a range. Errors: TypeError, GlorandError."""
    numbers = numbers_of("range", elements)
    if len(numbers) != 2:
        raise TypeError(f"range: the first element and a count are needed, not {elements!r}")
    _not_negative("range", numbers)
    return numbers[0], numbers[1]


def _set_range(tensor: TensorStruct, elements: tuple[int, int]) -> tuple[int, ...]:
    """Makes the part a range. Returns its extent."""
    tensor.part = PART_RANGE
    tensor.first, tensor.count = elements
    return elements[1:]


# ---- The array as the caller's tensor --------------------------------------------------------------------------------


def _as_dtype(array: object, memory: Memory, dtype: int) -> Memory:
    """The memory with elements of another dtype: of the same size, if its own are raw bits; of any, if it is bytes."""
    name, itemsize = dtype_name(dtype), int(lib.glr_dtype_size(dtype))
    if memory.dtype == name:
        return memory
    raw = memory.dtype.startswith(("uint", "void", "|V"))
    if raw and memory.itemsize == itemsize:
        return memory._replace(dtype=name)
    if memory.dtype != "uint8" or len(memory.shape) != 1 or memory.strides is not None:
        hint = "; bytes have to lie packed along one axis" if memory.dtype == "uint8" else ""
        raise refusal(array, f"holds {memory.dtype}, and dtype says {name}{hint}")
    count, rest = divmod(memory.shape[0], itemsize)
    if rest != 0:
        why = f"of {memory.shape[0]} bytes does not hold a whole number of {name}, of {itemsize} bytes each"
        raise refusal(array, why, "GLR_ERROR_SHAPE")
    return memory._replace(dtype=name, itemsize=itemsize, shape=(count,))


def _lay(array: object, memory: Memory, tensor: TensorStruct, extents: tuple[int, ...]) -> None:
    """Sets the strides: the array has the part's shape, or is one-dimensional, packed, and has as many elements."""
    have = memory.shape
    if have != extents:
        if len(have) != 1 or memory.strides is not None or have[0] != prod(extents):
            status = "GLR_ERROR_TOO_SMALL" if prod(have) < prod(extents) else "GLR_ERROR_SHAPE"
            raise refusal(array, f"has the shape {have}, and the part {extents}", status)
        return
    if memory.strides is not None:
        tensor.strides[: len(have)] = memory.strides


class Fill:
    """A fill whose arguments are checked, as far as this can be done before the library is asked to draw."""

    def __init__(
        self, law: Initializer, struct: InitializerStruct, memory: Memory, origin: Origin | None = None
    ) -> None:
        self.law, self.struct, self.memory, self.origin = law, struct, memory, origin
        self.parts: list[tuple[TensorStruct, int]] = []  # each with where it begins in the memory, in bytes
        self.written: list[Callable[[], object]] = [] if memory.written is None else [memory.written]

    def draw(self) -> None:
        """Draws the values. A random initializer without a seed is refused in the caller's words."""
        try:
            for part, offset in self.parts:
                self._draw_part(part, self.memory.address + offset, self.memory.size - offset)
        except GlorandError as error:
            if error.status != "GLR_ERROR_UNSEEDED":
                raise
            why = f"seed: {self.law} has none, and a part of a tensor or a tensor with a stream needs one"
            raise GlorandError(error.status, why) from None
        for tell in self.written:
            tell()

    def _draw_part(self, part: TensorStruct, address: int, size: int) -> None:
        if self.memory.device is not None:
            from glorand import _cuda

            _cuda.fill(self.memory.device, self.struct, part, address, size, self.memory.stream, self.origin)
        elif self.origin is not None:
            self.origin.fill(cpu(), part, address, size)
        else:
            check(lib.glr_fill(cpu(), ctypes.byref(self.struct), ctypes.byref(part), address, size))


def _dtype_of_memory(array: object, memory: Memory) -> int:
    code = dtype_code(memory.dtype)
    if code == 0:
        raise refusal(array, f"of dtype {memory.dtype} is not filled", "GLR_ERROR_UNSUPPORTED")
    return code


def _parts(
    fill: Fill, array: object, tensor: TensorStruct, part: list[Interval] | Placements | tuple[int, int] | None
) -> list[tuple[TensorStruct, int]]:
    """The part that the array holds, in as many as it takes."""
    whole = tuple(tensor.shape[: tensor.rank])
    if isinstance(part, Placements):
        _lay(array, fill.memory, tensor, part.local_shape(tensor))
        strides = tuple(tensor.strides[: tensor.rank])
        tensor.strides = type(tensor.strides)()
        return parts_of(tensor, part, strides)
    extents = whole
    if isinstance(part, tuple):
        extents = _set_range(tensor, part)
    elif part is not None:
        extents = _set_box(tensor, whole, part)
    elif fill.struct.seeding == SEEDING_NONE and fill.struct.stream != 0:
        _set_box(tensor, whole, [(0, length) for length in whole])  # the library asks parts for a seed
    _lay(array, fill.memory, tensor, extents)
    return [(tensor, 0)]


def _of_dtensor(array: Any, **said: Any) -> tuple[Any, Any, list[Placement] | None]:
    """The array, the shape and the placements that a DTensor stands for. Errors: TypeError, GlorandError."""
    for what in ("box", "range", "placements"):
        if said[what] is not None:
            raise TypeError(f"{what}: a DTensor says by itself which part this rank has")
    held = held_of(array)
    if said["shape"] is not None and numbers_of("shape", said["shape"]) != held.shape:
        raise refusal(array, f"has the shape {held.shape}, and shape says {said['shape']!r}", "GLR_ERROR_SHAPE")
    return held.local, held.shape, held.placements


def fill_of(
    array: Any,
    initializer: Initializer | str,
    *,
    seed: SupportsIndex | None = None,
    stream: SupportsIndex | None = None,
    name: str | None = None,
    shape: Shape | None = None,
    box: Box | None = None,
    range: tuple[SupportsIndex, SupportsIndex] | None = None,
    placements: Sequence[Placement] | None = None,
    dtype: object = None,
    origin: Origin | None = None,
) -> Fill | None:
    """What `fill_` does, up to the drawing; None where this rank has no part in the array.

    With an origin, which has the initializer, the fill also writes what a list says beside it.
    """
    if sum(part is not None for part in (box, range, placements)) > 1:
        raise TypeError("box, range, placements: a part is said by one of them")
    law = initializer_of(initializer)
    struct = law._seeded(seed, stream_from(stream, name))
    target, written = array, None
    if is_dtensor(array):
        target, shape, placements = _of_dtensor(array, shape=shape, box=box, range=range, placements=placements)
        if placements is None:
            return None
        written = increment_of(array)
    # The caller's objects become numbers before the array's address is taken: their methods might free its memory.
    said = None if shape is None else _not_negative("shape", numbers_of("shape", shape))
    part: Any = None if placements is None else Placements(placements)
    if box is not None:
        part = _intervals(box)
    elif range is not None:
        part = _elements(range)
    if said is None and isinstance(part, Placements):
        raise TypeError("placements: the whole tensor's shape is needed beside them")
    said_code = None if dtype is None else dtype_of(dtype)
    memory = memory_of(target)
    if said_code is not None:
        memory = _as_dtype(array, memory, said_code)
    whole = numbers_of("shape", memory.shape) if said is None else said
    fill = Fill(law, struct, memory, origin)
    fill.parts = _parts(fill, array, tensor_of(whole, _dtype_of_memory(array, memory)), part)
    if written is not None:
        fill.written.append(written)
    return fill


def fill_(
    array: Array,
    initializer: Initializer | str,
    *,
    seed: SupportsIndex | None = None,
    stream: SupportsIndex | None = None,
    name: str | None = None,
    shape: Shape | None = None,
    box: Box | None = None,
    range: tuple[SupportsIndex, SupportsIndex] | None = None,
    placements: Sequence[Placement] | None = None,
    dtype: object = None,
) -> Array:
    """Fills an array with an initializer's values, and returns the array.

    The array holds a tensor, or a part of it. A part gets the values that filling the whole tensor would put there, on
    any number of threads, whatever the array's strides. The values are complete when the call returns; in CUDA's
    memory, when the stream in which the array is used has come to this point.

    Args:
        array: writable memory of the CPU or of CUDA with any strides that are not negative: a numpy array; a torch
            tensor, also of bfloat16 and float8; a DTensor, of which this rank's part is filled, and no message is sent;
            anything with ``__array_interface__``, ``__cuda_array_interface__``, the buffer protocol or DLPack 1.
        initializer: an `Initializer`, or its text.
        seed, stream: in place of the initializer's own. Give each tensor of a model its own stream.
        name: the tensor's name in the model, which gives the stream.
        shape: the shape of the whole tensor, in elements, at most 16 axes. By default it is the array's. Fans, and
            with them standard deviations, come from it.
        box: the part that the array holds: for each axis the first index and the end, as a pair or as a slice. Indices
            are not counted from the end: none is negative. The array has the box's shape.
        range: the part that the array holds: the first element, in row-major order, and the number of elements. The
            array is one-dimensional and packed.
        placements: the part that the array holds, as a rank of a mesh has it: a `Placement` for each dimension of the
            mesh, in the mesh's order; each cuts what those before it have left. `shape` is needed.
        dtype: the element type, where the array cannot say it: of an array of unsigned integers, those that have the
            same size; of bytes that lie packed along one axis, any.

    A one-dimensional packed array may also hold a part of more axes, in row-major order, with exactly its elements.

    An initializer without a seed gets one from `set_seed`'s sequence, or from the operating system, for a whole tensor.

    Errors, all with the array as it was: TypeError for what is no array or no number, and GlorandError:

    - ``GLR_ERROR_ARGUMENT``: a read-only or immutable array, another dtype than the array's, a value out of its range.
    - ``GLR_ERROR_SHAPE``: an array of another shape than the part's, one that overlaps itself, negative strides, a part
      outside the tensor.
    - ``GLR_ERROR_TOO_SMALL``: fewer elements than the part's.
    - ``GLR_ERROR_UNSUPPORTED``: an array on another device, a dtype that glorand does not draw, orthogonal matrices on
      CUDA.
    - ``GLR_ERROR_UNAVAILABLE``: an array of CUDA without a driver, or in a child that was forked after CUDA was used.
    - ``GLR_ERROR_DEVICE``: CUDA's driver failed; the array may then hold anything.
    - ``GLR_ERROR_UNSEEDED``: a part, or a stream other than 0, of an initializer that is random and has no seed.
    - ``GLR_ERROR_MEMORY``: orthogonal matrices, the only ones for which a fill allocates: as much as
      ``glr_fill_scratch`` in glorand.h says.
    - ``GLR_ERROR_PARSE``: the text of an initializer.

    Threads: any number of calls at a time. The interpreter's lock is released while values are drawn.

    >>> import array, glorand
    >>> weights = glorand.fill_(array.array("f", bytes(16)), "glorot_normal(seed=42)", shape=(784, 256), range=(0, 4))
    >>> ["%.9g" % value for value in weights]
    ['0.000788545236', '-0.0792722702', '0.00516460324', '0.0404688194']
    """
    fill = fill_of(
        array,
        initializer,
        seed=seed,
        stream=stream,
        name=name,
        shape=shape,
        box=box,
        range=range,
        placements=placements,
        dtype=dtype,
    )
    if fill is not None:
        fill.draw()
    return array


def describe(initializer: Initializer | str, shape: Shape, dtype: object = "float32") -> Summary:
    """Checks an initializer and a tensor as `fill_` would, and describes the values.

    Args:
        initializer: an `Initializer`, or its text. It may be unseeded.
        shape: of the whole tensor, in elements.
        dtype: a name, or a dtype of torch, numpy, ml_dtypes, JAX or TensorFlow.

    Errors: GlorandError with ``GLR_ERROR_ARGUMENT``, ``GLR_ERROR_SHAPE`` or ``GLR_ERROR_UNSUPPORTED``.

    >>> import glorand
    >>> summary = glorand.describe("he_normal", (784, 256))
    >>> summary.fan_in, round(summary.stddev, 6)
    (784.0, 0.050508)
    """
    struct, summary = initializer_of(initializer)._struct, SummaryStruct()
    tensor = tensor_of(numbers_of("shape", shape), dtype_of(dtype))
    check(lib.glr_describe(ctypes.byref(struct), ctypes.byref(tensor), ctypes.byref(summary)))
    return Summary(summary.fan_in, summary.fan_out, summary.mean, summary.stddev, summary.lower, summary.upper)


def empty(shape: Shape, dtype: object = "float32") -> numpy.ndarray[Any, Any]:
    """Makes a numpy array for a fill: packed, aligned to 64 bytes, its values unspecified.

    Args:
        shape: in elements.
        dtype: as for `describe`. bfloat16 and float8 need the package ml_dtypes, all others numpy alone.

    Errors: GlorandError with ``GLR_ERROR_ARGUMENT`` for an unknown dtype, ImportError, MemoryError, ValueError for a
    negative extent or more bytes than an address can count.

    >>> import glorand
    >>> glorand.empty((784, 256), "float16").dtype
    dtype('float16')
    """
    import numpy

    name = dtype_name(dtype_of(dtype))
    if name == "bfloat16" or name.startswith("float8"):
        import ml_dtypes

        element: Any = numpy.dtype(getattr(ml_dtypes, name))
    else:
        element = numpy.dtype(name)
    axes = shape_of(shape)
    size, alignment = prod(axes) * element.itemsize, 64
    memory = numpy.empty(size + alignment, numpy.uint8)
    start = -memory.ctypes.data % alignment
    values: numpy.ndarray[Any, Any] = memory[start : start + size].view(element).reshape(axes)
    return values
