"""Runs the command: ``python -m glorand ...``, and ``glorand ...`` where the package is installed.

``list`` is the package's own; everything else is the command that was installed with it.
"""

from __future__ import annotations

import os
import sys

from glorand._library import installed


def main() -> None:
    """Runs ``list``, or becomes the command that was installed with the package."""
    if sys.argv[1:2] == ["list"]:
        from glorand._list import main as make_list

        sys.exit(make_list(sys.argv[2:]))
    if sys.argv[1:2] == ["--help"]:
        print(
            "'glorand list --help': what this package adds, the list of a model of transformers. And the command's own:"
        )
        sys.stdout.flush()
    command = installed("bin", "glorand")
    if command is None:
        sys.exit("glorand: the command was not installed with the package: install it by `pip install .`")
    try:
        os.execv(command, ["glorand", *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"glorand: {command}: {error.strerror}")


if __name__ == "__main__":
    main()
