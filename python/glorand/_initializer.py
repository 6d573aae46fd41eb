"""Initializers: immutable values, made, read and written by the library's text form."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, SupportsFloat, SupportsIndex, TypeVar

from glorand._library import (
    SEEDING_KEY,
    SEEDING_SEED,
    GlorandError,
    InitializerStruct,
    VariableStruct,
    check,
    lib,
    text_of,
)

if TYPE_CHECKING:
    from glorand._fill import Box, Shape, Summary
    from glorand._shards import Placement

    # What an argument of a law may be: a number; a word or an expression of the text form; a list of axes.
    Argument = SupportsFloat | str | Sequence[SupportsIndex] | None

Array = TypeVar("Array")


def utf8_of(what: str, text: object) -> bytes:
    """A text as the library takes it. Errors: TypeError, ValueError for half of a surrogate pair."""
    if not isinstance(text, str):
        raise TypeError(f"{what}: a str is needed, not {text!r}")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{what}: {text!a} has half of a surrogate pair, for which UTF-8 has no bytes") from None


def stream_of_name(name: str) -> int:
    """The stream of a tensor's name within a model: XXH64 of its UTF-8 bytes, the top bit cleared.

    Errors: TypeError, ValueError for a name that UTF-8 cannot say.

    >>> import glorand
    >>> glorand.stream_of_name("wte") == glorand.glorot_normal(seed=1, name="wte").stream
    True
    """
    encoded = utf8_of("name", name)
    return int(lib.glr_stream_of_name(encoded, len(encoded)))


def _index(value: Any) -> int | None:
    """The integer that a value is; None if it is something else."""
    try:
        return operator.index(value)
    except TypeError:
        return None


def integer_of(what: str, value: object) -> int:
    """An int64, of what Python and numpy take as an integer. Errors: TypeError, GlorandError."""
    number = None if isinstance(value, bool) else _index(value)
    if number is None:
        raise TypeError(f"{what}: an integer is needed, not {value!r}")
    if not -(2**63) <= number < 2**63:
        raise GlorandError("GLR_ERROR_ARGUMENT", f"{what}: {number} is not from -2^63 to 2^63 - 1")
    return number


def stream_from(stream: SupportsIndex | None, name: str | None) -> int | None:
    """The stream that the arguments say; None if they say none."""
    if name is None:
        return None if stream is None else integer_of("stream", stream)
    if stream is not None:
        raise TypeError("stream, name: a stream is given by its number or by its name, not by both")
    return stream_of_name(name)


def _float(what: str, value: Any) -> float:
    """The number that a value is. Errors: TypeError."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):  # of an array of several elements, for example
        raise TypeError(f"{what}: a number is needed, not {value!r}") from None


def _written(what: str, value: Any) -> str:
    """An argument as the text form has it. Doubles are written so that the same are read."""
    if isinstance(value, str):
        return value
    number = _index(value)
    if isinstance(value, Sequence):
        return "[{}]".format(", ".join(str(operator.index(axis)) for axis in value))
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise TypeError(f"{what}: a number, a word or a list is needed, not {value!r}")
    return str(number) if number is not None else float.__repr__(_float(what, value))


def text_of_call(law: str, arguments: Sequence[Argument], named: Mapping[str, Argument]) -> str:
    """The text of a law with arguments; those by name that are None are left out."""
    written = [_written(f"{law}, argument {place + 1}", value) for place, value in enumerate(arguments)]
    written += [f"{name}={_written(name, value)}" for name, value in named.items() if value is not None]
    return f"{law}({', '.join(written)})" if written else law


def variables_of(variables: Mapping[str, SupportsFloat]) -> ctypes.Array[VariableStruct]:
    """Variables as the library takes them. Errors: TypeError, ValueError."""
    if not isinstance(variables, Mapping):
        raise TypeError(f"variables: a mapping from names to numbers is needed, not {variables!r}")
    table = (VariableStruct * len(variables))()
    for entry, (name, value) in zip(table, variables.items(), strict=True):
        entry.name, entry.value = utf8_of("variables", name), _float(f"variables, {name}", value)
        if "\0" in name:  # where the library would take it to end
            raise ValueError(f"variables: the name {name!r} has a zero byte")
    return table


def _read(text: str, variables: Mapping[str, SupportsFloat]) -> InitializerStruct:
    struct = InitializerStruct()
    encoded, table = utf8_of("text", text), variables_of(variables)
    check(lib.glr_initializer_from_text(encoded, len(encoded), table, len(table), ctypes.byref(struct)))
    return struct


def text_by(write: Callable[..., int], subject: object) -> str:
    """What one of the library's functions writes of an initializer's struct or of a model."""
    length = ctypes.c_size_t()
    capacity = 256
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        status = write(subject, buffer, capacity, ctypes.byref(length))
        if length.value < capacity:  # or the call failed and left it alone
            check(status)
            return text_of(buffer.value)
        capacity = length.value + 1


class Initializer:
    """A law with its arguments, seed and stream: an immutable value that can be compared, hashed and pickled.

    Its text is the text form that docs/text.md defines, as rules and lists of the command have it. ``repr`` and ``str``
    are that text, as the library writes it: two initializers are equal if their texts are. Arguments are checked when
    the initializer is used.

    Args:
        text: the text form, ``"random_normal(0, 0.02/sqrt(2*n_layer))"`` for example.
        variables: numbers that the text uses by name.

    Errors: GlorandError with ``GLR_ERROR_PARSE`` (the message begins with the column, counted in bytes from 1),
    ``GLR_ERROR_UNSUPPORTED`` (what glorand does not draw), ``GLR_ERROR_ARGUMENT`` (a variable's name).

    >>> import glorand
    >>> glorand.Initializer("random_normal(0, 0.02/sqrt(2*n_layer))", {"n_layer": 8})
    random_normal(0, 0.005)
    >>> glorand.Initializer("glorot_normal(seed=42)") == glorand.glorot_normal(seed=42)
    True
    """

    __slots__ = ("_struct", "_text")
    _struct: InitializerStruct
    _text: str

    def __init__(self, text: str, variables: Mapping[str, SupportsFloat] | None = None) -> None:
        self._set(_read(text, {} if variables is None else variables))

    def _set(self, struct: InitializerStruct) -> None:
        object.__setattr__(self, "_text", text_by(lib.glr_initializer_to_text, ctypes.byref(struct)))
        object.__setattr__(self, "_struct", struct)

    @classmethod
    def _of_struct(cls, struct: InitializerStruct) -> Initializer:
        made = cls.__new__(cls)
        made._set(struct)
        return made

    @classmethod
    def from_json(cls, text: str) -> Initializer:
        """Reads an initializer as Keras and TensorFlow serialize it.

        Args:
            text: JSON: the name of a class, or an object with ``class_name`` and ``config``.

        Errors: GlorandError with ``GLR_ERROR_PARSE`` or ``GLR_ERROR_UNSUPPORTED``, TypeError.

        >>> import glorand
        >>> glorand.Initializer.from_json('{"class_name": "HeNormal", "config": {"seed": 7}}')
        he_normal(seed=7)
        """
        struct = InitializerStruct()
        encoded = utf8_of("text", text)
        check(lib.glr_initializer_from_json(encoded, len(encoded), ctypes.byref(struct)))
        return cls._of_struct(struct)

    def to_json(self) -> str:
        """The initializer as JSON in the form of Keras. Stream, method and batch axes are not written.

        Keras reads it for its own laws, without bounds of a truncated normal, and takes fans in its own layout.

        Errors: GlorandError with ``GLR_ERROR_UNSUPPORTED`` for what Keras has no form for: a key and counter,
        ``fan_geo_avg``.
        """
        return text_by(lib.glr_initializer_to_json, ctypes.byref(self._struct))

    @property
    def kind(self) -> str:
        """The name of the law that is drawn: ``"random_uniform"`` for ``linear_bias``, for example."""
        return text_of(lib.glr_kind_name(self._struct.kind))

    @property
    def seed(self) -> int | None:
        """The seed; None without one, or with a key and counter."""
        return self._struct.seed if self._struct.seeding == SEEDING_SEED else None

    @property
    def stream(self) -> int:
        """The stream, 0 if none was given. It counts beside a seed."""
        return int(self._struct.stream)

    def replace(
        self, *, seed: SupportsIndex | None = None, stream: SupportsIndex | None = None, name: str | None = None
    ) -> Initializer:
        """The same law with another seed or another stream, which may be given by a tensor's name.

        Errors: GlorandError with ``GLR_ERROR_ARGUMENT`` for an initializer with a key and counter.

        >>> import glorand
        >>> glorand.he_uniform(seed=1).replace(stream=5)
        he_uniform(seed=1, stream=5)
        """
        return self._of_struct(self._seeded(seed, stream_from(stream, name)))

    def _seeded(self, seed: SupportsIndex | None, stream: int | None) -> InitializerStruct:
        """A struct with this seed and this stream; the initializer's own where both are None."""
        if seed is None and stream is None:
            return self._struct
        if self._struct.seeding == SEEDING_KEY:
            raise GlorandError("GLR_ERROR_ARGUMENT", f"{self}: has a key and counter, so no seed and no stream")
        struct = InitializerStruct.from_buffer_copy(self._struct)
        if seed is not None:
            struct.seed, struct.seeding = integer_of("seed", seed), SEEDING_SEED
        if stream is not None:
            struct.stream = stream
        return struct

    def resolve(self) -> Initializer:
        """The same, with a seed if it is random and has none.

        The seed is the next of those that `set_seed` began, or comes from the operating system. What is resolved draws
        the same values each time, in parts, too, and can be written down.

        Errors: GlorandError with ``GLR_ERROR_UNSEEDED`` for a random initializer that has a stream other than 0 and no
        seed, as from `fill_`: a seed that comes by itself has its own stream. The call takes its place in the sequence.

        >>> import glorand
        >>> glorand.glorot_normal().resolve().seed is None
        False
        """
        struct = InitializerStruct()
        check(lib.glr_resolve(ctypes.byref(self._struct), ctypes.byref(struct)))
        is_seeded = struct.seeding != self._struct.seeding  # now, so it is random: only the library knows which are
        if is_seeded and self.stream != 0:
            why = f"seed: {self} has none, and an initializer with a stream needs one"
            raise GlorandError("GLR_ERROR_UNSEEDED", why)
        return self._of_struct(struct)

    def fill_(
        self,
        array: Array,
        *,
        seed: SupportsIndex | None = None,
        stream: SupportsIndex | None = None,
        name: str | None = None,
        shape: Shape | None = None,
        box: Box | None = None,
        range: tuple[SupportsIndex, SupportsIndex] | None = None,
        placements: Sequence[Placement] | None = None,
        dtype: object = None,
    ) -> Array:
        """Fills an array with this initializer's values, and returns the array: see `glorand.fill_`."""
        from glorand._fill import fill_

        return fill_(
            array,
            self,
            seed=seed,
            stream=stream,
            name=name,
            shape=shape,
            box=box,
            range=range,
            placements=placements,
            dtype=dtype,
        )

    def describe(self, shape: Shape, dtype: object = "float32") -> Summary:
        """The fans and the distribution for a tensor: see `glorand.describe`."""
        from glorand._fill import describe

        return describe(self, shape, dtype)

    def __repr__(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Initializer) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type[Initializer], tuple[str]]:
        return Initializer, (self._text,)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name}: an initializer does not change; replace() makes another")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name}: an initializer does not change; replace() makes another")


def initializer_of(what: Initializer | str) -> Initializer:
    """An initializer, of itself or of its text. Errors: TypeError, GlorandError."""
    if isinstance(what, Initializer):
        return what
    if isinstance(what, str):
        return Initializer(what)
    raise TypeError(f"initializer: an Initializer or its text is needed, not {what!r}")


class Law:
    """The constructor of a law: ``glorand.glorot_normal``, ``glorand.random_normal`` and so on."""

    __module__ = "glorand"

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name
        self.__doc__ = f"""Makes an initializer of the law {name}.

        The law's own arguments come in the order of docs/text.md, or by name. Each is a number; a str, which is a word
        (``mode="fan_out"``) or an expression of the text form (``"0.02/sqrt(24)"``); or a list of axes.

        Args:
            seed: from -2^63 to 2^63 - 1. Without it the initializer is unseeded.
            stream: the tensor's stream; `name` gives the stream of a tensor's name instead.
            others: by name alone, for every law: ``method``, ``layout``, ``input_axes`` and ``output_axes``,
                ``batch_axes``, ``key`` and ``counter``.

        Errors: GlorandError with ``GLR_ERROR_PARSE``, ``GLR_ERROR_UNSUPPORTED`` or ``GLR_ERROR_ARGUMENT`` (a stream
        beside a key and counter), TypeError.
        """

    def __call__(
        self,
        *arguments: Argument,
        seed: SupportsIndex | None = None,
        stream: SupportsIndex | None = None,
        name: str | None = None,
        **others: Argument,
    ) -> Initializer:
        named = {**others, "seed": None if seed is None else integer_of("seed", seed)}
        number = stream_from(stream, name)
        made = Initializer(text_of_call(self.__name__, arguments, named))
        return made if number is None else made.replace(stream=number)

    def __repr__(self) -> str:
        return f"<law {self.__name__} of glorand>"

    def __reduce__(self) -> str:
        return self.__name__
