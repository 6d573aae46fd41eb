/* Input files: what is opened, and which changes are noticed. */
#include "files/files.h"
#include "support/files.h"
#include "text/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

TestSuite(inputs, .init = enter_scratch);

static const struct {
    const char *path, *message;
} others[] = {
    {"folder", "is a folder, not a regular file"},
    {"pipe", "is a pipe, not a regular file"},
    {"socket", "is a socket, not a regular file"},
    {"/dev/null", "is a device, not a regular file"},
    {"/dev/zero", "is a device, not a regular file"},
    {"loop", "Too many levels of symbolic links"},
    {"none", "No such file or directory"},
    {"file/x", "Not a directory"},
};

/* A pipe that nobody writes to would be waited for forever. */
Test(inputs, only_regular_files, .timeout = 60)
{
    cr_assert_eq(run("mkdir folder; mkfifo pipe; ln -s loop loop; echo x > file; ln -s file link").status, 0);
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    const int bound = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(bound, (const struct sockaddr *)&address, sizeof address), 0);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        glr_problem problem = {0};
        glr_input input;
        size_t length;
        cr_expect_not(glr_input_open(others[i].path, &input, &problem), "%s", others[i].path);
        char expected[128];
        (void)snprintf(expected, sizeof expected, "%s: %s", others[i].path, others[i].message);
        cr_expect_str_eq(problem.text, expected);
        cr_expect_not(glr_problem_is_systems(&problem));
        cr_expect_not(input.is_open);
        glr_input_close(&input);
        cr_expect_null(glr_read_file(others[i].path, &length, &problem));
        cr_expect_str_eq(problem.text, expected);
    }
    glr_problem problem = {0};
    glr_input input;
    cr_assert(glr_input_open("link", &input, &problem), "%s", problem.text);
    cr_expect_eq(input.bytes, 2);
    glr_input_close(&input);
    (void)close(bound);
}

static const struct {
    const char *command;
    bool is_change;
} changes[] = {
    {"true", false},
    {"cat x > y", false},
    {"mv y x", false}, /* the open file is still there, whole */
    {"rm x", false},
    {"chmod 600 x; ln x z; rm z", false},
    {"printf X | dd of=x conv=notrunc status=none", true},
    {"truncate -s 3 x", true},
    {"truncate -s +1 x", true},
    {"cat y > x", true},
    {"touch x", true},
};

/* In the tick in which the file was made, too: there is no pause between that and opening it. */
Test(inputs, changes)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        glr_problem problem = {0};
        glr_input input;
        char bytes[8] = {0};
        write_text("y", "efgh");
        (void)run("rm -f x");
        write_text("x", "abcd");
        cr_assert(glr_input_open("x", &input, &problem), "%s", problem.text);
        cr_assert(glr_input_read(&input, bytes, 2, 0, &problem), "%s", problem.text);
        cr_expect(glr_input_is_unchanged(&input, &problem));
        cr_assert_eq(run("%s", changes[i].command).status, 0, "%s", changes[i].command);
        cr_expect_eq(glr_input_is_unchanged(&input, &problem), !changes[i].is_change, "%s",
                     changes[i].command);
        if (changes[i].is_change) {
            cr_expect_str_eq(problem.text, "changed while it was read");
            cr_expect(glr_problem_is_systems(&problem), "it is not the input's fault");
        } else {
            cr_assert(glr_input_read(&input, bytes + 2, 2, 2, &problem), "%s", problem.text);
            cr_expect_str_eq(bytes, "abcd", "%s", changes[i].command);
        }
        glr_input_close(&input);
    }
}

Test(inputs, what_is_not_there_any_more)
{
    glr_problem problem = {0};
    glr_input input;
    char bytes[4];
    write_text("x", "abcd");
    cr_assert(glr_input_open("x", &input, &problem), "%s", problem.text);
    cr_assert_eq(run("truncate -s 3 x").status, 0);
    cr_expect_not(glr_input_read(&input, bytes, 4, 0, &problem));
    cr_expect_str_eq(problem.text, "changed while it was read");
    cr_expect(glr_problem_is_systems(&problem));
    glr_input_close(&input);
}

/* Twice in the same tick of the clock by which files are stamped. */
Test(inputs, changes_at_once)
{
    for (int i = 0; i < 20; i++) {
        glr_problem problem = {0};
        glr_input input;
        write_text("x", "abcd");
        cr_assert(glr_input_open("x", &input, &problem), "%s", problem.text);
        write_text("x", "abce");
        cr_expect_not(glr_input_is_unchanged(&input, &problem), "%d", i);
        glr_input_close(&input);
    }
}

Test(inputs, lists_that_are_too_large)
{
    glr_problem problem = {0};
    size_t length;
    cr_assert_eq(run("truncate -s 1073741825 x").status, 0);
    cr_expect_null(glr_read_file("x", &length, &problem));
    cr_expect_str_eq(problem.text, "x: its 1073741825 bytes are more than a list of tensors has");
}
