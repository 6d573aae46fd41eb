#include "progress.h"

#include "text/show.h"

#include <string.h>
#include <unistd.h>

#define WIDTH    30
#define INTERVAL 0.1 /* seconds between two drawings */

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

static void draw(const glr_progress *progress, const struct timespec *now)
{
    double share = progress->total == 0 ? 1.0 : (double)progress->done / (double)progress->total;
    double elapsed = seconds_between(&progress->start, now);
    double rate = elapsed > 0.0 ? (double)progress->done / elapsed : 0.0;
    double left = rate > 0.0 ? (double)(progress->total - progress->done) / rate : 0.0;
    int filled = (int)(share * WIDTH);
    char bar[WIDTH + 1];
    memset(bar, ' ', WIDTH);
    memset(bar, '=', (size_t)filled);
    bar[WIDTH] = '\0';
    (void)fprintf(stderr, "\r%s [%s] %3d%%  %.2f GB/s  %d:%02d left ", progress->label, bar,
                  (int)(share * 100.0), rate * 1e-9, (int)left / 60, (int)left % 60);
    (void)fflush(stderr);
}

void glr_progress_start(glr_progress *progress, const glr_common *common, const char *label, uint64_t total)
{
    memset(progress, 0, sizeof *progress);
    progress->shown = common->progress == PROGRESS_ALWAYS ||
                      (common->progress == PROGRESS_AUTO && isatty(STDERR_FILENO) == 1);
    glr_show(label, progress->label, sizeof progress->label);
    progress->total = total;
    (void)clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->last = progress->start;
}

void glr_progress_add(glr_progress *progress, uint64_t bytes)
{
    struct timespec now;
    progress->done += bytes;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (progress->shown && seconds_between(&progress->last, &now) >= INTERVAL) {
        draw(progress, &now);
        progress->last = now;
    }
}

void glr_progress_end(glr_progress *progress)
{
    struct timespec now;
    if (progress->shown) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        draw(progress, &now);
        (void)fputc('\n', stderr);
    }
    progress->shown = false;
}
