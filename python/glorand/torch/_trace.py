"""Watches a model's construction: which values each tensor gets, without drawing those of large ones.

Large tensors that a model makes on the CPU are made on the meta device instead, and have no memory. Every operation of
torch on them, and on tensors that random numbers went into, is noted here; what depends on no random number is
computed. Small tensors stay where they are, and all other code runs as it always does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only

from glorand.torch._storage import LARGEST, Memory, Region
from glorand.torch._values import Computed, Copied, Draw, Empty, Fill, Value, computed, numbers_of

SMALL = 2**14  # elements of a tensor that stays in memory

_aten: Any = torch.ops.aten

# Operations that make a tensor of no other's values.
_CONSTANTS: dict[str, Callable[..., Any]] = {
    "zeros": lambda *_: 0,
    "zeros_like": lambda *_: 0,
    "new_zeros": lambda *_: 0,
    "ones": lambda *_: 1,
    "ones_like": lambda *_: 1,
    "new_ones": lambda *_: 1,
    "full": lambda _, number, *__: number,
    "full_like": lambda _, number, *__: number,
    "new_full": lambda _, __, number, *___: number,
    "zero_": lambda *_: 0,
    "fill_": lambda _, number: number,
}
_EMPTY = {"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "empty_permuted"}
_DRAWS: dict[str, Callable[..., Value]] = {
    "normal_": lambda _, mean=0.0, std=1.0, **__: Draw("normal", mean, std),
    "uniform_": lambda _, low=0.0, high=1.0, **__: Draw("uniform", low, high),
    "rand": lambda *_, **__: Draw("uniform", 0.0, 1.0),
    "rand_like": lambda *_, **__: Draw("uniform", 0.0, 1.0),
    "randn": lambda *_, **__: Draw("normal", 0.0, 1.0),
    "randn_like": lambda *_, **__: Draw("normal", 0.0, 1.0),
    "normal": lambda mean=0.0, std=1.0, *_, **__: Draw("normal", mean, std),
}
# Operations on elements, each by itself: the names that values know them by.
_ELEMENTWISE = {
    "add": "add", "sub": "sub", "mul": "mul", "div": "div", "neg": "neg", "rsub": "rsub", "exp": "exp", "log": "log",
    "expm1": "expm1", "erfinv": "erfinv", "clamp": "clamp", "clamp_min": "clamp",
}  # fmt: skip
# Operations that copy elements: of these the result is the operand.
_COPIES = {"clone", "_to_copy", "contiguous", "_unsafe_view", "lift_fresh_copy", "detach_copy", "view_copy"}


class RecordError(Exception):
    """A model that cannot be recorded at all: the construction asks for values that nobody has drawn."""


def _name(function: Any) -> str:
    """The operation's name, as ``"mul_"``."""
    return str(function.overloadpacket.__name__)


def _mutated(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The tensors that an operation writes to."""
    written: list[Any] = []
    for place, argument in enumerate(function._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            value = args[place] if place < len(args) else kwargs.get(argument.name)
            written += [part for part in tree_flatten(value)[0] if isinstance(part, torch.Tensor)]
    return written


def _is_random(function: Any) -> bool:
    return torch.Tag.nondeterministic_seeded in function.tags


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes what each tensor holds while it is active, in the thread that made it active."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._memories: dict[int, Memory] = {}
        self.depth = 0  # of calls of torch.nn.init
        self._thread = threading.get_ident()

    def memory_of(self, tensor: Any) -> Memory | None:
        """The writes to a tensor's storage; None if it is an ordinary tensor of computed values."""
        return self._memories.get(tensor.untyped_storage()._cdata)

    def value_of(self, tensor: Any) -> Value:
        """What a tensor holds."""
        memory = self.memory_of(tensor)
        if memory is not None and tensor.element_size() != memory.dtype.itemsize:
            return Computed(f"read as {tensor.dtype}", ())
        if memory is not None:
            return memory.read(Region.of(tensor))
        return Empty() if tensor.is_meta else Copied(tensor.detach().clone())

    def write(self, tensor: Any, value: Value, *, is_sample: bool = False) -> None:
        """Notes that a tensor was written to."""
        if tensor.numel() == 0:
            return
        memory = self.memory_of(tensor)
        if memory is None:
            memory = Memory(tensor, is_sample=is_sample)
            if not tensor.is_meta:  # it held values, if this is not all of it
                earlier = torch.empty(0, dtype=tensor.dtype, device="cpu").set_(tensor.untyped_storage()).clone()
                memory.write(Region.of(earlier), Copied(earlier))
            self._memories[memory.storage._cdata] = memory
        memory.is_sample = memory.is_sample and is_sample
        region = Region.of(tensor)
        if tensor.element_size() != memory.dtype.itemsize:  # a view as another dtype
            region, value = Region(0, (memory.count,), (1,)), Computed(f"written as {tensor.dtype}", ())
        memory.write(region, value)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [part for part in tree_flatten((args, kwargs))[0] if isinstance(part, torch.Tensor)]
        name = _name(func)
        followed = [tensor for tensor in tensors if tensor.is_meta or self.memory_of(tensor) is not None]
        to_meta = kwargs.get("device") is not None and torch.device(kwargs["device"]).type == "meta"
        if not followed and not _is_random(func) and name not in _EMPTY and not to_meta:
            if name in _CONSTANTS and not name.endswith("_"):
                return self._made(func, name, args, kwargs)
            return func(*args, **kwargs)
        if name in _EMPTY or (name in _CONSTANTS and not name.endswith("_")) or (name in _DRAWS and name[-1] != "_"):
            return self._made(func, name, args, kwargs)
        if name in ("_local_scalar_dense", "allclose", "equal", "is_nonzero", "item"):
            return self._answered(func, args, kwargs)
        if name == "set_":  # no value changes: the tensor has another one's memory from now on
            return func(*args, **kwargs)
        return self._followed(func, name, tensors, args, kwargs)

    def _made(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """A new tensor, on the meta device if it is large."""
        if name in ("normal",) and any(isinstance(part, torch.Tensor) for part in args):
            return self._followed(func, name, [part for part in args if isinstance(part, torch.Tensor)], args, kwargs)
        sketch = self._on_meta(func, args, kwargs)
        device = kwargs.get("device")
        of_meta = any(isinstance(part, torch.Tensor) and part.is_meta for part in args)
        on_meta = of_meta if device is None else torch.device(device).type == "meta"
        large = sketch.numel() > SMALL and (device is None or torch.device(device).type == "cpu")
        made = sketch if on_meta or large else func(*args, **kwargs)
        if name in _EMPTY:
            value: Value = Empty()
        elif name in _CONSTANTS:
            if not made.is_meta:
                return made
            value = Fill(_CONSTANTS[name](*args))
        else:
            value = _DRAWS[name](*args, **kwargs)
        self.write(made, value, is_sample=not made.is_meta)
        return made

    def _on_meta(self, func: Any, args: Any, kwargs: Any) -> Any:
        """The operation on tensors without memory."""
        args, kwargs = tree_map_only(torch.Tensor, lambda tensor: tensor.to("meta"), (args, dict(kwargs)))
        takes_device = any(argument.name == "device" for argument in func._schema.arguments)
        if takes_device:
            kwargs = {**kwargs, "device": torch.device("meta"), "pin_memory": False}
            if not any(argument.name == "pin_memory" for argument in func._schema.arguments):
                del kwargs["pin_memory"]
        kwargs.pop("generator", None)
        return func(*args, **kwargs)

    def _constant(self, tensor: Any) -> Any:
        """The values of a tensor that no random number went into; None for others."""
        memory = self.memory_of(tensor)
        if memory is None:
            return None if tensor.is_meta else tensor
        value = numbers_of(self.value_of(tensor))
        if isinstance(value, Fill):
            return torch.full((), value.number, dtype=tensor.dtype, device="cpu").expand(tensor.shape)
        return value.tensor.to(tensor.dtype) if isinstance(value, Copied) else None

    def _answered(self, func: Any, args: Any, kwargs: Any) -> Any:
        """A question about values, which Python's code goes on with."""

        def known(tensor: Any) -> Any:
            values = self._constant(tensor)
            memory = self.memory_of(tensor)
            if values is None and memory is not None and memory.is_sample:
                return tensor
            if values is None:
                what = self.value_of(tensor).expression()
                raise RecordError(
                    f"the construction asks for the values of {what}, which are not drawn while it is recorded"
                )
            return values

        args, kwargs = tree_map_only(torch.Tensor, known, (args, kwargs))
        return func(*args, **kwargs)

    def _followed(self, func: Any, name: str, tensors: list[Any], args: Any, kwargs: Any) -> Any:
        """An operation on followed tensors, or a random one."""
        written = _mutated(func, args, kwargs)
        before = self._read(func, name, written, tensors, args)
        values = None if before is None else self._values(func, name, before, written, args, kwargs)
        inputs = {tensor.untyped_storage()._cdata for tensor in tensors}
        result = self._run(func, args, kwargs)
        outputs = [part for part in tree_flatten(result)[0] if isinstance(part, torch.Tensor)]
        fresh = [part for part in outputs if part.untyped_storage()._cdata not in inputs]
        targets = written or fresh
        if not targets or values is None:
            return result
        is_sample = not any(tensor.is_meta for tensor in (*tensors, *targets))
        self._note(func, name, args, targets, values, is_sample)
        return result

    def _run(self, func: Any, args: Any, kwargs: Any) -> Any:
        """The operation itself, on the meta device if a tensor is there."""
        tensors = [part for part in tree_flatten((args, kwargs))[0] if isinstance(part, torch.Tensor)]
        if not any(tensor.is_meta for tensor in tensors):
            return func(*args, **kwargs)
        moved, named = tree_map_only(torch.Tensor, _to_meta, (args, dict(kwargs)))
        if "device" in named:
            named["device"] = torch.device("meta")
        writes = bool(_mutated(func, args, kwargs))
        try:
            result = func(*moved, **named)
        except NotImplementedError as error:  # which the construction would take for an answer of its own code
            if writes or sum(tensor.numel() for tensor in tensors) > LARGEST:
                raise RecordError(f"{_name(func)} of torch cannot be followed without values: {error}") from None
            result = _of_zeros(func, moved, named)
        if not writes:
            return result
        if isinstance(result, torch.Tensor) and isinstance(args[0] if args else None, torch.Tensor):
            return kwargs.get("out", args[0])
        return result

    def _read(self, func: Any, name: str, written: list[Any], tensors: list[Any], args: Any) -> list[Any] | None:
        """The tensors whose values an operation reads; None for one that only looks at a tensor in another way."""
        returns = func._schema.returns
        is_view = any(item.alias_info is not None and not item.alias_info.is_write for item in returns)
        if is_view and not written:
            return None
        overwrites = name in ("zero_", "fill_", "copy_") or (_is_random(func) and name.endswith("_"))
        out = [tensor for tensor in written if not any(tensor is part for part in tree_flatten(args)[0])]
        unread = written if overwrites else out
        return [tensor for tensor in tensors if not any(tensor is part for part in unread)]

    def _values(self, func: Any, name: str, read: list[Any], written: list[Any], args: Any, kwargs: Any) -> Any:
        """What an operation's results hold: one value for all of them, or their tensors on the CPU."""
        if _is_random(func):
            draw = _DRAWS.get(name)
            if draw is None or (written and read) or any(isinstance(part, torch.Tensor) for part in args[1:]):
                return Computed(f"random values of torch's {name}", ())
            return draw(*args, **{key: part for key, part in kwargs.items() if key != "generator"})
        if name in ("zero_", "fill_"):
            number = args[1] if name == "fill_" else 0
            if isinstance(number, torch.Tensor):
                known = self._constant(number)
                return Computed("fill", (self.value_of(number),)) if known is None else Fill(known.item())
            return Fill(number)
        if all(self._constant(tensor) is not None for tensor in read):
            return self._computed(func, name, read, args, kwargs)
        if name == "copy_":
            return self._copied(args[1], args[0])
        return self._of_random(name, read, args, kwargs)

    def _computed(self, func: Any, name: str, read: list[Any], args: Any, kwargs: Any) -> Any:
        """The operation on constants, by torch on the CPU."""
        if name == "copy_":
            source = args[1]
            value = self.value_of(source)
            if isinstance(numbers_of(value), Fill):
                return numbers_of(value)
        is_filled = self._are_filled(func, read)
        if not is_filled and sum(tensor.numel() for tensor in read) > LARGEST:
            return Computed(f"{name} of too many values", ())

        def known(tensor: Any) -> Any:
            values = self._constant(tensor) if any(tensor is part for part in read) else None
            if values is None:
                return torch.zeros(tensor.shape, dtype=tensor.dtype, device="cpu")
            return values.reshape(-1)[:1].reshape(()).clone() if is_filled else values.clone()

        tensors = [part for part in tree_flatten((args, kwargs))[0] if isinstance(part, torch.Tensor)]
        copies = {id(tensor): known(tensor) for tensor in tensors}
        places, named = tree_map_only(torch.Tensor, lambda tensor: copies[id(tensor)], (args, dict(kwargs)))
        if "device" in named:
            named["device"] = torch.device("cpu")
        result = func(*places, **named)
        if is_filled:
            return Fill(result.item())
        written = [copies[id(tensor)] for tensor in _mutated(func, args, kwargs)]
        return written or [part for part in tree_flatten(result)[0] if isinstance(part, torch.Tensor)]

    def _are_filled(self, func: Any, read: list[Any]) -> bool:
        """Whether an operation by elements has one result for all of them, which a single element shows."""
        if torch.Tag.pointwise not in func.tags or not read or len(func._schema.returns) != 1:
            return False
        return all(
            tensor.numel() == 1
            or (self.memory_of(tensor) is not None and isinstance(numbers_of(self.value_of(tensor)), Fill))
            for tensor in read
        )

    def _copied(self, source: Any, target: Any) -> Value:
        value = self.value_of(source)
        if source.numel() != target.numel():
            return Computed("repeated", (value,))
        return _cast(value, source.dtype, target.dtype)

    def _of_random(self, name: str, read: list[Any], args: Any, kwargs: Any) -> Value:
        """The result of an operation that reads random values."""
        if name in _COPIES:
            return _cast(self.value_of(read[0]), read[0].dtype, kwargs.get("dtype") or read[0].dtype)
        plain = _ELEMENTWISE.get(name.removesuffix("_"))
        operands = [self._operand(part, read) for part in args]
        if plain is None or kwargs.get("alpha", 1) != 1 or kwargs.get("rounding_mode") is not None:
            return Computed(name.removesuffix("_"), tuple(operands))
        if plain == "clamp":
            operands = self._limits(name, operands, kwargs)
        count = max(tensor.numel() for tensor in read)
        if any(tensor.numel() < count and self._constant(tensor) is None for tensor in read):
            return Computed(plain, (*operands, "repeated"))
        return computed(plain, operands)

    @staticmethod
    def _limits(name: str, operands: list[Any], kwargs: Any) -> list[Any]:
        """A clamp's operand with its least and greatest value, as far as it has them."""
        least = kwargs.get("min", operands[1] if len(operands) > 1 else None)
        most = kwargs.get("max", operands[2] if len(operands) > 2 else None)
        limits = [limit for limit in (least, most) if limit is not None]
        return [operands[0], *limits] if least is not None else [operands[0], "max", *limits]

    def _operand(self, part: Any, read: list[Any]) -> Any:
        """An operand as values know it: a number, a value, or anything else as its text."""
        if not isinstance(part, torch.Tensor):
            return part if isinstance(part, int | float) or part is None else str(part)
        constant = self._constant(part)
        if constant is not None and constant.numel() and bool((constant == constant.reshape(-1)[0]).all()):
            return constant.reshape(-1)[0].item()
        return self.value_of(part)

    def _note(self, func: Any, name: str, args: Any, targets: list[Any], values: Any, is_sample: bool) -> None:
        """Writes an operation's results into the memories of its targets."""
        if isinstance(values, list):
            for target, tensor in zip(targets, values, strict=False):
                if target.is_meta or self.memory_of(target) is not None:
                    self.write(target, Copied(tensor), is_sample=is_sample)
            return
        if name in ("cat", "stack"):
            self._joined(name, targets[0], args[0], args[1] if len(args) > 1 else 0, is_sample)
            return
        for target in targets:
            self.write(target, values, is_sample=is_sample)

    def _joined(self, name: str, target: Any, parts: Any, axis: int, is_sample: bool) -> None:
        """Tensors one after the other: each keeps its value."""
        first = 0
        for place, part in enumerate(parts):
            if name == "stack":
                region = target.select(axis, place)
            else:
                region = target.narrow(axis, first, part.shape[axis])
                first += part.shape[axis]
            self.write(region, _cast(self.value_of(part), part.dtype, target.dtype), is_sample=is_sample)


def _of_zeros(func: Any, args: Any, kwargs: Any) -> Any:
    """What an operation that the meta device lacks returns, there: its shapes are those for zeros."""

    def zeros(tensor: Any) -> Any:
        return torch.zeros(tensor.shape, dtype=tensor.dtype, device="cpu")

    places, named = tree_map_only(torch.Tensor, zeros, (args, kwargs))
    if "device" in named:
        named["device"] = torch.device("cpu")
    return tree_map_only(torch.Tensor, _to_meta, func(*places, **named))


def _to_meta(tensor: Any) -> Any:
    if tensor.is_meta:
        return tensor
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")


def _cast(value: Value, source: Any, target: Any) -> Value:
    """A value in another dtype."""
    if source.is_floating_point and not target.is_floating_point and not isinstance(numbers_of(value), Fill):
        return Computed(f"to {target}", (value,))
    return value
