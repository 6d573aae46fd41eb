"""Runs the command: ``python -m glorand ...``, and ``glorand ...`` where the package is installed."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Becomes the command that was installed with the package."""
    command = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "glorand")
    try:
        os.execv(command, ["glorand", *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"glorand: {command}: {error.strerror}")


if __name__ == "__main__":
    main()
