"""bench/peers.py: what it prints of libraries that are there, and of those that are not.

usage: check_bench_peers.py PEERS.py
"""

import json
import subprocess
import sys


def main(program):
    command = [sys.executable, program, "--sizes", "1", "--rounds", "2", "--threads", "1", "--keep-disturbed"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    data = json.loads(done.stdout)
    results = {result["name"]: result for result in data["results"]}
    skipped = {s["name"]: s["reason"] for s in data["skipped"]}
    versions = {peer["name"]: peer["version"] for peer in data["peers"]}
    for peer, truncates in (("tensorflow", True), ("tensorflow-kernel", True), ("numpy", False)):
        result = results[f"peer-{peer}/float32/1MiB/1t"]
        assert result["truncates"] is truncates and result["bytes"] == 1 << 20 and result["rounds"] == 2, result
        assert result["values_per_second"] > 0 and result["bytes_per_second"] == 4 * result["values_per_second"]
        assert versions[f"peer-{peer}"], versions
    for peer in ("peer-jax", "peer-pytorch", "peer-pytorch-3s", "peer-pytorch-values", "peer-pytorch-normal"):  # not among the tests' requirements
        assert peer in skipped and "No module named" in skipped[peer] or peer in versions, skipped


if __name__ == "__main__":
    main(*sys.argv[1:])
