/* Output files: written beside the final name, renamed when whole. */
#include "output.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name to rename to: of a link, that of the file it leads to, so that the link survives. */
static char *resolve_name(const char *path, glr_problem *problem)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT && lstat(path, &status) != 0) {
            char *name = glr_format_text("%s", path);
            if (name == NULL) {
                (void)glr_problem_memory(problem);
            }
            return name;
        }
        (void)glr_problem_set(problem, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        (void)glr_problem_set(problem, "%s: exists and is no regular file", path);
        return NULL;
    }
    char *resolved = realpath(path, NULL);
    if (resolved == NULL) {
        (void)glr_problem_set(problem, "%s: %s", path, strerror(errno));
    }
    return resolved;
}

/* posix_fallocate gives its error as its result; 0 bytes are none to reserve. */
static bool reserve(const glr_output *output, glr_problem *problem)
{
    int error = output->bytes == 0 ? 0 : posix_fallocate(output->descriptor, 0, (off_t)output->bytes);
    return error == 0 || glr_problem_set(problem, "%s: cannot reserve %" PRIu64 " bytes: %s",
                                         output->final_name, output->bytes, strerror(error));
}

/* Creates a file beside the final one. A name that exists was left by a process of the same number that was
   killed, or belongs to one in another container: the next is tried. */
static bool open_temporary(glr_output *output)
{
    for (int i = 0; i < 100; i++) {
        char *name = glr_format_text("%s.%ld-%d.part", output->final_name, (long)getpid(), i);
        if (name == NULL) {
            errno = ENOMEM;
            return false;
        }
        output->descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (output->descriptor >= 0) {
            output->temporary_name = name;
            return true;
        }
        free(name);
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

bool glr_output_create(const char *path, uint64_t bytes, glr_output *output, glr_problem *problem)
{
    glr_output created = {.descriptor = -1, .bytes = bytes};
    *output = created;
    if (bytes > INT64_MAX) {
        return glr_problem_set(problem, "%s: %" PRIu64 " bytes are more than a file can have", path, bytes);
    }
    output->final_name = resolve_name(path, problem);
    if (output->final_name == NULL) {
        return false;
    }
    if (!open_temporary(output)) {
        (void)glr_problem_set(problem, "%s: no file can be created beside it: %s", path, strerror(errno));
        glr_output_discard(output);
        return false;
    }
    if (!reserve(output, problem)) {
        glr_output_discard(output);
        return false;
    }
    return true;
}

bool glr_output_write(const glr_output *output, uint64_t first, const void *bytes, size_t length,
                      glr_problem *problem)
{
    const char *from = bytes;
    while (length > 0) {
        ssize_t written = pwrite(output->descriptor, from, length, (off_t)first);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return glr_problem_set(problem, "%s: %s", output->final_name, strerror(errno));
        }
        from += written;
        first += (uint64_t)written;
        length -= (size_t)written;
    }
    return true;
}

bool glr_output_commit(glr_output *output, glr_problem *problem)
{
    bool ok = close(output->descriptor) == 0;
    output->descriptor = -1;
    ok = ok && rename(output->temporary_name, output->final_name) == 0;
    if (!ok) {
        (void)glr_problem_set(problem, "%s: %s", output->final_name, strerror(errno));
    } else {
        free(output->temporary_name);
        output->temporary_name = NULL;
    }
    glr_output_discard(output);
    return ok;
}

void glr_output_discard(glr_output *output)
{
    if (output->descriptor >= 0) {
        (void)close(output->descriptor);
    }
    if (output->temporary_name != NULL) {
        (void)unlink(output->temporary_name);
    }
    free(output->temporary_name);
    free(output->final_name);
    glr_output empty = {.descriptor = -1};
    *output = empty;
}
