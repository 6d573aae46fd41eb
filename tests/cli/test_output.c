/* Output files: whole or not there, whatever happens. */
#include "support/files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(output, .init = enter_scratch);

Test(output, replaces_a_regular_file_and_keeps_links)
{
    write_text("old.npy", "old");
    cr_assert_eq(run("ln -s old.npy link.npy").status, 0);
    cr_assert_eq(run("glorand fill -i zeros -n 4 -o link.npy").status, 0);
    cr_expect_eq(run("test -L link.npy").status, 0, "the link survives");
    size_t length;
    unsigned char *bytes = read_file("old.npy", &length);
    cr_expect_eq(length, 128 + 16, "%zu", length);
    free(bytes);
    cr_expect_eq(entries(), 2);
}

Test(output, permissions_follow_the_umask)
{
    struct stat status;
    cr_assert_eq(run("umask 027; glorand fill -i zeros -n 4 -o a.npy").status, 0);
    cr_assert_eq(stat("a.npy", &status), 0);
    cr_expect_eq(status.st_mode & 0777U, 0640U, "%o", status.st_mode);
}

Test(output, refuses_what_is_no_regular_file)
{
    cr_assert_eq(run("mkdir d.npy; mkfifo f.npy; ln -s nowhere l.npy").status, 0);
    const char *const names[] = {"d.npy", "f.npy", "l.npy"};
    for (int i = 0; i < 3; i++) {
        outcome result = run("glorand fill -i zeros -n 4 -o %s", names[i]);
        cr_expect_eq(result.status, 1, "%s", names[i]);
        cr_expect_not_null(strstr(result.err, names[i]), "%s", result.err);
    }
    outcome result = run("glorand fill -i zeros -n 4 -o none/a.npy");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "none/a.npy"), "%s", result.err);
    cr_expect_eq(entries(), 3);
}

/* A limit on file sizes stands for a full disk: what cannot be reserved is an error before anything is drawn.
 */
Test(output, no_room)
{
    write_text("a.safetensors", "before");
    outcome result = run("ulimit -f 100; glorand fill -i he_normal -s 1 -n 1000,1000 -o a.safetensors");
    cr_expect_eq(result.status, 1, "%d", result.status);
    cr_expect_not_null(strstr(result.err, "cannot reserve 40"), "%s", result.err);
    size_t length;
    unsigned char *bytes = read_file("a.safetensors", &length);
    cr_expect_str_eq((char *)bytes, "before", "what was there stays");
    free(bytes);
    cr_expect_eq(entries(), 1);
}

Test(output, more_than_a_file_can_have)
{
    outcome result = run("glorand fill -i he_normal -s 1 -n 72057594037927936 -o a.bin");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "cannot reserve 288230376151711744 bytes"), "%s", result.err);
    cr_expect_eq(entries(), 0);
}

/* Interrupted in the middle, and once more while it ends: 128 + signal, and nothing left. 2 GiB take longer
 * than the signal takes to come.
 */
static void expect_interrupted(const char *signal, int number)
{
    outcome result =
        run("'" GLORAND_COMMAND "' fill -i random_normal -s 1 -n 536870912 --threads 1 -o big.bin & pid=$!; "
            "while kill -0 $pid && ! ls big.bin.*.part > /dev/null 2>&1; do sleep 0.01; done; sleep 0.1; "
            "kill -%s $pid; sleep 0.02; kill -%s $pid 2> /dev/null; "
            "wait $pid; echo $?",
            signal, signal);
    cr_expect_eq(atoi(result.out), 128 + number, "%s: %s", signal, result.out);
    cr_expect_eq(entries(), 0, "something is left after %s", signal);
}

Test(output, interrupts_leave_nothing)
{
    /* A shell without job control starts background commands with SIGINT ignored, so that one is sent to the
       shell's child in the foreground by timeout(1). */
    outcome result = run("timeout -s INT 0.3 '" GLORAND_COMMAND
                         "' fill -i random_normal -s 1 -n 1073741824 --threads 1 -o big.bin; echo $?");
    cr_expect_eq(atoi(result.out), 124, "timeout says that it had to end the command: %s", result.out);
    cr_expect_eq(entries(), 0);
    expect_interrupted("TERM", 15);
    expect_interrupted("HUP", 1);
}
