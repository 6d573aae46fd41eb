"""What a tensor of a model that is being recorded holds: constants, draws by a law, and what was computed of these."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

TEXT_LENGTH = 200  # of an expression in a reason, in characters
CLAMPED = 1e-6  # the part of a truncated normal's values that a clamp to its bounds may move

_NORMAL = statistics.NormalDist()


class Value:
    """What a tensor's elements are. Values are compared by identity: two uses of one draw are the same numbers."""

    def expression(self) -> str:
        """The value as a person reads it, in reasons."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Empty(Value):
    """Memory that nothing was written to."""

    def expression(self) -> str:
        return "uninitialized memory"


@dataclass(frozen=True, eq=False)
class Fill(Value):
    """One number in every element."""

    number: Any

    def expression(self) -> str:
        return f"constant({self.number!r})"


@dataclass(frozen=True, eq=False)
class Copied(Value):
    """Values that no random number went into, in a tensor on the CPU."""

    tensor: Any

    def expression(self) -> str:
        return f"computed values of shape {list(self.tensor.shape)}"


@dataclass(frozen=True, eq=False)
class Draw(Value):
    """Independent random numbers of a normal, uniform or truncated normal law.

    Attributes:
        law: ``"normal"``, ``"uniform"`` or ``"truncated"``.
        first, second: mean and standard deviation before truncation, or the ends of a uniform law.
        bounds: of a truncated normal, in values; infinite ones are none.
        origin: what tells this draw from others, also after it was scaled or copied.
    """

    law: str
    first: float
    second: float
    bounds: tuple[float, float] = (-math.inf, math.inf)
    origin: object = field(default_factory=object)

    def expression(self) -> str:
        return self.text()

    def text(self) -> str:
        """The text form."""
        numbers = [self.first, self.second]
        if self.law == "truncated":
            numbers += self.bounds
        name = {"normal": "random_normal", "uniform": "random_uniform", "truncated": "trunc_normal"}[self.law]
        return f"{name}({', '.join(number_text(number) for number in numbers)})"

    def moved(self, scale: float, shift: float) -> Draw:
        """The law of ``scale * values + shift``."""
        ends = sorted(_shortest(scale * bound + shift) if scale else shift for bound in self.bounds)
        first = _shortest(scale * self.first + shift)
        if self.law == "uniform":
            first, second = sorted((first, _shortest(scale * self.second + shift)))
        else:
            second = _shortest(abs(scale) * self.second)
        return replace(self, first=first, second=second, bounds=(ends[0], ends[1]))


@dataclass(frozen=True, eq=False)
class Call(Value):
    """What a function of torch.nn.init wrote.

    Attributes:
        name: the function's, ``"xavier_uniform_"``.
        text: the law's text, empty if glorand has none.
        shape: of the tensor that the function got, which fans come from.
        numbers: the same as draws or constants with numbers; None where that is not known.
    """

    name: str
    text: str
    shape: tuple[int, ...]
    numbers: Value | None
    origin: object = field(default_factory=object)

    def expression(self) -> str:
        return self.text or f"torch.nn.init.{self.name}"


@dataclass(frozen=True, eq=False)
class Computed(Value):
    """The result of an operation on random values."""

    operation: str
    operands: tuple[Any, ...]

    def expression(self) -> str:
        return self._written

    @cached_property
    def _written(self) -> str:
        """Written once: an iteration uses each of its values more than once, and so on."""
        try:
            written = [part.expression() if isinstance(part, Value) else _brief(part) for part in self.operands]
        except RecursionError:
            written = ["..."]
        text = f"{self.operation}({', '.join(written)})"
        return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 3] + "..."


def _brief(operand: object) -> str:
    return number_text(operand) if isinstance(operand, float) else str(operand)


def _shortest(number: float) -> float:
    """The number without the last digit, which the rounding of a product or sum leaves."""
    return float(f"{number:.15g}")


def number_text(number: float) -> str:
    """A double as the text form has it, such that the same is read."""
    text = float.__repr__(float(number))
    return text[:-2] if text.endswith(".0") else text


def constant_text(number: float) -> str:
    """The text of a real number in every element, which may be an integer of any size or a bool."""
    text = str(int(number)) if isinstance(number, int) else number_text(number)
    return {"0": "zeros", "1": "ones"}.get(text, f"constant({text})")


def numbers_of(value: Value) -> Value:
    """A call as the draw or constant that it is, where that is known."""
    return value.numbers if isinstance(value, Call) and value.numbers is not None else value


def origin_of(value: Value) -> object:
    """What two tensors with the same random numbers have in common; None for constants."""
    return value.origin if isinstance(value, Call | Draw) and not isinstance(numbers_of(value), Fill) else None


def computed(operation: str, operands: Sequence[Any]) -> Value:
    """The result of an elementwise operation on one or more random operands, as a law where it is one."""
    plain = [numbers_of(part) if isinstance(part, Value) else part for part in operands]
    return (
        _moved(operation, plain)
        or _normal_of_uniform(operation, plain)
        or _clamped(operation, plain)
        or Computed(operation, tuple(plain))
    )


def _moved(operation: str, operands: list[Any]) -> Draw | None:
    """Sums and products with a number."""
    if operation == "neg" and isinstance(operands[0], Draw):
        return operands[0].moved(-1.0, 0.0)
    if operation not in ("add", "sub", "mul", "div", "rsub") or len(operands) != 2:
        return None
    left, right = operands if operation != "rsub" else reversed(operands)
    operation = "sub" if operation == "rsub" else operation
    if isinstance(left, Draw) and isinstance(right, int | float):
        scale = {"mul": right, "div": 1 / right if right else None}.get(operation, 1.0)
        shift = {"add": right, "sub": -right}.get(operation, 0.0)
        return None if scale is None else left.moved(scale, shift)
    if isinstance(right, Draw) and isinstance(left, int | float) and operation != "div":
        scale = {"mul": left, "sub": -1.0}.get(operation, 1.0)
        return right.moved(scale, left if operation in ("add", "sub") else 0.0)
    return None


def _quantile(place: float) -> float:
    """The normal value below which (1 + place) / 2 of all are."""
    return -math.inf if place <= -1 else math.inf if place >= 1 else _NORMAL.inv_cdf((1 + place) / 2)


def _normal_of_uniform(operation: str, operands: list[Any]) -> Draw | None:
    """The inverse error function, by which truncated normals are made by hand."""
    draw = operands[0]
    if operation != "erfinv" or not isinstance(draw, Draw) or draw.law != "uniform":
        return None
    deviation = math.sqrt(0.5)
    bounds = (deviation * _quantile(draw.first), deviation * _quantile(draw.second))
    return Draw("truncated", 0.0, deviation, bounds, draw.origin)


def _clamped(operation: str, operands: list[Any]) -> Draw | None:
    """A truncated normal that is clamped to the bounds it has already."""
    draw, *limits = operands
    if operation != "clamp" or not isinstance(draw, Draw) or draw.law != "truncated" or len(limits) != 2:
        return None
    if not all(isinstance(limit, int | float) for limit in limits):
        return None
    places = [[_NORMAL.cdf((end - draw.first) / draw.second) for end in ends] for ends in (draw.bounds, limits)]
    if any(abs(bound - limit) > CLAMPED for bound, limit in zip(*places, strict=True)):
        return None
    return replace(draw, bounds=(float(limits[0]), float(limits[1])))


def inverse_softplus(value: Value) -> str | None:
    """The text of Mamba's dt_bias, x + log(-expm1(-x)) of x = max(exp(uniform), floor); None for anything else."""
    match value:
        case Computed("add", (Value() as step, Computed("log", (Computed("neg", (inner,)),)))):
            pass
        case _:
            return None
    match inner:
        case Computed("expm1", (Computed("neg", (again,)),)) if again is step:
            pass
        case _:
            return None
    floor = 0.0
    match step:
        case Computed("clamp", (Value() as unclamped, float() | int() as least)):
            step, floor = unclamped, float(least)
        case _:
            pass
    match step:
        case Computed("exp", (Draw("uniform", low, high),)):
            numbers = (_exp(low), _exp(high), floor)
        case _:
            return None
    return f"dt_bias({', '.join(number_text(number) for number in numbers)})"


def _exp(logarithm: float) -> float:
    """The number that somebody took the logarithm of: the shortest that has this one."""
    for digits in range(1, 17):
        number = float(f"{math.exp(logarithm):.{digits}g}")
        if math.isclose(math.log(number), logarithm, rel_tol=1e-14, abs_tol=1e-14):
            return number
    return math.exp(logarithm)
