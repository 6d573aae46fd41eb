"""The examples in docstrings and in docs/python.md are run."""

import doctest
import importlib
import pkgutil

import pytest

import glorand

MODULES = ["glorand", *(f"glorand.{module.name}" for module in pkgutil.iter_modules(glorand.__path__))]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_docstrings(name, python):
    """In a process without TensorFlow, beside which OpenCL's drivers cannot be listed."""
    said = python(f"import doctest, importlib; print(doctest.testmod(importlib.import_module({name!r})).failed)")
    assert said == "0\n", said


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    named = [test.name for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert {"glorand", "glorand._fill.fill_", "glorand._initializer.Initializer"} <= set(named)
