/* Draws the cases and compares the hash of each with a file, so that every compiler, every optimization and
 * every instruction set is held to the same bits.
 *
 * usage: hashes [--write] FILE
 *
 * FILE has a line for each case, its name and its hash; --write writes it. The environment variable
 * GLORAND_ISA says which kernel shall draw, GLORAND_TEST_BACKEND by which backend. Exits with 0; with 1 after
 * the name of the first case that differs, or when the kernel asked for does not draw although the hardware
 * has its instructions; with 2 after bad usage; and with 77 when the hardware lacks them. */
#include "asked_kernel.h"
#include "cases.h"
#include "support/any_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define CANARY     0xa7
#define MARGIN     64 /* bytes before and behind the destination, which must stay as they are */
#define HASH_TEXT  (2 * sizeof(XXH128_canonical_t) + 1)
#define LINE_BYTES 256

static void hash_text(const void *bytes, size_t length, char text[HASH_TEXT])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, length));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", canonical.digest[i]);
    }
}

/* Draws a case some bytes beyond an aligned address, and hashes its destination with the margins about it and
   the gaps in it. Returns 0, or 1 after a message. */
static int draw(glr_device *device, const hash_case *one, size_t misalignment, char text[HASH_TEXT])
{
    uint64_t bytes = 0;
    if (glr_tensor_extent(&one->tensor, NULL, &bytes) != GLR_OK) {
        (void)fprintf(stderr, "%s: %s\n", one->name, glr_last_error());
        return 1;
    }
    const size_t room = (size_t)bytes + 2 * (size_t)MARGIN;
    unsigned char *memory = malloc(room + misalignment);
    if (memory == NULL) {
        (void)fprintf(stderr, "%s: out of memory\n", one->name);
        return 1;
    }
    unsigned char *from = memory + misalignment;
    memset(from, CANARY, room);
    int failed = any_fill(device, &one->initializer, &one->tensor, from + MARGIN, bytes) != GLR_OK;
    if (failed) {
        (void)fprintf(stderr, "%s: %s\n", one->name, any_error());
    }
    hash_text(from, room, text);
    free(memory);
    return failed;
}

/* By one thread at an aligned address, and by two at an odd one. */
static int draw_twice(glr_device *const devices[2], const hash_case *one, char text[HASH_TEXT])
{
    char again[HASH_TEXT];
    if (draw(devices[0], one, 0, text) || draw(devices[1], one, 1, again)) {
        return 1;
    }
    if (strcmp(text, again) != 0) {
        (void)fprintf(stderr, "%s: differs by two threads at an odd address\n", one->name);
        return 1;
    }
    return 0;
}

/* Compares a case with the file's next line. */
static int check(FILE *file, const hash_case *one, const char text[HASH_TEXT])
{
    char line[LINE_BYTES], expected[LINE_BYTES];
    (void)snprintf(expected, sizeof expected, "%s %s\n", one->name, text);
    if (fgets(line, sizeof line, file) == NULL || strcmp(line, expected) != 0) {
        (void)fprintf(stderr, "%s: differs\n", one->name);
        return 1;
    }
    return 0;
}

/* What the device must refuse, and its message name; NULL if nothing. */
static const char *refusal_of(const hash_case *one)
{
    if (hash_case_is_of_cpu(one) && !any_is_cpu()) {
        return glr_kind_name(one->initializer.kind);
    }
    return one->tensor.dtype == GLR_DTYPE_FLOAT64 && !any_has_f64() ? "float64" : NULL;
}

/* A tensor that the device must refuse; its line in the file is left out. */
static int check_refusal(FILE *file, glr_device *device, const hash_case *one, const char *named)
{
    char line[LINE_BYTES];
    unsigned char nothing = 0;
    if (any_fill(device, &one->initializer, &one->tensor, &nothing, 0) != GLR_ERROR_UNSUPPORTED ||
        strstr(any_error(), named) == NULL || fgets(line, sizeof line, file) == NULL) {
        (void)fprintf(stderr, "%s: is not refused as %s: %s\n", one->name, named, any_error());
        return 1;
    }
    return 0;
}

static int run(FILE *file, int writes, glr_device *const devices[2])
{
    static hash_case cases[MAX_HASH_CASES];
    const size_t count = hash_cases(cases);
    size_t drawn = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        char text[HASH_TEXT];
        const char *refusal = refusal_of(&cases[i]);
        if (refusal != NULL) {
            if (check_refusal(file, devices[0], &cases[i], refusal)) {
                return 1;
            }
            refused += strcmp(refusal, "float64") == 0;
            continue;
        }
        if (draw_twice(devices, &cases[i], text)) {
            return 1;
        }
        drawn++;
        if (writes) {
            (void)fprintf(file, "%s %s\n", cases[i].name, text);
        } else if (check(file, &cases[i], text)) {
            return 1;
        }
    }
    if (!writes && fgetc(file) != EOF) {
        (void)fprintf(stderr, "the file holds more than %zu cases\n", count);
        return 1;
    }
    (void)printf("%zu cases %s, %zu of float64 refused\n", drawn, writes ? "written" : "agree", refused);
    return 0;
}

static int open_devices(glr_device *devices[2])
{
    for (uint32_t i = 0; i < 2; i++) {
        if (any_open(i + 1, &devices[i]) != GLR_OK) {
            (void)fprintf(stderr, "%s\n", any_error());
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    const int writes = argc == 3 && strcmp(argv[1], "--write") == 0;
    if (argc != 2 && !writes) {
        (void)fprintf(stderr, "usage: hashes [--write] FILE\n");
        return 2;
    }
    switch (hash_asked_kernel()) {
    case KERNEL_DRAWS: break;
    case KERNEL_NOT_RUNNING: return 1;
    case KERNEL_NO_HARDWARE: return 77;
    }
    FILE *file = fopen(argv[argc - 1], writes ? "w" : "r");
    if (file == NULL) {
        perror(argv[argc - 1]);
        return 1;
    }
    glr_device *devices[2] = {NULL, NULL};
    int failed = open_devices(devices) || run(file, writes, devices);
    glr_close(devices[0]);
    glr_close(devices[1]);
    if (fclose(file) != 0) {
        perror(argv[argc - 1]);
        failed = 1;
    }
    return failed;
}
