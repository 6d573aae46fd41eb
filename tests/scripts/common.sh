# shellcheck shell=bash
# Functions that the test scripts share.

# Ends a test that cannot run: ctest and scripts/test-summary.py know the line and the status.
skip() {
    echo "skipped: $1"
    exit 77
}

# Ends a test that has failed.
fail() {
    echo "failed: $1" >&2
    exit 1
}

# Skips the test unless all these commands are there.
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

# Makes a folder inside folder $1 that is removed at the end, and sets `scratch` to it.
make_scratch() {
    scratch=$(mktemp -d "$1/scratch.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
}
