"""Keras's initializers, drawn by glorand: ``glorand.keras.GlorotNormal(seed=42)`` in place of Keras's own.

There is one of each initializer of ``keras.initializers`` that the library draws, with the same name, arguments and
configuration. It can be given to a layer and is saved with a model: import this module before the model is loaded. Of
the same seed it has the values that Keras's own has on TensorFlow on a CPU, in float32 bit for bit, on every backend of
Keras; but ``Orthogonal`` has others, of the same distribution. Seeds may be integers, None or a ``keras.random.SeedGenerator``, as in Keras.

>>> import glorand.keras
>>> weights = glorand.keras.GlorotNormal(seed=42)((784, 256))
>>> " ".join("%.9g" % x for x in weights[0, :4])
'0.000788545236 -0.0792722702 0.00516460324 0.0404688194'

A tensor that only the whole values of an array say, as of ``Constant([1.0, 2.0])``, is Keras's own affair.
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import keras

from glorand._fill import empty, fill_
from glorand._initializer import Initializer
from glorand._library import lib

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = 2**31 - 2  # Keras takes seeds and draws' numbers modulo this on TensorFlow


def _seed_and_stream(seed: Any) -> tuple[int, int]:
    """What Keras gives to TensorFlow: of a generator the next draw's, of an integer always the first's."""
    if isinstance(seed, int):
        return seed % SEEDS, 0
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

    _arguments: tuple[str, ...]  # of the constructor, without the seed; Identity's configuration lacks its gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Draws a tensor.

        Args:
            shape: in elements.
            dtype: a floating-point dtype of Keras, for constants any; ``keras.config.floatx()`` by default.

        Errors: GlorandError with ``GLR_ERROR_UNSUPPORTED`` (a dtype that is not drawn), ``GLR_ERROR_ARGUMENT`` or
        ``GLR_ERROR_SHAPE``.
        """
        if not _is_number(getattr(self, "value", 0)):
            return super().__call__(shape, dtype=dtype)  # type: ignore[misc]
        config = {name: getattr(self, name) for name in self._arguments}
        text = json.dumps({"class_name": type(self).__name__, "config": config}, default=float)
        kind = keras.backend.standardize_dtype(dtype)
        values = empty(tuple(shape), kind)
        seed = getattr(self, "seed", None)
        law = Initializer.from_json(text)
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
            "_arguments": arguments,
        }
        ours = type(name, (_Drawn, kind), members)
        made[name] = keras.saving.register_keras_serializable(package="glorand")(ours)
    return made


_made = _classes()
globals().update(_made)
__all__ = list(_made)

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
