/* The C library takes a program's thread-local variables out of the stack of each thread: the threads of the
   library must have room beside them, however many bytes they are. */
#include "draw.h"

#include <stdio.h>

#ifndef LARGE_TLS
#error "LARGE_TLS says how many KiB they are."
#endif

static _Thread_local volatile char large[(size_t)LARGE_TLS << 10];

int main(void)
{
    glr_device *one = open_cpu(1), *many = open_cpu(4);
    const glr_initializer initializer = glr_he_normal(1);
    large[0] = 1;
    const uint64_t expected = fill_and_hash(one, &initializer, 8 * PIECE);
    for (int i = 0; i < 20; i++) {
        CHECK(fill_and_hash(many, &initializer, 8 * PIECE) == expected, "other values");
    }
    expect_threads(2, 4, "after fills");
    glr_close(many);
    glr_close(one);
    CHECK(large[0] == 1, "another value in a variable");
    return verdict();
}
