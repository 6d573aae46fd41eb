"""Laws of glorand that computed values follow: recognized by the values themselves."""

from __future__ import annotations

from typing import Any

import torch

from glorand._fill import fill_
from glorand._shards import Box
from glorand.torch._values import constant_text, number_text

LARGEST = 2**24  # elements of a tensor that is compared with laws of the index
# A model computes in float32, and glorand in integers that are rounded once. What a model adds to a law by that, in
# units of float32's precision: of a logarithm itself, of a sinusoid by its argument, which is up to the position.
UNIT = 2.0**-24
UNITS = 8
CORNER = 16  # indices of each axis that are compared before the rest


def law_of_values(values: Any) -> str | None:
    """The text of the law whose values these are; None if they are no law's.

    Constants are compared bit by bit, identities and dirac's kernels, too. Logarithms and sinusoids may differ from the
    law's as much as float32 arithmetic explains: 8 * 2^-24 of the value, of a sinusoid at position p of 1 + p.

    Args:
        values: a tensor on the CPU.
    """
    if values.numel() == 0:
        return "zeros"
    text = _constant(values)
    if text is not None or not values.is_floating_point() or values.numel() > LARGEST:
        return text
    return next((law for law in _candidates(values) if _agrees(values, law)), None)


def law_is_number(text: str) -> bool:
    """Whether a text of `law_of_values` is one number everywhere."""
    return text in ("zeros", "ones") or text.startswith("constant(")


def _constant(values: Any) -> str | None:
    first = values.reshape(-1)[0]
    same = bool((values == first).all()) or bool(torch.isnan(values).all())
    if not same or values.dtype.is_complex:
        return None
    if first == 0 and bool((torch.signbit(values) != torch.signbit(first)).any()):
        return None
    return constant_text(first.item())


def _candidates(values: Any) -> list[str]:
    found = ["log_arange", "unit_forget_bias"] if values.dim() >= 1 else []
    if values.dim() >= 2 and values.shape[-1] % 2 == 0:
        found += ["sinusoids", "sinusoids_interleaved"]
    if values.dim() == 2 and bool(torch.isfinite(values[0, 0])):
        found.append(f"identity({number_text(values[0, 0].item())})")
    if 3 <= values.dim() <= 5:
        found.append("dirac")
    return found


def _agrees(values: Any, law: str) -> bool:
    """Whether values are a law's: first of a corner, which most are not, and then of all."""
    if law == "unit_forget_bias" and values.shape[-1] % 4 != 0:
        return False
    corner = tuple((0, min(extent, CORNER)) for extent in values.shape)
    return _agrees_in(values, law, corner) and _agrees_in(values, law, tuple((0, extent) for extent in values.shape))


def _agrees_in(values: Any, law: str, box: Box) -> bool:
    """Whether values are a law's in a box that begins at the first element."""
    given = values[tuple(slice(end) for _, end in box)].to(torch.float64)
    expected = torch.empty(given.shape, dtype=torch.float64)
    fill_(expected, law, shape=values.shape, box=box)
    if law == "log_arange":
        allowed = UNITS * UNIT * expected.abs()
    elif law.startswith("sinusoids"):
        position = torch.arange(given.shape[-2], dtype=torch.float64)[:, None]
        allowed = UNITS * UNIT * (1 + position)
    else:
        allowed = torch.zeros(())
    if values.dtype != torch.float32 and values.dtype != torch.float64:  # which the model rounded once more
        allowed = allowed + torch.finfo(values.dtype).eps * expected.abs()
    return bool(((given - expected).abs() <= allowed).all())
