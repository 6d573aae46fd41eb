"""torch where it is. A test that touches it is skipped elsewhere, and the others run, as with Pythons without torch."""

import pytest


class _Missing:
    def __getattr__(self, name):
        if name.startswith("__"):  # pytest asks what it finds in a module
            raise AttributeError(name)
        pytest.skip(f"torch.{name} is needed, and torch is not installed")


try:
    import torch
except ImportError:
    torch = _Missing()

__all__ = ["torch"]
