#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* File systems stamp files with a clock that ticks every 10 ms or more often, or in seconds: FAT in two. */
#define TICK_NANOSECONDS        INT64_C(10000000)
#define COARSE_TICK_NANOSECONDS INT64_C(2000000000)

static bool is_regular(const struct stat *status, glr_problem *problem)
{
    const mode_t mode = status->st_mode;
    return S_ISREG(mode) || glr_problem_set(problem, "is %s, not a regular file",
                                            S_ISDIR(mode)    ? "a folder"
                                            : S_ISFIFO(mode) ? "a pipe"
                                            : S_ISSOCK(mode) ? "a socket"
                                                             : "a device");
}

/* A second write within the tick of the first leaves the same modification time, so it cannot be seen. A file
   as new as the current tick is therefore read a moment later. */
static void wait_for_tick(const struct timespec *modified)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < modified->tv_sec ||
        now.tv_sec - modified->tv_sec > 3) {
        return;
    }
    const int64_t tick = modified->tv_nsec == 0 ? COARSE_TICK_NANOSECONDS : TICK_NANOSECONDS;
    const int64_t age =
        (int64_t)(now.tv_sec - modified->tv_sec) * INT64_C(1000000000) + now.tv_nsec - modified->tv_nsec;
    if (age >= 0 && age <= tick) {
        const int64_t rest = tick + 1 - age;
        const struct timespec pause = {.tv_sec = (time_t)(rest / INT64_C(1000000000)),
                                       .tv_nsec = (long)(rest % INT64_C(1000000000))};
        (void)nanosleep(&pause, NULL);
    }
}

static bool take_status(glr_input *input, glr_problem *problem)
{
    struct stat status;
    if (fstat(input->descriptor, &status) != 0) {
        return glr_problem_errno(problem, "cannot be looked at");
    }
    input->bytes = (uint64_t)status.st_size;
    input->modified = status.st_mtim;
    return is_regular(&status, problem);
}

/* A look before opening tells sockets, which cannot be opened, and leaves devices alone, since to open some
   of them does something. It may be another file that is then opened: it is looked at again. */
static bool open_regular(const char *path, glr_input *input, glr_problem *problem)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return glr_problem_errno(problem, "%s", path);
    }
    if (!is_regular(&status, problem)) {
        return glr_problem_prefix(problem, "%s: ", path);
    }
    input->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (input->descriptor < 0) {
        return glr_problem_errno(problem, "%s", path);
    }
    input->is_open = true;
    return take_status(input, problem) || glr_problem_prefix(problem, "%s: ", path);
}

bool glr_input_open(const char *path, glr_input *input, glr_problem *problem)
{
    *input = (glr_input){0};
    if (!open_regular(path, input, problem)) {
        glr_input_close(input);
        return false;
    }
    wait_for_tick(&input->modified);
    return true;
}

/* Neither the caller nor what is in the file is at fault. */
static bool fail_by_change(glr_problem *problem)
{
    (void)glr_problem_set(problem, "changed while it was read");
    problem->status = GLR_ERROR_SYSTEM;
    return false;
}

bool glr_input_read(const glr_input *input, void *bytes, size_t count, uint64_t offset, glr_problem *problem)
{
    unsigned char *to = bytes;
    while (count > 0) {
        const ssize_t got = pread(input->descriptor, to, count, (off_t)offset);
        if (got < 0 && errno != EINTR) {
            (void)glr_problem_errno(problem, "cannot be read");
            problem->status = GLR_ERROR_SYSTEM;
            return false;
        }
        if (got == 0) {
            return fail_by_change(problem);
        }
        if (got > 0) {
            to += got;
            count -= (size_t)got;
            offset += (uint64_t)got;
        }
    }
    return true;
}

/* The time of the last change of the inode says less: links, names and permissions change it, too, and a file
   that replaces this one does so by taking its name. */
bool glr_input_is_unchanged(const glr_input *input, glr_problem *problem)
{
    glr_input now = {.descriptor = input->descriptor};
    if (!take_status(&now, problem)) {
        return false;
    }
    return (now.bytes == input->bytes && now.modified.tv_sec == input->modified.tv_sec &&
            now.modified.tv_nsec == input->modified.tv_nsec) ||
           fail_by_change(problem);
}

/* Errors of close are ignored: a file that was only read loses nothing. */
void glr_input_close(glr_input *input)
{
    if (input->is_open) {
        (void)close(input->descriptor);
    }
    *input = (glr_input){0};
}

/* Lists of tensors are some hundred kilobytes, of a million tensors a hundred megabytes; this much is a
 * mistake. */
#define MAX_FILE (UINT64_C(1) << 30)

/* The bytes of an open file, with a zero after them. */
static char *read_whole(const glr_input *input, glr_problem *problem)
{
    if (input->bytes > MAX_FILE) {
        (void)glr_problem_set(problem, "its %" PRIu64 " bytes are more than a list of tensors has",
                              input->bytes);
        return NULL;
    }
    char *text = malloc((size_t)input->bytes + 1);
    if (text == NULL) {
        (void)glr_problem_memory(problem);
    } else if (!glr_input_read(input, text, (size_t)input->bytes, 0, problem) ||
               !glr_input_is_unchanged(input, problem)) {
        free(text);
        text = NULL;
    } else {
        text[input->bytes] = '\0';
    }
    return text;
}

char *glr_read_file(const char *path, size_t *length, glr_problem *problem)
{
    glr_input input;
    if (!glr_input_open(path, &input, problem)) {
        return NULL;
    }
    char *text = read_whole(&input, problem);
    if (text == NULL) {
        (void)glr_problem_prefix(problem, "%s: ", path);
    }
    *length = (size_t)input.bytes;
    glr_input_close(&input);
    return text;
}
