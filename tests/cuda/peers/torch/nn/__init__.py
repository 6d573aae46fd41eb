"""Stands in for torch.nn."""

from . import init as init
