"""Keras's initializers, drawn by glorand: ``glorand.keras.GlorotNormal(seed=42)`` in place of Keras's own.

There is one of each initializer of ``keras.initializers`` that the library draws, with the same name, arguments and
configuration. It can be given to a layer and is saved with a model: import this module before the model is loaded. Of
the same seed it has the values that Keras's own has on TensorFlow on a CPU, in float32 bit for bit, on every backend of
Keras; but ``Orthogonal`` has others, of the same distribution. Seeds may be integers, None or a
``keras.random.SeedGenerator``, as in Keras. Keras's other names of these classes are here, too: ``glorot_normal`` is
``GlorotNormal``.

>>> import glorand.keras
>>> weights = glorand.keras.GlorotNormal(seed=42)((784, 256))
>>> " ".join("%.9g" % x for x in weights[0, :4])
'0.000788545236 -0.0792722702 0.00516460324 0.0404688194'

A tensor that only the whole values of an array say, as of ``Constant([1.0, 2.0])``, is Keras's own affair. So are those
of a generator's seeds in a ``keras.StatelessScope``, where Keras derives shapes and dtypes and no seed has a value yet.
Inside a ``tensorflow.function`` values are drawn while it is traced, and become a constant of the trace.
"""

from __future__ import annotations

import contextlib
import inspect
import json
from typing import TYPE_CHECKING, Any

import keras
from keras.src.backend.common.stateless_scope import in_stateless_scope  # keras.StatelessScope does not say it

from glorand._fill import empty, fill_
from glorand._initializer import Initializer as _Initializer
from glorand._library import lib

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = 2**31 - 2  # Keras takes seeds and draws' numbers modulo this on TensorFlow


def _outside_traces() -> contextlib.AbstractContextManager[Any]:
    """Where TensorFlow's variables have values, also while a tensorflow.function is traced."""
    if keras.backend.backend() != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow

    scope: contextlib.AbstractContextManager[Any] = tensorflow.init_scope()
    return scope


def _seed_and_stream(seed: Any) -> tuple[int, int]:
    """What Keras gives to TensorFlow: of a generator the next draw's, of an integer always the first's."""
    if isinstance(seed, int):
        return seed % SEEDS, 0
    with _outside_traces():
        drawn = keras.ops.convert_to_numpy(seed.next())
    return int(drawn[0]) % SEEDS, int(drawn[1]) % SEEDS


def _is_number(value: Any) -> bool:
    """Whether a constant is the same for all elements, and not an array of values."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


class _Drawn:
    """What takes the place of Keras's drawing, before the class of Keras."""

    _class_name: str  # Keras's, which a subclass keeps
    _arguments: tuple[str, ...]  # of the constructor, without the seed; Identity's configuration lacks its gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Draws a tensor.

        Args:
            shape: in elements.
            dtype: a floating-point dtype of Keras, for constants any; ``keras.config.floatx()`` by default.

        Errors: GlorandError with ``GLR_ERROR_UNSUPPORTED`` (a dtype that is not drawn), ``GLR_ERROR_ARGUMENT`` or
        ``GLR_ERROR_SHAPE``.
        """
        seed = getattr(self, "seed", None)
        is_symbolic = isinstance(seed, keras.random.SeedGenerator) and in_stateless_scope()
        if is_symbolic or not _is_number(getattr(self, "value", 0)):
            return super().__call__(shape, dtype=dtype)  # type: ignore[misc]
        config = {name: getattr(self, name) for name in self._arguments}
        text = json.dumps({"class_name": self._class_name, "config": config}, default=float)
        kind = keras.backend.standardize_dtype(dtype)
        values = empty(tuple(shape), kind)
        law = _Initializer.from_json(text)
        if seed is None:
            fill_(values, law)
        else:
            number, stream = _seed_and_stream(seed)
            fill_(values, law, seed=number, stream=stream)
        return keras.ops.convert_to_tensor(values, dtype=kind)


def _classes() -> dict[str, type]:
    """A class for each of Keras's that the library knows by its name."""
    made = {}
    for name, kind in vars(keras.initializers).items():
        is_class = isinstance(kind, type) and issubclass(kind, keras.initializers.Initializer)
        if not is_class or kind.__name__ != name or not lib.glr_kind_of_name(name.encode()):
            continue
        arguments = tuple(argument for argument in inspect.signature(kind).parameters if argument != "seed")
        members = {
            "__doc__": f"keras.initializers.{name}, drawn by glorand.",
            "__module__": __name__,
            "_class_name": name,
            "_arguments": arguments,
        }
        ours = type(name, (_Drawn, kind), members)
        made[name] = keras.saving.register_keras_serializable(package="glorand")(ours)
    return made


def _other_names(made: dict[str, type]) -> dict[str, type]:
    """The classes by the other names that Keras has for its own: glorot_normal, OrthogonalInitializer."""
    names = vars(keras.initializers).items()
    return {name: made[kind.__name__] for name, kind in names if isinstance(kind, type) and kind.__name__ in made}


_made = _classes()
_names = _other_names(_made) | _made
globals().update(_names)
__all__ = list(_names)

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
