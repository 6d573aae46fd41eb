"""Regions of a parameter with a law of their own: the zero row of an embedding, the parts of a fused matrix."""

from __future__ import annotations

from dataclasses import dataclass

from glorand._shards import Box


@dataclass(frozen=True)
class Region:
    """A box of a parameter with a law of its own.

    Attributes:
        box: along each axis the first index and the end.
        text: the law, in the text form. It is drawn as a tensor by itself, of the box's shape, from which fans come.
    """

    box: Box
    text: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The box's shape."""
        return tuple(end - first for first, end in self.box)

    @property
    def slice(self) -> str:
        """The box as a list says it."""
        return ",".join(f"{first}:{end}" for first, end in self.box)

    def __str__(self) -> str:
        return "[{}]={}".format(", ".join(f"{first}:{end}" for first, end in self.box), self.text)
