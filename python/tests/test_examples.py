"""The examples in docstrings, in the pages of docs/ and in README.md are run."""

import doctest
import importlib
import importlib.util
import pkgutil
import re

import pytest
from conftest import SOURCE

import glorand

PAGES = [page for page in (SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))) if ">>> " in page.read_text()]


def modules_in(package):
    folder = package.replace(".", "/").removeprefix("glorand")
    paths = [f"{path}{folder}" for path in glorand.__path__]
    names = [package, *(f"{package}.{module.name}" for module in pkgutil.iter_modules(paths))]
    return [name for name in names if not name.endswith("__main__")]


def need(examples):
    """Skips the test where examples import a package that is not installed."""
    imports = " ".join(re.findall(r">>> ((?:import|from) .+)", examples))
    for package in ("jax", "keras", "torch"):
        if re.search(rf"\b{package}\b", imports) and importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is needed, and is not installed")


# Those of torch run in one process, which imports torch once.
GROUPS = [*([name] for name in modules_in("glorand") if name != "glorand.torch"), modules_in("glorand.torch")]
MODULES = [name for group in GROUPS for name in group]


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0])
def test_docstrings(names, python):
    """In a process without TensorFlow, beside which OpenCL's drivers cannot be listed."""
    need(f">>> import {names[0]}")
    failed = f"[doctest.testmod(importlib.import_module(name)).failed for name in {names!r}]"
    said = python(f"import doctest, importlib; print(sum({failed}))")
    assert said == "0\n", said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page, python):
    need(page.read_text())
    program = f"import doctest; print(doctest.testfile({str(page)!r}, module_relative=False))"
    failed, tried = re.findall(r"(?:failed|attempted)=(\d+)", python(program))
    assert int(failed) == 0, python(program)
    assert int(tried) >= 4


def test_there_are_examples():
    need(">>> import jax, keras, torch")
    finder = doctest.DocTestFinder()
    named = [test.name for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert {"README.md", "python.md", "jax.md", "keras.md", "torch.md", "record.md"} <= {page.name for page in PAGES}
    wanted = {"glorand", "glorand._fill.fill_", "glorand._initializer.Initializer", "glorand.torch._init.init_"}
    assert wanted <= set(named)
