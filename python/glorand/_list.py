"""The command ``python -m glorand list``: the list of tensors of a model of transformers, from its config.json."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from glorand._fill import describe
from glorand._library import GlorandError

NAME = "glorand list"


def _stop(message: str) -> NoReturn:
    """Ends the command with status 1."""
    sys.exit(f"{NAME}: {message}")


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Prints the list of a model's tensors that `glorand init` draws, each with the law that "
        "the model's own code in transformers gives it. No weight is drawn, and no network is used.",
        epilog="Exit status: 0 done; 1 failed, or a list cannot say how all tensors start; 2 bad usage.",
    )
    parser.add_argument("folder", metavar="DIR", help="a folder with a config.json, or that file")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the list here instead of to standard output")
    parser.add_argument("--dtype", help="replaces every floating-point dtype; by default the config's")
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="list tensors of which a list cannot say how they start as `skip`, and name them on standard error",
    )
    return parser.parse_args(given)


def _config_of(folder: str) -> Any:
    """The configuration, without the network and without code that lies beside it."""
    path = folder if os.path.isfile(folder) else os.path.join(folder, "config.json")
    if not os.path.isfile(path):
        _stop(f"{path}: no such file; a folder with a config.json is needed, and no name is looked up in the network")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import transformers
    except ImportError as error:
        _stop(f"transformers is needed to read {path}, and torch with it: pip install transformers torch ({error})")
    # A model is made twice, and would warn twice.
    transformers.logging.set_verbosity_error()
    try:
        return transformers.AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # transformers' checks have classes of their own
        lines = str(error).strip().splitlines() or [type(error).__name__]
        if "trust_remote_code" in str(error):
            lines = ["the model needs code of its own, which is not run: record it by glorand.torch.record"]
        _stop(f"{path}: {' '.join(line.strip() for line in lines)}")


def _dtype(asked: str | None, config: Any) -> str | None:
    """The dtype of the list, checked; None leaves each tensor its own."""
    named = asked if asked is not None else getattr(config, "dtype", None)
    if named is None:
        return None
    name = str(named).removeprefix("torch.")
    try:
        describe("random_normal", (1,), name)
    except GlorandError as error:
        _stop(f"{'--dtype' if asked is not None else 'dtype of the config'}: {error.message}")
    return name


def main(given: Sequence[str]) -> int:
    """Runs the command. Returns its exit status.

    Args:
        given: its arguments, without ``list``.
    """
    arguments = _arguments(given)
    config = _config_of(arguments.folder)
    from glorand.torch import RecordError, record

    dtype = _dtype(arguments.dtype, config)
    try:
        recording = record(config)
    except RecordError as error:
        _stop(str(error))
    except Exception as error:  # whatever the model's constructor says of a config that does not fit
        _stop(f"{arguments.folder}: {type(error).__name__}: {error}")
    unlisted = recording.unlisted()
    for line in unlisted:
        print(f"{NAME}: {line}", file=sys.stderr)
    if unlisted and not arguments.allow_missing:
        tensors = "1 tensor starts" if len(unlisted) == 1 else f"{len(unlisted)} tensors start"
        _stop(f"a list cannot say how {tensors}, and nothing was written: see --allow-missing")
    if arguments.output is None:
        sys.stdout.write(recording.to_json(missing="skip", dtype=dtype))
        return 0
    try:
        recording.save(arguments.output, missing="skip", dtype=dtype)
    except OSError as error:
        _stop(f"{arguments.output}: {error.strerror}")
    return 0
