"""What the tests share."""

import contextlib
import pathlib
import subprocess
import sys

import pytest

from glorand._library import installed

# torch imports it for tensors on meta. A process that has imported TensorFlow before it is ended: both bring LLVM.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401

SOURCE = pathlib.Path(__file__).resolve().parents[2]
COMMAND = installed("bin", "glorand")


@pytest.fixture(scope="session")
def source():
    """The sources' folder."""
    return SOURCE


@pytest.fixture
def python():
    """Runs a program of Python in a process of its own, and returns what it printed."""

    def run(program, environment=None, status=0):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=300, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr

    return run


@pytest.fixture
def drawn():
    """Draws by the command, a client of the C library without Python: the bytes of a tensor or of a slice of it."""

    def draw(text, shape, dtype="float32", box=None):
        arguments = ["fill", "--backend", "cpu", "-i", text, "-n", ",".join(map(str, shape)), "--dtype", dtype]
        if box is not None:
            arguments += ["--slice", ",".join(f"{first}:{end}" for first, end in box)]
        return subprocess.run([COMMAND, *arguments, "-o", "-"], stdout=subprocess.PIPE, check=True).stdout

    return draw
