"""Which library is loaded, which are refused, whether the structs are its own, and what an import costs."""

import ctypes
import hashlib
import os
import re
import shutil
import subprocess

import pytest

import glorand
from glorand import _library

FITTING = "unsigned glr_version(void) { return 2007; } unsigned glr_stream_version(void) { return 1; }"
REFUSED = [  # C that the library is made of, and what the message says
    ("int other;", "is not glorand's library"),
    (
        "unsigned glr_version(void) { return 3000; } unsigned glr_stream_version(void) { return 1; }",
        "is version 0.3.0 of the library, and this package needs 0.2",
    ),
    (
        "unsigned glr_version(void) { return 1002000; } unsigned glr_stream_version(void) { return 1; }",
        "is version 1.2.0 of the library, and this package needs 0.2",
    ),
    (
        "unsigned glr_version(void) { return 2007; } unsigned glr_stream_version(void) { return 2; }",
        "draws version 2 of the stream, and this package needs 1",
    ),
    (FITTING, "lacks a function that this package calls"),
]


def compiler():
    return os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def with_library(path):
    return {**os.environ, "GLORAND_LIBRARY": str(path)}


needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C compiler")


@needs_compiler
@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_other_libraries_are_refused(text, message, tmp_path, python):
    (tmp_path / "other.c").write_text(text)
    other = tmp_path / "libother.so"
    subprocess.run([compiler(), "-shared", "-fPIC", "-o", other, tmp_path / "other.c"], check=True)
    said = python("import glorand", with_library(other), status=1).splitlines()[-1]
    assert said.startswith("ImportError: glorand: ") and str(other) in said and message in said


def test_a_library_that_is_not_there(tmp_path, python):
    said = python("import glorand", with_library(tmp_path / "none.so"), status=1).splitlines()[-1]
    assert said.startswith("ImportError: glorand: the library ") and "none.so" in said


def test_the_library_that_is_named(tmp_path, python):
    named = tmp_path / "named.so"
    shutil.copy(_library.lib._name, named)
    program = "import glorand; print([line for line in open('/proc/self/maps') if 'named.so' in line] != [])"
    assert python(program, with_library(named)) == "True\n"
    assert python(program) == "False\n"


# As an editable installation makes the package: of the sources' folder, and of one with the library and the command.
EDITABLE = """
import importlib.util, runpy, sys
spec = importlib.util.spec_from_file_location(
    "glorand", SOURCES + "/__init__.py", submodule_search_locations=[SOURCES, BUILT])
package = importlib.util.module_from_spec(spec)
sys.modules["glorand"] = package
spec.loader.exec_module(package)
print(package._library.lib._name, flush=True)
sys.argv = ["glorand", "--version"]
runpy.run_module("glorand.__main__", run_name="__main__")
"""


def test_editable_installations(source, tmp_path, python):
    for folder, name in (("lib", _library.SONAME), ("bin", "glorand")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).symlink_to(os.path.realpath(_library.installed(folder, name)))
    program = EDITABLE.replace("SOURCES", repr(str(source / "python/glorand"))).replace("BUILT", repr(str(tmp_path)))
    environment = {name: value for name, value in os.environ.items() if name != "GLORAND_LIBRARY"}
    library, said = python(program, environment).splitlines()
    assert library == str(tmp_path / "lib" / _library.SONAME)
    assert said.startswith(f"glorand {glorand.__version__} ")


def test_a_package_that_is_not_installed(source, python):
    program = f"""
import runpy, sys
sys.path.insert(0, {str(source / "python")!r})
runpy.run_module("glorand", run_name="__main__")
"""
    said = python(program, with_library(_library.lib._name), status=1)
    assert said.startswith("glorand: the command was not installed with the package")


def test_versions(source):
    header = (source / "include/glorand/glorand.h").read_text()
    number = dict(re.findall(r"#define GLR_(\w+) +(\d+)", header))
    assert (int(number["VERSION_MAJOR"]), int(number["VERSION_MINOR"])) == _library.ABI
    assert int(number["STREAM_VERSION"]) == glorand.stream_version
    assert int(number["MAX_RANK"]) == _library.MAX_RANK
    assert int(number["DEVICE_TEXT"]) == _library.DEVICE_TEXT
    assert re.search(r"number of threads of a fill, .*? at most (\d+)\.", header)[1] == str(_library.MAX_THREADS)
    assert re.search(r'GLR_VERSION_STRING "(.*)"', header)[1] == glorand.__version__


@needs_compiler
def test_structs(source, tmp_path):
    """Sizes and places of all members, as a C compiler lays them out."""
    kinds = [item for item in vars(_library).values() if isinstance(item, type)]
    structs = [kind for kind in kinds if issubclass(kind, ctypes.Structure)]
    assert len(structs) == 11
    lines, expected = [], []
    for struct in structs:
        name = struct.__doc__.rstrip(".")
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(struct)}")
        for field, *_ in struct._fields_:
            if field == "reserved":  # words that may have become members, which are copied with all others
                continue
            lines.append(f'printf("{field} %zu %zu\\n", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));')
            place = getattr(struct, field)
            expected.append(f"{field} {place.offset} {place.size}")
    headers = ("glorand/model.h", "glorand/shard.h", "stdio.h")
    includes = "".join(f"#include <{header}>\n" for header in headers)
    (tmp_path / "structs.c").write_text(f"{includes}int main(void) {{\n{chr(10).join(lines)}\nreturn 0; }}\n")
    program = tmp_path / "structs"
    subprocess.run([compiler(), "-I", source / "include", "-o", program, tmp_path / "structs.c"], check=True)
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == expected


def test_enumerators(source):
    headers = "".join((source / f"include/glorand/{name}.h").read_text() for name in ("glorand", "model", "shard"))
    number = {name: int(value) for name, value in re.findall(r"GLR_(\w+) =\s+(\d+)", headers)}
    prefixes = ("ACTION_", "BACKEND_", "DTYPE_", "LAYOUT_", "METHOD_", "PART_", "PLACEMENT_", "SEEDING_")
    ours = [name for name in vars(_library) if name.startswith(prefixes)]
    assert len(ours) == 20
    for name in ours:
        assert getattr(_library, name) == number[name], name


def test_threads(drawn, python):
    """Fills have as many threads as were asked for, the calling one among them, and the values of any number."""
    program = """
import hashlib, os
import glorand
memory = bytearray(4 * 65536 * 64)
said = [glorand.set_threads(3)]
for count in (1, 5, 3):
    said.append(glorand.set_threads(count))
    before = len(os.listdir("/proc/self/task"))
    glorand.fill_(memory, "he_normal(seed=1)", dtype="float32", shape=(2048, 2048))
    said += [len(os.listdir("/proc/self/task")) - before, hashlib.sha256(memory).hexdigest()]
for wrong in (-1, 1025, 2**40):
    try:
        glorand.set_threads(wrong)
    except glorand.GlorandError as error:
        said.append(error.message)
print([*said, glorand.set_threads(0), glorand.set_threads(0)])
"""
    digest = hashlib.sha256(drawn("he_normal(seed=1)", (2048, 2048))).hexdigest()
    refused = [f"count: {wrong} is not from 0 to 1024" for wrong in (-1, 1025, 2**40)]
    assert eval(python(program)) == [0, 3, 0, digest, 1, 4, digest, 5, 2, digest, *refused, 3, 0]
    with pytest.raises(TypeError, match="count: an integer is needed"):
        glorand.set_threads(2.0)


def test_import_loads_no_framework_and_starts_no_thread(python):
    program = """
import sys, os
import glorand
heavy = {"numpy", "glorand._cuda", "torch", "jax", "tensorflow", "keras", "ml_dtypes", "dataclasses", "inspect"}
print(sorted(heavy & sys.modules.keys()))
print(len(os.listdir("/proc/self/task")), glorand._device._cpus)
"""
    assert python(program) == "[]\n1 {}\n"


def test_devices(python):
    """In a process of its own, since it loads all drivers."""
    rows = eval(python("import glorand; print([tuple(device) for device in glorand.devices()])"))
    listed = [glorand.Device(*row) for row in rows]
    cpus = [device for device in listed if device.backend == "cpu"]
    assert len(cpus) == 1 and cpus[0].available and cpus[0].number == 0 and cpus[0].reason == ""
    assert re.fullmatch(r".*\((plain|avx2|avx512|neon)\)", cpus[0].name)
    assert all(device.available or device.reason for device in listed)
    assert {device.backend for device in listed} <= {"cpu", "opencl", "cuda"}
