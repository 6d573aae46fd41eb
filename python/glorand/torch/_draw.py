"""What a part of a tensor holds: drawn by an initializer, with what a list says beside it, or copied."""

from __future__ import annotations

from typing import Any

import torch

from glorand._arrays import increment_of, memory_of, refusal, span
from glorand._fill import Fill, fill_of
from glorand._shards import Box, boxes_of
from glorand.torch._choice import Chosen
from glorand.torch._tensors import Part


def _fill_of(values: torch.Tensor, chosen: Chosen, said: dict[str, Any]) -> Fill | None:
    law = "zeros" if chosen.law is None else chosen.law  # a list's values are the origin's
    return fill_of(values, law, origin=chosen.origin, **said)


def _narrowed(tensor: torch.Tensor, box: Box) -> torch.Tensor:
    for axis, (first, end) in enumerate(box):
        tensor = tensor.narrow(axis, first, end - first)
    return tensor


def _copied(whole: torch.Tensor, part: torch.Tensor, said: dict[str, Any]) -> None:
    """Copies what a part has of a whole tensor."""
    if "range" in said:
        first, count = said["range"]
        part.copy_(whole.reshape(-1)[first : first + count])
    elif "placements" in said:
        for box, local in boxes_of(whole.shape, said["placements"]):
            _narrowed(part, local).copy_(_narrowed(whole, box))
    else:
        part.copy_(whole)


def expected_of(chosen: Chosen, held: Part) -> torch.Tensor:
    """What a part has to hold, on the CPU. Errors: GlorandError."""
    expected = torch.empty(held.values.shape, dtype=held.values.dtype)
    if chosen.values is not None:
        _copied(chosen.values, expected, held.said)
        return expected
    fill = _fill_of(expected, chosen, held.said)
    if fill is not None:
        fill.draw()
    return expected


def check_memory(values: torch.Tensor) -> None:
    """Fails unless there is memory for all elements of a tensor, each its own. Errors: GlorandError."""
    memory = memory_of(values)
    needed = span(memory.shape, memory.strides, memory.itemsize)
    if needed > memory.size:
        raise refusal(values, f"has {memory.size} bytes of memory, and needs {needed}", "GLR_ERROR_TOO_SMALL")


def rehearse_part(chosen: Chosen, part: Part) -> None:
    """Does all but writing. Errors: GlorandError."""
    if chosen.law is not None and not chosen.tensor.is_meta:
        _fill_of(part.values, chosen, part.said)
        return
    held = part.held()
    if chosen.law is None and held is not None:
        if not chosen.tensor.is_meta:
            check_memory(held.values)
        if chosen.values is None:  # a list's, which the dtype may not hold
            expected_of(chosen, held)


def draw_part(chosen: Chosen, part: Part) -> None:
    """Writes what a part has to hold. Errors: GlorandError."""
    owner = part.owner
    if chosen.law is not None:
        fill = _fill_of(part.values, chosen, part.said)
        if fill is not None:
            fill.draw()
    else:
        held = part.held()
        if held is not None:
            with torch.no_grad():
                held.values.copy_(expected_of(chosen, held))
        owner = part.values if owner is None else owner
    tell = None if owner is None else increment_of(owner)
    if tell is not None:
        tell()
