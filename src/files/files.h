/* Files that the command reads and writes, but for .safetensors. */
#ifndef GLR_FILES_FILES_H
#define GLR_FILES_FILES_H

#include "glorand/glorand.h"
#include "text/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* ---- Input ------------------------------------------------------------------------------------------- */

/* All zero: no file. */
typedef struct glr_input {
    bool is_open;
    int descriptor;
    uint64_t bytes;
    struct timespec modified;
} glr_input;

/* Opens a regular file; anything else, which may block or never end, is an error that names what it is. */
bool glr_input_open(const char *path, glr_input *input, glr_problem *problem);

/* Reads `count` bytes that lie `offset` bytes after the beginning. Fewer are an error: the file had them.
   Problems do not name the path, here and below. */
bool glr_input_read(const glr_input *input, void *bytes, size_t count, uint64_t offset, glr_problem *problem);

/* Whether the open file is as it was when it was opened, by its size and the time of its last modification.
   Another file under its name is not a change: the open one is whole. */
bool glr_input_is_unchanged(const glr_input *input, glr_problem *problem);

/* Closes the file, unless there is none. */
void glr_input_close(glr_input *input);

/* A file's bytes, with a zero after them; NULL on failure. */
char *glr_read_file(const char *path, size_t *length, glr_problem *problem);

/* ---- Floating-point values as double ----------------------------------------------------------------- */

/* Decodes count elements; false for dtypes that are not floating-point. */
bool glr_decode(glr_dtype dtype, const void *elements, size_t count, double *values);

/* ---- Moments ----------------------------------------------------------------------------------------- */

/* Of the values so far; all zero: of none. Mean and squares are those of the finite values in units of
   2^exponent, in which no sum can overflow, and no square vanish that counts. */
typedef struct glr_moments {
    uint64_t finite, nans, positive_infinities, negative_infinities; /* how many */
    double mean, squares; /* squares: of deviations from the mean */
    int exponent;
    double least, greatest; /* of the finite ones, as they are */
} glr_moments;

/* As IEEE 754 has them: a sum with a NaN is NaN, one with an infinity is that infinity, the deviation of such
   values is NaN. Bounds are those of all values that are numbers. Statistics of no values are NaN. */
typedef struct glr_statistics {
    double mean, stddev, minimum, maximum;
} glr_statistics;

/* Adds values, which are overwritten: some thousands at a time, which keeps rounding small. */
void glr_moments_add(glr_moments *all, double *values, size_t count);

glr_statistics glr_moments_statistics(const glr_moments *all);

/* ---- The header of .npy files ------------------------------------------------------------------------ */

/* The beginning of a file that holds a tensor of this shape in row-major order; *length is a multiple of 64.
   To be freed; NULL on failure, which a dtype that NumPy does not have is. */
char *glr_npy_header(glr_dtype dtype, uint32_t rank, const int64_t *shape, size_t *length,
                     glr_problem *problem);

#endif
