"""Which initializer each tensor gets: the library's rules (model.h), over a module's tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, SupportsFloat, SupportsIndex

import torch

from glorand._arrays import dtype_code, dtype_name
from glorand._fill import describe
from glorand._initializer import Initializer
from glorand._library import GlorandError, lib, tensor_of
from glorand._model import Entry, Model, Origin, pattern_matches
from glorand.torch._rules import Given, says_layout
from glorand.torch._tensors import Tensor

_WILD = "*?[]{}\\"


class Chosen(NamedTuple):
    """A tensor, and what fills it."""

    tensor: Tensor
    name: str  # under which it was decided, which says its stream
    law: Initializer | None  # None where the list or a recording has the values
    origin: Origin | None = None  # where the list has more of it than the initializer
    values: torch.Tensor | None = None  # of the whole, where a recording has them


class Options(NamedTuple):
    """What a call says beside its rules."""

    seed: SupportsIndex | None
    recipe: str | None = None
    layout: str | None = None
    method: str | None = None
    variables: Mapping[str, SupportsFloat] | None = None
    part: bool = False


def named(name: str, error: GlorandError) -> GlorandError:
    """The error with the tensor's name before its message."""
    return GlorandError(error.status, f"{name}: {error.message}")


def _not_filled(name: str, dtype: str) -> GlorandError:
    return GlorandError("GLR_ERROR_UNSUPPORTED", f"{name}: {dtype} is not filled")


def _line(tensor: Tensor) -> str:
    return f"{tensor.name} {list(tensor.shape)} {tensor.dtype.removeprefix('torch.')}"


def _names_buffer(pattern: str, names: Sequence[str]) -> bool:
    """Whether a rule means a buffer: it matches, and spells out what comes after the last dot.

    "*" may be meant for all parameters. It would fill a mask that the module computed.
    """
    is_spelled = not any(sign in pattern.rpartition(".")[2] for sign in _WILD)
    return is_spelled and any(pattern_matches(pattern, name) for name in names)


def _of_values(tensor: Tensor, name: str, values: torch.Tensor) -> Chosen:
    """A tensor that gets values of a recording. Errors: GlorandError."""
    if tuple(values.shape) != tensor.shape:
        why = f"{name}: has the shape {list(tensor.shape)}, and the recording's is {list(values.shape)}"
        raise GlorandError("GLR_ERROR_SHAPE", why)
    return Chosen(tensor, name, None, values=values)


class _Choice:
    """A choice on its way: the library's model, and by which names it has the module's tensors."""

    def __init__(self, tensors: Sequence[Tensor], given: Given, options: Options) -> None:
        self.tensors, self.given, self.options = tensors, given, options
        self.model = Model(options.variables, given.list)
        self.listed = {entry.name: entry for entry in map(self.model.__getitem__, range(len(self.model)))}
        self.name: list[str | None] = [self._name_of(tensor) for tensor in tensors]  # None: it is left alone
        self.strays = [  # buffers without values, of which nothing was said
            tensor for tensor, name in zip(tensors, self.name, strict=True) if name is None and tensor.is_meta
        ]

    def _name_of(self, tensor: Tensor) -> str | None:
        for name in tensor.names:
            if name in self.listed or name in self.given.values or name in self.given.unrecordable:
                return name
        if tensor.is_buffer and not any(_names_buffer(pattern, tensor.names[:1]) for pattern, _ in self.given.rules):
            return None
        return tensor.name

    def add_tensors(self) -> None:
        """Gives the library the tensors that the list does not have. Errors: GlorandError."""
        missing = []
        for tensor, name in zip(self.tensors, self.name, strict=True):
            if name is None:
                continue
            code = dtype_code(tensor.dtype)
            is_recorded = name in self.given.values or name in self.given.unrecordable
            if name in self.listed:
                self._compare(tensor, self.listed[name], code)
            elif not (is_recorded or self.listed) or any(pattern_matches(rule, name) for rule, _ in self.given.rules):
                self.model.add(name, tensor.shape, code or dtype_code("uint8"))  # a rule may leave it out
            elif not is_recorded:  # what is recorded and not listed is of a dtype that lists do not have
                missing.append(_line(tensor))
        if missing:
            raise GlorandError("GLR_ERROR_UNDECIDED", f"model: the list lacks {'; '.join(missing)}")
        known = {name for tensor in self.tensors for name in tensor.names}
        absent = [name for name in self.listed if name not in known]
        if absent and not self.options.part:
            why = f"model: lacks tensors of the list: {', '.join(absent)}; part=True passes them over"
            raise GlorandError("GLR_ERROR_ARGUMENT", why)

    def _compare(self, tensor: Tensor, entry: Entry, code: int) -> None:
        """Holds a tensor to the list. The model's dtype may be another floating-point one. Errors: GlorandError."""
        if entry.shape != tensor.shape or not entry.is_whole:
            what = f"the list says {list(entry.shape)}" if entry.is_whole else "the list has a slice of it"
            raise GlorandError("GLR_ERROR_SHAPE", f"{tensor.name}: has the shape {list(tensor.shape)}, and {what}")
        if code != entry.dtype and not (lib.glr_dtype_is_floating(code) and lib.glr_dtype_is_floating(entry.dtype)):
            why = f"{tensor.name}: is {tensor.dtype}, and the list says {dtype_name(entry.dtype)}"
            raise GlorandError("GLR_ERROR_ARGUMENT", why)

    def add_rules(self) -> None:
        """Gives the library the rules; of a part of a model, those that match something. Errors: GlorandError."""
        names = [name for name in {*self.name, *self.listed} if name is not None]
        for pattern, text in self.given.rules:
            if not self.options.part or any(pattern_matches(pattern, name) for name in names):
                try:
                    self.model.add_rule(pattern, text)
                except GlorandError as error:
                    raise named(f"rule {pattern!r}", error) from None

    def resolve(self) -> None:
        """Errors: GlorandError, GLR_ERROR_UNDECIDED with all tensors that nothing decides."""
        layout = self.options.layout
        if layout is None and not says_layout(self.given.list):
            layout = "torch"
        left = [f"{_line(tensor)} (a buffer on meta)" for tensor in self.strays]
        try:
            self.model.resolve(
                seed=self.options.seed, recipe=self.options.recipe, layout=layout, method=self.options.method
            )
        except GlorandError as error:
            for tensor in self.tensors:
                if not dtype_code(tensor.dtype) and error.message.startswith(f"tensor {tensor.name}: "):
                    raise _not_filled(tensor.name, tensor.dtype) from None  # it was added as of another dtype
            if error.status != "GLR_ERROR_UNDECIDED":
                raise
            left = [line.strip() for line in self.model.undecided().splitlines()] + left
        if left:
            raise GlorandError("GLR_ERROR_UNDECIDED", f"model: no rule decides {'; '.join(left)}")

    def chosen(self) -> list[Chosen]:
        """What is filled, once each law is known to draw its tensor. Errors: GlorandError."""
        decided = {entry.name: entry for entry in map(self.model.__getitem__, range(len(self.model)))}
        place = {name: index for index, name in enumerate(decided)}
        found, left = [], []
        for tensor, name in zip(self.tensors, self.name, strict=True):
            if name is None:
                continue
            entry = decided.get(name)
            if entry is not None and (entry.initializer is not None or entry.has_values):
                has_more = entry.has_values or entry.regions > 0
                origin = Origin(self.model, place[name]) if has_more else None
                found.append(self._checked(Chosen(tensor, name, entry.initializer, origin)))
            elif entry is not None and entry.reason != "its own":
                continue  # a rule leaves it out
            elif name in self.given.values:
                found.append(_of_values(tensor, name, self.given.values[name]))
            elif name in self.given.unrecordable:
                left.append(f"{_line(tensor)}: {self.given.unrecordable[name]}")
        if left:
            raise GlorandError("GLR_ERROR_UNDECIDED", f"model: not recordable, and no rule decides {'; '.join(left)}")
        return found

    def _checked(self, chosen: Chosen) -> Chosen:
        """The same, if the library draws it in the tensor's dtype. Errors: GlorandError."""
        tensor, name, law = chosen.tensor, chosen.name, chosen.law
        if not dtype_code(tensor.dtype):
            raise _not_filled(name, tensor.dtype)
        try:
            if law is not None:
                describe(law, tensor.shape, tensor.dtype)
            if chosen.origin is not None:
                chosen.origin.check(tensor_of(tensor.shape, dtype_code(tensor.dtype)))
        except GlorandError as error:
            raise named(name, error) from None
        return chosen


def choose(tensors: Sequence[Tensor], given: Given, options: Options) -> list[Chosen]:
    """The tensors that are filled, with their initializers, seed and stream in them.

    Errors: GlorandError: ``GLR_ERROR_UNDECIDED`` with all tensors that nothing decides, ``GLR_ERROR_UNSEEDED``, and
    what the library finds wrong with rules, list or a tensor.
    """
    choice = _Choice(tensors, given, options)
    choice.add_tensors()
    choice.add_rules()
    choice.resolve()
    if not choice.model.has_seeds():
        why = "seed: neither the call nor the list has one, and ranks have to agree on it"
        raise GlorandError("GLR_ERROR_UNSEEDED", why)
    return choice.chosen()
