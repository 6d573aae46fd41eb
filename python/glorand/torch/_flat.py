"""Flat buffers: many tensors one after the other, of which a rank has a range, as FSDP 1 and ZeRO have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING, Any, SupportsFloat, SupportsIndex, TypeVar

import torch

from glorand._fill import numbers_of
from glorand._initializer import integer_of
from glorand._library import GlorandError
from glorand.torch._check import compare
from glorand.torch._choice import Chosen, Options, choose
from glorand.torch._init import draw, rehearse
from glorand.torch._rules import Given, Rules, given_of
from glorand.torch._tensors import Tensor, flat_parts

if TYPE_CHECKING:
    from glorand._fill import Shape

Buffer = TypeVar("Buffer", bound=torch.Tensor)


def _chosen(
    buffer: torch.Tensor,
    shapes: Mapping[str, Shape] | Iterable[tuple[str, Shape]],
    first: SupportsIndex,
    offsets: Sequence[SupportsIndex] | None,
    given: Given,
    options: Options,
) -> list[Chosen]:
    """The tensors of a flat buffer that are filled, with this rank's part of each. Errors: TypeError, GlorandError."""
    if not isinstance(buffer, torch.Tensor):
        raise TypeError(f"buffer: a torch.Tensor is needed, not {buffer!r}")
    if buffer.ndim != 1 or not buffer.is_contiguous():
        why = f"buffer: one packed axis is needed, not the shape {tuple(buffer.shape)} with strides {buffer.stride()}"
        raise GlorandError("GLR_ERROR_SHAPE", why)
    pairs = list(shapes.items() if isinstance(shapes, Mapping) else shapes)
    said = [numbers_of(f"shapes: {name}", shape) for name, shape in pairs]
    starts = [0, *accumulate(map(prod, said))][:-1] if offsets is None else [integer_of("offsets", n) for n in offsets]
    if len(starts) != len(said):
        raise GlorandError("GLR_ERROR_ARGUMENT", f"offsets: {len(starts)} of them for {len(said)} tensors")
    parts = flat_parts(buffer.detach(), integer_of("first", first), starts, said)
    flat = [
        Tensor([name], shape, str(buffer.dtype), flat=held)
        for (name, _), shape, held in zip(pairs, said, parts, strict=True)
    ]
    return choose(flat, given, options)


def fill_flat_(
    buffer: Buffer,
    shapes: Mapping[str, Shape] | Iterable[tuple[str, Shape]],
    rules: Rules | None = None,
    *,
    seed: SupportsIndex | None,
    first: SupportsIndex = 0,
    offsets: Sequence[SupportsIndex] | None = None,
    tensors: Any = None,
    recipe: str | None = None,
    layout: str | None = None,
    method: str | None = None,
    variables: Mapping[str, SupportsFloat] | None = None,
    part: bool = False,
) -> Buffer:
    """Fills this rank's part of a flat buffer, and returns it.

    A flat buffer holds tensors one after the other, each in row-major order, and each rank has a range of it: FSDP 1
    has its parameters so, DeepSpeed's ZeRO and Megatron's distributed optimizer the copies of theirs.

    Args:
        buffer: this rank's part: a tensor of one axis, packed. What lies between tensors or behind them stays.
        shapes: names and whole shapes of the tensors, in their order in the flat buffer.
        rules, seed, tensors, recipe, layout, method, variables, part: as for `init_`.
        first: the element of the whole flat buffer with which this rank's part begins.
        offsets: where each tensor begins in the whole flat buffer, in elements; by default one ends where the next
            begins.

    Errors, with nothing written: those of `init_`.

    Threads: any number of calls at a time.

    >>> import glorand.torch, torch
    >>> shapes = {"up.weight": (4, 3), "up.bias": (4,)}
    >>> rules = {"*.weight": "he_normal", "*.bias": "ones"}
    >>> whole = glorand.torch.fill_flat_(torch.zeros(16), shapes, rules, seed=42)
    >>> second = glorand.torch.fill_flat_(torch.zeros(8), shapes, rules, seed=42, first=8)
    >>> bool((second == whole[8:]).all()), second[4:].tolist()
    (True, [1.0, 1.0, 1.0, 1.0])
    """
    chosen = _chosen(
        buffer, shapes, first, offsets, given_of(rules, tensors), Options(seed, recipe, layout, method, variables, part)
    )
    rehearse(chosen, None)
    draw(chosen)
    return buffer


def check_flat(
    buffer: torch.Tensor,
    shapes: Mapping[str, Shape] | Iterable[tuple[str, Shape]],
    rules: Rules | None = None,
    *,
    seed: SupportsIndex | None,
    first: SupportsIndex = 0,
    offsets: Sequence[SupportsIndex] | None = None,
    tensors: Any = None,
    recipe: str | None = None,
    layout: str | None = None,
    method: str | None = None,
    variables: Mapping[str, SupportsFloat] | None = None,
    part: bool = False,
) -> None:
    """Draws what `fill_flat_` would write, and raises `Mismatch` if the buffer holds other values.

    Args, errors: those of `fill_flat_`, and Mismatch. It takes memory for a second copy of the largest tensor's part.

    Threads: any number of calls at a time, while nothing writes to the buffer.
    """
    options = Options(seed, recipe, layout, method, variables, part)
    compare(_chosen(buffer, shapes, first, offsets, given_of(rules, tensors), options))
