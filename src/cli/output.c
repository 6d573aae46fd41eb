#define _GNU_SOURCE /* fallocate, getrandom */

#include "output.h"

#include "interrupt.h"
#include "text/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A temporary file's name: this, 8 random hexadecimal digits, and an extension. It is short, so that a final
   name may have all bytes that a name can have. While its process lives, the file is locked. */
#define TEMPORARY_PREFIX    "glorand-"
#define TEMPORARY_EXTENSION ".part"
#define TEMPORARY_DIGITS    8
#define TEMPORARY_LENGTH    (sizeof TEMPORARY_PREFIX - 1 + TEMPORARY_DIGITS + sizeof TEMPORARY_EXTENSION - 1)

#define LEFTOVER_SECONDS 10 /* without a change: what is newer is not called a leftover */

#define MAX_LINKS 40 /* that are followed, as Linux does */

/* ---- Names ------------------------------------------------------------------------------------------- */

/* Bytes of a path up to and with its last '/': what comes before a name in that folder. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (int)(slash + 1 - path);
}

/* The folder that a file is in; NULL when memory ran out. */
static char *folder_of(const char *path)
{
    const int length = folder_length(path);
    return length == 0 ? glr_format_text(".") : glr_format_text("%.*s", length, path);
}

/* Where a link leads, seen from where its path is seen; NULL, with errno, if that cannot be read. */
static char *target_of(const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0 || (size_t)length == sizeof target) {
        errno = length < 0 ? errno : ENAMETOOLONG;
        return NULL;
    }
    char *name =
        glr_format_text("%.*s%.*s", target[0] == '/' ? 0 : folder_length(path), path, (int)length, target);
    if (name == NULL) {
        errno = ENOMEM;
    }
    return name;
}

/* The name to rename to: of a link, what it leads to in the end, so that the link survives. */
static char *resolve_name(const char *path, glr_problem *problem)
{
    struct stat there;
    char *name = glr_format_text("%s", path);
    if (name == NULL) {
        (void)glr_problem_memory(problem);
        return NULL;
    }
    for (int links = 0; lstat(name, &there) == 0 && S_ISLNK(there.st_mode); links++) {
        char *next = links < MAX_LINKS ? target_of(name) : NULL;
        const int error = links < MAX_LINKS ? errno : ELOOP;
        free(name);
        if (next == NULL) {
            (void)glr_problem_set(problem, "%s: %s", path, strerror(error));
            return NULL;
        }
        name = next;
    }
    return name;
}

/* Whether there is nothing, for which the mode is 0, or a regular file. */
static bool can_replace(const char *path, const char *name, struct stat *there, glr_problem *problem)
{
    if (lstat(name, there) != 0) {
        there->st_mode = 0;
        return errno == ENOENT || glr_problem_set(problem, "%s: %s", path, strerror(errno));
    }
    return S_ISREG(there->st_mode) || glr_problem_set(problem, "%s: exists and is not a regular file", path);
}

/* ---- Temporary files --------------------------------------------------------------------------------- */

/* Another process may hold the lock for the moment in which it looks for leftovers. A lock that the file
   system does not have is done without. */
static void lock(int descriptor)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 100 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; i++) {
        (void)nanosleep(&moment, NULL);
    }
}

/* Creates a file beside the final one, locked. */
static bool open_temporary(glr_output *output, mode_t mode)
{
    for (int i = 0; i < 100; i++) {
        uint32_t random;
        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
            return false;
        }
        char *name = glr_format_text("%.*s" TEMPORARY_PREFIX "%08" PRIx32 TEMPORARY_EXTENSION,
                                     folder_length(output->final_name), output->final_name, random);
        if (name == NULL) {
            errno = ENOMEM;
            return false;
        }
        output->descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (output->descriptor >= 0) {
            lock(output->descriptor);
            output->temporary_name = name;
            glr_interrupt_removes(name);
            return true;
        }
        free(name);
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

/* Gives the file the owner, group and mode of the one that it replaces. Where the group cannot be kept,
   another group gets no more rights than all have. */
static bool keep_mode(const glr_output *output, const struct stat *there, glr_problem *problem)
{
    mode_t mode = there->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
    if (fchown(output->descriptor, there->st_uid, there->st_gid) != 0 &&
        fchown(output->descriptor, (uid_t)-1, there->st_gid) != 0) {
        mode &= ~(mode_t)S_IRWXG | (mode & S_IRWXO) << 3;
    }
    return fchmod(output->descriptor, mode) == 0 ||
           glr_problem_set(problem, "%s: cannot be given the mode %03o: %s", output->final_name,
                           (unsigned)mode, strerror(errno));
}

/* Linux's own function: posix_fallocate would write to every block where a file system has no such operation.
   There the file only gets its size, and a full disk is found while it is written. */
static int reserve_bytes(int descriptor, off_t bytes)
{
#ifdef __linux__
    int result;
    do {
        result = fallocate(descriptor, 0, 0, bytes);
    } while (result != 0 && errno == EINTR && !glr_interrupted());
    if (result == 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) {
        return result;
    }
#endif
    return ftruncate(descriptor, bytes);
}

static bool reserve(const glr_output *output, glr_problem *problem)
{
    return output->bytes == 0 || reserve_bytes(output->descriptor, (off_t)output->bytes) == 0 ||
           glr_problem_set(problem, "%s: cannot reserve %" PRIu64 " bytes: %s", output->final_name,
                           output->bytes, strerror(errno));
}

static bool is_temporary_name(const char *name)
{
    static const size_t prefix = sizeof TEMPORARY_PREFIX - 1;
    return strlen(name) == TEMPORARY_LENGTH && memcmp(name, TEMPORARY_PREFIX, prefix) == 0 &&
           strspn(name + prefix, "0123456789abcdef") == TEMPORARY_DIGITS &&
           strcmp(name + prefix + TEMPORARY_DIGITS, TEMPORARY_EXTENSION) == 0;
}

/* Whether a file is regular, and has not been written to for a while: one that is new may not be locked yet.
 */
static bool is_old(const struct stat *status)
{
    const time_t now = time(NULL);
    return S_ISREG(status->st_mode) && now > status->st_mtime && now - status->st_mtime > LEFTOVER_SECONDS;
}

/* Whether a file in an open folder is one of ours whose process is gone. That the name still leads to the
   file is looked at last: its process may have renamed it meanwhile. */
static bool is_leftover(int folder, const char *name)
{
    struct stat opened, there;
    if (!is_temporary_name(name) || fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0 ||
        !is_old(&there)) {
        return false;
    }
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    const bool is_free = flock(descriptor, LOCK_SH | LOCK_NB) == 0 && fstat(descriptor, &opened) == 0 &&
                         fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                         opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
    (void)close(descriptor); /* and the lock with it */
    return is_free;
}

size_t glr_output_leftovers(const glr_output *output, char **name)
{
    size_t count = 0;
    const char *own = output->temporary_name + folder_length(output->temporary_name);
    *name = NULL;
    char *path = folder_of(output->final_name);
    DIR *folder = path == NULL ? NULL : opendir(path);
    free(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe): ours */
        if (strcmp(entry->d_name, own) != 0 && is_leftover(dirfd(folder), entry->d_name)) {
            count++;
            if (*name == NULL) {
                *name = glr_format_text("%.*s%s", folder_length(output->final_name), output->final_name,
                                        entry->d_name);
            }
        }
    }
    if (folder != NULL) {
        (void)closedir(folder); /* was only read */
    }
    return *name == NULL ? 0 : count;
}

/* ---- From creation to commit ------------------------------------------------------------------------- */

static bool create(const char *path, glr_output *output, glr_problem *problem)
{
    struct stat there;
    output->final_name = resolve_name(path, problem);
    if (output->final_name == NULL || !can_replace(path, output->final_name, &there, problem)) {
        return false;
    }
    const bool replaces = there.st_mode != 0;
    if (!open_temporary(output, replaces ? S_IRUSR | S_IWUSR : 0666)) {
        return glr_problem_set(problem, "%s: no file can be created beside it: %s", path, strerror(errno));
    }
    return (!replaces || keep_mode(output, &there, problem)) && reserve(output, problem);
}

bool glr_output_create(const char *path, uint64_t bytes, glr_output *output, glr_problem *problem)
{
    glr_output created = {.descriptor = -1, .bytes = bytes};
    *output = created;
    if (bytes > INT64_MAX) {
        return glr_problem_set(problem, "%s: %" PRIu64 " bytes are more than a file can have", path, bytes);
    }
    const bool ok = create(path, output, problem);
    if (!ok) {
        glr_output_discard(output);
    }
    return ok;
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

/* A new name is on the medium when its folder is. */
static bool sync_folder(const glr_output *output, glr_problem *problem)
{
    char *path = folder_of(output->final_name);
    int folder = path == NULL ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(path);
    bool ok = folder >= 0 && fsync(folder) == 0;
    if (!ok) {
        (void)glr_problem_set(problem, "%s: the file is written, but its folder cannot be synced: %s",
                              output->final_name, strerror(errno));
    }
    if (folder >= 0 && close(folder) != 0 && ok) {
        ok = glr_problem_set(problem, "%s: the file is written, but its folder cannot be closed: %s",
                             output->final_name, strerror(errno));
    }
    return ok;
}

bool glr_output_commit(glr_output *output, bool sync, glr_problem *problem)
{
    /* Errors of closing come before the rename; the copy holds the lock until then. */
    const int locked = fcntl(output->descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    bool ok = locked >= 0 && (!sync || fsync(output->descriptor) == 0);
    if (ok) {
        ok = close(output->descriptor) == 0;
        output->descriptor = -1;
    }
    ok = ok && !glr_interrupted() && rename(output->temporary_name, output->final_name) == 0;
    if (ok) {
        glr_interrupt_removes(NULL);
        free(output->temporary_name);
        output->temporary_name = NULL;
        ok = !sync || sync_folder(output, problem);
    } else {
        (void)glr_problem_set(problem, "%s: %s", output->final_name, strerror(errno));
    }
    if (locked >= 0 && close(locked) != 0 && ok) {
        ok = glr_problem_set(problem, "%s: the file is written, but cannot be closed: %s", output->final_name,
                             strerror(errno));
    }
    glr_output_discard(output);
    return ok;
}

void glr_output_discard(glr_output *output)
{
    if (output->temporary_name != NULL) {
        (void)unlink(output->temporary_name);
        glr_interrupt_removes(NULL);
    }
    if (output->descriptor >= 0) {
        (void)close(output->descriptor);
    }
    free(output->temporary_name);
    free(output->final_name);
    glr_output empty = {.descriptor = -1};
    *output = empty;
}
