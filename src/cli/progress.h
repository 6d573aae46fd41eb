/* A progress bar on standard error. */
#ifndef GLR_CLI_PROGRESS_H
#define GLR_CLI_PROGRESS_H

#include "command.h"

#include <stdint.h>
#include <time.h>

typedef struct glr_progress {
    bool shown;
    char label[128];      /* as glr_show shows it */
    uint64_t total, done; /* bytes */
    struct timespec start, last;
} glr_progress;

void glr_progress_start(glr_progress *progress, const glr_common *common, const char *label, uint64_t total);
void glr_progress_add(glr_progress *progress, uint64_t bytes);

/* Completes or, when it was not reached, leaves the bar, and ends its line. */
void glr_progress_end(glr_progress *progress);

#endif
