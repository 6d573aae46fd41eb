#!/usr/bin/env python3
"""Holds files to .editorconfig, in the folder where this runs: the whole tree, or the files that are named.

usage: editorconfig.py [FILE...]

Of the properties it checks all but indent_size, which a line that continues another does not keep to. It knows the
patterns that are in use: * and names, with {alternatives}, in any folder, and FOLDER/**. It refuses others.
"""

import configparser
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

# By property and value: whether the bytes of a file are so.
CHECKS: dict[tuple[str, str], Callable[[bytes], bool]] = {
    ("charset", "utf-8"): lambda content: content.decode(errors="ignore").encode() == content,
    ("end_of_line", "lf"): lambda content: b"\r" not in content,
    ("insert_final_newline", "true"): lambda content: content == b"" or content.endswith(b"\n"),
    ("trim_trailing_whitespace", "true"): lambda content: re.search(rb"[ \t]$", content, re.MULTILINE) is None,
    ("indent_style", "space"): lambda content: re.search(rb"^ *\t", content, re.MULTILINE) is None,
}


def alternatives(pattern: str) -> list[str]:
    """The pattern once with each choice of what stands in braces."""
    parts = [part.split(",") for part in re.split(r"[{}]", pattern)]
    return ["".join(choice) for choice in itertools.product(*parts)]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression for paths from the root that a section's pattern stands for."""
    expressions = []
    for one in alternatives(pattern):
        if not re.fullmatch(r"(\w+/)+\*\*|\*?[\w.-]*", one):
            sys.exit(f".editorconfig: [{pattern}]: this pattern is not one that editorconfig.py knows")
        folder, stars, _ = one.partition("**")
        expressions.append(re.escape(folder) + ".*" if stars else
                           "(.*/)?" + re.escape(one).replace(r"\*", "[^/]*"))
    return re.compile("|".join(expressions))


def read_sections() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    parser = configparser.ConfigParser()
    parser.read_string("[top]\n" + pathlib.Path(".editorconfig").read_text(encoding="utf-8"))
    sections = []
    for name in parser.sections()[1:]:
        properties = dict(parser[name])
        for item in properties.items():
            if item not in CHECKS and item[1] != "unset" and item[0] != "indent_size":
                sys.exit(f".editorconfig: [{name}]: {item[0]} = {item[1]} is not checked by editorconfig.py")
        sections.append((compile_pattern(name), properties))
    return sections


def tree() -> Iterator[str]:
    """The files that git does not ignore; where git or its folder is missing, those that .gitignore does not name."""
    git = shutil.which("git") or "false"
    listed = subprocess.run([git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=False,
                            capture_output=True, text=True)
    if listed.stdout:
        yield from (path for path in listed.stdout.split("\0") if os.path.isfile(path))
        return
    lines = pathlib.Path(".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = {".git"} | {line.strip("/") for line in lines}
    for folder, folders, names in os.walk("."):
        folders[:] = [name for name in folders if name not in ignored]
        yield from (os.path.join(folder, name) for name in names if name not in ignored)


def main() -> int:
    sections = read_sections()
    failed = False
    for path in sorted(os.path.normpath(path) for path in sys.argv[1:] or tree()):
        properties: dict[str, str] = {}
        for pattern, more in sections:
            properties.update(more if pattern.fullmatch(path) else {})
        content = pathlib.Path(path).read_bytes()
        for item in properties.items():
            if item in CHECKS and not CHECKS[item](content):
                print(f"{path}: is not as .editorconfig says: {item[0]} = {item[1]}")
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
