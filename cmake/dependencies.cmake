# Dependencies of the library and the command. Debian packages all of them: see
# scripts/install-dependencies.sh.

# xxHash is used as a header, with everything inlined, so that it leaves no symbols and no library behind.
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)

find_package(Threads REQUIRED)
