"""The plots of bench/report.py: SVG that is the same each time, names its results, and holds its text.

usage: check_bench_plots.py REPORT.py
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree


def draw(program, stored, folder):
    subprocess.run([sys.executable, program, "--results", stored, "--plots", folder], check=True)
    return {name: (pathlib.Path(folder) / name).read_text() for name in ("peers.svg", "sizes.svg")}


def main(program):
    stored = pathlib.Path(program).with_name("results.json")
    digest = hashlib.sha256(stored.read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        plots = draw(program, stored, first)
        assert plots == draw(program, stored, second), "a second run draws another file"
    for name, words in (("peers.svg", ("glorand icdf", "truncates as well")), ("sizes.svg", ("memset", "GB/s", "4 GiB"))):
        svg = plots[name]
        root = xml.etree.ElementTree.fromstring(svg)
        texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and set(words) <= texts, texts
        assert digest in svg and "<dc:date>" not in svg and "DejaVu" not in svg and "sans-serif" in svg, name


if __name__ == "__main__":
    main(*sys.argv[1:])
