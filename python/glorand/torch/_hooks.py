"""The functions of torch.nn.init, while a construction is watched: which of them was called, with which arguments."""

from __future__ import annotations

import contextlib
import inspect
import threading
import types
from collections.abc import Iterator
from typing import Any

import torch

from glorand.torch._trace import Trace
from glorand.torch._values import Call, Draw, Fill, Value, number_text, numbers_of

_INIT = torch.nn.init
_FUNCTIONS = (
    "uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_", "eye_", "dirac_", "xavier_uniform_",
    "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_", "sparse_",
)  # fmt: skip


def _call_of(name: str, given: dict[str, Any], tensor: Any, written: Value) -> Call:
    """What a function of torch.nn.init wrote, by its arguments."""
    number = number_text
    text, numbers = "", None
    match name:
        case "normal_":
            numbers = Draw("normal", float(given["mean"]), float(given["std"]))
        case "uniform_":
            numbers = Draw("uniform", float(given["a"]), float(given["b"]))
        case "trunc_normal_":
            bounds = (float(given["a"]), float(given["b"]))
            numbers = Draw("truncated", float(given["mean"]), float(given["std"]), bounds)
        case "constant_" | "ones_" | "zeros_":
            value: Any = {"ones_": 1, "zeros_": 0}.get(name, given.get("val"))
            text = name[:-1] if name != "constant_" else f"constant({number(float(value))})"
            return Call(name, text, tuple(tensor.shape), Fill(value))
        case "eye_":
            return Call(name, "identity", tuple(tensor.shape), None)
        case "dirac_":
            text = "dirac" if given["groups"] == 1 else f"dirac({given['groups']})"
        case "xavier_uniform_" | "xavier_normal_":
            text = name[:-1] if given["gain"] == 1 else f"{name[:-1]}({number(given['gain'])})"
        case "kaiming_uniform_" | "kaiming_normal_":
            words = (number(given["a"]), given["mode"], given["nonlinearity"])
            text = f"{name[:-1]}({', '.join(words)})"
        case "orthogonal_":
            text = "orthogonal" if given["gain"] == 1 else f"orthogonal({number(given['gain'])})"
    if isinstance(numbers, Draw):
        text = numbers.text()
    elif isinstance(numbers_of(written), Draw):
        numbers = numbers_of(written)  # type: ignore[assignment]
    if isinstance(numbers, Draw) and numbers.law == "normal" and numbers.second == 0:
        text = f"constant({number(numbers.first)})"  # a gain of 0, which the laws by torch's names do not take
    return Call(name, text, tuple(tensor.shape), numbers)


class _Hook:
    """A function of torch.nn.init, while its calls are noted.

    The code of the function itself is replaced, since other modules hold the function by names of their own. On tensors
    of the meta device some of these functions return at once, so that the operations below them do not show the call.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.function: types.FunctionType = getattr(_INIT, name)
        self.code = self.function.__code__
        self.signature = inspect.signature(self.function)
        self.original = types.FunctionType(
            self.code, self.function.__globals__, name, self.function.__defaults__, self.function.__closure__
        )
        self.original.__kwdefaults__ = self.function.__kwdefaults__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trace = _active.get(threading.get_ident())
        if trace is None or trace.depth > 0:
            return self.original(*args, **kwargs)
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        tensor = bound.arguments["tensor"]
        trace.depth += 1
        try:
            result = self.original(*args, **kwargs)
        finally:
            trace.depth -= 1
        if isinstance(tensor, torch.Tensor) and tensor.numel() > 0:
            call = _call_of(self.name, bound.arguments, tensor, trace.value_of(tensor))
            trace.write(tensor, call, is_sample=not tensor.is_meta)
        return result

    def enter(self) -> None:
        """Puts the hook before the function, for all who hold it."""
        key = f"_glorand_{self.name}"
        self.function.__globals__[key] = self
        made: dict[str, Any] = {}
        exec(f"def {self.name}(*args, **kwargs): return {key}(*args, **kwargs)", {}, made)
        self.function.__code__ = made[self.name].__code__

    def leave(self) -> None:
        """Gives the function its code back."""
        self.function.__code__ = self.code
        del self.function.__globals__[f"_glorand_{self.name}"]


_active: dict[int, Trace] = {}
_lock = threading.Lock()


@contextlib.contextmanager
def tracing() -> Iterator[Trace]:
    """A trace of what this thread does, one at a time in a process."""
    with _lock:
        trace = Trace()
        hooks = [_Hook(name) for name in _FUNCTIONS]
        _active[threading.get_ident()] = trace
        for hook in hooks:
            hook.enter()
        try:
            with trace:
                yield trace
        finally:
            for hook in hooks:
                hook.leave()
            del _active[threading.get_ident()]
