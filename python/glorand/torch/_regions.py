"""Regions of a parameter with a law of their own: the zero row of an embedding, the parts of a fused matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glorand._dtensor import held_of, is_dtensor
from glorand._fill import fill_
from glorand._shards import Box, boxes_of

if TYPE_CHECKING:
    from typing import SupportsIndex


@dataclass(frozen=True)
class Region:
    """A box of a parameter with a law of its own.

    Attributes:
        box: along each axis the first index and the end.
        text: the law, in the text form. Its tensor is the box, from whose shape fans come.
    """

    box: Box
    text: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The box's shape."""
        return tuple(end - first for first, end in self.box)

    def __str__(self) -> str:
        return "[{}]={}".format(", ".join(f"{first}:{end}" for first, end in self.box), self.text)

    def name_in(self, parameter: str) -> str:
        """The name that gives the region its stream: the parameter's with the box, ``"wte[3:4,0:768]"``."""
        return "{}[{}]".format(parameter, ",".join(f"{first}:{end}" for first, end in self.box))


def _part(memory: Any, box: Box) -> Any:
    for axis, (first, end) in enumerate(box):
        memory = memory.narrow(axis, first, end - first)
    return memory


def _held(parameter: Any) -> list[tuple[Any, Box]]:
    """Memory that this process holds of a parameter, each with the box that it is of it. Errors: GlorandError."""
    if not is_dtensor(parameter):
        return [(parameter.detach(), tuple((0, size) for size in parameter.shape))]
    held = held_of(parameter)
    if held.placements is None:
        return []
    local = held.local.detach()
    return [(_part(local, place), box) for box, place in boxes_of(held.shape, held.placements)]


def _within(box: Box, outer: Box) -> Box:
    """The box's indices as they count from the first of another one, which contains it."""
    return tuple((first - start, end - start) for (first, end), (start, _) in zip(box, outer, strict=True))


def apply_regions(
    parameter: Any, regions: Sequence[Region], *, seed: SupportsIndex | None = None, name: str | None = None
) -> None:
    """Writes regions into a parameter that was filled by its own law.

    Of a DTensor this process's part is written; all its ranks together hold what one would. No message is sent.

    Args:
        parameter: a tensor with memory, on a device that `glorand.fill_` takes.
        regions: as `Recording.regions` has them, in this order.
        seed: of laws that draw. Each region draws as a tensor by itself, in the stream of its `Region.name_in`.
        name: the parameter's; needed where a law draws.

    Errors: ValueError for a region outside the parameter; GlorandError as of
    `glorand.fill_`. Regions before the one that fails have been written.

    >>> import torch
    >>> from glorand.torch._regions import Region, apply_regions
    >>> weight = torch.ones(3, 2)
    >>> apply_regions(weight, [Region(((1, 2), (0, 2)), "zeros")])
    >>> weight.tolist()
    [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    """
    held = _held(parameter)
    for region in regions:
        if len(region.box) != len(parameter.shape) or any(
            not 0 <= first <= end <= size for (first, end), size in zip(region.box, parameter.shape, strict=False)
        ):
            raise ValueError(f"regions: {region} is not within the shape {list(parameter.shape)}")
        stream = None if name is None else region.name_in(name)
        for memory, place in held:
            common = tuple((max(a, c), min(b, d)) for (a, b), (c, d) in zip(region.box, place, strict=True))
            if any(first >= end for first, end in common):
                continue
            part, box = _part(memory, _within(common, place)), _within(common, region.box)
            fill_(part, region.text, seed=seed, name=stream, shape=region.shape, box=box)
