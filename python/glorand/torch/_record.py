"""Records how a model of torch starts, without drawing it: which law each parameter gets."""

from __future__ import annotations

import contextlib
import copy
import json
import math
import os
import random
import reprlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import torch

from glorand._arrays import dtype_code
from glorand._fill import describe
from glorand._library import GlorandError
from glorand._shards import Box
from glorand.torch._hooks import tracing
from glorand.torch._recognize import law_is_number, law_of_values
from glorand.torch._regions import Region
from glorand.torch._storage import Region as Place
from glorand.torch._storage import Write
from glorand.torch._tensors import tensors_of
from glorand.torch._trace import RecordError, Trace
from glorand.torch._values import (
    Call,
    Computed,
    Copied,
    Draw,
    Empty,
    Fill,
    Value,
    constant_text,
    inverse_softplus,
    numbers_of,
    origin_of,
)  # fmt: skip

KINDS = ("recorded", "law", "copied", "named")
REGIONS = 64  # of one parameter
SHOWN = 8  # parameters in a repr and in an error


@dataclass(frozen=True)
class Entry:
    """How a parameter or buffer starts.

    Attributes:
        name: in the model's state_dict; of tied ones the first.
        shape, dtype: of the whole; the dtype by torch's name without ``torch.``.
        kind: ``"recorded"``, the law that was called, or one number everywhere; ``"law"``, computed values that are a
            law's; ``"copied"``, other values that no random number went into; ``"named"``, everything else.
        text: the law in the text form; empty of what is copied or named.
        reason: why there is no law.
        regions: boxes with laws of their own, to be written after the whole.
        values: what is copied, a tensor on the CPU.
        is_saved: whether it is in the model's state_dict.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    kind: str
    text: str = ""
    reason: str = ""
    regions: tuple[Region, ...] = ()
    values: Any = None
    is_saved: bool = True


class Recording:
    """What `record` found: how each parameter and buffer of a model starts.

    Attributes:
        source: the model's class.
        entries: one for each parameter, then for each buffer; tied ones once, by their first name.
        copies: the names of parameters that start with the values of another one, and that one's name. Both are drawn
            by their law, each for itself.
    """

    def __init__(self, source: str, entries: tuple[Entry, ...], copies: Mapping[str, str]) -> None:
        self.source = source
        self.entries = entries
        self.copies = MappingProxyType(dict(copies))

    @property
    def regions(self) -> dict[str, tuple[Region, ...]]:
        """The regions of each parameter that has some."""
        return {entry.name: entry.regions for entry in self.entries if entry.regions}

    @property
    def values(self) -> dict[str, Any]:
        """The tensors that are copied."""
        return {entry.name: entry.values for entry in self.entries if entry.kind == "copied"}

    @property
    def unrecordable(self) -> dict[str, str]:
        """The parameters and saved buffers that have no law and no fixed values, and why."""
        return {entry.name: entry.reason for entry in self.entries if entry.kind == "named" and entry.is_saved}

    def table(self) -> dict[str, int]:
        """How many parameters and saved buffers are of each kind, and how many of them have regions."""
        saved = [entry for entry in self.entries if entry.is_saved]
        counts = {kind: sum(entry.kind == kind for entry in saved) for kind in KINDS}
        return counts | {"regions": sum(bool(entry.regions) for entry in saved)}

    def unlisted(self) -> list[str]:
        """A line for each parameter and saved buffer of which a list cannot say how it starts."""
        lines = [f"{name}: {reason}" for name, reason in self.unrecordable.items()]
        of_no_dtype = [entry for entry in self.entries if entry.values is not None and not dtype_code(entry.dtype)]
        return lines + [f"{entry.name}: values of {entry.dtype}" for entry in of_no_dtype if entry.is_saved]

    def to_json(self, *, missing: str = "error", dtype: str | None = None, all_buffers: bool = False) -> str:
        """The list of tensors that ``glorand init`` and ``glorand.torch.init_`` read.

        Args:
            missing: ``"error"``; or ``"skip"``, which lists what is named as ``skip``, and leaves out dtypes that
                glorand does not have.
            dtype: in place of each floating-point dtype.
            all_buffers: whether buffers that are not in the state_dict are listed, too; where they are named, as
                ``skip``.

        Errors: RecordError, unless ``missing`` is ``"skip"``, if there is something that a list cannot say.
        """
        if missing not in ("error", "skip"):
            raise ValueError(f'missing: "error" or "skip" is needed, not {missing!r}')
        lines = self.unlisted()
        if lines and missing == "error":
            more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
            raise RecordError("\n  ".join(["a list cannot say how these start:", *lines[:SHOWN], *more]))
        listed = [entry for entry in self.entries if entry.is_saved or all_buffers]
        return self._list([_listed(entry, dtype) for entry in listed if dtype_code(entry.dtype)])

    def _list(self, tensors: list[dict[str, Any]]) -> str:
        head = {"source": f"glorand.torch.record of {self.source}", "layout": "torch"}
        rows = ",\n  ".join(json.dumps(tensor) for tensor in tensors)
        members = ",\n ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
        return f'{{\n {members},\n "tensors": [\n  {rows}\n ]\n}}\n'

    def for_init(self) -> tuple[str, dict[str, Any], dict[str, str]]:
        """All of it, as `init_` takes it: a list that skips what is copied or named, the values, and the reasons.

        What is of a dtype that glorand does not have is not in the list.
        """
        tensors = [_listed(replace(entry, values=None)) for entry in self.entries if dtype_code(entry.dtype)]
        reasons = {entry.name: entry.reason for entry in self.entries if entry.kind == "named"}
        return self._list(tensors), self.values, reasons

    def save(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Writes `to_json` to a file, with its options and errors; nothing is written if it fails. Errors: OSError."""
        text = self.to_json(**options)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __repr__(self) -> str:
        table = ", ".join(f"{count} {kind}" for kind, count in self.table().items())
        lines = [f"<recording of {self.source}: {table}", *self.unlisted()]
        more = [f"and {len(lines) - 1 - SHOWN} more"] if len(lines) > SHOWN + 1 else []
        return "\n  ".join([*lines[: SHOWN + 1], *more]) + ">"


def _listed(entry: Entry, dtype: str | None = None) -> dict[str, Any]:
    """A tensor of a list; skipped without a law and values."""
    is_floating = getattr(torch, entry.dtype).is_floating_point
    kind = dtype if dtype is not None and is_floating else entry.dtype
    tensor: dict[str, Any] = {"name": entry.name, "shape": list(entry.shape), "dtype": kind}
    if entry.values is not None:
        return {**tensor, "values": entry.values.flatten().tolist()}
    tensor["initializer"] = entry.text or "skip"
    if entry.regions:
        tensor["regions"] = [{"slice": region.slice, "initializer": region.text} for region in entry.regions]
    return tensor


def record(build: Callable[[], torch.nn.Module] | Any) -> Recording:
    """Records how a model starts: the law of each parameter, by running the model's own initialization.

    Large tensors get no memory, and are not drawn: a model of any size takes seconds. Whatever initializes it is
    recorded: torch.nn.init, methods like ``normal_``, arithmetic on random tensors, transformers' tables. Nothing is
    guessed: what is no law of glorand is named, with a reason.

    The model is built twice, since values that differ, and that torch did not draw, are random. Random states of
    torch, numpy and Python are as before in the end.

    Args:
        build: a function that returns a module as it is before training, on the CPU or on the meta device; or a
            configuration of transformers, for a model of its first architecture.

    Errors: TypeError for another ``build``, RecordError where the construction asks for values that it would have
    drawn, and all errors of ``build``. One thread at a time records; ``build`` has to run in the thread that calls.

    >>> import torch
    >>> from glorand.torch._record import record
    >>> def build():
    ...     model = torch.nn.Linear(3, 5)
    ...     torch.nn.init.normal_(model.weight, std=0.02)
    ...     return model
    >>> [(entry.name, entry.kind, entry.text) for entry in record(build).entries]
    [('weight', 'recorded', 'random_normal(0, 0.02)'), ('bias', 'recorded', 'random_uniform(-0.5773502691896258, 0.5773502691896258)')]
    """  # noqa: E501
    make = _builder(build)
    with _random_states():
        first, copies, source = _once(make)
        with _unseeded():
            second, _, _ = _once(make)
    if [entry.name for entry in first] != [entry.name for entry in second]:
        raise RecordError("build: two calls made models with other names of parameters")
    return Recording(source, tuple(_same(one, other) for one, other in zip(first, second, strict=True)), copies)


def _builder(build: Any) -> Callable[[], torch.nn.Module]:
    """The function that builds; for a configuration of transformers, that of its model."""
    if isinstance(build, torch.nn.Module):
        raise TypeError("build: a function that makes the model is needed, not the model: its values are drawn already")
    if hasattr(build, "to_diff_dict") and hasattr(build, "model_type"):
        return lambda: model_of_config(copy.deepcopy(build))
    if not callable(build):
        raise TypeError(f"build: a function or a configuration of transformers is needed, not {build!r}")
    made: Callable[[], torch.nn.Module] = build
    return made


def model_of_config(config: Any) -> torch.nn.Module:
    """The model of transformers that a configuration names first, or the base model of its type.

    Errors: RecordError for a class that transformers does not have.
    """
    import transformers

    names = config.architectures or []
    if not names:
        base: torch.nn.Module = transformers.AutoModel.from_config(config)
        return base
    kind = getattr(transformers, names[0], None)
    if kind is None:
        raise RecordError(f"architectures: transformers {transformers.__version__} has no class {names[0]!r}")
    model: torch.nn.Module = kind(config)
    return model


@contextlib.contextmanager
def _random_states() -> Iterator[None]:
    """Gives the random states back in the end."""
    numpy = sys.modules.get("numpy")
    states = torch.get_rng_state(), random.getstate(), numpy.random.get_state() if numpy else None
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        random.setstate(states[1])
        if numpy:
            numpy.random.set_state(states[2])


@contextlib.contextmanager
def _unseeded() -> Iterator[None]:
    """Lets Python's and numpy's generators start anew where the construction seeds them."""
    numpy = sys.modules.get("numpy")
    holders = [random, *([numpy.random] if numpy else [])]
    seeds = [holder.seed for holder in holders]
    for holder, seed in zip(holders, seeds, strict=True):
        seed()
        setattr(holder, "seed", lambda *_, seed=seed, **__: seed())  # noqa: B010
    try:
        yield
    finally:
        for holder, seed in zip(holders, seeds, strict=True):
            setattr(holder, "seed", seed)  # noqa: B010


def _once(build: Callable[[], torch.nn.Module]) -> tuple[list[Entry], dict[str, str], str]:
    """The entries of one construction, the copies, and the model's class."""
    with tracing() as trace:
        model = build()
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"build: it has to return a torch.nn.Module, not {reprlib.repr(model)}")
    seen: dict[int, str] = {}
    entries, copies = [], {}
    for name, tensor, is_saved in _tensors_of(model):
        entries.append(replace(_entry(trace, name, tensor), is_saved=is_saved))
        if tensor.layout is not torch.strided:
            continue
        origin = origin_of(trace.value_of(tensor))
        if origin is not None and seen.setdefault(id(origin), name) != name:
            copies[name] = seen[id(origin)]
    return entries, copies, f"{type(model).__module__}.{type(model).__qualname__}"


def _tensors_of(model: torch.nn.Module) -> Iterator[tuple[str, Any, bool]]:
    """Parameters, then buffers, each once, with its name and whether it is in the state_dict. Errors: GlorandError."""
    for tensor in sorted(tensors_of(model), key=lambda tensor: tensor.is_buffer):
        module, key = tensor.places[0]
        yield tensor.name, tensor.value, key not in module._non_persistent_buffers_set


def _same(one: Entry, other: Entry) -> Entry:
    """What two constructions have in common."""
    if "named" in (one.kind, other.kind):
        return one if one.kind == "named" else other
    parts = [(entry.kind, entry.shape, entry.dtype, entry.text, entry.regions) for entry in (one, other)]
    same = parts[0] == parts[1]
    if same and one.values is not None:
        same = bool(torch.equal(*(entry.values.reshape(-1).view(torch.uint8) for entry in (one, other))))
    if same:
        return one
    texts = f": {one.text} and {other.text}" if one.text != other.text else ""
    reason = f"random values that torch did not draw, since two constructions differ{texts}"
    return replace(one, kind="named", text="", reason=reason, regions=(), values=None)


def _entry(trace: Trace, name: str, tensor: Any) -> Entry:
    """How one tensor starts."""
    shape = tuple(tensor.shape)
    entry = Entry(name, shape, str(tensor.dtype).removeprefix("torch."), "named")
    if tensor.layout is not torch.strided:
        return replace(entry, reason=f"its layout is {tensor.layout}, and not strided")
    if tensor.numel() == 0:
        return _checked(replace(entry, kind="recorded", text="zeros"))
    value = trace.value_of(tensor)
    memory = trace.memory_of(tensor)
    if isinstance(value, Computed) and value.operation == "parts" and memory is not None:
        place = Place.of(tensor)
        return _checked(_of_parts(entry, place, memory.seen(place)))
    return _checked(_of_value(entry, value))


def _checked(entry: Entry) -> Entry:
    """An entry whose laws the library draws; named where it does not."""
    for text, shape in [(entry.text, entry.shape), *((part.text, part.shape) for part in entry.regions)]:
        fault = _fault_of(text, shape, entry.dtype)
        if fault:
            return replace(entry, kind="named", text="", reason=f"{text}: {fault}", regions=())
    return entry


def _fault_of(text: str, shape: tuple[int, ...], dtype: str) -> str:
    """Why the library does not draw a law; empty if it does, or if there is none."""
    try:
        if text:
            describe(text, shape, dtype)
    except (GlorandError, TypeError) as error:
        return str(getattr(error, "message", error))
    return ""


def _of_value(entry: Entry, value: Value) -> Entry:
    """An entry whose elements have one value."""
    text = _text(value, entry.shape)
    if text:
        return replace(entry, kind="recorded", text=text)
    match numbers_of(value):
        case Copied(tensor):
            text = law_of_values(tensor) or ""
            if text:
                kind = "recorded" if law_is_number(text) else "law"
                return replace(entry, kind=kind, text=text)
            reason = "computed values, which no random number went into and which are no law's"
            return replace(entry, kind="copied", reason=reason, values=tensor.contiguous())
        case Empty():
            return replace(entry, reason="uninitialized memory: the construction writes nothing to it")
        case plain:
            text = inverse_softplus(plain) or ""
            return replace(entry, kind="law", text=text) if text else replace(entry, reason=_no_law(plain))


def _no_law(value: Value) -> str:
    return f"{value.expression()} is no law of glorand"


def _text(value: Value, shape: tuple[int, ...]) -> str:
    """The text of a value that is a law or a number, for a tensor of this shape; empty for others."""
    if isinstance(value, Call) and value.text and value.shape == shape:
        return value.text
    plain = numbers_of(value)
    if isinstance(plain, Draw):
        return plain.text()
    if not isinstance(plain, Fill) or isinstance(plain.number, complex):
        return ""
    return constant_text(plain.number)


def _numbers_text(value: Value) -> str:
    """A value's law by numbers alone, by which parts are compared; empty if elements do not start each by itself."""
    plain = numbers_of(value)
    return _text(plain, ()) if isinstance(plain, Draw | Fill) else ""


def _of_parts(entry: Entry, place: Place, writes: list[Write]) -> Entry:
    """An entry of which several writes are to be seen."""
    parts: list[tuple[Box, Value]] = []
    for write in writes:
        box = write.region.box_in(place)
        if box is None:
            return replace(entry, reason=f"{write.value.expression()} in a part that is no box of the tensor")
        clipped = tuple((max(first, 0), min(end, size)) for (first, end), size in zip(box, entry.shape, strict=True))
        parts = [part for part in parts if not _within(part[0], clipped)]
        parts.append((clipped, write.value))
    parts = _visible(parts, math.prod(entry.shape))
    texts = {_numbers_text(value) for _, value in parts}
    covered = _covering(parts, entry.shape)
    if covered is None or any(isinstance(value, Empty) for _, value in parts):
        return replace(entry, reason="partly uninitialized memory: the construction writes to parts of it")
    origins = [origin for _, value in parts if (origin := origin_of(value)) is not None]
    if len({id(origin) for origin in origins}) < len(origins):
        return replace(entry, reason="parts that hold the same draws: " + "; ".join(sorted(texts)))
    if len(texts) == 1 and "" not in texts:
        return replace(entry, kind="recorded", text=texts.pop())
    return _with_regions(entry, parts, covered)


def _with_regions(entry: Entry, parts: list[tuple[Box, Value]], is_whole: bool) -> Entry:
    """An entry with a law for the whole and other ones for boxes."""
    base = _of_value(entry, parts[0][1]) if is_whole else replace(entry, text=_numbers_text(parts[0][1]))
    if not base.text:
        return replace(entry, reason="parts: " + "; ".join(value.expression() for _, value in parts))
    plain = _numbers_text(parts[0][1])
    regions: list[Region] = []
    for box, value in parts[1:]:
        is_base = bool(plain) and _numbers_text(value) == plain
        if is_base and not any(_meet(box, region.box) for region in regions):
            continue  # over a region it is one, too
        part = _of_value(replace(entry, shape=tuple(end - first for first, end in box)), value)
        if not part.text:
            return replace(entry, reason=f"{value.expression()} in the part {Region(box, '')}")
        regions.append(Region(box, part.text))
    if len(regions) > REGIONS:
        return replace(entry, reason=f"{len(regions)} parts with laws of their own, more than {REGIONS}")
    return replace(entry, kind="recorded", text=base.text, regions=tuple(regions))


def _within(inner: Box, outer: Box) -> bool:
    return all(low <= first and end <= high for (first, end), (low, high) in zip(inner, outer, strict=True))


def _size(box: Box) -> int:
    return math.prod(end - first for first, end in box)


def _meet(one: Box, other: Box) -> bool:
    return all(a < d and c < b for (a, b), (c, d) in zip(one, other, strict=True))


def _disjoint(boxes: list[Box]) -> bool:
    return not any(_meet(one, other) for place, one in enumerate(boxes) for other in boxes[:place])


def _visible(parts: list[tuple[Box, Value]], count: int) -> list[tuple[Box, Value]]:
    """The parts without the first, where the others hide it."""
    others = [box for box, _ in parts[1:]]
    return parts[1:] if _disjoint(others) and sum(map(_size, others)) == count else parts


def _covering(parts: list[tuple[Box, Value]], shape: tuple[int, ...]) -> bool | None:
    """Whether the first part is the whole; None if the parts leave something out, or may."""
    boxes = [box for box, _ in parts]
    if boxes[0] == tuple((0, size) for size in shape):
        return True
    return False if _disjoint(boxes) and sum(map(_size, boxes)) == math.prod(shape) else None
