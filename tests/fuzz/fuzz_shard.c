/* Any bytes as a tensor and how a mesh cuts it: a cut is refused exactly when the header says so; else the
   pieces of a rank are those of a plain reference, and all ranks together have each element as often as they
   should. */
#include "shard_targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static void (*const targets[])(fuzz_bytes * bytes) = {fuzz_shard_placements, fuzz_shard_qkv,
                                                          fuzz_shard_flat};
    fuzz_bytes bytes = {data, length};
    targets[fuzz_below(&bytes, sizeof targets / sizeof targets[0])](&bytes);
    return 0;
}
