"""Regions of a parameter with a law of their own: the zero row of an embedding, the parts of a fused matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from glorand._fill import fill_

if TYPE_CHECKING:
    from typing import SupportsIndex

Box = tuple[tuple[int, int], ...]


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


def _local_box(parameter: Any) -> tuple[Any, Box]:
    """The memory that this process holds of a parameter, and the box of the parameter that it is."""
    if not hasattr(parameter, "placements"):
        return parameter, tuple((0, size) for size in parameter.shape)
    from torch.distributed.tensor import Partial, Replicate, Shard
    from torch.distributed.tensor._utils import compute_local_shape_and_global_offset

    for placement in parameter.placements:
        if type(placement) not in (Replicate, Shard):
            reason = "sums are no values" if isinstance(placement, Partial) else "its shards are no boxes"
            raise ValueError(f"parameter: regions cannot be written to a DTensor with {placement}: {reason}")
    shape, offset = compute_local_shape_and_global_offset(parameter.shape, parameter.device_mesh, parameter.placements)
    return parameter.to_local(), tuple((first, first + size) for first, size in zip(offset, shape, strict=True))


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

    Errors: ValueError for a region outside the parameter, for a DTensor that is Partial or strided; GlorandError as of
    `glorand.fill_`. Regions before the one that fails have been written.

    >>> import torch
    >>> from glorand.torch._regions import Region, apply_regions
    >>> weight = torch.ones(3, 2)
    >>> apply_regions(weight, [Region(((1, 2), (0, 2)), "zeros")])
    >>> weight.tolist()
    [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    """
    local, held = _local_box(parameter)
    for region in regions:
        if len(region.box) != len(parameter.shape) or any(
            not 0 <= first <= end <= size for (first, end), size in zip(region.box, parameter.shape, strict=False)
        ):
            raise ValueError(f"regions: {region} is not within the shape {list(parameter.shape)}")
        common = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(region.box, held, strict=True)]
        if any(first >= end for first, end in common):
            continue
        part = local.detach()
        for axis, ((first, end), (start, _)) in enumerate(zip(common, held, strict=True)):
            part = part.narrow(axis, first - start, end - first)
        box = [(first - start, end - start) for (first, end), (start, _) in zip(common, region.box, strict=True)]
        stream = None if name is None else region.name_in(name)
        with torch.no_grad():
            fill_(part, region.text, seed=seed, name=stream, shape=region.shape, box=box)
