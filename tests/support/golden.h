/* The cases of tests/data/golden, and hashes of what the library gives for them. */
#ifndef GLR_TEST_GOLDEN_H
#define GLR_TEST_GOLDEN_H

#include "glorand/glorand.h"

#include <jansson.h>

#define SHA256_TEXT 65

/* A file of tests/data, parsed. Aborts the test when that fails. */
json_t *golden_read(const char *name);

/* The initializer of a case's class_name, config, method and stream. Aborts the test when it is refused. */
glr_initializer golden_initializer(const json_t *golden_case);

/* The whole tensor of a case's shape and dtype. */
glr_tensor golden_tensor(const json_t *golden_case);

/* Elements of a whole tensor. */
int64_t element_count(const glr_tensor *tensor);

/* SHA-256, in hexadecimal, of bytes. */
void sha256_text(const void *bytes, size_t length, char text[SHA256_TEXT]);

/* The same of a tensor that is filled piece by piece, so that large ones need little memory. */
void sha256_of_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    char text[SHA256_TEXT]);

/* Opens the CPU, with a number of threads or, for 0, the default. */
glr_device *open_cpu(uint32_t threads);

/* Opens what the environment asks for: see any_fill.h. */
glr_device *open_any(uint32_t threads);

/* A part of the message where there is no OpenCL; the tests that are not about it run as if there were none.
 */
extern const char test_no_opencl[];
extern const char test_no_cuda[];

/* Whether scripts/test.sh asked for less work, under sanitizers, for all cases of which the quick form has a
   sample, or for the exhaustive forms. */
int test_is_light(void);
int test_is_proof(void);
int test_is_long(void);

#endif
