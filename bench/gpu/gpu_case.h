/* A case: one fill that is timed on the device and compared with the CPU's values. */
#ifndef BENCH_GPU_CASE_H
#define BENCH_GPU_CASE_H

#include "gpu.h"

typedef struct gpu_case {
    const char *method; /* "resample", for example */
    glr_initializer initializer;
    glr_tensor tensor; /* whole; a matrix with gaps between its rows if is_strided */
    bool is_strided;
    uint64_t elements, row; /* row: elements that lie side by side */
    uint64_t bytes;         /* that are written */
    uint64_t room;          /* of the destination */
} gpu_case;

/* What the timing gave: medians of the rounds. */
typedef struct gpu_rates {
    double bytes_per_second, values_per_second;
    double memset_bytes_per_second;  /* cuMemsetD32Async over as many bytes */
    double curand_values_per_second; /* curandGenerateNormal of as many bytes; 0 if there is no cuRAND */
    double to_memset, to_curand;     /* of bytes, of values; within each round */
} gpu_rates;

/* How many cases there are of a size, and the one of a number. */
size_t gpu_case_count(void);
gpu_case gpu_case_at(size_t number, uint64_t bytes);

/* Times a case in memory of its room; false if the driver failed. */
bool gpu_measure(const gpu *g, const gpu_case *c, CUdeviceptr memory, unsigned rounds, double least_seconds,
                 bool with_curand, gpu_rates *rates);

/* Draws the case once more and compares its beginning, its end, and where it passes 4 GiB with the CPU's
   values and the gaps with what was there; false, and what differs, if anything does. */
bool gpu_check(const gpu *g, const gpu_case *c, CUdeviceptr memory, char reason[GPU_REASON]);

#endif
