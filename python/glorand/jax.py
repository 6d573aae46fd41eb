"""Sharded arrays of JAX, each shard drawn by itself: ``glorand.jax.array(shape, sharding, "he_normal", seed=42)``.

The values do not depend on the sharding, the mesh or the number of processes: each process draws the shards of its own
devices, and no device and no host holds the whole array. docs/jax.md in the sources has what to write for a model.

>>> import jax, glorand.jax
>>> from jax.sharding import NamedSharding, PartitionSpec
>>> columns = NamedSharding(jax.make_mesh((jax.device_count(),), ("model",)), PartitionSpec(None, "model"))
>>> weights = glorand.jax.array((784, 256), columns, "glorot_normal", seed=42)
>>> " ".join("%.9g" % x for x in weights.addressable_data(0)[0, :4])
'0.000788545236 -0.0792722702 0.00516460324 0.0404688194'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

import jax
from jax.sharding import NamedSharding, Sharding, SingleDeviceSharding

from glorand._arrays import dtype_name, dtype_of
from glorand._fill import empty, fill_, shape_of
from glorand._library import GlorandError

if TYPE_CHECKING:
    from glorand._fill import Shape
    from glorand._initializer import Initializer

    Bounds = tuple[tuple[int, int], ...]  # of a shard: the first index and the end along each axis

__all__ = ["array"]


def _dtype_of(dtype: object) -> str:
    """The dtype's name, once it is known that JAX would not take another in its place."""
    name = dtype_name(dtype_of(dtype))
    if jax.dtypes.canonicalize_dtype(name) != name:
        raise GlorandError("GLR_ERROR_UNSUPPORTED", f"dtype: JAX has {name} only with jax_enable_x64")
    return name


def _shards(shape: tuple[int, ...], sharding: Sharding) -> dict[Bounds, list[Any]]:
    """The shards of this process, each with the devices that hold it. Errors: ValueError, as JAX says it."""
    if isinstance(sharding, NamedSharding) and len(sharding.spec) > len(shape):  # where JAX says less, or nothing
        raise ValueError(f"sharding: {sharding.spec} has more axes than the shape {shape}")
    held: dict[Bounds, list[Any]] = {}
    for device, index in sharding.addressable_devices_indices_map(shape).items():
        slices = index or ()
        bounds = tuple(part.indices(extent)[:2] for part, extent in zip(slices, shape, strict=True))
        held.setdefault(bounds, []).append(device)
    return held


def array(
    shape: Shape,
    sharding: Sharding,
    init: Initializer | str,
    *,
    seed: SupportsIndex | None = None,
    stream: SupportsIndex | None = None,
    name: str | None = None,
    dtype: object = "float32",
) -> jax.Array:
    """Draws an array with a sharding. Any sharding, mesh and number of processes give the same values.

    Each shard of this process's devices is drawn on the host and put to its devices before the next one is: so the host
    holds one shard. Devices that hold the same shard get it drawn once; a device of the CPU uses the host's memory.

    Args:
        shape: of the whole array, in elements, the same in all processes.
        sharding: a ``jax.sharding.Sharding``. JAX wants axes that its mesh divides.
        init: a `glorand.Initializer`, or its text. A random one needs a seed.
        seed, stream, name: as for `glorand.fill_`. Give each array of a model its own stream, by its name.
        dtype: as for `glorand.empty`; of 64 bits only with ``jax_enable_x64``.

    Errors: GlorandError as `glorand.fill_`, ``GLR_ERROR_UNSEEDED`` for a random law without a seed among them;
    TypeError, also within ``jax.jit``, where an array of that size would become a constant; ValueError for a negative
    extent, and for a sharding that does not fit the shape.

    Threads: any number of calls at a time.
    """
    if not isinstance(sharding, Sharding):
        raise TypeError(f"sharding: a jax.sharding.Sharding is needed, not {sharding!r}")
    extents, kind = shape_of(shape), _dtype_of(dtype)

    def placed(bounds: Bounds, devices: list[Any]) -> list[jax.Array]:
        values = empty([end - first for first, end in bounds], kind)
        fill_(values, init, seed=seed, stream=stream, name=name, shape=extents, box=bounds)
        places = [SingleDeviceSharding(device, memory_kind=sharding.memory_kind) for device in devices]
        copies = [jax.device_put(values, place) for place in places]
        if isinstance(copies[0], jax.core.Tracer):
            raise TypeError("array: within jax.jit no array is drawn; draw it before, and pass it")
        return [copy.block_until_ready() for copy in copies]

    arrays = [one for bounds, devices in _shards(extents, sharding).items() for one in placed(bounds, devices)]
    # Only a process without a shard has to say the dtype, which JAX before 0.6 cannot be told.
    said = {} if arrays else {"dtype": empty(0, kind).dtype}
    return jax.make_array_from_single_device_arrays(extents, sharding, arrays, **said)
