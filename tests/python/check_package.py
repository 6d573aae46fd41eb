"""Runs the tests of the Python package by pytest, with this build's library and command where a wheel has them.

usage: check_package.py SOURCE_DIR LIBRARY COMMAND SCRATCH_DIR [ARGUMENT OF PYTEST...]

LIBRARY ends in the soname, by which the package looks for it.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def main(source, library, command, scratch, *arguments):
    package = pathlib.Path(source) / "python"
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        installed = pathlib.Path(folder) / "glorand"
        shutil.copytree(package / "glorand", installed, ignore=shutil.ignore_patterns("__pycache__"))
        for place, built in (("lib", library), ("bin", command)):
            (installed / place).mkdir()
            (installed / place / pathlib.Path(built).name).symlink_to(built)
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
        environment.pop("GLORAND_LIBRARY", None)
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments, package / "tests"]
        return subprocess.run(pytest, env=environment, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
