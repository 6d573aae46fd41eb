"""Stands in for torch.nn.init."""

from typing import Any


def trunc_normal_(tensor: Any, mean: float, std: float, a: float, b: float) -> None:
    assert (mean, std, a, b) == (0.0, 0.02, -0.04, 0.04), (mean, std, a, b)
    tensor.draw(2)
