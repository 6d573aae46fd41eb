/* Any bytes as a .safetensors file's header, and its metadata as a spec. */
#define _GNU_SOURCE /* memfd_create */

#include "check.h"
#include "files/safetensors.h"
#include "glorand/model.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of a length, this header, and as many zeros as it says behind. */
static int make_file(const uint8_t *header, size_t length, size_t data_bytes)
{
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++) {
        prefix[i] = (unsigned char)((uint64_t)length >> (8 * i));
    }
    int file = memfd_create("fuzz", 0);
    CHECK(file >= 0);
    CHECK(write(file, prefix, sizeof prefix) == (ssize_t)sizeof prefix);
    CHECK(write(file, header, length) == (ssize_t)length);
    CHECK(ftruncate(file, (off_t)(sizeof prefix + length + data_bytes)) == 0);
    CHECK(futimens(file, (const struct timespec[2]){{0}, {0}}) == 0); /* new files are read a moment later */
    return file;
}

/* Tensors lie within the file, one after the other. */
static void check_file(const glr_safetensors *file, size_t header)
{
    uint64_t end = 8 + header;
    for (size_t i = 0; i < file->count; i++) {
        CHECK(file->tensor[i].offset == end && file->tensor[i].name != NULL);
        end += file->tensor[i].bytes;
    }
    CHECK(end == file->input.bytes);
}

/* The first two bytes say how many bytes of data there are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    if (length < 2) {
        return 0;
    }
    const size_t data_bytes = data[0] + 256U * data[1], header = length - 2;
    int descriptor = make_file(data + 2, header, data_bytes);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    glr_safetensors file;
    glr_problem problem = {0};
    if (glr_safetensors_read(path, &file, &problem)) {
        glr_model *model = NULL;
        check_file(&file, header);
        const char *spec = glr_safetensors_metadata(&file, "glorand.spec");
        if (spec != NULL && glr_model_from_spec(spec, strlen(spec), &model) == GLR_OK) {
            glr_model_free(model);
        }
        glr_safetensors_free(&file);
    } else {
        CHECK(file.tensor == NULL && problem.text[0] != '\0');
    }
    (void)close(descriptor);
    return 0;
}
