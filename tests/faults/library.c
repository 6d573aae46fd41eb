/* The library's functions in a host whose memory fails, at each place in turn: they return GLR_ERROR_MEMORY,
   with what they were given as it was and every block freed, or do without and give the right result; and
   work afterwards. Where threads cannot be made, fewer draw the same. Without random numbers from the system,
   GLR_ERROR_SYSTEM. Each case runs in a process of its own, since a crash must not hide the others. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "fault.h"

#include "glorand/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE 3000000 /* elements: work for several threads */

/* The results of a call, to be compared: all zero before it. */
typedef struct result {
    char text[2048];
    size_t length;
    glr_initializer initializer;
    glr_summary summary;
    glr_device_info infos[8];
    int64_t elements;
    uint64_t bytes;
} result;

typedef struct call {
    const char *name;
    glr_status (*run)(result *given);
    bool repeats_loader; /* its texts hold what the dynamic loader says, which may be short of memory, too */
} call;

static float drawn[LARGE], expected[LARGE];

#define JSON                                                                                                 \
    "{\"module\": \"keras.initializers\", \"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 2.5," \
    " \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": -1234567890123456789,"                 \
    " \"input_axes\": [0, -1], \"output_axes\": [1], \"dtype\": \"\\u00e4\\ud83d\\ude00\"}, "                \
    "\"registered_name\": null}"

/* ---- Calls ------------------------------------------------------------------------------------------- */

static glr_status draw(glr_device *device, const glr_initializer *initializer)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {1000, LARGE / 1000}};
    memset(drawn, 0, sizeof drawn);
    return glr_fill(device, initializer, &tensor, drawn, sizeof drawn);
}

/* Opens, fills, and closes; what is drawn goes to `drawn`. */
static glr_status open_and_fill(glr_backend_kind backend, uint32_t threads)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = (glr_device *)(void *)&options; /* a value that a failure must replace */
    const glr_initializer initializer = glr_he_normal(7);
    options.backend = backend;
    options.threads = threads;
    glr_status status = glr_open(&options, &device);
    if (status != GLR_OK) {
        return device == NULL ? status : GLR_ERROR_DEVICE;
    }
    status = draw(device, &initializer);
    if (status == GLR_OK && memcmp(drawn, expected, sizeof drawn) != 0) {
        status = GLR_ERROR_DEVICE;
    }
    glr_close(device);
    return status;
}

static glr_status open_one(result *given)
{
    (void)given;
    return open_and_fill(GLR_BACKEND_CPU, 1);
}

static glr_status open_four(result *given)
{
    (void)given;
    return open_and_fill(GLR_BACKEND_CPU, 4);
}

static glr_status open_auto(result *given)
{
    (void)given;
    return open_and_fill(GLR_BACKEND_AUTO, 2);
}

/* Those are not there, which is the right result. */
static glr_status open_missing(glr_backend_kind backend)
{
    const glr_status status = open_and_fill(backend, 1);
    return status == GLR_ERROR_UNAVAILABLE ? GLR_OK : status;
}

static glr_status open_opencl(result *given)
{
    (void)given;
    return open_missing(GLR_BACKEND_OPENCL);
}

static glr_status open_cuda(result *given)
{
    (void)given;
    return open_missing(GLR_BACKEND_CUDA);
}

static glr_status list(result *given)
{
    return glr_devices(given->infos, sizeof given->infos / sizeof given->infos[0], &given->length);
}

/* Memory of the device, filled and copied. */
static glr_status allocate(result *given)
{
    glr_device *device = NULL;
    void *memory = given;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    options.threads = 1;
    glr_status status = glr_open(&options, &device);
    if (status != GLR_OK) {
        return status;
    }
    status = glr_alloc(device, (uint64_t)5 << 20, &memory);
    if (status != GLR_OK) {
        glr_close(device);
        return memory == NULL ? status : GLR_ERROR_DEVICE;
    }
    memset(memory, 5, (size_t)5 << 20);
    status = glr_copy_to_host(device, given->text, memory, sizeof given->text);
    status = status == GLR_OK ? glr_sync(device) : status;
    status = status == GLR_OK ? glr_free(device, memory) : status;
    glr_close(device);
    return status;
}

/* A stage, filled twice and waited for. */
static glr_status stage(result *given)
{
    const glr_initializer initializer = glr_he_normal(7);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {500}};
    const void *values = given;
    glr_device *device = NULL;
    glr_stage *made = (glr_stage *)(void *)given; /* a value that a failure must replace */
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    options.threads = 1;
    glr_status status = glr_open(&options, &device);
    if (status != GLR_OK) {
        return status;
    }
    status = glr_stage_open(device, sizeof given->text, &made);
    if (status != GLR_OK) {
        glr_close(device);
        return made == NULL ? status : GLR_ERROR_DEVICE;
    }
    status = glr_stage_fill(made, &initializer, &tensor);
    status = status == GLR_OK ? glr_stage_fill(made, &initializer, &tensor) : status;
    status = status == GLR_OK ? glr_stage_wait(made, &values) : status;
    if (status == GLR_OK) {
        memcpy(given->text, values, 500 * sizeof(float));
    }
    glr_stage_close(made);
    glr_close(device);
    return status;
}

/* A fill that allocates: one that fails writes nothing. */
static glr_status orthogonal(result *given)
{
    const glr_initializer initializer = glr_orthogonal(1.0, 7);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {40, 12}};
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    options.threads = 1;
    glr_status status = glr_open(&options, &device);
    if (status == GLR_OK) {
        status = glr_fill(device, &initializer, &tensor, given->text, sizeof given->text);
    }
    glr_close(device);
    return status;
}

static glr_status read_json(result *given)
{
    return glr_initializer_from_json(JSON, sizeof JSON - 1, &given->initializer);
}

static glr_status read_name(result *given)
{
    return glr_initializer_from_json("\"glorot_normal\"", strlen("\"glorot_normal\""), &given->initializer);
}

static glr_status write_json(result *given)
{
    glr_initializer initializer =
        glr_variance_scaling(2.5, GLR_MODE_FAN_AVG, GLR_DISTRIBUTION_UNIFORM, -12345678901234);
    initializer.has_axes = initializer.input_axis_count = initializer.output_axis_count = 1;
    initializer.output_axes[0] = 1;
    return glr_initializer_to_json(&initializer, given->text, sizeof given->text, &given->length);
}

static glr_status read_text(result *given)
{
    static const char text[] = "truncated_normal(0, 0.02/sqrt(2*n), seed=3)";
    const glr_variable n = {"n", 12.0};
    return glr_initializer_from_text(text, sizeof text - 1, &n, 1, &given->initializer);
}

static glr_status write_text(result *given)
{
    const glr_initializer initializer = glr_random_uniform(-1.0 / 3.0, 1e23, -12345678901234);
    return glr_initializer_to_text(&initializer, given->text, sizeof given->text, &given->length);
}

/* A call that allocates nothing, and so cannot fail. */
static glr_status describe(result *given)
{
    const glr_initializer initializer = glr_lecun_normal(1);
    const glr_tensor tensor = {
        .dtype = GLR_DTYPE_FLOAT16, .rank = 3, .shape = {3, 4, 5}, .strides = {1, 3, 12}};
    const glr_status status = glr_describe(&initializer, &tensor, &given->summary);
    given->initializer = glr_initializer_of_kind(glr_kind_of_name("HeUniform"));
    given->length = (size_t)glr_stream_of_name("layer.weight", 12);
    (void)snprintf(given->text, sizeof given->text, "%s %s", glr_kind_name(GLR_KIND_ONES),
                   glr_dtype_name(GLR_DTYPE_INT8));
    return status == GLR_OK ? glr_tensor_extent(&tensor, &given->elements, &given->bytes) : status;
}

static glr_status resolve_global(result *given)
{
    glr_initializer unseeded = glr_glorot_normal(0);
    unseeded.seeding = GLR_SEEDING_NONE;
    glr_set_seed(99);
    return glr_resolve(&unseeded, &given->initializer);
}

/* Resolves a model, whose spec is the result, and frees it. */
static glr_status finish_model(glr_model *model, glr_status status, result *given)
{
    const glr_model_options options = {.has_seed = 1, .seed = 4};
    glr_model_tensor first = {.action = GLR_ACTION_NONE};
    if (status == GLR_OK) {
        status = glr_model_resolve(model, &options);
        const glr_status got = glr_model_get(model, 0, &first);
        status = got == GLR_OK ? status : GLR_ERROR_DEVICE;
    }
    if (status == GLR_ERROR_MEMORY && (first.action != GLR_ACTION_NONE || first.reason != NULL)) {
        status = GLR_ERROR_DEVICE; /* half of a model shows */
    }
    status =
        status == GLR_OK ? glr_model_to_spec(model, given->text, sizeof given->text, &given->length) : status;
    glr_model_free(model);
    return status;
}

/* Tensors by a program, more than there is room for at first. */
static glr_status make_model(result *given)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 4}};
    const glr_variable n = {"n", 12.0};
    glr_model *model = (glr_model *)(void *)given; /* a value that a failure must replace */
    glr_status status = glr_model_create(&n, 1, &model);
    if (status != GLR_OK) {
        return model == NULL ? status : GLR_ERROR_DEVICE;
    }
    for (int i = 0; status == GLR_OK && i < 10; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "h.%d.w", i);
        status = glr_model_add(model, name, &tensor, NULL);
    }
    status = status == GLR_OK ? glr_model_add_rule(model, "h.{i}.w", "random_normal(0, 1/(n+{i}))") : status;
    return finish_model(model, status, given);
}

static glr_status read_list(result *given)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"variables\": {\"n\": 2}, \"rules\": [{\"match\": \"h.{i}.*\", "
        "\"initializer\": \"constant(n+{i})\"}], \"tensors\": [{\"name\": \"h.0.w\", \"shape\": [3]}, "
        "{\"name\": \"v\", \"shape\": [3], \"slice\": \"1:2\", \"initializer\": \"he_normal\"}]}";
    glr_model *model = (glr_model *)(void *)given;
    const glr_status status = glr_model_from_list(list, sizeof list - 1, NULL, 0, &model);
    if (status != GLR_OK) {
        return model == NULL ? status : GLR_ERROR_DEVICE;
    }
    return finish_model(model, status, given);
}

static glr_status read_spec(result *given)
{
    static const char spec[] =
        "{\"a\": {\"shape\": [4], \"dtype\": \"float16\", \"initializer\": \"he_normal(seed=3)\", "
        "\"regions\": "
        "[{\"start\": [1], \"extent\": [2], \"initializer\": \"ones\"}]}, \"b\": {\"shape\": [2], \"dtype\": "
        "\"int8\", \"values\": [1, 2]}}";
    glr_model *model = (glr_model *)(void *)given;
    const glr_status status = glr_model_from_spec(spec, sizeof spec - 1, &model);
    given->length = status == GLR_OK ? glr_model_count(model) : 0;
    glr_model_free(model);
    return status;
}

/* Regions, of which one is drawn whole, and values: the spec, and what is drawn. */
static glr_status fill_list(result *given)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"seed\": 4, \"tensors\": [{\"name\": \"w\", \"shape\": [4, 4], "
        "\"initializer\": "
        "\"ones\", \"regions\": [{\"slice\": \"0:1\", \"initializer\": \"random_normal(0, 1)\"}, {\"slice\": "
        "\"1:3,:2\", \"initializer\": \"orthogonal\"}]}, {\"name\": \"v\", \"shape\": [2], \"values\": [0.1, "
        "7]}]}";
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    glr_device *device = NULL;
    glr_model *model = (glr_model *)(void *)given;
    float filled[18] = {0};
    glr_status status = glr_model_from_list(list, sizeof list - 1, NULL, 0, &model);
    if (status != GLR_OK) {
        return model == NULL ? status : GLR_ERROR_DEVICE;
    }
    status = glr_model_resolve(model, NULL);
    status = status == GLR_OK ? glr_open(&options, &device) : status;
    status = status == GLR_OK ? glr_model_fill(device, model, 0, NULL, filled, 64) : status;
    status = status == GLR_OK ? glr_model_fill(device, model, 1, NULL, filled + 16, 8) : status;
    if (status == GLR_OK) {
        (void)snprintf(given->text, sizeof given->text, "%.9g %.9g %.9g %.9g", filled[0], filled[4],
                       filled[9], filled[16]);
    }
    glr_close(device);
    glr_model_free(model);
    return status;
}

static glr_status list_undecided(result *given)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"h.0.w\", \"shape\": [3]}, "
        "{\"name\": \"h.1.w\", \"shape\": [3]}]}";
    glr_model *model = NULL;
    glr_status status = glr_model_from_list(list, sizeof list - 1, NULL, 0, &model);
    status = status == GLR_OK ? glr_model_resolve(model, NULL) : status;
    if (status == GLR_ERROR_UNDECIDED) {
        status = glr_model_undecided(model, given->text, sizeof given->text, &given->length);
    }
    glr_model_free(model);
    return status;
}

static const call calls[] = {
    {"open_one", open_one, false},     {"open_four", open_four, false},
    {"open_auto", open_auto, false},   {"open_opencl", open_opencl, false},
    {"open_cuda", open_cuda, false},   {"list", list, true},
    {"allocate", allocate, false},     {"stage", stage, false},
    {"orthogonal", orthogonal, false}, {"read_json", read_json, false},
    {"read_name", read_name, false},   {"write_json", write_json, false},
    {"read_text", read_text, false},   {"write_text", write_text, false},
    {"describe", describe, false},     {"resolve_global", resolve_global, false},
    {"make_model", make_model, false}, {"read_list", read_list, false},
    {"read_spec", read_spec, false},   {"list_undecided", list_undecided, false},
    {"fill_list", fill_list, false},
};

/* ---- Each place in turn ------------------------------------------------------------------------------- */

static int complaints;

static void complain(const char *name, unsigned kinds, long nth, const char *what)
{
    (void)printf("%s, call %ld of kind %u: %s (last error: %s)\n", name, nth, kinds, what, glr_last_error());
    complaints++;
}

/* The error of a call during which others fail; NULL without one. */
static const char *judge(const call *tried, glr_status status, const result *given, const result *usual)
{
    static const result untouched;
    if (status == GLR_OK) {
        return tried->repeats_loader || memcmp(given, usual, sizeof *given) == 0 ? NULL : "another result";
    }
    if (status != GLR_ERROR_MEMORY) {
        return glr_status_name(status);
    }
    if (strstr(glr_last_error(), "memory") == NULL) {
        return "its message says nothing of memory";
    }
    return memcmp(given, &untouched, sizeof *given) == 0 ? NULL : "failed, but has written";
}

/* Runs a call while others of a kind fail. Returns how many of those there were. */
static long try_once(const call *tried, fault_kind kind, long nth, bool lasting, const result *usual,
                     long *live)
{
    static result given;
    memset(&given, 0, sizeof given);
    fault_watch();
    fault_arm(kind, nth, lasting);
    const glr_status status = tried->run(&given);
    const long count = fault_disarm();
    const char *wrong = judge(tried, status, &given, usual);
    *live = fault_live();
    if (wrong != NULL) {
        complain(tried->name, kind, nth, wrong);
    }
    return count;
}

/* The C library keeps a thread's memory for the next: only what is lost again is a leak. */
static long try_place(const call *tried, fault_kind kind, long nth, bool lasting, const result *usual)
{
    long live;
    const long count = try_once(tried, kind, nth, lasting, usual, &live);
    if (live > 0) {
        (void)try_once(tried, kind, nth, lasting, usual, &live);
    }
    if (live > 0) {
        complain(tried->name, kind, nth, "leaks");
    }
    return count;
}

static void try_places(const call *tried, fault_kind kind, bool lasting, const result *usual)
{
    const long count = try_place(tried, kind, -1, false, usual);
    for (long nth = 0; nth < count; nth++) {
        (void)try_place(tried, kind, nth, lasting, usual);
    }
}

/* State that the processes of this test share. */
static struct {
    result usual; /* of the call that is tried */
    long count;
} * shared;

/* In a process that has called nothing of the library yet: what is made at a first call and kept is made
   while others fail, and must not be missing afterwards. The undisturbed call (-1) comes first. */
static void try_first(const call *tried, long nth)
{
    static result again;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (nth < 0 && tried->run(&shared->usual) != GLR_OK) {
            complain(tried->name, 0, nth, "fails undisturbed");
        } else if (nth >= 0) {
            fault_arm(FAULT_MEMORY, nth, false);
            const glr_status status = tried->run(&again);
            shared->count = fault_disarm();
            const char *wrong = judge(tried, status, &again, &shared->usual);
            if (wrong != NULL) {
                complain(tried->name, FAULT_MEMORY, nth, wrong);
            }
            memset(&again, 0, sizeof again);
            if (tried->run(&again) != GLR_OK ||
                (!tried->repeats_loader && memcmp(&again, &shared->usual, sizeof again) != 0)) {
                complain(tried->name, FAULT_MEMORY, nth, "fails afterwards");
            }
        }
        (void)fflush(stdout);
        _exit(complaints > 0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        complaints++;
    }
}

static void try_call(const call *tried)
{
    static result usual;
    memset(shared, 0, sizeof *shared);
    shared->count = 1;
    for (long nth = -1; nth < shared->count; nth++) {
        try_first(tried, nth);
    }
    if (tried->run(&usual) != GLR_OK || memcmp(&usual, &shared->usual, sizeof usual) != 0) {
        complain(tried->name, 0, 0, "has another result here");
        return;
    }
    try_places(tried, FAULT_MEMORY, false, &usual);
    try_places(tried, FAULT_MEMORY, true, &usual);
    try_places(tried, FAULT_SYSTEM, false, &usual);
}

/* Every call in turn for each number of threads that are made before one is refused. */
static void try_threads(void)
{
    const glr_initializer initializer = glr_he_normal(7);
    for (long made = 0; made < 3; made++) {
        glr_options options = GLR_OPTIONS_INIT;
        glr_device *device = NULL;
        options.backend = GLR_BACKEND_CPU;
        options.threads = 4;
        fault_arm(FAULT_THREAD, made, true);
        const bool opened = glr_open(&options, &device) == GLR_OK;
        for (int i = 0; i < 3; i++) {
            if (!opened || draw(device, &initializer) != GLR_OK ||
                memcmp(drawn, expected, sizeof drawn) != 0) {
                complain("threads", FAULT_THREAD, made, "another result");
            }
        }
        if (fault_disarm() <= made) {
            complain("threads", FAULT_THREAD, made, "no thread was refused");
        }
        if (opened && (draw(device, &initializer) != GLR_OK || memcmp(drawn, expected, sizeof drawn) != 0)) {
            complain("threads", 0, made, "another result afterwards");
        }
        glr_close(device);
    }
}

static void try_random(void)
{
    glr_initializer unseeded = glr_he_normal(0), resolved = glr_zeros();
    const glr_initializer before = resolved;
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    unseeded.seeding = GLR_SEEDING_NONE;
    if (glr_open(&options, &device) != GLR_OK) {
        complain("random", 0, 0, "cannot be opened");
        return;
    }
    fault_arm(FAULT_SYSTEM, 0, true);
    const glr_status of_resolve = glr_resolve(&unseeded, &resolved);
    const glr_status of_fill = draw(device, &unseeded);
    (void)fault_disarm();
    if (of_resolve != GLR_ERROR_SYSTEM || memcmp(&resolved, &before, sizeof before) != 0) {
        complain("random", FAULT_SYSTEM, 0, "glr_resolve does not fail");
    }
    if (of_fill != GLR_ERROR_SYSTEM || drawn[0] != 0.0F || drawn[LARGE - 1] != 0.0F) {
        complain("random", FAULT_SYSTEM, 0, "glr_fill does not fail");
    }
    fault_arm(FAULT_INTERRUPT, 0, false);
    if (glr_resolve(&unseeded, &resolved) != GLR_OK || resolved.seeding != GLR_SEEDING_SEED) {
        complain("random", FAULT_INTERRUPT, 0, "an interrupted system call is not made again");
    }
    if (fault_disarm() != 2) {
        complain("random", FAULT_INTERRUPT, 0, "no system call was interrupted");
    }
    glr_close(device);
}

/* ---- Cases -------------------------------------------------------------------------------------------- */

static bool passes(const char *name, void (*run)(const call *), const call *tried)
{
    int status = 0;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(60);
        run(tried);
        (void)fflush(stdout);
        _exit(complaints > 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        (void)printf("%s: %s %d\n", name, WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        return false;
    }
    return true;
}

static void run_threads(const call *unused)
{
    (void)unused;
    try_threads();
}

static void run_random(const call *unused)
{
    (void)unused;
    try_random();
}

int main(void)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    const glr_initializer initializer = glr_he_normal(7);
    /* The drivers are not ours, and end the process when memory fails. */
    if (setenv("GLORAND_OPENCL_LIBRARY", "/nowhere", 1) != 0 ||
        setenv("GLORAND_CUDA_LIBRARY", "/nowhere", 1) != 0) {
        return 1;
    }
    options.backend = GLR_BACKEND_CPU;
    options.threads = 1;
    /* The CPU only, which keeps nothing. */
    if (glr_open(&options, &device) != GLR_OK || draw(device, &initializer) != GLR_OK) {
        (void)printf("%s\n", glr_last_error());
        return 1;
    }
    glr_close(device);
    memcpy(expected, drawn, sizeof expected);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return 1;
    }
    bool ok = true;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        ok = passes(calls[i].name, try_call, &calls[i]) && ok;
    }
    ok = passes("threads", run_threads, NULL) && ok;
    return passes("random", run_random, NULL) && ok ? 0 : 1;
}
