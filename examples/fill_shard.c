/*
 * Fills the local tensors of all ranks of a training program, each by itself as the rank's process would, and
 * shows that together they hold the whole tensor, bit for bit. The tensor is a fused one, gate and up: tensor
 * parallelism cuts each of the two, and FSDP2 cuts what a rank of it has.
 *
 *     cc -std=c11 -o fill_shard fill_shard.c $(pkg-config --cflags --libs glorand)
 */
#include <glorand/shard.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS    1000 /* 500 of gate and 500 of up */
#define COLUMNS 64
#define DP      3 /* which divides no rank's rows: the last ones have fewer */
#define TP      2
#define PIECES  2 /* that a rank has at most: rows of gate, and rows of up */

/* What a rank has: a packed local tensor, and the boxes of the whole tensor in it. */
typedef struct local_tensor {
    int64_t shape[2];
    glr_piece pieces[PIECES];
    size_t count;
    float *values;
} local_tensor;

static void fail(const char *message)
{
    fprintf(stderr, "fill_shard: %s\n", message);
    exit(EXIT_FAILURE);
}

static void check(glr_status status)
{
    if (status != GLR_OK) {
        fail(glr_last_error());
    }
}

/* Memory for so many floats, or for one. */
static float *allocated(size_t count)
{
    float *values = malloc((count > 0 ? count : 1) * sizeof *values);
    if (values == NULL) {
        fail("out of memory");
    }
    return values;
}

/* What the process of rank (i, j) does. */
static local_tensor fill_local(glr_device *device, const glr_initializer *init, const glr_tensor *tensor,
                               int64_t i, int64_t j)
{
    local_tensor local;
    const glr_placement placements[] = {glr_shard_segments(0, 2, TP, j), glr_shard_axis(0, DP, i)};
    check(glr_shard_shape(tensor, placements, 2, local.shape));
    check(glr_shard_pieces(tensor, placements, 2, local.pieces, PIECES, &local.count));
    const size_t elements = (size_t)(local.shape[0] * local.shape[1]);
    local.values = allocated(elements);
    for (size_t p = 0; p < local.count; p++) {
        glr_tensor part;
        uint64_t offset;
        check(glr_piece_tensor(tensor, &local.pieces[p], local.shape, NULL, &part, &offset));
        unsigned char *to = (unsigned char *)local.values + offset;
        check(glr_fill(device, init, &part, to, elements * sizeof(float) - offset));
    }
    return local;
}

/* Counts the rows of a rank, and fails if one is not the whole tensor's. */
static int64_t compare(const local_tensor *local, const float *whole)
{
    int64_t rows = 0;
    for (size_t p = 0; p < local->count; p++) {
        const glr_piece *piece = &local->pieces[p];
        const float *ours = local->values + piece->local[0] * COLUMNS;
        const float *theirs = whole + piece->start[0] * COLUMNS;
        if (memcmp(ours, theirs, (size_t)piece->extent[0] * COLUMNS * sizeof *ours) != 0) {
            fail("a rank's rows differ from the whole tensor's");
        }
        rows += piece->extent[0];
    }
    return rows;
}

int main(void)
{
    const glr_options options = {.backend = GLR_BACKEND_CPU}; /* the tensors are in host memory */
    const glr_initializer init = glr_truncated_normal(0.0, 0.02, 42);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {ROWS, COLUMNS}};
    glr_device *device = NULL;
    check(glr_open(&options, &device));
    float *whole = allocated((size_t)ROWS * COLUMNS);
    check(glr_fill(device, &init, &tensor, whole, (uint64_t)ROWS * COLUMNS * sizeof *whole));
    int64_t rows = 0;
    for (int64_t i = 0; i < DP; i++) {
        for (int64_t j = 0; j < TP; j++) {
            local_tensor local = fill_local(device, &init, &tensor, i, j);
            printf("rank (%d, %d): %d rows in %d pieces\n", (int)i, (int)j, (int)local.shape[0],
                   (int)local.count);
            rows += compare(&local, whole);
            free(local.values);
        }
    }
    free(whole);
    glr_close(device);
    if (rows != ROWS) {
        fail("the ranks do not have each row once");
    }
    printf("the ranks hold the whole tensor's values\n");
    return EXIT_SUCCESS;
}
