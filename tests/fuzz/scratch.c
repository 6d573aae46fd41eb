#define _GNU_SOURCE /* alphasort is POSIX, DT_REG is not */

#include "scratch.h"

#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256], nested[1024];

static const char *path_of(const char *below)
{
    CHECK((size_t)snprintf(nested, sizeof nested, "%s/%s", folder, below) < sizeof nested);
    return nested;
}

static int is_listed(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

const char *fuzz_scratch_list(const char *below)
{
    static char names[65536];
    struct dirent **entries;
    size_t used = 0;
    const int count = scandir(path_of(below), &entries, is_listed, alphasort);
    CHECK(count >= 0);
    names[0] = '\0';
    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s\n", entries[i]->d_name);
        CHECK(used < sizeof names);
        free(entries[i]);
    }
    free(entries);
    return names;
}

void fuzz_scratch_empty(const char *below)
{
    char path[2048];
    DIR *opened = opendir(path_of(below));
    const struct dirent *entry;
    while (opened != NULL && (entry = readdir(opened)) != NULL) { /* NOLINT(concurrency-mt-unsafe): ours */
        if (is_listed(entry) &&
            (size_t)snprintf(path, sizeof path, "%s/%s", nested, entry->d_name) < sizeof path) {
            (void)unlink(path); /* not a folder */
        }
    }
    CHECK(opened == NULL || closedir(opened) == 0);
}

static void remove_folder(void)
{
    fuzz_scratch_empty("glorand");
    (void)rmdir(nested);
    fuzz_scratch_empty("");
    (void)rmdir(folder);
}

const char *fuzz_scratch_make(void)
{
    const char *temporary = getenv("TMPDIR");
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : temporary != NULL ? temporary : "/tmp";
    CHECK((size_t)snprintf(folder, sizeof folder, "%s/glorand-fuzz-XXXXXX", place) < sizeof folder);
    CHECK(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    return folder;
}

void fuzz_scratch_write(const char *name, const void *head, size_t head_length, const void *tail,
                        size_t tail_length)
{
    const int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(file >= 0 && write(file, head, head_length) == (ssize_t)head_length &&
          write(file, tail, tail_length) == (ssize_t)tail_length);
    CHECK(futimens(file, (const struct timespec[2]){{0}, {0}}) == 0 && close(file) == 0);
}
