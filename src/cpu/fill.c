/* A fill on the CPU: the part is cut into chunks, which threads take in turn, and a chunk into batches.
   A batch gathers the groups of as many runs as it has room for, so that short runs leave no lanes empty. */
#include "orthogonal.h"

#include <stdbool.h>
#include <string.h>

/* Elements of a chunk: small enough to balance the threads, large enough to make starting one cheap. */
#define CHUNK 65536

/* Bytes from which a fill is stored past the caches: beyond most last-level caches, so that little of it
   would still be there for its reader. */
#define NONTEMPORAL_BYTES (UINT64_C(64) << 20)

/* Consecutive elements of a batch, and where they go. */
typedef struct segment {
    uint32_t first, count; /* of the batch's raw values, counted from its start */
    char *dst;
} segment;

/* A thread's work in progress. */
typedef struct worker {
    const glr_cpu_kernel *kernel;
    const glr_plan *plan;
    const glr_columns *columns; /* of GLR_SAMPLE_ORTHOGONAL */
    uint64_t element_size;
    uint64_t group_size; /* elements of a row of the batch */
    uint64_t raw_size;   /* bytes of a raw value */
    uint64_t blocks;     /* blocks that a group owns */
    int nontemporal;     /* whether to store past the caches */
    uint32_t segments;
    segment segment[GLR_BATCH_ROWS];
    glr_batch batch;
} worker;

/* Copies contiguous elements to places that are the plan's stride apart. */
static void scatter(const worker *w, const char *elements, uint64_t count, char *dst)
{
    const uint64_t size = w->element_size, step = w->plan->runs.stride * size;
    if (step == size) { /* constants and random bytes: values are stored without this */
        memcpy(dst, elements, count * size);
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        memcpy(dst + i * step, elements + i * size, size);
    }
}

#define SCATTER_BYTES 2048

static void store(const worker *w, const char *raw, uint64_t count, char *dst)
{
    if (w->plan->sampler == GLR_SAMPLE_INDEX) { /* random bytes */
        scatter(w, raw, count, dst);
        return;
    }
    if (w->plan->runs.stride == 1) {
        (w->nontemporal ? w->kernel->store_nt : w->kernel->store)(w->plan, raw, count, dst);
        return;
    }
    char elements[SCATTER_BYTES];
    const uint64_t max = SCATTER_BYTES / sizeof(double);
    while (count > 0) {
        uint64_t now = count < max ? count : max;
        w->kernel->store(w->plan, raw, now, elements);
        scatter(w, elements, now, dst);
        raw += now * w->raw_size;
        dst += now * w->plan->runs.stride * w->element_size;
        count -= now;
    }
}

/* Whether the plan's sampler rejects candidates. */
static bool rejects(const glr_plan *plan)
{
    return plan->sampler == GLR_SAMPLE_TRUNCATED || plan->sampler == GLR_SAMPLE_BOUNDED;
}

/* Whether the kernel can draw the batch to its place. */
static bool is_packed(const worker *w)
{
    const glr_plan *plan = w->plan;
    return w->kernel->draw != NULL && plan->dtype == GLR_DTYPE_FLOAT32 && !rejects(plan) &&
           plan->runs.stride == 1 && w->segments == 1 && w->segment[0].first == 0 && !w->batch.carries &&
           (uintptr_t)w->segment[0].dst % sizeof(float) == 0;
}

static void draw_segments(worker *w)
{
    const glr_cpu_kernel *kernel = w->batch.carries ? &glr_cpu_kernel_plain : w->kernel;
    kernel->sample(w->plan, &w->batch);
    for (uint32_t i = 0; i < w->segments; i++) {
        const char *raw = (const char *)w->batch.raw + w->segment[i].first * w->raw_size;
        store(w, raw, w->segment[i].count, w->segment[i].dst);
    }
}

/* Draws the batch and writes its segments. */
static void flush(worker *w)
{
    if (w->batch.rows == 0) {
        return;
    }
    if (is_packed(w)) {
        w->kernel->draw(w->plan, &w->batch, w->segment[0].count, w->nontemporal, w->segment[0].dst);
    } else {
        draw_segments(w);
    }
    w->segments = 0;
    w->batch.rows = 0;
    w->batch.carries = 0;
}

/* Appends groups to the batch, at most `wanted` and at least one, after flushing it if they do not fit beside
   what it holds. Returns how many. */
static uint32_t append_groups(worker *w, uint64_t group, uint64_t wanted)
{
    glr_batch *batch = &w->batch;
    const uint64_t blocks = w->blocks;
    glr_counter first = glr_counter_at(w->plan->base, group * blocks);
    const uint32_t high[3] = {(uint32_t)(first.low >> 32), (uint32_t)first.high,
                              (uint32_t)(first.high >> 32)};
    if (batch->rows == GLR_BATCH_ROWS || batch->carries || memcmp(high, batch->high, sizeof high) != 0) {
        flush(w);
        memcpy(batch->high, high, sizeof high);
    }
    /* How many groups keep to these upper words. If not even one does, it is drawn alone, with carries. */
    uint32_t low = (uint32_t)first.low;
    uint64_t room = ((UINT64_C(1) << 32) - low) / blocks;
    if (room == 0) {
        flush(w);
        batch->carries = 1;
        room = 1;
    }
    uint64_t now = GLR_BATCH_ROWS - batch->rows;
    now = now < wanted ? now : wanted;
    now = now < room ? now : room;
    w->kernel->set_counters(batch->counter + batch->rows, low, (uint32_t)blocks, (uint32_t)now);
    batch->rows += (uint32_t)now;
    return (uint32_t)now;
}

/* Draws elements index to index + count - 1, which go to dst and on. */
static void draw_run(worker *w, uint64_t index, uint64_t count, char *dst)
{
    while (count > 0) {
        uint64_t skipped = index % w->group_size;
        uint64_t groups = (skipped + count + w->group_size - 1) / w->group_size;
        uint32_t appended = append_groups(w, index / w->group_size, groups);
        uint64_t now = (uint64_t)appended * w->group_size - skipped;
        now = now < count ? now : count;
        uint64_t first = (uint64_t)(w->batch.rows - appended) * w->group_size + skipped;
        segment piece = {(uint32_t)first, (uint32_t)now, dst};
        w->segment[w->segments++] = piece;
        index += now;
        dst += now * w->plan->runs.stride * w->element_size;
        count -= now;
    }
}

/* Writes a constant's element, over and over. */
static void write_constant(const worker *w, uint64_t count, char *dst)
{
    char elements[SCATTER_BYTES];
    const uint64_t max = SCATTER_BYTES / w->element_size;
    for (uint64_t i = 0; i < max && i < count; i++) {
        memcpy(elements + i * w->element_size, w->plan->constant, w->element_size);
    }
    while (count > 0) {
        uint64_t now = count < max ? count : max;
        scatter(w, elements, now, dst);
        dst += now * w->plan->runs.stride * w->element_size;
        count -= now;
    }
}

/* Writes elements index to index + count - 1 by a law of the index. */
static void write_index(const worker *w, uint64_t index, uint64_t count, char *dst)
{
    const glr_plan *plan = w->plan;
    uint64_t pattern;
    memcpy(&pattern, plan->constant, sizeof pattern); /* little-endian: see plan.h */
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t element =
            glr_index_element(&plan->law, index + i, plan->base, &plan->keys, (uint32_t)plan->dtype, pattern);
        memcpy(dst + i * plan->runs.stride * w->element_size, &element, w->element_size);
    }
}

/* Writes those of elements index to index + count - 1 that lie in the columns. */
static void write_columns(const worker *w, uint64_t index, uint64_t count, char *dst)
{
    double raw[GLR_COLUMNS_READ];
    while (count > 0) {
        uint64_t skipped;
        const uint64_t found = glr_columns_read(w->columns, w->plan, index, count, &skipped, raw);
        const uint64_t step = w->plan->runs.stride * w->element_size;
        store(w, (const char *)raw, found, dst + skipped * step);
        index += skipped + found;
        count -= skipped + found;
        dst += (skipped + found) * step;
    }
}

/* Fills elements `position` to position + count - 1 of the part, run by run. */
static void fill_chunk(worker *w, uint64_t position, uint64_t count, char *dst)
{
    const glr_runs *runs = &w->plan->runs;
    while (count > 0) {
        uint64_t within = position % runs->length;
        glr_run_start start = glr_run_at(runs, position / runs->length);
        uint64_t now = runs->length - within < count ? runs->length - within : count;
        char *place = dst + (start.offset + within * runs->stride) * w->element_size;
        if (w->plan->sampler == GLR_SAMPLE_CONSTANT) {
            write_constant(w, now, place);
        } else if (w->plan->sampler == GLR_SAMPLE_INDEX && w->plan->law.law != GLR_LAW_BYTES) {
            write_index(w, start.index + within, now, place);
        } else if (w->plan->sampler == GLR_SAMPLE_ORTHOGONAL) {
            write_columns(w, start.index + within, now, place);
        } else {
            draw_run(w, start.index + within, now, place);
        }
        position += now;
        count -= now;
    }
    flush(w);
}

static void prepare(worker *w, const glr_cpu_kernel *kernel, const glr_plan *plan, const glr_columns *columns)
{
    const int is_f64 = plan->dtype == GLR_DTYPE_FLOAT64;
    w->kernel = kernel;
    w->plan = plan;
    w->columns = columns;
    w->element_size = glr_dtype_size(plan->dtype);
    w->group_size = is_f64 ? GLR_GROUP_SIZE_F64 : GLR_GROUP_SIZE;
    w->raw_size = is_f64 ? sizeof(double) : sizeof(float);
    w->blocks = 1;
    if (plan->sampler == GLR_SAMPLE_INDEX) {
        w->group_size = GLR_BLOCK_BYTES / w->element_size;
        w->raw_size = w->element_size;
    }
    if (rejects(plan)) {
        w->blocks = is_f64 ? GLR_BLOCKS_PER_GROUP_F64 : GLR_BLOCKS_PER_GROUP;
    }
    w->nontemporal = plan->count >= NONTEMPORAL_BYTES / w->element_size;
    w->segments = 0;
    w->batch.rows = 0;
    w->batch.carries = 0;
    memset(w->batch.high, 0, sizeof w->batch.high);
}

/* State that the threads of a fill share. */
typedef struct fill {
    const glr_cpu_kernel *kernel;
    const glr_plan *plan;
    const glr_columns *columns;
    char *dst;
} fill;

static void fill_chunks(const void *context, glr_chunks *chunks)
{
    const fill *job = context;
    worker w;
    uint64_t chunk;
    prepare(&w, job->kernel, job->plan, job->columns);
    while (glr_next_chunk(chunks, &chunk)) {
        uint64_t position = chunk * CHUNK, left = job->plan->count - position;
        fill_chunk(&w, position, left < CHUNK ? left : CHUNK, job->dst);
    }
    job->kernel->nt_fence();
}

/* Inside the caller's parallel region, whose threads fill one tensor each, a fill has one, unless the
   handle's number was asked for. */
uint32_t glr_cpu_threads(const glr_cpu_device *cpu_dev, uint64_t chunks)
{
    if (chunks == 1 || cpu_dev->threads == 1 || (!cpu_dev->asked && glr_in_parallel_region())) {
        return 1;
    }
    return chunks < cpu_dev->threads ? (uint32_t)chunks : cpu_dev->threads;
}

void glr_cpu_fill_part(const glr_cpu_device *cpu_dev, const glr_plan *plan, const glr_columns *columns,
                       void *dst)
{
    const uint64_t chunks = (plan->count + CHUNK - 1) / CHUNK;
    const fill job = {cpu_dev->kernel, plan, columns, dst};
    glr_pool_run(cpu_dev->pool, glr_cpu_threads(cpu_dev, chunks), chunks, fill_chunks, &job);
}

void glr_cpu_draw(const glr_cpu_kernel *kernel, const glr_plan *plan, void *dst)
{
    worker w;
    prepare(&w, kernel, plan, NULL);
    fill_chunk(&w, 0, plan->count, dst);
}

glr_status glr_cpu_fill(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                        const glr_order *order)
{
    (void)order; /* the CPU has none */
    glr_cpu_device *cpu_dev = (glr_cpu_device *)device;
    if (plan->sampler == GLR_SAMPLE_ORTHOGONAL) {
        return glr_cpu_fill_orthogonal(cpu_dev, plan, destination->memory);
    }
    glr_cpu_fill_part(cpu_dev, plan, NULL, destination->memory);
    return GLR_OK;
}
