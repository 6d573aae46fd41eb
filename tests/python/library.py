"""The package of Python over the library that a command was built with."""

import importlib
import json
import os
import pathlib
import sys


def load(command):
    """The package."""
    os.environ["GLORAND_LIBRARY"] = str(pathlib.Path(command).parent / "src" / "libglorand.so")
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
    return importlib.import_module("glorand")


def keras_form(command, text):
    """The JSON of an initializer in its text form."""
    return json.loads(load(command).Initializer(text).to_json())
