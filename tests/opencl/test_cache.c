/* The cache of program binaries. */
#include "support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static test_stand_in stand_in;
static char folder[64];

/* One lane's program only: it is built in less time. */
static void set_up(void)
{
    stand_in = test_stand_in_use();
    (void)snprintf(folder, sizeof folder, "%s/glorand", test_own_cache());
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", "one-lane", 1), 0);
}

TestSuite(cache, .init = set_up);

/* Opens the device; returns how often a program was made from its text. */
static int open_once(void)
{
    stand_in.fail("clCreateProgramWithSource", 0, 0);
    glr_close(test_open_opencl());
    cr_expect_eq(stand_in.live(), 0);
    return stand_in.calls();
}

/* The path of the only file; "" if there is none. */
static void only_file(char path[512])
{
    DIR *directory = opendir(folder);
    path[0] = '\0';
    int files = 0;
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        if (entry->d_name[0] != '.') {
            (void)snprintf(path, 512, "%s/%s", folder, entry->d_name);
            files++;
        }
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    cr_assert(files <= 1, "%d files", files);
}

Test(cache, is_used)
{
    char path[512];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    cr_expect_str_neq(path, "");
    cr_expect_eq(open_once(), 0, "the binary is not used");
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", "one-lane,software-sqrt", 1), 0);
    cr_expect_eq(open_once(), 1, "other options have another binary");
}

/* Overwrites a byte at every place in turn that matters, cuts the file, or puts another in its place. */
Test(cache, survives_damage)
{
    char path[512];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    struct stat status;
    cr_assert_eq(stat(path, &status), 0);
    const long places[] = {0, 16, 24, 40, 90, (long)status.st_size / 2, (long)status.st_size - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        FILE *file = fopen(path, "r+b");
        cr_assert_not_null(file);
        cr_assert_eq(fseek(file, places[i], SEEK_SET), 0);
        int byte = fgetc(file);
        cr_assert_eq(fseek(file, places[i], SEEK_SET), 0);
        cr_assert_neq(fputc(byte ^ 0x55, file), EOF);
        cr_assert_eq(fclose(file), 0);
        cr_expect_eq(open_once(), 1, "damage at %ld goes unnoticed", places[i]);
        cr_expect_eq(open_once(), 0, "damage at %ld is not repaired", places[i]);
    }
    static const long lengths[] = {0, 10, 80, 300};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cr_assert_eq(truncate(path, lengths[i]), 0);
        cr_expect_eq(open_once(), 1);
    }
}

/* A binary that is as it was saved, and that the driver does not take. */
Test(cache, survives_a_driver_that_refuses_the_binary)
{
    cr_expect_eq(open_once(), 1);
    stand_in.fail("clCreateProgramWithBinary", 1, CL_INVALID_BINARY);
    glr_close(test_open_opencl());
    cr_expect_str_eq(stand_in.failed(), "clCreateProgramWithBinary");
    cr_expect_eq(stand_in.live(), 0);
}

Test(cache, survives_a_place_that_cannot_be_written)
{
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_eq(open_once(), 1);
    cr_assert_eq(setenv("XDG_CACHE_HOME", "relative", 1), 0);
    cr_assert_eq(unsetenv("HOME"), 0);
    cr_expect_eq(open_once(), 1);
    cr_assert_neq(access("relative", F_OK), 0);
}

/* A folder where the file should be. */
Test(cache, survives_a_foreign_entry)
{
    char path[512];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_eq(open_once(), 1);
}

/* Processes that start at the same time, without a cache. */
Test(cache, processes_at_the_same_time)
{
    char command[1024], path[512];
    (void)snprintf(
        command, sizeof command,
        "for i in 1 2 3 4; do '%s' & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done",
        OPEN_ONCE);
    cr_expect_eq(system(command), 0); /* NOLINT(cert-env33-c): a command of our own */
    only_file(path);
    cr_expect_str_neq(path, "", "none has saved the binary");
    cr_expect_eq(open_once(), 0);
}
