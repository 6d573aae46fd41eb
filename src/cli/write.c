/* Writing drawn tensors to files. */
#include "write.h"

#include "canvas.h"
#include "interrupt.h"
#include "list.h"
#include "output.h"
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a piece that one thread draws and writes. On the CPU it stays in the thread's cache between the
   two. On a device it is long enough to keep the device busy, and so is a number of threads that lets it draw
   while one piece is copied to the host and another is written. */
#define CPU_BYTES      (UINT64_C(1) << 20)
#define DEVICE_BYTES   (UINT64_C(16) << 20)
#define DEVICE_THREADS 3

/* Stages of a device for standard output: one thread writes one while the other is drawn and copied. */
#define DEVICE_STAGES 2

/* A file, or standard output, in the making. For a file every thread draws and writes pieces of its own, so
   that some draw while others write, with the file's descriptor and the device shared by all. */
typedef struct job {
    glr_device *device; /* a fill of which has one thread */
    glr_options options;
    pthread_mutex_t whole; /* held by the thread that draws a tensor that is not cut into pieces */
    glr_progress progress;
    glr_output output;
    bool sync;            /* the file, before it gets its name */
    uint64_t piece_bytes; /* of the largest piece */
    glr_canvas *canvases; /* for a file, one of every thread */
    uint32_t canvas_count;
    /* Work that is not handed out yet: the tensor's pieces from `next` on, then the model's tensors after
       `index`. */
    glr_subject tensor;
    size_t count;
    const glr_file_tensor *place; /* of the tensor in the file */
    bool is_whole;                /* the tensor is one piece, however large */
    glr_pieces pieces;
    uint64_t next;
    bool failed;
    glr_problem problem;  /* empty when it was interrupted */
    pthread_mutex_t lock; /* of what is handed out, the failure and the progress */
} job;

/* A thread that draws a file. */
typedef struct artist {
    job *work;
    glr_canvas *canvas;
    pthread_t thread;
} artist;

/* ---- Files ------------------------------------------------------------------------------------------- */

/* Goes on to a tensor, or to the end of the list; those that are skipped have no place in the file. */
static void set_tensor(job *work, size_t index)
{
    glr_subject *subject = &work->tensor;
    work->next = 0;
    for (subject->index = index; subject->index < work->count; subject->index++) {
        (void)glr_model_get(subject->model, subject->index, &subject->tensor);
        if (glr_is_drawn(&subject->tensor)) {
            break;
        }
    }
    if (subject->index < work->count) {
        work->is_whole = glr_is_drawn_whole(work->device, subject);
        work->pieces = glr_cut(&subject->tensor.tensor, work->is_whole ? INT64_MAX : work->piece_bytes);
    }
}

/* A thread's next piece. */
typedef struct assignment {
    glr_subject tensor;
    bool is_whole;
    glr_piece piece; /* its offset is the file's */
} assignment;

/* The next piece; false when there is none, or the job has failed. */
static bool take_piece(job *work, assignment *next)
{
    (void)pthread_mutex_lock(&work->lock);
    while (work->tensor.index < work->count && work->next == work->pieces.count) {
        set_tensor(work, work->tensor.index + 1);
        work->place++;
    }
    const bool taken = work->tensor.index < work->count && !work->failed && !glr_interrupted();
    if (taken) {
        next->tensor = work->tensor;
        next->is_whole = work->is_whole;
        next->piece = glr_piece_at(&work->pieces, work->next++);
        next->piece.offset += work->place->offset;
    }
    (void)pthread_mutex_unlock(&work->lock);
    return taken;
}

/* The first failure is the job's. */
static void note(job *work, uint64_t bytes, bool ok, const glr_problem *problem)
{
    (void)pthread_mutex_lock(&work->lock);
    if (!ok && !work->failed) {
        work->problem = *problem;
        work->failed = true;
    }
    glr_progress_add(&work->progress, bytes);
    (void)pthread_mutex_unlock(&work->lock);
}

static bool draw_piece(job *work, glr_canvas *canvas, const assignment *next, glr_problem *problem)
{
    const void *values = NULL;
    const glr_piece *piece = &next->piece;
    return glr_canvas_start(canvas, &next->tensor, piece, problem) &&
           glr_canvas_wait(canvas, &values, problem) &&
           glr_output_write(&work->output, piece->offset, values, (size_t)piece->bytes, problem);
}

/* Whether what is still to be drawn is of no use. */
static bool is_over(job *work)
{
    (void)pthread_mutex_lock(&work->lock);
    const bool over = work->failed || glr_interrupted();
    (void)pthread_mutex_unlock(&work->lock);
    return over;
}

/* Draws a tensor that is one piece by as many threads as there may be, on a stage of its size: one such
   tensor at a time, so that memory is that of one. */
static bool draw_whole(job *work, const assignment *next, glr_problem *problem)
{
    glr_options options = work->options;
    glr_device *device = NULL;
    glr_canvas canvas = {.device = NULL};
    options.backend = glr_device_backend(work->device);
    (void)pthread_mutex_lock(&work->whole);
    if (is_over(work)) { /* since this thread took the tensor */
        (void)pthread_mutex_unlock(&work->whole);
        return true;
    }
    const bool ok = (glr_open(&options, &device) == GLR_OK ||
                     glr_problem_set(problem, "tensor %s: %s", next->tensor.tensor.name, glr_last_error())) &&
                    glr_canvas_open(device, next->piece.bytes, &canvas, problem) &&
                    draw_piece(work, &canvas, next, problem);
    glr_canvas_close(&canvas);
    glr_close(device);
    (void)pthread_mutex_unlock(&work->whole);
    return ok;
}

static void *draw_pieces(void *argument)
{
    const artist *self = argument;
    job *work = self->work;
    assignment next;
    while (take_piece(work, &next)) {
        glr_problem problem = {0};
        const bool ok = next.is_whole ? draw_whole(work, &next, &problem)
                                      : draw_piece(work, self->canvas, &next, &problem);
        note(work, next.piece.bytes, ok, &problem);
    }
    return NULL;
}

/* One thread for each canvas, this one among them; fewer if the system gives fewer. */
static bool draw_file(job *work)
{
    artist *artists = calloc(work->canvas_count, sizeof *artists);
    if (artists == NULL) {
        return glr_problem_set(&work->problem, "out of memory for %u threads", work->canvas_count);
    }
    uint32_t count = 1;
    for (uint32_t i = 0; i < work->canvas_count; i++) {
        artists[i].work = work;
        artists[i].canvas = &work->canvases[i];
    }
    while (count < work->canvas_count &&
           pthread_create(&artists[count].thread, NULL, draw_pieces, &artists[count]) == 0) {
        count++;
    }
    (void)draw_pieces(&artists[0]);
    for (uint32_t i = 1; i < count; i++) {
        (void)pthread_join(artists[i].thread, NULL);
    }
    free(artists);
    return !work->failed && !glr_interrupted();
}

/* close_canvases must follow in any case. The count is set behind each call that has the job's address, so
   that clang-tidy knows it is not 0. */
static bool open_canvases(job *work, uint32_t count)
{
    bool ok = true;
    work->canvases = calloc(count, sizeof *work->canvases);
    if (work->canvases == NULL) {
        (void)glr_problem_set(&work->problem, "out of memory for %u stages", count);
        return false;
    }
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = glr_canvas_open(work->device, work->piece_bytes, &work->canvases[i], &work->problem);
        work->canvas_count = i + 1;
    }
    return ok;
}

static void close_canvases(job *work)
{
    for (uint32_t i = 0; i < work->canvas_count; i++) {
        glr_canvas_close(&work->canvases[i]);
    }
    free(work->canvases);
}

/* Ends a job: the file is kept if all went well. */
static int finish(job *work, bool ok)
{
    close_canvases(work);
    glr_progress_end(&work->progress);
    ok = ok && glr_output_commit(&work->output, work->sync, &work->problem);
    glr_output_discard(&work->output);
    glr_close(work->device);
    if (!ok) {
        glr_interrupt_die();
    }
    return ok ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "%s", work->problem.text);
}

/* Says what earlier runs have left: it may be many gigabytes. */
static void name_leftovers(const glr_output *output)
{
    char *name;
    const size_t count = glr_output_leftovers(output, &name);
    if (count == 1) {
        glr_cli_line(stderr, "glorand: %s was left by a process that was killed, and can be removed", name);
    } else if (count > 1) {
        glr_cli_line(stderr,
                     "glorand: %s and %zu others were left by processes that were killed, and can be removed",
                     name, count - 1);
    }
    free(name);
}

/* Opens the device and creates the file; finish must follow in any case. */
static bool begin(job *work, const glr_common *common, const char *path, uint64_t file_bytes,
                  uint64_t drawn_bytes)
{
    glr_interrupt_catch();
    work->sync = common->sync;
    work->options = common->options;
    glr_options options = common->options;
    uint32_t threads = options.threads > 0 ? options.threads : glr_default_threads();
    options.threads = 1; /* of a fill: see job */
    if (glr_open(&options, &work->device) != GLR_OK) {
        return glr_problem_set(&work->problem, "%s", glr_last_error());
    }
    work->piece_bytes = CPU_BYTES;
    if (glr_device_backend(work->device) != GLR_BACKEND_CPU) {
        work->piece_bytes = DEVICE_BYTES;
        threads = DEVICE_THREADS;
    }
    if (!open_canvases(work, threads)) {
        return false;
    }
    if (!glr_output_create(path, file_bytes, &work->output, &work->problem)) {
        return false;
    }
    name_leftovers(&work->output);
    glr_progress_start(&work->progress, common, path, drawn_bytes);
    return true;
}

/* Bytes that come before the tensors', and the tensors with their places in the file. */
typedef struct contents {
    const char *header;
    size_t header_length;
    const glr_model *model;
    const glr_file_tensor *place; /* of those that are drawn */
    uint64_t bytes;               /* of all */
} contents;

static int write_file(const glr_common *common, const contents *all, const char *path)
{
    job work = {
        .output = {.descriptor = -1}, .whole = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER};
    bool ok = begin(&work, common, path, all->bytes, all->bytes - all->header_length) &&
              glr_output_write(&work.output, 0, all->header, all->header_length, &work.problem);
    if (ok) {
        work.tensor.model = all->model;
        work.count = glr_model_count(all->model);
        work.place = all->place;
        set_tensor(&work, 0);
        ok = draw_file(&work);
    }
    return finish(&work, ok);
}

/* A resolved model's tensors as the file will have them, and their shapes behind. */
static glr_file_tensor *file_tensors(const glr_model *model, size_t *count)
{
    const size_t all = glr_model_count(model);
    glr_model_tensor from;
    size_t sizes = 0;
    for (size_t i = 0; i < all; i++) {
        (void)glr_model_get(model, i, &from);
        sizes += from.tensor.rank;
    }
    glr_file_tensor *tensors = calloc(1, (all + 1) * sizeof *tensors + sizes * sizeof(int64_t));
    int64_t *shape = (int64_t *)(tensors + all + 1);
    *count = 0;
    for (size_t i = 0; tensors != NULL && i < all; i++) {
        (void)glr_model_get(model, i, &from);
        if (!glr_is_drawn(&from)) {
            continue;
        }
        glr_file_tensor *to = &tensors[(*count)++];
        to->name = from.name;
        to->dtype = from.tensor.dtype;
        to->rank = from.tensor.rank;
        to->shape = shape;
        glr_part_shape(&from.tensor, shape);
        shape += to->rank;
        (void)glr_tensor_extent(&from.tensor, NULL, &to->bytes);
    }
    return tensors;
}

/* The header of a .safetensors file, to be freed; NULL on failure. */
static char *make_header(const glr_model *model, glr_file_tensor *tensors, size_t count, size_t *length,
                         glr_problem *problem)
{
    char stream_version[16];
    char *spec = glr_text_of_model(glr_model_to_spec, model, problem);
    if (spec == NULL) {
        return NULL;
    }
    (void)snprintf(stream_version, sizeof stream_version, "%" PRIu32, glr_stream_version());
    const glr_file_text metadata[] = {
        {"format", "pt"},
        {GLR_KEY_VERSION, glr_version_string()},
        {GLR_KEY_STREAM_VERSION, stream_version},
        {GLR_KEY_SPEC, spec},
    };
    char *header = glr_safetensors_header(tensors, count, metadata, sizeof metadata / sizeof metadata[0],
                                          length, problem);
    free(spec);
    return header;
}

int glr_write_safetensors(const glr_common *common, const glr_model *model, const char *path)
{
    glr_problem problem;
    size_t count, length = 0;
    glr_file_tensor *tensors = file_tensors(model, &count);
    if (tensors == NULL) {
        return glr_cli_fail(EXIT_FAILED, "%s: out of memory", path);
    }
    char *header = make_header(model, tensors, count, &length, &problem);
    if (header == NULL) {
        free(tensors);
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    const uint64_t end = count == 0 ? length : tensors[count - 1].offset + tensors[count - 1].bytes;
    const contents all = {header, length, model, tensors, end};
    int status = write_file(common, &all, path);
    free(header);
    free(tensors);
    return status;
}

int glr_write_single(const glr_common *common, const glr_model *model, const char *header,
                     size_t header_length, const char *path)
{
    glr_model_tensor tensor;
    glr_file_tensor place = {.offset = header_length};
    (void)glr_model_get(model, 0, &tensor);
    (void)glr_tensor_extent(&tensor.tensor, NULL, &place.bytes);
    const contents all = {header, header_length, model, &place, header_length + place.bytes};
    return write_file(common, &all, path);
}

/* ---- Standard output --------------------------------------------------------------------------------- */

/* The pieces that are drawn ahead of what standard output has taken, one on each canvas in turn. */
typedef struct ahead {
    job *work;
    uint64_t started, written; /* pieces */
} ahead;

static bool write_all(const char *from, uint64_t bytes, glr_problem *problem)
{
    while (bytes > 0) {
        ssize_t written = write(STDOUT_FILENO, from, (size_t)bytes);
        if (written < 0 && errno == EINTR && !glr_interrupted()) {
            continue;
        }
        if (written <= 0) {
            return glr_problem_set(problem, "standard output: %s", strerror(errno));
        }
        from += written;
        bytes -= (uint64_t)written;
    }
    return true;
}

static bool write_oldest(ahead *pieces)
{
    job *work = pieces->work;
    glr_canvas *canvas = &work->canvases[pieces->written++ % work->canvas_count];
    const void *values = NULL;
    if (!glr_canvas_wait(canvas, &values, &work->problem) || glr_interrupted()) {
        return false;
    }
    glr_progress_add(&work->progress, canvas->piece.bytes);
    return write_all(values, canvas->piece.bytes, &work->problem);
}

static bool draw_ahead(ahead *pieces, const glr_piece *piece)
{
    job *work = pieces->work;
    if (pieces->started - pieces->written == work->canvas_count && !write_oldest(pieces)) {
        return false;
    }
    return glr_canvas_start(&work->canvases[pieces->started++ % work->canvas_count], &work->tensor, piece,
                            &work->problem);
}

static bool draw_to_standard_output(job *work)
{
    ahead pieces = {.work = work};
    bool ok = true;
    for (uint64_t i = 0; ok && i < work->pieces.count; i++) {
        const glr_piece piece = glr_piece_at(&work->pieces, i);
        ok = draw_ahead(&pieces, &piece);
    }
    while (ok && pieces.written < pieces.started) {
        ok = write_oldest(&pieces);
    }
    return ok;
}

int glr_write_standard_output(const glr_common *common, const glr_model_tensor *tensor)
{
    job work = {.output = {.descriptor = -1}};
    uint64_t bytes = 0;
    (void)glr_tensor_extent(&tensor->tensor, NULL, &bytes);
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error with a message */
    glr_interrupt_catch();
    int status = glr_cli_open(common, &work.device);
    if (status != EXIT_DONE) {
        return status;
    }
    work.tensor.tensor = *tensor;
    const bool is_cpu = glr_device_backend(work.device) == GLR_BACKEND_CPU;
    const uint64_t max = is_cpu ? GLR_PIECE_BYTES : DEVICE_BYTES;
    const bool is_whole = glr_is_drawn_whole(work.device, &work.tensor);
    work.piece_bytes = bytes < max || is_whole ? bytes + 1 : max;
    work.pieces = glr_cut(&work.tensor.tensor.tensor, work.piece_bytes);
    glr_progress_start(&work.progress, common, "-", bytes);
    bool ok = open_canvases(&work, is_cpu ? 1 : DEVICE_STAGES) && draw_to_standard_output(&work);
    close_canvases(&work);
    glr_progress_end(&work.progress);
    glr_close(work.device);
    if (!ok) {
        glr_interrupt_die();
    }
    return ok ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "%s", work.problem.text);
}
