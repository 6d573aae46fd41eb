#include "support/files.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char scratch[1024];

static void leave_scratch(void)
{
    char line[1100];
    if (chdir("/") == 0) {
        (void)snprintf(line, sizeof line, "rm -rf '%s'", scratch);
        (void)system(line);
    }
}

void enter_scratch(void)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(scratch, sizeof scratch, "%s/glorand-test-XXXXXX", folder == NULL ? "/tmp" : folder);
    cr_assert_not_null(mkdtemp(scratch));
    cr_assert_eq(chdir(scratch), 0);
    cr_assert_eq(atexit(leave_scratch), 0);
}

void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file, "%s", name);
    cr_assert_eq(fwrite(bytes, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

void write_text(const char *name, const char *text) { write_file(name, text, strlen(text)); }

unsigned char *read_file(const char *name, size_t *length)
{
    struct stat status;
    FILE *file = fopen(name, "rb");
    cr_assert_not_null(file, "%s", name);
    cr_assert_eq(fstat(fileno(file), &status), 0);
    unsigned char *bytes = malloc((size_t)status.st_size + 1);
    *length = fread(bytes, 1, (size_t)status.st_size, file);
    bytes[*length] = 0;
    cr_assert_eq(*length, (size_t)status.st_size);
    (void)fclose(file);
    return bytes;
}

int exists(const char *name)
{
    struct stat status;
    return lstat(name, &status) == 0;
}

int entries(void)
{
    DIR *folder = opendir(".");
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    }
    (void)closedir(folder);
    return count;
}

/* The beginning of a file, as text; the file is removed. */
static void take_text(const char *name, char *text, size_t capacity)
{
    size_t length;
    unsigned char *bytes = read_file(name, &length);
    length = length < capacity - 1 ? length : capacity - 1;
    memcpy(text, bytes, length);
    text[length] = '\0';
    free(bytes);
    (void)unlink(name);
}

outcome run(const char *format, ...)
{
    static const char prefix[] = "glorand() { \"" GLORAND_COMMAND "\" \"$@\"; }; ";
    char line[4096];
    outcome result;
    va_list arguments;
    va_start(arguments, format);
    memcpy(line, prefix, sizeof prefix);
    size_t used = sizeof prefix - 1;
    used += (size_t)snprintf(line + used, sizeof line - used, "{ ");
    used += (size_t)vsnprintf(line + used, sizeof line - used, format, arguments);
    va_end(arguments);
    used += (size_t)snprintf(line + used, sizeof line - used, "; } >.out 2>.err </dev/null");
    cr_assert_lt(used, sizeof line);
    int status = system(line);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    take_text(".out", result.out, sizeof result.out);
    take_text(".err", result.err, sizeof result.err);
    return result;
}
