/* Output files: whole or not there, whatever happens. */
#include "support/files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    cr_assert_eq(
        run("mkdir d.npy; mkfifo f.npy; ln -s none/a.npy l.npy; ln -s m.npy n.npy; ln -s n.npy m.npy;"
            "ln -s f.npy k.npy")
            .status,
        0);
    const char *const names[] = {"d.npy", "f.npy", "l.npy", "m.npy", "k.npy"};
    for (int i = 0; i < 5; i++) {
        outcome result = run("glorand fill -i zeros -n 4 -o %s", names[i]);
        cr_expect_eq(result.status, 1, "%s", names[i]);
        cr_expect_not_null(strstr(result.err, names[i]), "%s", result.err);
    }
    outcome result = run("glorand fill -i zeros -n 4 -o none/a.npy");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "none/a.npy"), "%s", result.err);
    cr_expect_eq(entries(), 6);
}

Test(output, follows_links_to_what_is_not_there_yet)
{
    cr_assert_eq(run("mkdir deep; ln -s deep/b.npy a.npy; ln -s ../c.npy deep/b.npy").status, 0);
    cr_assert_eq(run("glorand fill -i zeros -n 4 -o a.npy").status, 0);
    cr_expect_eq(run("test -L a.npy && test -L deep/b.npy && test -f c.npy && test ! -L c.npy").status, 0);
    cr_expect_eq(entries(), 3);
}

/* A name may have 255 bytes, and a temporary one beside it is no longer. */
Test(output, the_longest_name)
{
    outcome result =
        run("name=$(printf '%%0251d' 0).npy; glorand fill -i zeros -n 4 -o $name && test -f $name");
    cr_expect_eq(result.status, 0, "%s", result.err);
    result = run("name=$(printf '%%0252d' 0).npy; glorand fill -i zeros -n 4 -o $name");
    cr_expect_eq(result.status, 1, "%s", result.err);
    cr_expect_eq(entries(), 1);
}

/* An overwritten file keeps its mode; a new file has the umask's. */
Test(output, keeps_the_mode_of_what_it_replaces)
{
    static const mode_t modes[] = {0600, 0640, 0666, 0400};
    struct stat status;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_text("a.npy", "old");
        cr_assert_eq(chmod("a.npy", modes[i]), 0);
        cr_assert_eq(run("umask 022; glorand fill -i zeros -n 4 -o a.npy").status, 0);
        cr_assert_eq(stat("a.npy", &status), 0);
        cr_expect_eq(status.st_mode & 0777U, modes[i], "%o instead of %o", status.st_mode, modes[i]);
        cr_expect_eq(status.st_size, 144);
        cr_assert_eq(unlink("a.npy"), 0);
    }
}

Test(output, keeps_owner_and_group_where_it_may)
{
    struct stat status;
    if (geteuid() != 0) {
        cr_skip_test("only root can give files away");
    }
    write_text("a.npy", "old");
    cr_assert(chmod("a.npy", 0664) == 0 && chown("a.npy", 65534, 12345) == 0);
    cr_assert_eq(run("glorand fill -i zeros -n 4 -o a.npy").status, 0);
    cr_assert_eq(stat("a.npy", &status), 0);
    cr_expect(status.st_uid == 65534 && status.st_gid == 12345 && (status.st_mode & 0777U) == 0664);
    /* May it not, then the group that the file gets instead has the rights of all. */
    cr_assert_eq(
        run("DISK_FAILS=fchown:broken LD_PRELOAD=" DISK " glorand fill -i zeros -n 4 -o a.npy").status, 0);
    cr_assert_eq(stat("a.npy", &status), 0);
    cr_expect(status.st_uid == 0 && (status.st_mode & 0777U) == 0644, "%o", status.st_mode);
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

/* A file system without the operation that reserves: the file gets its size at once, and no byte is written
   for that; a full disk is found while it is written. */
Test(output, a_file_system_that_cannot_reserve)
{
    cr_assert_eq(run("glorand fill -i he_normal -s 1 -n 300,300 -o a.bin").status, 0);
    outcome result = run("DISK_LOG=log DISK_FAILS=fallocate:unsupported LD_PRELOAD=" DISK
                         " glorand fill -i he_normal -s 1 -n 300,300 -o b.bin; cmp a.bin b.bin && cat log");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.out, "fallocate\nftruncate\nrename\n");
    result = run("DISK_FAILS=fallocate:full LD_PRELOAD=" DISK
                 " glorand fill -i he_normal -s 1 -n 300,300 -o c.bin");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "c.bin: cannot reserve 360000 bytes: No space"), "%s", result.err);
    cr_expect_eq(entries(), 3);
}

/* With --sync, and only then: the file, its name, its folder. */
Test(output, sync)
{
    write_text("list.json",
               "{\"tensors\": [{\"name\": \"a.bias\", \"shape\": [3], \"dtype\": \"float32\"}]}");
    const char *const commands[] = {"fill -i zeros -n 4 -o a.npy", "init list.json -o a.safetensors"};
    for (int i = 0; i < 2; i++) {
        outcome result =
            run("DISK_LOG=log LD_PRELOAD=" DISK " glorand %s && cat log && rm log a.*", commands[i]);
        cr_expect_str_eq(result.out, "fallocate\nrename\n", "%s", result.err);
        result =
            run("DISK_LOG=log LD_PRELOAD=" DISK " glorand %s --sync && cat log && rm log a.*", commands[i]);
        cr_expect_str_eq(result.out, "fallocate\nsync-file\nrename\nsync-folder\n", "%s", result.err);
    }
    outcome result = run("DISK_FAILS=sync-file:broken LD_PRELOAD=" DISK " glorand %s --sync", commands[0]);
    cr_expect(result.status == 1 && !exists("a.npy"), "%d: %s", result.status, result.err);
    cr_expect_not_null(strstr(result.err, "a.npy: Input/output error"), "%s", result.err);
    result = run("DISK_FAILS=sync-folder:broken LD_PRELOAD=" DISK " glorand %s --sync", commands[0]);
    cr_expect(result.status == 1 && exists("a.npy"), "%d: %s", result.status, result.err);
    cr_expect_not_null(strstr(result.err, "a.npy: the file is written, but its folder"), "%s", result.err);
    cr_expect_eq(run("glorand fill -i zeros -n 4 -o - --sync").status, 2);
    cr_expect_eq(entries(), 2);
}

/* Sanitizers handle crashes themselves unless they are told not to. */
#define LEAVE        "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:handle_sigtrap=0"
#define KEEP_CRASHES "ASAN_OPTIONS=" LEAVE " UBSAN_OPTIONS=" LEAVE " "

#define BIG "fill -i random_normal -s 1 -n 536870912 --threads 1 -o big.bin"

/* Waits in the shell until the process has its temporary file. */
#define UNTIL_IT_WRITES                                                                                      \
    "while kill -0 $pid && ! ls glorand-????????.part > /dev/null 2>&1; do sleep 0.01; done; "

/* Interrupted in the middle, and once more while it ends: 128 + signal, and nothing left. 2 GiB take longer
 * than the signal takes to come. A shell without job control starts background commands with SIGINT and
 * SIGQUIT ignored.
 */
Test(output, every_signal_that_can_be_caught_leaves_nothing, .timeout = 600)
{
    static const char *const names[] = {"HUP",  "INT",  "QUIT",   "PIPE", "ALRM", "TERM",   "USR1",  "USR2",
                                        "IO",   "PWR",  "VTALRM", "PROF", "XCPU", "STKFLT", "RTMIN", "RTMAX",
                                        "ABRT", "SEGV", "BUS",    "FPE",  "ILL",  "TRAP",   "SYS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        outcome result =
            run(KEEP_CRASHES "env --default-signal=INT,QUIT '" GLORAND_COMMAND "' " BIG
                             " & pid=$!; " UNTIL_IT_WRITES
                             "sleep 0.05; bash -c \"kill -%s $pid; kill -%s $pid\" 2> /dev/null; wait $pid; "
                             "status=$?; test $status -gt 128 && bash -c 'kill -l '$status || echo $status",
                names[i], names[i]);
        result.out[strcspn(result.out, "\n")] = '\0';
        cr_expect_str_eq(result.out, names[i]);
        cr_expect_eq(entries(), 0, "something is left after %s", names[i]);
    }
}

/* A signal that comes while the file is synced, which may take minutes: the disk of the test sends it. */
Test(output, a_signal_while_it_syncs)
{
    outcome result = run("DISK_FAILS=sync-file:signal LD_PRELOAD=" DISK " '" GLORAND_COMMAND
                         "' fill -i zeros -n 4 -o a.npy --sync");
    cr_expect_eq(result.status, 128 + 15, "%d: %s", result.status, result.err);
    cr_expect_eq(entries(), 0);
}

/* Files that are being written are locked to the end: no run calls one a leftover. */
Test(output, files_in_the_making_are_no_leftovers)
{
    outcome result =
        run("for i in 1 2 3 4; do (for j in $(seq 40); do glorand fill -i zeros -n 9 -o $i.bin 2>&1;"
            " done) & done; wait");
    cr_expect_str_eq(result.out, "");
    cr_expect_eq(entries(), 4);
}

/* A signal that the parent ignores stays ignored. */
Test(output, ignored_signals_are_ignored)
{
    outcome result = run("env --ignore-signal=HUP,USR1 '" GLORAND_COMMAND "' " BIG
                         " & pid=$!; " UNTIL_IT_WRITES "kill -HUP $pid; kill -USR1 $pid; sleep 0.1; "
                         "kill -TERM $pid; wait $pid");
    cr_expect_eq(result.status, 128 + 15, "%d", result.status);
    cr_expect_eq(entries(), 0);
}

/* A progress bar whose reader goes away. */
Test(output, a_pipe_without_a_reader)
{
    outcome result =
        run("bash -c '\"" GLORAND_COMMAND "\" " BIG " --progress always 2>&1 | true; echo ${PIPESTATUS[0]}'");
    cr_expect_str_eq(result.out, "141\n");
    cr_expect_eq(entries(), 0);
}

/* Killed, it leaves a file, which later runs name; those of processes that live they do not. */
Test(output, leftovers_are_named)
{
    outcome result = run("'" GLORAND_COMMAND "' " BIG " & pid=$!; " UNTIL_IT_WRITES
                         "glorand fill -i zeros -n 4 -o a.npy; kill -KILL $pid; wait $pid; "
                         "ls glorand-????????.part");
    cr_expect_eq(result.status, 0, "%s", result.out);
    cr_expect_null(strstr(result.err, "was left"), "%s", result.err);
    result.out[strcspn(result.out, "\n")] = '\0';
    outcome later = run("glorand fill -i zeros -n 4 -o a.npy");
    cr_expect_null(strstr(later.err, "was left"), "what is new may not be locked yet: %s", later.err);
    later = run("touch -d '1 minute ago' %s; glorand fill -i zeros -n 4 -o a.npy", result.out);
    cr_expect_eq(later.status, 0);
    cr_expect_not_null(strstr(later.err, result.out), "%s: %s", result.out, later.err);
    cr_expect_not_null(strstr(later.err, " was left by a process"), "%s", later.err);
    cr_assert_eq(run("for i in $(seq 150); do touch glorand-$(printf %%08x $i).part; done; "
                     "touch glorand-0123.part glorand-0000000g.part; mkfifo glorand-0000ffff.part; "
                     "mkdir glorand-0000fffe.part; touch -d '1 minute ago' glorand-*.part")
                     .status,
                 0);
    later = run("glorand fill -i zeros -n 4 -o \"$PWD/a.npy\"");
    cr_expect_eq(later.status, 0);
    cr_expect_not_null(strstr(later.err, ".part and 150 others were left"), "%s", later.err);
}

Test(output, interrupts_leave_nothing)
{
    /* A shell without job control starts background commands with SIGINT ignored, so that one is sent to the
       shell's child in the foreground by timeout(1). */
    outcome result = run("timeout -s INT 0.3 '" GLORAND_COMMAND
                         "' fill -i random_normal -s 1 -n 1073741824 --threads 1 -o big.bin; echo $?");
    cr_expect_eq(atoi(result.out), 124, "timeout says that it had to end the command: %s", result.out);
    cr_expect_eq(entries(), 0);
}
