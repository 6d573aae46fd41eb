/* The cache of program binaries. */
#include "support.h"

#include "opencl/cache.h"
#include "opencl/program.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY ((uid_t)65534)

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
static unsigned open_once(void)
{
    inject_fail(stand_in.calls, "clCreateProgramWithSource", 0, 0);
    glr_close(test_open_opencl());
    cr_expect_eq(inject_count_live(stand_in.calls, NULL), 0);
    return inject_calls(stand_in.calls);
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
    inject_fail(stand_in.calls, "clCreateProgramWithBinary", 1, CL_INVALID_BINARY);
    glr_close(test_open_opencl());
    cr_expect_str_eq(inject_failed(stand_in.calls), "clCreateProgramWithBinary");
    cr_expect_eq(inject_count_live(stand_in.calls, NULL), 0);
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

/* ---- What others can write ------------------------------------------------------------------------- */

/* An entry that is not to be believed: the program is built, and the entry replaced by one of ours. */
static void expect_replaced(const char *path, const char *what)
{
    struct stat status;
    cr_expect_eq(open_once(), 1, "%s is loaded", what);
    cr_assert_eq(lstat(path, &status), 0);
    cr_expect(S_ISREG(status.st_mode) && (status.st_mode & 0777) == 0600 && status.st_uid == geteuid(),
              "%s: there is mode %o", what, (unsigned)status.st_mode);
    cr_expect_eq(open_once(), 0, "%s is not replaced", what);
}

Test(cache, a_file_that_others_can_write_is_replaced)
{
    static const mode_t modes[] = {0620, 0602, 0666};
    char path[512];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        cr_assert_eq(chmod(path, modes[i]), 0);
        expect_replaced(path, "a file that others can write");
    }
    cr_assert_eq(chmod(path, 0644), 0);
    cr_expect_eq(open_once(), 0, "a file that others can read is ours all the same");
}

Test(cache, a_link_is_not_followed)
{
    char path[512], target[512 + 8];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    (void)snprintf(target, sizeof target, "%s/.other", folder);
    cr_assert_eq(rename(path, target), 0);
    cr_assert_eq(symlink(target, path), 0);
    expect_replaced(path, "a link");
}

/* A reader that waited for a writer would wait for ever. */
Test(cache, a_fifo_is_not_waited_for, .timeout = 120)
{
    char path[512];
    cr_expect_eq(open_once(), 1);
    only_file(path);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect_replaced(path, "a FIFO");
}

Test(cache, a_file_of_another_user_is_replaced)
{
    char path[512];
    if (geteuid() != 0) {
        cr_skip_test("only root can give files away");
    }
    cr_expect_eq(open_once(), 1);
    only_file(path);
    cr_assert_eq(chown(path, NOBODY, (gid_t)-1), 0);
    expect_replaced(path, "a file of another user");
}

/* A folder that is not ours alone: nothing in it is read or changed. */
static void expect_unused(const char *what)
{
    char path[512];
    struct stat before, after;
    only_file(path);
    cr_assert_eq(stat(path, &before), 0);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(open_once(), 1, "%s is used", what);
    }
    cr_assert_eq(stat(path, &after), 0);
    cr_expect(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
              "%s: the file is replaced", what);
}

Test(cache, a_folder_that_others_can_write_is_not_used)
{
    cr_expect_eq(open_once(), 1);
    cr_assert_eq(chmod(folder, 0770), 0);
    expect_unused("a folder of the group");
    cr_assert_eq(chmod(folder, 0707), 0);
    expect_unused("a folder of all");
    cr_assert_eq(chmod(folder, 0755), 0);
    cr_expect_eq(open_once(), 0, "a folder that others can read is ours all the same");
}

Test(cache, a_folder_behind_a_link_is_not_used)
{
    char target[sizeof folder + 8];
    cr_expect_eq(open_once(), 1);
    (void)snprintf(target, sizeof target, "%s.other", folder);
    cr_assert_eq(rename(folder, target), 0);
    cr_assert_eq(symlink(target, folder), 0);
    expect_unused("a folder behind a link");
}

Test(cache, a_folder_of_another_user_is_not_used)
{
    if (geteuid() != 0) {
        cr_skip_test("only root can give folders away");
    }
    cr_expect_eq(open_once(), 1);
    cr_assert_eq(chown(folder, NOBODY, (gid_t)-1), 0);
    expect_unused("a folder of another user");
}

/* Root with a user's HOME, as sudo keeps it: that user could not replace what root leaves there. */
Test(cache, nothing_is_made_in_the_home_of_another_user)
{
    char home[sizeof folder + 8], made[sizeof home + 16];
    if (geteuid() != 0) {
        cr_skip_test("only root can give folders away");
    }
    (void)snprintf(home, sizeof home, "%s-home", folder);
    (void)snprintf(made, sizeof made, "%s/.cache", home);
    cr_assert_eq(mkdir(home, 0755), 0);
    cr_assert_eq(chown(home, NOBODY, (gid_t)-1), 0);
    cr_assert_eq(unsetenv("XDG_CACHE_HOME"), 0);
    cr_assert_eq(setenv("HOME", home, 1), 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_neq(access(made, F_OK), 0, "%s is made", made);
    cr_assert_eq(mkdir(made, 0755), 0);
    cr_assert_eq(chown(made, NOBODY, (gid_t)-1), 0);
    cr_expect_eq(open_once(), 1);
    (void)snprintf(made, sizeof made, "%s/.cache/glorand", home);
    cr_expect_neq(access(made, F_OK), 0, "%s is made", made);
}

Test(cache, nothing_is_made_where_the_link_of_another_user_leads)
{
    char home[sizeof folder + 8], cache[sizeof home + 16], ours[sizeof home + 16], made[sizeof ours + 16];
    if (geteuid() != 0) {
        cr_skip_test("only root can give folders away");
    }
    (void)snprintf(home, sizeof home, "%s-home", folder);
    (void)snprintf(cache, sizeof cache, "%s/.cache", home);
    (void)snprintf(ours, sizeof ours, "%s-ours", folder);
    (void)snprintf(made, sizeof made, "%s/glorand", ours);
    cr_assert(mkdir(home, 0755) == 0 && chown(home, NOBODY, (gid_t)-1) == 0 && mkdir(ours, 0755) == 0);
    cr_assert(symlink(ours, cache) == 0 && lchown(cache, NOBODY, (gid_t)-1) == 0);
    cr_assert(unsetenv("XDG_CACHE_HOME") == 0 && setenv("HOME", home, 1) == 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_neq(access(made, F_OK), 0, "%s is made", made);
    /* The variable names the same place, which is not there yet. */
    cr_assert(unlink(cache) == 0 && setenv("XDG_CACHE_HOME", cache, 1) == 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_neq(access(cache, F_OK), 0, "%s is made", cache);
}

/* ---- Unfinished files ------------------------------------------------------------------------------- */

/* The path of the unfinished file, of which the finished one is taken away. */
static void unfinished(char part[512])
{
    cr_expect_eq(open_once(), 1);
    only_file(part);
    cr_assert_eq(unlink(part), 0);
    memcpy(strstr(part, ".bin"), ".part", sizeof ".part");
}

Test(cache, what_a_killed_process_has_left_is_finished)
{
    char part[512];
    unfinished(part);
    FILE *file = fopen(part, "wb");
    cr_assert_not_null(file);
    for (long i = 0; i < 1000000; i++) {
        cr_assert_neq(fputc('x', file), EOF);
    }
    cr_assert_eq(fclose(file), 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_neq(access(part, F_OK), 0, "%s is still there", part);
    cr_expect_eq(open_once(), 0);
}

Test(cache, what_another_process_writes_is_left_alone)
{
    char part[512];
    struct stat status;
    unfinished(part);
    int descriptor = open(part, O_WRONLY | O_CREAT, 0600);
    cr_assert(descriptor >= 0 && write(descriptor, "x", 1) == 1 && flock(descriptor, LOCK_EX) == 0);
    cr_expect_eq(open_once(), 1);
    cr_expect_eq(open_once(), 1);
    cr_assert_eq(stat(part, &status), 0);
    cr_expect_eq(status.st_size, 1, "%ld bytes", (long)status.st_size);
    cr_assert_eq(close(descriptor), 0);
}

/* ---- The key ---------------------------------------------------------------------------------------- */

Test(cache, each_text_of_the_device_is_in_the_key)
{
    static const cl_device_info texts[] = {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION,
                                           CL_DRIVER_VERSION};
    cr_expect_eq(open_once(), 1);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        stand_in.say(texts[i], "OpenCL 1.2 of another");
        cr_expect_eq(open_once(), 1, "text %zu is not in the key", i);
    }
    stand_in.say(CL_DEVICE_NAME, NULL);
    cr_expect_eq(open_once(), 0);
}

static void key_of(const char *options, const char *text, char key[GLR_CACHE_KEY])
{
    const glr_cl *cl = NULL;
    test_cl own = test_cl_open();
    cr_assert_eq(glr_cl_load(&cl), GLR_OK);
    glr_opencl_key(cl, own.device, options, text, key, GLR_CACHE_KEY);
    test_cl_close(own);
}

Test(cache, version_options_and_program_are_in_the_key)
{
    char key[GLR_CACHE_KEY], other[GLR_CACHE_KEY], version[64];
    key_of("-a", "text", key);
    key_of("-a", "text", other);
    cr_expect_str_eq(key, other);
    key_of("-b", "text", other);
    cr_expect_str_neq(key, other);
    key_of("-a", "texT", other);
    cr_expect_str_neq(key, other);
    (void)snprintf(version, sizeof version, "glorand %s\n", glr_version_string());
    cr_expect_eq(strncmp(key, version, strlen(version)), 0, "%s", key);
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
