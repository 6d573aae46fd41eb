"""Checks what the benchmark's programs printed.

usage: bench_output.py json|csv|svg FILE, or bench_output.py skipped FILE NAME
"""

import csv
import json
import sys
import xml.etree.ElementTree

TEXTS = ("name", "role", "method", "dtype", "isa", "backend")
NUMBERS = ("bytes", "threads", "rounds", "repetitions", "values_per_second", "bytes_per_second")
RATIOS = ("ratio_to_memset", "ratio_to_streaming_stores")


def check_json(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    for key in ("processor", "processors", "memory_bytes", "isa", "system", "kernel"):
        assert data["machine"][key], key
    assert data["version"] and data["compiler"] and data["stream_version"] >= 1
    assert len(data["results"]) >= 6
    for result in data["results"]:
        assert all(isinstance(result[key], str) for key in TEXTS), result
        assert all(result[key] > 0 for key in NUMBERS), result
        assert result["disturbed"] == 0, result  # --keep-disturbed
        assert result["spread"] >= 0 and isinstance(result["truncates"], bool), result
        assert all(result[key] is None or result[key] > 0 for key in RATIOS), result
        assert result["role"] != "yardstick" or result["method"] in ("memset", "streaming_stores"), result
        assert result["method"] != "memset" or result["ratio_to_memset"] == 1, result


def check_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, strict=True)
    assert {*TEXTS, *NUMBERS, *RATIOS, "spread", "truncates", "disturbed"} <= set(head), head
    assert len(rows) >= 6 and all(len(row) == len(head) for row in rows), rows


def check_svg(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
    assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) > 4


def check_skipped(path, name):
    with open(path, encoding="utf-8") as file:
        skipped = json.load(file)["skipped"]
    assert [s["name"] for s in skipped] == [name] and skipped[0]["reason"], skipped


if __name__ == "__main__":
    {"json": check_json, "csv": check_csv, "svg": check_svg, "skipped": check_skipped}[sys.argv[1]](*sys.argv[2:])
