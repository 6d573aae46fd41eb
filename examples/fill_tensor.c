/*
 * Fills a weight tensor with GlorotNormal values, fills a shard of it once more as one process of a
 * tensor-parallel program would, and shows that the shard holds the same bits.
 *
 * Build it with an installed glorand, against the shared or the static library:
 *
 *     cc -std=c11 -o fill_tensor fill_tensor.c $(pkg-config --cflags --libs glorand)
 *     cc -std=c11 -static -o fill_tensor fill_tensor.c $(pkg-config --static --cflags --libs glorand)
 *
 * (The static link warns of dlopen: glorand looks for GPUs' drivers by it, which a statically linked program
 * does without.)
 */
#include <glorand/glorand.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS          784
#define COLUMNS       256
#define SHARD_COLUMNS (COLUMNS / 4)

/* Allocates what the tensor's part needs and fills it. Returns NULL after a message when that fails. */
static float *filled(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor)
{
    uint64_t bytes = 0;
    if (glr_tensor_extent(tensor, NULL, &bytes) != GLR_OK) {
        fprintf(stderr, "fill_tensor: %s\n", glr_last_error());
        return NULL;
    }
    float *values = malloc((size_t)bytes);
    if (values == NULL) {
        fprintf(stderr, "fill_tensor: no memory for %" PRIu64 " bytes\n", bytes);
        return NULL;
    }
    if (glr_fill(device, initializer, tensor, values, bytes) != GLR_OK) {
        fprintf(stderr, "fill_tensor: %s\n", glr_last_error());
        free(values);
        return NULL;
    }
    return values;
}

/* The shard is the whole tensor's columns from first_column on. */
static int shard_equals_whole(const float *shard, const float *whole, size_t first_column)
{
    for (size_t row = 0; row < ROWS; row++) {
        const float *expected = whole + row * COLUMNS + first_column;
        if (memcmp(shard + row * SHARD_COLUMNS, expected, SHARD_COLUMNS * sizeof(float)) != 0) {
            return 0;
        }
    }
    return 1;
}

static int compare_shard_with_whole(glr_device *device)
{
    /* A tensor of a model: its name selects the stream, so tensors of one seed differ. */
    static const char name[] = "layer.0.weight";
    glr_initializer initializer = glr_glorot_normal(42);
    initializer.stream = glr_stream_of_name(name, strlen(name));

    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {ROWS, COLUMNS}};
    float *whole = filled(device, &initializer, &tensor);

    /* The second of four column shards. The shape stays the whole tensor's. */
    tensor.part = GLR_PART_BOX;
    tensor.start[1] = SHARD_COLUMNS;
    tensor.extent[0] = ROWS;
    tensor.extent[1] = SHARD_COLUMNS;
    float *shard = filled(device, &initializer, &tensor);

    int equal = whole != NULL && shard != NULL && shard_equals_whole(shard, whole, SHARD_COLUMNS);
    if (whole != NULL && shard != NULL) {
        printf("first values: %.9g %.9g %.9g\n", (double)whole[0], (double)whole[1], (double)whole[2]);
        printf("the shard %s the same part of the whole\n", equal ? "equals" : "differs from");
    }
    free(shard);
    free(whole);
    return equal;
}

int main(void)
{
    glr_options options = {.backend = GLR_BACKEND_CPU}; /* the tensors are in host memory */
    glr_device *device = NULL;
    if (glr_open(&options, &device) != GLR_OK) {
        fprintf(stderr, "fill_tensor: %s\n", glr_last_error());
        return EXIT_FAILURE;
    }
    int equal = compare_shard_with_whole(device);
    glr_close(device);
    return equal ? EXIT_SUCCESS : EXIT_FAILURE;
}
