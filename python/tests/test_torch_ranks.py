"""Each rank of a mesh has the whole's values in its part, by torch's own word for which part that is."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

pytest.importorskip("torch")
PROGRAM = pathlib.Path(__file__).with_name("torch_ranks.py")
CASES = re.findall(r"^def (case_\w+)", PROGRAM.read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def said(tmp_path_factory):
    """What went wrong in each case, all of which four processes run one after the other."""
    scratch = str(tmp_path_factory.mktemp("ranks"))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "USE_LIBUV": "0"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), scratch],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", CASES)
def test_ranks(name, said):
    assert said[name] == "", said[name]


def test_all_cases_ran(said):
    assert sorted(said) == sorted(CASES) and len(CASES) > 0
