/* Writing drawn tensors to files. */
#include "write.h"

#include "api/stage.h"
#include "interrupt.h"
#include "model/output.h"
#include "model/safetensors.h"
#include "model/spec.h"
#include "pieces.h"
#include "progress.h"

#include <errno.h>
#include <omp.h>
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
    glr_device *device;
    int threads;
    glr_progress progress;
    glr_output output;
    const glr_model_tensor *tensor; /* being drawn */
    uint64_t start;                 /* where its bytes begin in the file */
    uint64_t piece_bytes;           /* of the largest piece */
    glr_stage *stages;              /* for a file, one of every thread */
    int stage_count;
    bool failed;
    glr_problem problem; /* empty when it was interrupted */
} job;

static bool has_failed(job *work)
{
    bool failed;
#pragma omp atomic read
    failed = work->failed;
    return failed || glr_interrupted();
}

static void note(job *work, uint64_t bytes, bool ok, const glr_problem *problem)
{
#pragma omp critical(glr_note)
    {
        if (!ok && !work->failed) {
            work->problem = *problem;
#pragma omp atomic write
            work->failed = true;
        }
        glr_progress_add(&work->progress, bytes);
    }
}

static bool start_piece(glr_stage *stage, const glr_model_tensor *tensor, const glr_tensor *piece,
                        glr_problem *problem)
{
    return glr_stage_start(stage, &tensor->choice.initializer, piece) == GLR_OK ||
           glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
}

static bool wait_for_piece(glr_stage *stage, const glr_model_tensor *tensor, glr_problem *problem)
{
    return glr_stage_wait(stage) == GLR_OK ||
           glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
}

static void draw_and_write(job *work, const glr_model_tensor *tensor, const glr_tensor *piece, uint64_t first,
                           uint64_t bytes)
{
    glr_problem problem = {""};
    glr_stage *stage = &work->stages[omp_get_thread_num()];
    bool ok = start_piece(stage, tensor, piece, &problem) && wait_for_piece(stage, tensor, &problem) &&
              glr_output_write(&work->output, first, stage->host, (size_t)bytes, &problem);
    note(work, bytes, ok, &problem);
}

/* Leaves a piece to whichever thread is free. */
static bool hand_out(const glr_tensor *piece, uint64_t offset, uint64_t bytes, void *context)
{
    job *work = context;
    if (has_failed(work)) {
        return false;
    }
    const glr_model_tensor *tensor = work->tensor;
    const glr_tensor part = *piece;
    const uint64_t first = work->start + offset;
#pragma omp task firstprivate(work, tensor, part, first, bytes)
    if (!has_failed(work)) {
        draw_and_write(work, tensor, &part, first, bytes);
    }
    return true;
}

/* close_stages must follow in any case. */
static bool open_stages(job *work, int count)
{
    work->stages = calloc((size_t)count, sizeof *work->stages);
    if (work->stages == NULL) {
        return glr_problem_set(&work->problem, "out of memory for %d stages", count);
    }
    work->stage_count = count;
    for (int i = 0; i < count; i++) {
        if (glr_stage_open(work->device, work->piece_bytes, &work->stages[i]) != GLR_OK) {
            return glr_problem_set(&work->problem, "%s", glr_last_error());
        }
    }
    return true;
}

static void close_stages(job *work)
{
    for (int i = 0; i < work->stage_count; i++) {
        glr_stage_close(&work->stages[i]);
    }
    free(work->stages);
}

/* Ends a job: the file is kept if all went well. */
static int finish(job *work, bool ok)
{
    close_stages(work);
    glr_progress_end(&work->progress);
    ok = ok && !has_failed(work) && glr_output_commit(&work->output, &work->problem);
    glr_output_discard(&work->output);
    glr_close(work->device);
    if (!ok) {
        glr_interrupt_die();
    }
    return ok ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "%s", work->problem.text);
}

/* Opens the device and creates the file; finish must follow in any case. */
static bool begin(job *work, const glr_common *common, const char *path, uint64_t file_bytes,
                  uint64_t drawn_bytes)
{
    memset(work, 0, sizeof *work);
    work->output.descriptor = -1;
    glr_interrupt_catch();
    glr_options options = common->options;
    work->threads = options.threads > 0 ? (int)options.threads : omp_get_max_threads();
    options.threads = 1; /* of a fill: see job */
    if (glr_open(&options, &work->device) != GLR_OK) {
        return glr_problem_set(&work->problem, "%s", glr_last_error());
    }
    work->piece_bytes = CPU_BYTES;
    if (glr_device_backend(work->device) != GLR_BACKEND_CPU) {
        work->piece_bytes = DEVICE_BYTES;
        work->threads = DEVICE_THREADS;
    }
    if (!open_stages(work, work->threads)) {
        return false;
    }
    if (!glr_output_create(path, file_bytes, &work->output, &work->problem)) {
        return false;
    }
    glr_progress_start(&work->progress, common, path, drawn_bytes);
    return true;
}

/* A resolved model's tensors as the file will have them. */
static glr_file_tensor *file_tensors(const glr_model *model, size_t *count)
{
    glr_file_tensor *tensors = calloc(model->count + 1, sizeof *tensors);
    *count = 0;
    for (size_t i = 0; tensors != NULL && i < model->count; i++) {
        const glr_model_tensor *from = &model->tensor[i];
        if (from->choice.action != GLR_ACTION_FILL) {
            continue;
        }
        glr_file_tensor *to = &tensors[(*count)++];
        to->name = from->name;
        to->dtype = from->tensor.dtype;
        to->rank = from->tensor.rank;
        glr_part_shape(&from->tensor, to->shape);
        (void)glr_tensor_extent(&from->tensor, NULL, &to->bytes);
    }
    return tensors;
}

static void hand_out_all(job *work, const glr_model *model, const glr_file_tensor *tensors)
{
    const glr_file_tensor *place = tensors;
    for (size_t i = 0; i < model->count; i++) {
        work->tensor = &model->tensor[i];
        if (work->tensor->choice.action != GLR_ACTION_FILL) {
            continue;
        }
        work->start = (place++)->offset;
        if (!glr_visit_pieces(&work->tensor->tensor, work->piece_bytes, hand_out, work)) {
            return;
        }
    }
}

int glr_write_safetensors(const glr_common *common, const glr_model *model, const char *path)
{
    glr_problem problem;
    size_t count, length = 0;
    glr_file_tensor *tensors = file_tensors(model, &count);
    json_t *metadata = glr_spec_write(model, &problem);
    char *header = tensors == NULL || metadata == NULL
                       ? NULL
                       : glr_safetensors_header(tensors, count, metadata, &length, &problem);
    json_decref(metadata);
    if (header == NULL) {
        free(tensors);
        return glr_cli_fail(EXIT_USAGE, "%s", problem.text);
    }
    uint64_t end = count == 0 ? length : tensors[count - 1].offset + tensors[count - 1].bytes;
    job work;
    bool ok = begin(&work, common, path, end, end - length) &&
              glr_output_write(&work.output, 0, header, length, &work.problem);
    if (ok) {
#pragma omp parallel num_threads(work.threads)
#pragma omp single
        hand_out_all(&work, model, tensors);
    }
    free(header);
    free(tensors);
    return finish(&work, ok);
}

int glr_write_single(const glr_common *common, const glr_model_tensor *tensor, const char *header,
                     size_t header_length, const char *path)
{
    uint64_t bytes = 0;
    (void)glr_tensor_extent(&tensor->tensor, NULL, &bytes);
    job work;
    bool ok = begin(&work, common, path, header_length + bytes, bytes) &&
              glr_output_write(&work.output, 0, header, header_length, &work.problem);
    work.tensor = tensor;
    work.start = header_length;
    if (ok) {
#pragma omp parallel num_threads(work.threads)
#pragma omp single
        (void)glr_visit_pieces(&tensor->tensor, work.piece_bytes, hand_out, &work);
    }
    return finish(&work, ok);
}

/* The pieces that are drawn ahead of what standard output has taken, one for each stage in turn. */
typedef struct ahead {
    job *work;
    uint64_t started, written; /* pieces */
    uint64_t *bytes;           /* of the piece in each stage */
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
    const uint64_t turn = pieces->written++ % (uint64_t)work->stage_count;
    glr_stage *stage = &work->stages[turn];
    if (!wait_for_piece(stage, work->tensor, &work->problem) || glr_interrupted()) {
        return false;
    }
    glr_progress_add(&work->progress, pieces->bytes[turn]);
    return write_all(stage->host, pieces->bytes[turn], &work->problem);
}

static bool draw_ahead(const glr_tensor *piece, uint64_t offset, uint64_t bytes, void *context)
{
    (void)offset;
    ahead *pieces = context;
    job *work = pieces->work;
    const uint64_t stages = (uint64_t)work->stage_count;
    if (pieces->started - pieces->written == stages && !write_oldest(pieces)) {
        return false;
    }
    const uint64_t turn = pieces->started++ % stages;
    pieces->bytes[turn] = bytes;
    return start_piece(&work->stages[turn], work->tensor, piece, &work->problem);
}

static bool draw_to_standard_output(job *work)
{
    uint64_t bytes[DEVICE_STAGES];
    ahead pieces = {.work = work, .bytes = bytes};
    bool ok = glr_visit_pieces(&work->tensor->tensor, work->piece_bytes, draw_ahead, &pieces);
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
    work.tensor = tensor;
    const bool is_cpu = glr_device_backend(work.device) == GLR_BACKEND_CPU;
    const uint64_t most = is_cpu ? GLR_PIECE_BYTES : DEVICE_BYTES;
    work.piece_bytes = bytes < most ? bytes + 1 : most;
    glr_progress_start(&work.progress, common, "-", bytes);
    bool ok = open_stages(&work, is_cpu ? 1 : DEVICE_STAGES) && draw_to_standard_output(&work);
    close_stages(&work);
    glr_progress_end(&work.progress);
    glr_close(work.device);
    if (!ok) {
        glr_interrupt_die();
    }
    return ok ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "%s", work.problem.text);
}
