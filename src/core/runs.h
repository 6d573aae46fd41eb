/* Index arithmetic: which elements of a tensor a fill covers, and where each goes. */
#ifndef GLR_CORE_RUNS_H
#define GLR_CORE_RUNS_H

#include "lanes.h"

#define GLR_RUNS_MAX_AXES 16

/* A part of a tensor as runs. A run is `length` elements with consecutive indices, `stride` elements apart
   at the destination; element e of run r is number r * length + e of the part. The runs are laid out along
   `axes` axes, the last one fastest: a step along axis a adds index_step[a] to the index of the run's first
   element and offset_step[a] to its place. All counts are of elements. */
typedef struct glr_runs {
    uint64_t first; /* index of the part's first element; its offset is 0 */
    uint64_t length;
    uint64_t stride;
    uint32_t axes;
    uint64_t extent[GLR_RUNS_MAX_AXES];
    uint64_t index_step[GLR_RUNS_MAX_AXES];
    uint64_t offset_step[GLR_RUNS_MAX_AXES];
} glr_runs;

/* Where run number r begins. */
typedef struct glr_run_start {
    uint64_t index;
    uint64_t offset;
} glr_run_start;

GLR_FN glr_run_start glr_run_at(const glr_runs *runs, uint64_t r)
{
    glr_run_start start;
    start.index = runs->first;
    start.offset = 0;
    for (uint32_t a = runs->axes; a-- > 0;) {
        uint64_t position = r % runs->extent[a];
        r /= runs->extent[a];
        start.index += position * runs->index_step[a];
        start.offset += position * runs->offset_step[a];
    }
    return start;
}

#endif
