"""torch's modules, also sharded ones: ``glorand.torch.init_`` in place of ``to_empty`` and ``init_weights``.

``glorand.torch.record`` tells how a model's own code starts it, as a list that ``init_`` takes.

>>> import glorand.torch, torch
>>> with torch.device("meta"):
...     model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.Linear(256, 10))
>>> _ = glorand.torch.init_(model, {"*.weight": "kaiming_uniform(nonlinearity=relu)", "*.bias": "zeros"}, seed=42)
>>> model[0].weight.device.type
'cpu'
"""

from __future__ import annotations

from glorand.torch._check import Difference, Mismatch, check
from glorand.torch._flat import check_flat, fill_flat_
from glorand.torch._init import init_
from glorand.torch._record import Entry, Recording, record
from glorand.torch._regions import Region
from glorand.torch._trace import RecordError

__all__ = [
    "Difference",
    "Entry",
    "Mismatch",
    "RecordError",
    "Recording",
    "Region",
    "check",
    "check_flat",
    "fill_flat_",
    "init_",
    "record",
]
