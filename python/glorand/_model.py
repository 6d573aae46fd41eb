"""Models: lists of tensors, and rules that give each of them an initializer, by the library's functions of model.h."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import NamedTuple, SupportsFloat, SupportsIndex

from glorand._device import cpu
from glorand._initializer import Initializer, integer_of, text_by, utf8_of, variables_of
from glorand._library import (
    ACTION_COPY,
    ACTION_FILL,
    LAYOUT_KERAS,
    LAYOUT_TORCH,
    METHOD_ICDF,
    METHOD_RESAMPLE,
    PART_WHOLE,
    GlorandError,
    ModelOptionsStruct,
    ModelTensorStruct,
    TensorStruct,
    check,
    lib,
    tensor_of,
    text_of,
)

_LAYOUTS = {"keras": LAYOUT_KERAS, "torch": LAYOUT_TORCH}
_METHODS = {"resample": METHOD_RESAMPLE, "icdf": METHOD_ICDF}


class Entry(NamedTuple):
    """A tensor of a model."""

    name: str
    shape: tuple[int, ...]  # of the whole
    dtype: int  # the library's number
    is_whole: bool  # or the list names a slice of it
    initializer: Initializer | None  # None: nothing decided yet, or the tensor is left out, or the list has its values
    has_values: bool  # the list has them
    regions: int  # boxes with initializers of their own
    reason: str  # what decided


class Origin(NamedTuple):
    """A tensor of a model that is more than its initializer: the list has regions or values of it."""

    model: Model
    number: int  # which tensor

    def fill(self, device: ctypes.c_void_p, part: TensorStruct, address: int, size: int) -> None:
        """Fills a part at an address with so many bytes, with all that the list says. Errors: GlorandError."""
        check(lib.glr_model_fill(device, self.model._handle, self.number, ctypes.byref(part), address, size))

    def check(self, part: TensorStruct) -> None:
        """Fails if regions cannot be drawn in a part's dtype on the CPU. Errors: GlorandError."""
        scratch = ctypes.c_uint64()
        check(
            lib.glr_model_fill_scratch(
                cpu(), self.model._handle, self.number, ctypes.byref(part), ctypes.byref(scratch)
            )
        )

    def fill_regions(self, device: ctypes.c_void_p, part: TensorStruct, address: int, size: int) -> None:
        """Fills the regions of a part alone. Errors: GlorandError."""
        check(lib.glr_model_fill_regions(device, self.model._handle, self.number, ctypes.byref(part), address, size))


def _encoded(what: str, text: object) -> bytes:
    """A str as the library takes it, which ends at a zero byte. Errors: TypeError, ValueError, GlorandError."""
    encoded = utf8_of(what, text)
    if b"\0" in encoded:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"{what}: {text!r} has a zero byte")
    return encoded


def _number_of(what: str, word: object, numbers: Mapping[str, int]) -> int:
    """The library's number of a word. Errors: GlorandError."""
    if not isinstance(word, str) or word not in numbers:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"{what}: {word!r} is none of {', '.join(numbers)}")
    return numbers[word]


def pattern_matches(pattern: str, name: str) -> bool:
    """Whether a rule's pattern matches a name. Errors: GlorandError with GLR_ERROR_PARSE."""
    matches = ctypes.c_uint32()
    encoded = _encoded("pattern", pattern), _encoded("name", name)
    check(lib.glr_pattern_match(*encoded, ctypes.byref(matches)))
    return bool(matches.value)


class Model:
    """Tensors and rules. Threads: one at a time."""

    def __init__(self, variables: Mapping[str, SupportsFloat] | None = None, text: str | None = None) -> None:
        """A model without tensors, or that of a list, which is JSON as glorand-init(1) describes it.

        Errors: GlorandError, TypeError, ValueError.
        """
        self._handle = ctypes.c_void_p()
        table = variables_of(variables or {})
        if text is None:
            check(lib.glr_model_create(table, len(table), ctypes.byref(self._handle)))
        else:
            encoded = utf8_of("text", text)
            made = ctypes.byref(self._handle)
            check(lib.glr_model_from_list(encoded, len(encoded), table, len(table), made))

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            lib.glr_model_free(handle)

    def __len__(self) -> int:
        return int(lib.glr_model_count(self._handle))

    def __getitem__(self, index: int) -> Entry:
        found = ModelTensorStruct()
        check(lib.glr_model_get(self._handle, index, ctypes.byref(found)))
        return Entry(
            text_of(found.name),
            tuple(found.tensor.shape[: found.tensor.rank]),
            found.tensor.dtype,
            found.tensor.part == PART_WHOLE,
            Initializer._of_struct(found.initializer) if found.action == ACTION_FILL else None,
            found.action == ACTION_COPY,
            found.regions,
            text_of(found.reason),
        )

    def add(self, name: str, shape: tuple[int, ...], dtype: int) -> None:
        """Adds a tensor. Errors: GlorandError."""
        tensor = ctypes.byref(tensor_of(shape, dtype))
        check(lib.glr_model_add(self._handle, _encoded("name", name), tensor, None))

    def add_rule(self, pattern: str, text: str) -> None:
        """Adds a rule, which comes after those that were added before. Errors: GlorandError, TypeError."""
        check(lib.glr_model_add_rule(self._handle, _encoded("pattern", pattern), _encoded("initializer", text)))

    def resolve(
        self,
        *,
        seed: SupportsIndex | None = None,
        recipe: str | None = None,
        layout: str | None = None,
        method: str | None = None,
    ) -> None:
        """Gives each tensor its initializer.

        Errors: GlorandError: GLR_ERROR_UNDECIDED where tensors are left, which `undecided` lists, and others.
        """
        options = ModelOptionsStruct()
        if seed is not None:
            options.seed, options.has_seed = integer_of("seed", seed), 1
        if recipe is not None:
            options.recipe = _encoded("recipe", recipe)
        if layout is not None:
            options.layout, options.has_layout = _number_of("layout", layout, _LAYOUTS), 1
        if method is not None:
            options.method, options.has_method = _number_of("method", method, _METHODS), 1
        check(lib.glr_model_resolve(self._handle, ctypes.byref(options)))

    def undecided(self) -> str:
        """The tensors that nothing decided, a line for each or for those that differ in numbers alone."""
        return text_by(lib.glr_model_undecided, self._handle)

    def has_seeds(self) -> bool:
        """Whether each random tensor has a seed."""
        return bool(lib.glr_model_has_seeds(self._handle))
