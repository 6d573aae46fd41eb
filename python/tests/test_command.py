"""`python -m glorand` is the command."""

import subprocess
import sys

import glorand


def run(*arguments, text=True, **options):
    command = [sys.executable, "-m", "glorand", *arguments]
    return subprocess.run(command, capture_output=True, text=text, check=False, timeout=120, **options)


def test_version():
    assert glorand.__version__ in run("--version").stdout


def test_values_and_status():
    drawn = run("fill", "-i", "he_normal(seed=3)", "-n", "4,5", "-o", "-", text=False)
    assert drawn.returncode == 0
    assert drawn.stdout == glorand.fill_(glorand.empty((4, 5)), "he_normal(seed=3)").tobytes()
    wrong = run("fill", "-i", "he_normal(", "-n", "4,5", "-o", "-")
    assert wrong.returncode != 0 and wrong.stderr.startswith("glorand")


def test_help_names_the_list():
    assert "glorand list --help" in run("--help").stdout
