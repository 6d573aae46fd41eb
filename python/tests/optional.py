"""Packages that are not everywhere. A test that touches one of them is skipped where it is missing; the others run."""

import importlib

import numpy
import pytest


class _Missing:
    def __init__(self, package):
        self._package = package

    def __getattr__(self, name):
        if name.startswith("__"):  # pytest asks what it finds in a module
            raise AttributeError(name)
        pytest.skip(f"{self._package}.{name} is needed, and {self._package} is not installed")


def _optional(package):
    try:
        return importlib.import_module(package)
    except ImportError:
        return _Missing(package)


ml_dtypes = _optional("ml_dtypes")
torch = _optional("torch")
xxhash = _optional("xxhash")


def numpy_dtype(name):
    """numpy's dtype of this name, or that of ml_dtypes."""
    return numpy.dtype(getattr(ml_dtypes, name) if name == "bfloat16" or name.startswith("float8") else name)
