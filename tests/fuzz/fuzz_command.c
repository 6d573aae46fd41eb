/* Any bytes as a command line, an argument in each line up to an empty one, and as what two files hold,
   m.json and f.safetensors. The command runs as a function, in a folder of its own: it leaves nothing there
   when it fails, and what it writes it also verifies. */
#define _GNU_SOURCE /* O_PATH */

#include "api/call.h"
#include "check.h"
#include "cli/command.h"
#include "scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_ARGUMENTS 24
#define MAX_BYTES     (1 << 20) /* of a file that is written */
#define INPUTS        "f.safetensors\nm.json\n"

static int open_stages;         /* so far, of a command */
static int scratch, home, sink; /* the folders, and where standard output goes */

/* main.c and interrupt.c are compiled with these names for main and atexit. */
int glorand_main(int argc, char **argv);
int fuzz_atexit(void (*function)(void));
glr_status fuzz_stage_open(glr_device *device, uint64_t bytes, glr_stage **stage);

int fuzz_atexit(void (*function)(void)) { return function == NULL; }

/* Of a thousand threads, each with a stage of a megabyte, a few are enough. canvas.c is compiled with this
 * name. */
glr_status fuzz_stage_open(glr_device *device, uint64_t bytes, glr_stage **stage)
{
    static const int max = 8;
    *stage = NULL;
    return open_stages++ < max ? glr_stage_open(device, bytes, stage)
                               : glr_fail(GLR_ERROR_MEMORY, "more than %d stages", max);
}

/* In place of self_test.c, whose tensors are large. */
int glr_self_test(const glr_device_info *infos, size_t count)
{
    CHECK(infos != NULL || count == 0);
    return EXIT_DONE;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    scratch = open(fuzz_scratch_make(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    CHECK(scratch >= 0 && home >= 0 && setenv("OMP_NUM_THREADS", "2", 1) == 0);
    /* A file: what a command may write there is limited, as elsewhere. */
    sink = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    sink = sink >= 0 ? sink : fileno(tmpfile());
    CHECK(sink >= 0);
    return 0;
}

/* Where a stream's text goes while a command runs. */
typedef struct capture {
    char *text;
    size_t length;
    FILE *stream, *before;
} capture;

static void capture_start(capture *to, FILE **stream)
{
    to->before = *stream;
    to->stream = open_memstream(&to->text, &to->length);
    CHECK(to->stream != NULL);
    *stream = to->stream;
}

static void capture_end(capture *from, FILE **stream)
{
    *stream = from->before;
    CHECK(fclose(from->stream) == 0);
}

/* Limits the files, and takes standard output's descriptor; the other way round it gives them back. */
static void confine(rlim_t bytes, int folder, int from, int to)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0 && fchdir(folder) == 0 && dup2(from, to) == to);
}

/* Errors are lines that can be printed. */
static void check_messages(int status, const char *errors)
{
    CHECK(status >= EXIT_DONE && status <= EXIT_USAGE);
    CHECK(status == EXIT_DONE || strstr(errors, "glorand") != NULL);
    for (const unsigned char *byte = (const unsigned char *)errors; *byte != '\0'; byte++) {
        CHECK(*byte >= ' ' || *byte == '\n' || *byte == '\r');
    }
}

/* Runs the command, and returns its status. */
static int run(int argc, char **argv)
{
    capture out, errors;
    const int standard = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const glr_host host = glr_enter();
    CHECK(standard >= 0 && ftruncate(sink, 0) == 0 && lseek(sink, 0, SEEK_SET) == 0);
    confine(MAX_BYTES, scratch, sink, STDOUT_FILENO);
    capture_start(&out, &stdout);
    capture_start(&errors, &stderr);
    open_stages = 0;
    optind = 0; /* the GNU C library starts anew */
    const int status = glorand_main(argc, argv);
    capture_end(&errors, &stderr);
    capture_end(&out, &stdout);
    confine(RLIM_INFINITY, home, standard, STDOUT_FILENO);
    CHECK(close(standard) == 0 && glr_leave(&host, GLR_OK) == GLR_OK);
    check_messages(status, errors.text);
    free(out.text);
    free(errors.text);
    return status;
}

/* The one file that is not an input, or NULL; a temporary one is a leftover. */
static const char *written_file(void)
{
    static char name[512];
    const char *found = NULL;
    char names[1024];
    CHECK((size_t)snprintf(names, sizeof names, "%s", fuzz_scratch_list("")) < sizeof names);
    char *rest = names;
    for (char *line = strtok_r(names, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strcmp(line, "m.json") != 0 && strcmp(line, "f.safetensors") != 0) {
            CHECK(found == NULL && strncmp(line, "glorand-", 8) != 0);
            (void)snprintf(name, sizeof name, "%s", line);
            found = name;
        }
    }
    return found;
}

/* A written file has a spec, with which it agrees. */
static void verify(const char *name)
{
    char program[] = "glorand", command[] = "verify", file[512], statistics[] = "stats", end[] = "--";
    (void)snprintf(file, sizeof file, "%s", name);
    char *verifying[] = {program, command, end, file, NULL},
         *measuring[] = {program, statistics, end, file, NULL};
    if (glr_cli_ends_in(name, ".safetensors")) {
        CHECK(run(4, verifying) == EXIT_DONE);
        CHECK(run(4, measuring) == EXIT_DONE);
    }
}

/* Takes the arguments, whose files are to lie in the folder: '/' becomes ':'. Returns what is behind. */
static char *take_arguments(char *text, char **argv, int *argc)
{
    while (*text != '\0' && *text != '\n' && *argc < MAX_ARGUMENTS) {
        char *end = text + strcspn(text, "\n");
        const bool is_last = *end == '\0';
        *end = '\0';
        argv[(*argc)++] = text;
        for (char *byte = text; *byte != '\0'; byte++) {
            if (*byte == '/') {
                *byte = ':';
            }
        }
        text = is_last ? end : end + 1;
    }
    return text + (*text == '\n');
}

/* Both files have the same text, one behind its length and before data. */
static void write_inputs(const char *text, size_t length)
{
    static const unsigned char zeros[64];
    unsigned char file[8 + 65536];
    for (int i = 0; i < 8; i++) {
        file[i] = (unsigned char)((uint64_t)length >> (8 * i));
    }
    memcpy(file + 8, text, length);
    fuzz_scratch_write("m.json", text, length, NULL, 0);
    fuzz_scratch_write("f.safetensors", file, 8 + length, zeros, sizeof zeros);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    char program[] = "glorand", *argv[MAX_ARGUMENTS + 2] = {program};
    int argc = 1;
    if (length >= 65536) {
        return 0;
    }
    char *text = malloc(length + 1);
    CHECK(text != NULL);
    memcpy(text, data, length);
    text[length] = '\0';
    const char *rest = take_arguments(text, argv, &argc);
    /* A zero in an argument hides what is behind: that is what the files hold then, with all other zeros. */
    write_inputs(rest, (size_t)(text + length - rest));
    const int status = run(argc, argv);
    const char *written = written_file();
    CHECK(status == EXIT_DONE || written == NULL);
    if (written != NULL) {
        verify(written);
    }
    fuzz_scratch_empty("");
    free(text);
    return 0;
}
