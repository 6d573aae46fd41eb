"""Holds the Python package to ruff and mypy, as pyproject.toml configures them.

usage: check_lint.py SOURCE_DIR
"""

import os
import subprocess
import sys

PROGRAMS = ("census_record", "check_lint", "check_package", "check_record", "check_shards", "check_wheel", "gpu_arrays")
CHECKED = ["python", *(f"tests/python/{name}.py" for name in PROGRAMS)]


def main(source):
    os.chdir(source)
    failed = 0
    for tool in (
        ["ruff", "check", "--no-cache", "--quiet", *CHECKED],
        ["ruff", "format", "--no-cache", "--check", *CHECKED],
        ["mypy", "--cache-dir", os.devnull],
    ):
        failed += subprocess.run([sys.executable, "-m", *tool], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
