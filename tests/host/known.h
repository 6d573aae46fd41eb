/* TensorFlow's values from tests/data/golden, read without a JSON library: the library's own reader takes the
   initializers. */
#ifndef GLR_TEST_HOST_KNOWN_H
#define GLR_TEST_HOST_KNOWN_H

#include "draw.h"

#define SHA256_TEXT 65

typedef struct known {
    char initializer[512]; /* JSON, as glr_initializer_from_json reads it */
    glr_tensor tensor;
    bool by_icdf;
    char sha256[SHA256_TEXT];
} known;

/* One case of some 10^4 to 10^5 values for each class, in float32, and the inverse distribution function's.
   Ends the program when they cannot be read. */
size_t read_known(known *cases, size_t capacity);

/* Fails unless a handle gives a case's values. */
void check_known(glr_device *device, const known *golden_case, const char *name);

#endif
