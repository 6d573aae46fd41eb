"""check: whether a module holds what init_ would write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, SupportsFloat, SupportsIndex

import torch

from glorand._library import GlorandError
from glorand._shards import global_index
from glorand.torch._choice import Chosen, Options, choose, named
from glorand.torch._draw import check_memory, expected_of
from glorand.torch._init import all_tensors
from glorand.torch._rules import Rules, given_of
from glorand.torch._tensors import Part

_SHOWN = 8  # differences in a message


@dataclass(frozen=True)
class Difference:
    """A tensor whose values on this rank are not those of the stream."""

    name: str
    index: tuple[int, ...]  # of the first value that differs, in the whole tensor
    expected: float | int | bool
    found: float | int | bool
    differing: int  # how many values of this rank differ
    elements: int  # how many this rank has

    def __str__(self) -> str:
        where = f"{self.name}[{', '.join(map(str, self.index))}]"
        return f"{where} is {self.found}, not {self.expected} ({self.differing} of {self.elements} differ)"


class Mismatch(Exception):
    """Tensors do not hold what the rules and the seed say.

    Attributes:
        differences: one for each tensor, in the module's order.
    """

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(differences)
        self.differences = list(differences)

    def __str__(self) -> str:
        count = len(self.differences)
        shown = [str(difference) for difference in self.differences[:_SHOWN]]
        more = [f"and {count - _SHOWN} more"] if count > _SHOWN else []
        return f"{count} tensor{'s' * (count != 1)} differ{'s' * (count == 1)}: {'; '.join(shown + more)}"


def _bits(values: torch.Tensor) -> torch.Tensor:
    """The elements in row-major order, each a row of bytes, on the CPU."""
    packed = values.detach().cpu().contiguous().reshape(-1)
    return packed.view(torch.uint8).reshape(len(packed), values.element_size())


def _difference(chosen: Chosen, part: Part) -> Difference | None:
    held = part.held()
    if held is None:
        return None
    values, said = held.values, held.said
    try:
        check_memory(values)
    except GlorandError as error:
        raise named(chosen.name, error) from None
    expected = expected_of(chosen, held)
    wrong = (_bits(values) != _bits(expected)).any(dim=1).nonzero()
    if len(wrong) == 0:
        return None
    place = int(wrong[0])
    index = global_index(place, tuple(values.shape), **said)
    drawn, found = (of.detach().reshape(-1)[place].item() for of in (expected, values))
    return Difference(chosen.name, index, drawn, found, len(wrong), prod(values.shape))


def compare(chosen: Sequence[Chosen]) -> None:
    """Raises `Mismatch` if this rank's values are others. Errors: GlorandError for what is on meta."""
    differences = []
    for one in chosen:
        if one.tensor.is_meta:
            raise GlorandError("GLR_ERROR_ARGUMENT", f"{one.name}: is on meta, and has no values")
        differences += [found for part in one.tensor.parts() if (found := _difference(one, part)) is not None]
    if differences:
        raise Mismatch(differences)


def check(
    model: torch.nn.Module,
    rules: Rules | None = None,
    *,
    seed: SupportsIndex | None,
    tensors: Any = None,
    recipe: str | None = None,
    layout: str | None = None,
    method: str | None = None,
    variables: Mapping[str, SupportsFloat] | None = None,
    prefix: str = "",
    part: bool = False,
) -> None:
    """Draws a module's initial values again, and raises `Mismatch` if it holds others, bit by bit.

    Of DTensors and flat parameters each rank looks at what it has, and no message is sent: so a rank can be the only
    one to raise. It takes memory for a second copy of the largest tensor that this rank has.

    Args: those of `init_`.

    Errors: Mismatch, which names each tensor that differs, the first index in the whole tensor at which it does,
    the expected and the found value; and those of `init_`.

    Threads: any number of calls at a time, while nothing writes to the module.

    >>> import glorand.torch, torch
    >>> rules = {"weight": "kaiming_uniform", "bias": "zeros"}
    >>> model = glorand.torch.init_(torch.nn.Linear(3, 2), rules, seed=42)
    >>> glorand.torch.check(model, rules, seed=42)
    >>> _ = model.bias.data[1].fill_(0.5)
    >>> try:
    ...     glorand.torch.check(model, rules, seed=42)
    ... except glorand.torch.Mismatch as mismatch:
    ...     print(mismatch)
    1 tensor differs: bias[1] is 0.5, not 0.0 (1 of 2 differ)
    """
    options = Options(seed, recipe, layout, method, variables, part)
    compare(choose(all_tensors(model, prefix), given_of(rules, tensors), options))
