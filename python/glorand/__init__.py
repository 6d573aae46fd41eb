"""glorand fills weight tensors with the initial values that neural networks start from.

A value depends on the law, the seed, the stream, the whole tensor's shape and the element's index in it, and on nothing
else: not on the number of threads, the part that an array holds, its strides, or the order of calls.

>>> import array, glorand
>>> init = glorand.random_normal(0, 0.02, seed=42, name="wte")
>>> init.kind, init.seed, init.stream == glorand.stream_of_name("wte")
('random_normal', 42, True)
>>> whole, part = array.array("f", bytes(24)), array.array("f", bytes(8))
>>> _ = init.fill_(whole, shape=(3, 2)), init.fill_(part, shape=(3, 2), box=((1, 3), (0, 1)))
>>> [whole[2], whole[4]] == part.tolist()
True

Each law that the library draws has a constructor here: ``glorand.glorot_normal``, ``glorand.truncated_normal``,
``glorand.kaiming_uniform`` and so on; ``glorand.laws()`` lists them. docs/text.md in the sources has their arguments,
and docs/stream.md defines every value.

This package is a client of the C library, which it loads when it is imported: the one that the environment variable
``GLORAND_LIBRARY`` names, or the one that was installed with it, or the system's. It imports numpy, torch and others
when one of their arrays is used, and opens a device with the first fill.
"""

from __future__ import annotations

from glorand._device import Device, devices, set_threads
from glorand._fill import Summary, describe, empty, fill_
from glorand._initializer import Initializer, Law, stream_of_name
from glorand._library import STREAM_VERSION as stream_version
from glorand._library import GlorandError, law_names, lib, text_of
from glorand._shards import Placement

__all__ = [
    "Device",
    "GlorandError",
    "Initializer",
    "Law",
    "Placement",
    "Summary",
    "describe",
    "devices",
    "empty",
    "fill_",
    "laws",
    "set_seed",
    "set_threads",
    "stream_of_name",
    "stream_version",
]

__version__ = text_of(lib.glr_version_string())


def laws() -> list[str]:
    """The names of all laws, each of which is a constructor of this package.

    >>> import glorand
    >>> "glorot_normal" in glorand.laws()
    True
    """
    return list(law_names())


def set_seed(seed: int) -> None:
    """Sets the global seed of the process, from which unseeded initializers are resolved, one after the other.

    Setting it again begins the sequence again. Without it each takes a seed from the operating system.

    Args:
        seed: from -2^63 to 2^63 - 1.

    Errors: GlorandError with ``GLR_ERROR_ARGUMENT``, TypeError.
    """
    from glorand._initializer import integer_of

    lib.glr_set_seed(integer_of("seed", seed))


def __getattr__(name: str) -> Law:
    """A law's constructor, which is made when it is first asked for."""
    if name not in law_names():
        raise AttributeError(f"module 'glorand' has no attribute {name!r}, and no law is called so: see glorand.laws()")
    law = Law(name)
    globals()[name] = law
    return law


def __dir__() -> list[str]:
    return sorted({*globals(), *law_names()})
