/* A case: one fill that is timed on the device and compared with the CPU's values. */
#ifndef BENCH_GPU_CASE_H
#define BENCH_GPU_CASE_H

#include "gpu.h"
#include "plan.h"

typedef struct gpu_case {
    const char *method; /* "resample", for example */
    glr_initializer initializer;
    glr_tensor tensor; /* whole; a matrix with gaps between its rows if is_strided */
    bool is_strided;
    uint64_t elements, row; /* row: elements that lie side by side */
    uint64_t bytes;         /* that are written */
    uint64_t room;          /* of the destination */
} gpu_case;

/* Measured rates: medians of the rounds. */
typedef struct gpu_rates {
    double bytes_per_second, values_per_second;
    double memset_bytes_per_second;  /* cuMemsetD32Async over as many bytes */
    double curand_values_per_second; /* curandGenerateNormal of as many bytes; 0 without cuRAND */
    double to_memset, to_curand;     /* of bytes, of values; within each round */
} gpu_rates;

/* How many cases there are of a size, and the one of a number. */
size_t gpu_case_count(void);
gpu_case gpu_case_at(size_t number, uint64_t bytes);

/* The same of a method and dtype by their names, packed; false if there is none. */
bool gpu_case_named(const char *method, glr_dtype dtype, uint64_t bytes, gpu_case *c);

/* SIZE_LARGEST becomes what a case can have of so much room, others stay. */
uint64_t gpu_case_bytes(size_t number, uint64_t size, uint64_t room);

/* Times a case in memory of its room; false if the driver failed. */
bool gpu_measure(const gpu *g, const gpu_case *c, CUdeviceptr memory, unsigned rounds, double min_seconds,
                 bool with_curand, gpu_rates *rates);

/* How much of a fill is compared. */
typedef enum gpu_extent {
    GPU_ENDS,   /* the beginning, the end, and where it passes 4 GiB */
    GPU_SAMPLE, /* and more places */
    GPU_ALL
} gpu_extent;

/* Draws the case into memory that holds something else, and compares that with the CPU's values, and the gaps
   with what was there. False, and what differs, if anything does; what is needed to find the cause is then
   printed to details. */
bool gpu_check(const gpu *g, const gpu_case *c, CUdeviceptr memory, gpu_extent extent, FILE *details,
               char reason[GPU_REASON]);

/* Bytes of details, after which no more differences are described. */
#define GPU_DETAILS 8192

/* Prints how the element of an index comes about, which kernel draws it, and how the driver got that. */
void gpu_explain(const gpu *g, const glr_plan *plan, uint64_t index, FILE *details);

/* Compares values that were drawn elsewhere, the whole of a packed case, in the same way. */
bool gpu_compare(const gpu *g, const gpu_case *c, const void *drawn, FILE *details, char reason[GPU_REASON]);

/* How an element comes about: what is needed to find out elsewhere why a device drew another value.
   Prints lines about the element of an index in its whole tensor: key and counter, the words of its blocks,
   the candidates that these give, which of them is taken, and the value that this becomes, computed here.
   Returns the bits of that value; 0, and says so, for a law of the index. */
uint64_t explain(FILE *out, const glr_plan *plan, uint64_t index);

/* cuRAND's generator on the device: Philox4x32-10 and Box-Muller, not truncated. Found at run time.
   Makes a generator in the device's stream; false, and why, without cuRAND or if it fails. */
bool curand_open(const gpu *g, char reason[GPU_REASON]);
void curand_close(void);

/* curandGenerateNormal in the stream; count is even. */
bool curand_fill(CUdeviceptr to, size_t count);

/* 1000 * major + 100 * minor + patch; 0 if it is not open. */
int curand_version(void);

#endif
