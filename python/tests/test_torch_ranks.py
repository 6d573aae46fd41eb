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
FOUND = re.findall(r"^(?:@on\(([\d, ]+)\)\n)?def (case_\w+)", PROGRAM.read_text(), re.MULTILINE)
CASES = [(int(ranks), name) for said, name in FOUND for ranks in (said or "2, 4").split(", ")]


@pytest.fixture(scope="session")
def said(tmp_path_factory):
    """What went wrong in each case, by the number of processes, which run all their cases one after the other."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "USE_LIBUV": "0"}
    found = {}
    for ranks in sorted({ranks for ranks, _ in CASES}):
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(ranks), str(tmp_path_factory.mktemp("ranks"))],
            capture_output=True,
            text=True,
            env=environment,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        cases = json.loads(done.stdout.splitlines()[-1])
        found.update({(ranks, name): wrong for name, wrong in cases.items()})
    return found


@pytest.mark.parametrize(("ranks", "name"), CASES)
def test_ranks(ranks, name, said):
    assert said[ranks, name] == "", said[ranks, name]


def test_all_cases_ran(said):
    assert sorted(said) == sorted(CASES) and {ranks for ranks, _ in CASES} == {2, 4, 6}
