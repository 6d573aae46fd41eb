/* The command when memory, system calls and threads fail, at each place in turn: it does what it does
   undisturbed, or it fails with a status and a message, no file changed and none left behind. Two processes
   share the runs.

   usage: faults_command GLORAND LIBRARY [SCENARIO]     the command, and the library of fault.h */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "scenarios.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 2
#define SECONDS 60  /* a run that takes longer hangs */
#define MANY    150 /* of more places than this a sample is tried, unless GLORAND_TEST_LONG is set */

/* In each worker's folder. */
#define STDOUT_FILE ".out"
#define STDERR_FILE ".err"
#define REPORT_FILE ".report"

typedef struct bytes {
    char *data; /* with a zero behind them */
    size_t length;
} bytes;

typedef struct outcome {
    int status; /* as waitpid gives it */
    bytes out, err, report, file;
    int leftovers; /* files besides the output */
} outcome;

typedef struct kind {
    const char *name;
    bool lasting;
} kind;

static const kind kinds[] = {
    {"memory", false},    {"memory", true}, {"system", false},
    {"interrupt", false}, {"short", false}, {"thread", true},
};

static atomic_long *runs, *failures; /* shared by the workers */
static char *command;
static const char *library;
static char old_text[] = "what was in the file before";

static void give_up(const char *what)
{
    (void)printf("%s: %s\n", what, strerror(errno));
    (void)fflush(stdout);
    _exit(2);
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(name, "wb");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        give_up(name);
    }
}

/* A file's bytes; none when there is no file. */
static bytes read_bytes(const char *name)
{
    struct stat status;
    bytes read = {NULL, 0};
    FILE *file = fopen(name, "rb");
    if (file != NULL && fstat(fileno(file), &status) == 0) {
        read.length = (size_t)status.st_size;
    }
    read.data = calloc(1, read.length + 1);
    if (read.data == NULL || (file != NULL && fread(read.data, 1, read.length, file) != read.length)) {
        give_up(name);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return read;
}

static bool same(const bytes *a, const bytes *b)
{
    return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static bool is_input(const char *name)
{
    bool found = strcmp(name, "list.json") == 0 || strcmp(name, "many.json") == 0;
    for (const scenario *input = scenario_inputs; input->name != NULL; input++) {
        found = found || strcmp(name, input->name) == 0;
    }
    return found;
}

/* Removes what a run has left behind, and returns how many files that was. */
static int remove_leftovers(void)
{
    DIR *folder = opendir(".");
    int count = 0;
    if (folder == NULL) {
        give_up(".");
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *name = entry->d_name;
        if (name[0] != '.' && !is_input(name)) {
            count++;
            (void)unlink(name);
        }
    }
    (void)closedir(folder);
    return count;
}

static void redirect(const char *name, int flags, int to)
{
    int file = open(name, flags, 0666);
    if (file < 0 || dup2(file, to) < 0) {
        _exit(126);
    }
    if (file != to) {
        (void)close(file);
    }
}

/* In the child: becomes the command. */
static void become(const char *const *arguments, const char *fault)
{
    char *vector[SCENARIO_ARGUMENTS + 1] = {command};
    memcpy(vector + 1, arguments, SCENARIO_ARGUMENTS * sizeof vector[0]); /* execv leaves them as they are */
    if (fault != NULL && (setenv("LD_PRELOAD", library, 1) != 0 || setenv("GLR_FAULT", fault, 1) != 0 ||
                          setenv("GLR_FAULT_REPORT", REPORT_FILE, 1) != 0)) {
        _exit(126);
    }
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(STDOUT_FILE, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(STDERR_FILE, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    (void)execv(command, vector);
    _exit(126);
}

/* The command that runs. By SIGALRM it would only end what it does, which may be what hangs. */
static volatile pid_t running;

static void kill_running(int signal_number)
{
    (void)signal_number;
    (void)kill(running, SIGKILL);
}

/* Runs the command in the current folder, with a fault or without (NULL). */
static outcome run(const scenario *tried, const char *fault)
{
    outcome result = {.status = 0};
    (void)unlink(REPORT_FILE);
    if (tried->output != NULL) {
        write_text(tried->output, old_text);
    }
    running = fork();
    if (running == 0) {
        become(tried->arguments, fault);
    }
    (void)alarm(SECONDS);
    pid_t ended;
    do {
        ended = running < 0 ? -1 : waitpid(running, &result.status, 0);
    } while (ended < 0 && running > 0 && errno == EINTR);
    (void)alarm(0);
    if (ended != running || running < 0) {
        give_up("fork");
    }
    result.out = read_bytes(STDOUT_FILE);
    result.err = read_bytes(STDERR_FILE);
    result.report = read_bytes(REPORT_FILE);
    if (tried->output != NULL) {
        result.file = read_bytes(tried->output);
        (void)unlink(tried->output);
    }
    result.leftovers = remove_leftovers();
    return result;
}

static void release(outcome *result)
{
    free(result->out.data);
    free(result->err.data);
    free(result->report.data);
    free(result->file.data);
}

/* Whether the function that failed is this one. */
static bool failed_in(const outcome *result, const char *function)
{
    char line[128];
    (void)snprintf(line, sizeof line, "failed %s\n", function);
    return strncmp(result->report.data, line, strlen(line)) == 0;
}

/* Whether the output may lack something though what can be read of it is right. */
static bool must_fail(const outcome *result)
{
    return failed_in(result, "close") || failed_in(result, "rename") || failed_in(result, "fsync");
}

/* The error of a run that succeeded; NULL without one. */
static const char *judge_success(const scenario *tried, const outcome *usual, const outcome *result)
{
    if (tried->repeats_loader) {
        return result->out.length > 0 ? NULL : "exit 0, but no standard output";
    }
    if (tried->output != NULL && !same(&result->file, &usual->file)) {
        return "exit 0, but the file differs";
    }
    if (!same(&result->out, &usual->out)) {
        return "exit 0, but the standard output differs";
    }
    return must_fail(result) ? "exit 0, but the output may not be safe" : NULL;
}

/* Whether the message says which error the call that failed gave. Of standard output that is not known any
   more when it ends. */
static bool says_error(const outcome *result)
{
    char error[128];
    const char *line = strchr(result->report.data, '\n');
    const char *message = result->err.data;
    if (line == NULL) {
        return false;
    }
    (void)snprintf(error, sizeof error, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
    return strstr(message, error) != NULL || strstr(message, "standard output cannot be written") != NULL ||
           (strcmp(error, strerror(ENOMEM)) == 0 && strstr(message, "out of memory") != NULL);
}

/* The same for one that failed. */
static const char *judge_failure(const scenario *tried, const kind *of, const outcome *usual,
                                 const outcome *result)
{
    const int status = WEXITSTATUS(result->status);
    const bool is_short = strcmp(of->name, "short") == 0;
    const char *message = result->err.data;
    if (status != 1 && !(is_short && status == 2)) { /* an input that ends early is bad input */
        return "another exit status than 1";
    }
    if (strstr(message, "glorand: error: ") == NULL) {
        return "no message";
    }
    if (strstr(message, "Success") != NULL || strstr(message, "(null)") != NULL || !says_error(result)) {
        return "a message that does not say what failed";
    }
    const bytes old = {old_text, sizeof old_text - 1};
    /* Once the file is there, only its folder's syncing can fail, and standard output as the last thing. */
    const bool is_late = failed_in(result, "fflush") || strstr(message, "is written, but") != NULL;
    if (tried->output != NULL && !same(&result->file, &old) &&
        !(is_late && same(&result->file, &usual->file))) {
        return "failed, but the file has changed";
    }
    return NULL;
}

static const char *judge(const scenario *tried, const kind *of, const outcome *usual, const outcome *result)
{
    if (WIFSIGNALED(result->status)) {
        return WTERMSIG(result->status) == SIGKILL ? "hangs" : "ended by a signal";
    }
    if (result->leftovers > 0) {
        return "leaves a file behind";
    }
    const int status = WEXITSTATUS(result->status);
    if (status == 0) {
        return judge_success(tried, usual, result);
    }
    /* Fewer threads draw the same. */
    return strcmp(of->name, "thread") == 0 ? "fails for want of threads"
                                           : judge_failure(tried, of, usual, result);
}

/* The function that failed, and after its name from where it was called. */
static void print_report(const char *report)
{
    const bool whole = getenv("GLORAND_TEST_LONG") != NULL;
    (void)printf("  %.*s\n", whole ? (int)strlen(report) : (int)strcspn(report, "\n"), report);
}

static void complain(const scenario *tried, const char *fault, const outcome *result, const char *what)
{
    (void)atomic_fetch_add(failures, 1);
    (void)printf("%s, GLR_FAULT=%s: %s (%s %d)\n  standard error: %s\n", tried->name, fault, what,
                 WIFSIGNALED(result->status) ? "signal" : "status",
                 WIFSIGNALED(result->status) ? WTERMSIG(result->status) : WEXITSTATUS(result->status),
                 result->err.data);
    print_report(result->report.data);
    (void)fflush(stdout);
}

/* How many calls of a kind there are; the run must be as usual. */
static long count_calls(const scenario *tried, const kind *of, const outcome *usual)
{
    char fault[64];
    (void)snprintf(fault, sizeof fault, "%s:-1", of->name);
    outcome result = run(tried, fault);
    const char *count = strstr(result.report.data, "count ");
    long calls = count == NULL ? -1 : strtol(count + strlen("count "), NULL, 10);
    if (calls < 0 || result.status != 0 || judge_success(tried, usual, &result) != NULL) {
        complain(tried, fault, &result, "counting calls changes what the command does");
        calls = 0;
    }
    release(&result);
    return calls;
}

/* Of the places of one kind, every one of this worker. */
static void try_kind(const scenario *tried, const kind *of, const outcome *usual, int worker)
{
    const long calls = count_calls(tried, of, usual);
    const bool all = getenv("GLORAND_TEST_LONG") != NULL || calls <= MANY;
    const long step = all ? 1 : 1 + calls / MANY;
    for (long nth = worker * step; nth < calls; nth += WORKERS * step) {
        char fault[64];
        (void)snprintf(fault, sizeof fault, "%s:%ld%s", of->name, nth, of->lasting ? "+" : "");
        outcome result = run(tried, fault);
        const char *wrong = judge(tried, of, usual, &result);
        (void)atomic_fetch_add(runs, 1);
        if (wrong != NULL) {
            complain(tried, fault, &result, wrong);
        }
        release(&result);
    }
}

/* A run without faults; its output is what every other run's is compared with. */
static outcome run_undisturbed(const scenario *tried)
{
    outcome usual = run(tried, "none");
    if (usual.status != 0 || usual.leftovers > 0 ||
        (tried->output != NULL && usual.file.length <= sizeof old_text)) {
        complain(tried, "none", &usual, "fails undisturbed");
        _exit(2);
    }
    return usual;
}

/* A list that is longer than what the command makes room for at first. */
static void write_long_list(void)
{
    FILE *file = fopen("many.json", "wb");
    if (file == NULL) {
        give_up("many.json");
    }
    (void)fprintf(file, "{\"seed\": 3, \"recipe\": \"keras\", \"rules\": [");
    for (int i = 0; i < 100; i++) {
        (void)fprintf(file, "%s{\"match\": \"*.%d.up\", \"initializer\": \"he_normal\"}", i > 0 ? ", " : "",
                      i);
    }
    (void)fprintf(file, "], \"tensors\": [");
    for (int i = 0; i < 700; i++) {
        (void)fprintf(file, "%s{\"name\": \"layer.%d.up\", \"shape\": [%d, %d], \"dtype\": \"%s\"}",
                      i > 0 ? ", " : "", i, 1 + i % 7, 1 + i % 5, i % 2 == 0 ? "float32" : "bfloat16");
    }
    (void)fprintf(file, "]}\n");
    if (ferror(file) || fclose(file) != 0) {
        give_up("many.json");
    }
}

/* Files of tensors, which the command makes undisturbed. */
static void make_inputs(void)
{
    for (const scenario *input = scenario_inputs; input->name != NULL; input++) {
        outcome made = run(input, NULL);
        FILE *file = fopen(input->name, "wb");
        if (made.status != 0 || made.file.length == 0 || file == NULL ||
            fwrite(made.file.data, 1, made.file.length, file) != made.file.length || fclose(file) != 0) {
            complain(input, "none", &made, "fails undisturbed");
            _exit(2);
        }
        release(&made);
    }
}

static void work(const char *folder, int worker, const char *only)
{
    char own[1024];
    (void)snprintf(own, sizeof own, "%s/%d", folder, worker);
    if (mkdir(own, 0777) != 0 || chdir(own) != 0) {
        give_up(own);
    }
    write_text("list.json", scenario_list);
    write_long_list();
    make_inputs();
    for (const scenario *tried = scenarios; tried->name != NULL; tried++) {
        if (only != NULL && strcmp(only, tried->name) != 0) {
            continue;
        }
        outcome usual = run_undisturbed(tried);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            try_kind(tried, &kinds[i], &usual, worker);
        }
        release(&usual);
    }
    _exit(0);
}

static void remove_folder(const char *folder)
{
    char line[1100];
    (void)snprintf(line, sizeof line, "rm -rf '%s'", folder);
    (void)system(line);
}

int main(int argc, char **argv)
{
    char folder[512];
    const char *temporary = getenv("TMPDIR");
    pid_t worker[WORKERS];
    bool ok = true;
    if (argc < 3) {
        return 2;
    }
    if (setenv("GLORAND_OPENCL_LIBRARY", "/nowhere", 1) != 0 ||
        setenv("GLORAND_CUDA_LIBRARY", "/nowhere", 1) != 0) {
        give_up("setenv");
    }
    command = realpath(argv[1], NULL);
    library = realpath(argv[2], NULL);
    if (command == NULL || library == NULL) {
        give_up("realpath");
    }
    (void)snprintf(folder, sizeof folder, "%s/glorand-faults-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mkdtemp(folder) == NULL || shared == MAP_FAILED) {
        give_up(folder);
    }
    runs = shared;
    failures = runs + 1;
    const struct sigaction overdue = {.sa_handler = kill_running};
    if (sigaction(SIGALRM, &overdue, NULL) != 0) {
        give_up("sigaction");
    }
    for (int i = 0; i < WORKERS; i++) {
        worker[i] = fork();
        if (worker[i] == 0) {
            work(folder, i, argc > 3 ? argv[3] : NULL);
        }
    }
    for (int i = 0; i < WORKERS; i++) {
        int status;
        ok = ok && worker[i] > 0 && waitpid(worker[i], &status, 0) == worker[i] && status == 0;
    }
    remove_folder(folder);
    (void)printf("%ld runs, %ld failed\n", atomic_load(runs), atomic_load(failures));
    return ok && atomic_load(failures) == 0 && atomic_load(runs) > 0 ? 0 : 1;
}
