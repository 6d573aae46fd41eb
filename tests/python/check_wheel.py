"""Makes the sdist and the wheel, looks at what is in the wheel, and installs it without a compiler; then does what
`pip install .` does in a clone, without CUDA. The wheel stays in BUILD_DIR/wheel.

usage: check_wheel.py SOURCE_DIR BUILD_DIR
"""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

# What the library and the command may be linked with: glibc, and each other.
LINKED = r"lib(c|m|pthread|dl)\.so\.\d+|ld-linux[-\w]*\.so\.\d+|libglorand\.so\.\d+\.\d+"
LIMIT = 15_000_000  # bytes of a wheel
PROGRAM = """
import array, pathlib, glorand
values = glorand.fill_(array.array("f", bytes(16)), "glorot_normal(seed=42)", shape=(784, 256), range=(0, 4))
print(" ".join("%.9g" % value for value in values), pathlib.Path(glorand.__file__).parents[1])
"""
VALUES = "0.000788545236 -0.0792722702 0.00516460324 0.0404688194"  # those of Keras on TensorFlow, as in README.md


def run(*command, **options):
    """What a program prints. No variable of this test's own environment leads it to another library."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LD_LIBRARY_PATH")}
    environment = {**kept, **options.pop("environment", {})}
    done = subprocess.run(
        [str(word) for word in command], env=environment, stdout=subprocess.PIPE, text=True, check=False, **options
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{command}: status {done.returncode}")
    return done.stdout


def check_contents(wheel, scratch):
    """Tag, size, licences, and what the binaries need."""
    tag = re.fullmatch(r"glorand-[\d.]+-py3-none-manylinux_2_34_(\w+)\.whl", wheel.name)
    assert tag and tag[1] == platform.machine(), wheel.name
    assert wheel.stat().st_size < LIMIT, wheel.stat().st_size
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(scratch / "wheel")
        said = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    for ending in ("glorand/py.typed", "licenses/LICENSE", "xxHash.txt", "glorand/bin/glorand", "entry_points.txt"):
        assert any(name.endswith(ending) for name in names), ending
    assert not [name for name in names if name.endswith((".a", ".h", ".1", ".cmake", ".pc"))], names
    assert "Requires-Python: >=3.10" in said
    assert "Requires-Dist" not in said
    assert len([name for name in names if "libglorand" in name]) == 1, names
    for binary in ("bin/glorand", *(f"lib/{path.name}" for path in (scratch / "wheel/glorand/lib").iterdir())):
        dynamic = run("readelf", "-d", scratch / "wheel/glorand" / binary)
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
            assert re.fullmatch(LINKED, library), (binary, library)
        paths = re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic)
        assert paths == (["$ORIGIN/../lib"] if binary == "bin/glorand" else []), (binary, paths)
    print(f"{wheel.name}: {wheel.stat().st_size} bytes, {len(names)} files")


def check_installed(python, program, scratch):
    """The package and the command do without a compiler, without other packages, and from any folder."""
    bare = {"PATH": str(program.parent), "HOME": str(scratch)}
    said = run(python, "-c", PROGRAM, cwd=scratch, environment=bare)
    assert said.startswith(VALUES), said
    version = run(program, "--version", cwd=scratch, environment=bare)
    assert version == run(python, "-m", "glorand", "--version", cwd=scratch, environment=bare)
    assert run(python, "-c", "import glorand; print(glorand.__version__)", environment=bare).strip() in version
    print(f"{python}: {said.strip()}")


def main(source, folder):
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = pathlib.Path(name)
        tree = scratch / "tree"
        ignored = shutil.ignore_patterns("build", ".git", "__pycache__", ".mypy_cache", ".ruff_cache")
        shutil.copytree(source, tree, ignore=ignored)
        (scratch / "dist").mkdir()
        run(tree / "scripts/wheel.sh", sys.executable, scratch / "dist")
        (sdist,) = (scratch / "dist").glob("*.tar.gz")
        (wheel,) = (scratch / "dist").glob("*.whl")
        with tarfile.open(sdist) as archive:
            held = {member.split("/", 1)[-1] for member in archive.getnames()}
        assert {"LICENSE", "pyproject.toml", "CMakeLists.txt", "docs/text.md", "python/licenses/xxHash.txt"} <= held
        check_contents(wheel, scratch)
        kept = pathlib.Path(folder, "wheel")
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        shutil.copy(wheel, kept)

        run(sys.executable, "-m", "venv", scratch / "venv")
        python = scratch / "venv/bin/python"
        run(python, "-m", "pip", "install", "-q", "--no-index", "--disable-pip-version-check", wheel)
        check_installed(python, scratch / "venv/bin/glorand", scratch)
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-k", "library or hashes or command"]
        (packages,) = (scratch / "venv/lib").glob("python3.*/site-packages")
        print(run(*pytest, tree / "python/tests", cwd=scratch, environment={"PYTHONPATH": str(packages)}))

        install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-build-isolation"]
        install += [
            "--no-deps",
            "--no-index",
            "--config-settings",
            "cmake.define.GLORAND_CUDA=OFF",
            "--target",
            scratch / "clone",
            ".",
        ]
        run(*install, cwd=tree)
        said = run(sys.executable, "-c", PROGRAM, environment={"PYTHONPATH": str(scratch / "clone")})
        assert said.split() == [*VALUES.split(), str(scratch / "clone")], said


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
