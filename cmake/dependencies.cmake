# What the library and the command are built with. All of it is packaged by Debian: see
# scripts/install-dependencies.sh.

# xxHash is used as a header, with everything inlined, so that it leaves no symbols and no library behind.
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)

find_package(Threads REQUIRED)
