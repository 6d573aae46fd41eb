"""The examples in docstrings, in the pages of docs/ and in README.md are run."""

import doctest
import importlib
import pkgutil
import re

import pytest
from conftest import SOURCE

import glorand

PAGES = [page for page in (SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))) if ">>> " in page.read_text()]
FOLDERS = {"glorand": glorand.__path__, "glorand.torch": [f"{path}/torch" for path in glorand.__path__]}
MODULES = [
    "glorand",
    *(f"{name}.{module.name}" for name, path in FOLDERS.items() for module in pkgutil.iter_modules(path)),
]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_docstrings(name, python):
    """In a process without TensorFlow, beside which OpenCL's drivers cannot be listed."""
    said = python(f"import doctest, importlib; print(doctest.testmod(importlib.import_module({name!r})).failed)")
    assert said == "0\n", said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page, python):
    program = f"import doctest; print(doctest.testfile({str(page)!r}, module_relative=False))"
    failed, tried = re.findall(r"(?:failed|attempted)=(\d+)", python(program))
    assert int(failed) == 0, python(program)
    assert int(tried) >= 4


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    named = [test.name for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert {"README.md", "python.md", "jax.md", "keras.md", "torch.md"} <= {page.name for page in PAGES}
    assert {"glorand", "glorand._fill.fill_", "glorand._initializer.Initializer"} <= set(named)
