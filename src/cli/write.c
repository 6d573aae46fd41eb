/* Writing drawn tensors to files. */
#include "write.h"

#include "draw.h"
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
   while one piece is copied back and another is written. */
#define CPU_BYTES      (UINT64_C(1) << 20)
#define DEVICE_BYTES   (UINT64_C(16) << 20)
#define DEVICE_THREADS 3

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
    char *buffer;                   /* of a piece for every thread; for standard output, of one for all */
    glr_drawer *drawers;            /* one for every thread */
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

static bool draw_piece(const glr_drawer *drawer, const glr_model_tensor *tensor, const glr_tensor *piece,
                       void *memory, uint64_t bytes, glr_problem *problem)
{
    return glr_draw(drawer, &tensor->choice.initializer, piece, memory, bytes) == GLR_OK ||
           glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
}

static void draw_and_write(job *work, const glr_model_tensor *tensor, const glr_tensor *piece, uint64_t first,
                           uint64_t bytes)
{
    glr_problem problem = {""};
    const int thread = omp_get_thread_num();
    void *memory = work->buffer + (uint64_t)thread * work->piece_bytes;
    bool ok = draw_piece(&work->drawers[thread], tensor, piece, memory, bytes, &problem) &&
              glr_output_write(&work->output, first, memory, (size_t)bytes, &problem);
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

/* A buffer and a drawer for every thread; free_memory must follow in any case. */
static bool make_memory(job *work)
{
    work->buffer = malloc((size_t)((uint64_t)work->threads * work->piece_bytes));
    work->drawers = calloc((size_t)work->threads, sizeof *work->drawers);
    if (work->buffer == NULL || work->drawers == NULL) {
        return glr_problem_set(&work->problem, "out of memory for %d buffers", work->threads);
    }
    for (int i = 0; i < work->threads; i++) {
        if (glr_drawer_make(work->device, work->piece_bytes, &work->drawers[i]) != GLR_OK) {
            return glr_problem_set(&work->problem, "%s", glr_last_error());
        }
    }
    return true;
}

static void free_memory(job *work)
{
    for (int i = 0; work->drawers != NULL && i < work->threads; i++) {
        glr_drawer_free(&work->drawers[i]);
    }
    free(work->drawers);
    free(work->buffer);
}

/* Ends a job: the file is kept if all went well. */
static int finish(job *work, bool ok)
{
    free_memory(work);
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
    if (!make_memory(work)) {
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

static bool draw_to_standard_output(const glr_tensor *piece, uint64_t offset, uint64_t bytes, void *context)
{
    (void)offset;
    job *work = context;
    const char *from = work->buffer;
    if (!draw_piece(work->drawers, work->tensor, piece, work->buffer, bytes, &work->problem) ||
        glr_interrupted()) {
        return false;
    }
    glr_progress_add(&work->progress, bytes);
    while (bytes > 0) {
        ssize_t written = write(STDOUT_FILENO, from, (size_t)bytes);
        if (written < 0 && errno == EINTR && !glr_interrupted()) {
            continue;
        }
        if (written <= 0) {
            return glr_problem_set(&work->problem, "standard output: %s", strerror(errno));
        }
        from += written;
        bytes -= (uint64_t)written;
    }
    return true;
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
    work.threads = 1;
    work.piece_bytes = bytes < GLR_PIECE_BYTES ? bytes + 1 : GLR_PIECE_BYTES;
    glr_progress_start(&work.progress, common, "-", bytes);
    bool ok = make_memory(&work) &&
              glr_visit_pieces(&tensor->tensor, GLR_PIECE_BYTES, draw_to_standard_output, &work);
    free_memory(&work);
    glr_progress_end(&work.progress);
    glr_close(work.device);
    if (!ok) {
        glr_interrupt_die();
    }
    return ok ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "%s", work.problem.text);
}
