"""Runs the example in the comment of glorand.h, the C program and the lines of Python below it, and compares the
numbers that they print with those that stand there; then does the same with README.md.

usage: check_example.py SOURCE_DIR LIBRARY COMPILER SCRATCH_DIR
"""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def header_blocks(text):
    """The indented blocks of the file's comment, in order: C, numbers, Python, and Python without Keras."""
    comment = text[: text.index("\n */")]
    lines = [re.sub(r"^ \* ?", "", line) for line in comment.split("\n")]
    blocks = re.findall(r"(?:^ {4,}.*\n(?:\n(?= {4}))*)+", "\n".join(lines) + "\n", re.MULTILINE)
    return ["".join(line[4:] or "\n" for line in block.splitlines(keepends=True)) for block in blocks]


def readme_blocks(text):
    """The C program, the numbers and the lines of Python of the section on the library."""
    section = text[text.index("\n## The library\n") :]
    fences = (rf"^```{language}\n(.*?)^```$" for language in ("c", "text", "python"))
    return [re.search(fence, section, re.MULTILINE | re.DOTALL)[1] for fence in fences]


def run_c(program, include, library, compiler, folder):
    path = os.path.join(folder, "example")
    pathlib.Path(path + ".c").write_text(program)
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run([compiler, "-std=c11", *warnings, "-I", include, "-o", path, path + ".c", library], check=True)
    environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(library))
    return subprocess.run([path], check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def run_python(program):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {})
    return printed.getvalue()


def main(source, library, compiler, scratch):
    include = os.path.join(source, "include")
    header = header_blocks(pathlib.Path(include, "glorand", "glorand.h").read_text())
    readme = readme_blocks(pathlib.Path(source, "README.md").read_text())
    assert len(header) == 4, header
    first, _, last = header[2].splitlines(keepends=True)
    without_keras = first + header[3] + last
    failures = 0
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for name, (c, numbers, python), more in [("glorand.h", header[:3], [without_keras]), ("README.md", readme, [])]:
            assert len(numbers.split()) == 4, (name, numbers)
            printed = [run_c(c, include, library, compiler, folder), *map(run_python, [python, *more])]
            print(f"{name} has {numbers.strip()}, its programs print {[text.strip() for text in printed]}")
            failures += sum(text != numbers for text in printed)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
