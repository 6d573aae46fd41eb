/* Orthogonal matrices by Householder reflections: Stewart, "The efficient generation of random orthogonal
   matrices with an application to condition estimators", SIAM J. Numer. Anal. 17 (1980).

   Column j of Q is what reflections j, ..., 0 make of a unit vector, so columns are independent of each
   other: they are computed in sweeps that bound the memory, stripes of a sweep by threads. Reflections are
   drawn a panel at a time, once for each sweep. */
#include "orthogonal.h"

#include "api/call.h"

#include <math.h>
#include <string.h>

/* Stripes of a sweep. Its reflections cost a sixteenth of what applying them does. */
#define SWEEP_STRIPES 32

/* Rows times stripes below which a thread more costs as much as it does. */
#define SMALL_JOB 2048

static uint64_t columns_of(const glr_plan *plan)
{
    const glr_matrix *matrix = &plan->matrix;
    return matrix->rows < matrix->columns ? matrix->rows : matrix->columns;
}

static uint64_t rows_of(const glr_plan *plan)
{
    const glr_matrix *matrix = &plan->matrix;
    return matrix->rows < matrix->columns ? matrix->columns : matrix->rows;
}

static int is_transposed(const glr_plan *plan) { return plan->matrix.rows < plan->matrix.columns; }

/* ---- Which columns a part needs -------------------------------------------------------------------- */

/* The columns of Q in which elements first to last of the tensor lie. */
static void columns_of_run(const glr_plan *plan, uint64_t first, uint64_t last, uint64_t range[2])
{
    const uint64_t width = plan->matrix.columns;
    if (is_transposed(plan)) {
        range[0] = first / width;
        range[1] = last / width + 1;
    } else if (first / width == last / width) {
        range[0] = first % width;
        range[1] = last % width + 1;
    } else {
        range[0] = 0;
        range[1] = width;
    }
}

/* The stripes that hold the columns of the part. */
static void find_stripes(const glr_plan *plan, uint64_t *first, uint64_t *end)
{
    const glr_runs *runs = &plan->runs;
    uint64_t least = UINT64_MAX, most = 0;
    for (uint64_t run = 0; run < plan->count / runs->length; run++) {
        const uint64_t index = glr_run_at(runs, run).index;
        uint64_t range[2];
        columns_of_run(plan, index, index + runs->length - 1, range);
        least = range[0] < least ? range[0] : least;
        most = range[1] > most ? range[1] : most;
    }
    *first = least / GLR_PANEL;
    *end = (most + GLR_PANEL - 1) / GLR_PANEL;
}

/* ---- Scratch --------------------------------------------------------------------------------------- */

/* All that a fill allocates: two panels, the vectors of each, and the stripes of a sweep. */
static uint64_t scratch_bytes(const glr_plan *plan, uint64_t stripes)
{
    const uint64_t most = stripes < SWEEP_STRIPES ? stripes : SWEEP_STRIPES;
    return (2 + most) * rows_of(plan) * sizeof(glr_stripe_row) + 2 * sizeof(glr_panel);
}

uint64_t glr_cpu_scratch(const glr_plan *plan)
{
    uint64_t first, end;
    if (plan->sampler != GLR_SAMPLE_ORTHOGONAL || plan->count == 0) {
        return 0;
    }
    find_stripes(plan, &first, &end);
    return scratch_bytes(plan, end - first);
}

/* ---- Panels ---------------------------------------------------------------------------------------- */

/* A fill in progress. While a panel is applied to the stripes, one thread makes the panel before it. */
typedef struct job {
    const glr_cpu_kernel *kernel;
    const glr_plan *plan;
    uint64_t rows, columns; /* of Q */
    uint64_t first, end;    /* stripes of the sweep */
    uint64_t number;        /* of the panel that is applied, or `end` */
    uint64_t stripe;        /* the first to which it is */
    glr_panel *panel;       /* panel p is number p mod 2 */
    glr_stripe_row *values; /* of the sweep's stripes */
} job;

/* Draws vector k, a Gaussian one, from its first element that is not 0 on: elements k to rows - 1 of row k of
   a tensor of standard normals. */
static void draw_vector(const job *fill, uint64_t k, double *values)
{
    glr_plan normals = *fill->plan;
    normals.sampler = GLR_SAMPLE_NORMAL;
    normals.dtype = GLR_DTYPE_FLOAT64;
    normals.scale_f64 = 1.0;
    normals.count = fill->rows - k;
    normals.runs.first = k * fill->rows + k;
    normals.runs.length = normals.count;
    normals.runs.stride = GLR_PANEL;
    normals.runs.axes = 0;
    glr_cpu_draw(fill->kernel, &normals, values);
}

/* The squares of each Gaussian vector, summed in order. */
static void add_squares(const glr_panel *panel, double sums[GLR_PANEL])
{
    for (uint64_t i = 0; i < panel->rows; i++) {
        for (int l = 0; l < GLR_PANEL; l++) {
            const double value = panel->vector[i].column[l];
            sums[l] += value * value;
        }
    }
}

/* From a Gaussian vector x to one along x/|x| -+ e, whose reflection takes e to +-x/|x|. A vector of zeros
   stays what it is, and reflects nothing. */
static void aim(glr_panel *panel, int l, double square)
{
    double *first = &panel->vector[l].column[l];
    const double length = glr_sqrt_f64(square);
    panel->sign[l] = *first < 0.0 ? 1.0 : -1.0;
    *first = *first < 0.0 ? *first - length : *first + length;
    panel->factor[l] = length > 0.0 ? 1.0 / (length * fabs(*first)) : 0.0;
}

static void make_panel(const job *fill, uint64_t number)
{
    glr_panel *panel = &fill->panel[number % 2];
    const uint64_t first = number * GLR_PANEL, left = fill->columns - first;
    const int count = left < GLR_PANEL ? (int)left : GLR_PANEL;
    double squares[GLR_PANEL] = {0.0};
    panel->rows = fill->rows - first;
    /* What is drawn lies below a diagonal, and leaves no other rows than these in a panel that is not full.
     */
    memset(panel->vector, 0, (size_t)(count < GLR_PANEL ? panel->rows : GLR_PANEL) * sizeof *panel->vector);
    for (int l = 0; l < count; l++) {
        draw_vector(fill, first + (uint64_t)l, &panel->vector[l].column[l]);
    }
    add_squares(panel, squares);
    memset(panel->factor, 0, sizeof panel->factor);
    for (int l = 0; l < count; l++) {
        aim(panel, l, squares[l]);
    }
    fill->kernel->multiply(panel->vector, panel->vector, panel->rows, panel->product);
}

/* The columns of a stripe as they begin: unit vectors, with signs. */
static void begin_stripe(const job *fill, const glr_panel *panel, glr_stripe_row *stripe)
{
    const uint64_t first = fill->number * GLR_PANEL;
    memset(stripe, 0, (size_t)fill->rows * sizeof *stripe);
    for (uint64_t l = 0; l < GLR_PANEL && first + l < fill->columns; l++) {
        stripe[first + l].column[l] = panel->sign[l];
    }
}

static void apply_panel(const job *fill, uint64_t number)
{
    const glr_panel *panel = &fill->panel[fill->number % 2];
    glr_stripe_row *stripe = fill->values + (number - fill->first) * fill->rows;
    if (number == fill->number) {
        begin_stripe(fill, panel, stripe);
    }
    fill->kernel->reflect(panel, stripe + fill->number * GLR_PANEL);
}

/* Chunk 0 is the panel before the one that is applied: it takes longer than a stripe. */
static void run_chunks(const void *context, glr_chunks *chunks)
{
    const job *fill = context;
    uint64_t chunk;
    while (glr_next_chunk(chunks, &chunk)) {
        if (chunk > 0) {
            apply_panel(fill, fill->stripe + chunk - 1);
        } else if (fill->number > 0) {
            make_panel(fill, fill->number - 1);
        }
    }
}

/* Computes a sweep's columns. */
static void sweep(const glr_cpu_device *cpu_dev, job *fill)
{
    fill->number = fill->end;
    make_panel(fill, fill->number - 1);
    while (fill->number > 0) {
        fill->number--;
        fill->stripe = fill->number > fill->first ? fill->number : fill->first;
        const uint64_t chunks = fill->end - fill->stripe + 1;
        const uint32_t threads = (fill->rows * chunks) < SMALL_JOB ? 1 : glr_cpu_threads(cpu_dev, chunks);
        glr_pool_run(cpu_dev->pool, threads, chunks, run_chunks, fill);
    }
}

/* ---- Filling --------------------------------------------------------------------------------------- */

static void fill_by_sweeps(const glr_cpu_device *cpu_dev, job *fill, uint64_t first, uint64_t end, void *dst)
{
    for (fill->first = first; fill->first < end; fill->first = fill->end) {
        fill->end = end - fill->first < SWEEP_STRIPES ? end : fill->first + SWEEP_STRIPES;
        sweep(cpu_dev, fill);
        const uint64_t last = fill->end * GLR_PANEL;
        const glr_columns columns = {fill->first * GLR_PANEL, last < fill->columns ? last : fill->columns,
                                     fill->rows, fill->values};
        glr_cpu_fill_part(cpu_dev, fill->plan, &columns, dst);
    }
}

glr_status glr_cpu_fill_orthogonal(glr_cpu_device *cpu_dev, const glr_plan *plan, void *dst)
{
    job fill = {.kernel = cpu_dev->kernel, .plan = plan, .rows = rows_of(plan), .columns = columns_of(plan)};
    uint64_t first, end;
    void *scratch = NULL;
    find_stripes(plan, &first, &end);
    const glr_status status =
        glr_cpu_backend.alloc(&cpu_dev->device, scratch_bytes(plan, end - first), &scratch);
    if (status != GLR_OK) {
        return status;
    }
    glr_stripe_row *rows = scratch;
    fill.values = rows + 2 * fill.rows;
    const uint64_t stripes = end - first < SWEEP_STRIPES ? end - first : SWEEP_STRIPES;
    fill.panel = (glr_panel *)(void *)(fill.values + stripes * fill.rows);
    fill.panel[0].vector = rows;
    fill.panel[1].vector = rows + fill.rows;
    fill_by_sweeps(cpu_dev, &fill, first, end, dst);
    return glr_cpu_backend.free(&cpu_dev->device, scratch);
}

/* ---- Reading --------------------------------------------------------------------------------------- */

static double value_at(const glr_columns *columns, uint64_t row, uint64_t column)
{
    const uint64_t at = column - columns->first;
    return columns->stripe[at / GLR_STRIPE_COLUMNS * columns->rows + row].column[at % GLR_STRIPE_COLUMNS];
}

/* Of elements from `index` to the end of its row of the tensor, at most `count`, those that lie in the
   columns: how many are before them, and how many they are. */
static uint64_t find_elements(const glr_columns *columns, const glr_plan *plan, uint64_t index,
                              uint64_t count, uint64_t *skipped)
{
    const uint64_t width = plan->matrix.columns, column = index % width, row = index / width;
    const uint64_t end = width - column < count ? width : column + count;
    if (is_transposed(plan)) {
        const int is_in = row >= columns->first && row < columns->end;
        *skipped = is_in ? 0 : end - column;
        return is_in ? end - column : 0;
    }
    if (end <= columns->first || column >= columns->end) {
        *skipped = end - column;
        return 0;
    }
    *skipped = column < columns->first ? columns->first - column : 0;
    return (end < columns->end ? end : columns->end) - column - *skipped;
}

uint64_t glr_columns_read(const glr_columns *columns, const glr_plan *plan, uint64_t index, uint64_t count,
                          uint64_t *skipped, void *raw)
{
    uint64_t found = find_elements(columns, plan, index, count, skipped);
    found = found < GLR_COLUMNS_READ ? found : GLR_COLUMNS_READ;
    const uint64_t width = plan->matrix.columns;
    const uint64_t row = index / width, column = index % width + *skipped;
    double *to_f64 = raw;
    float *to_f32 = raw;
    for (uint64_t i = 0; i < found; i++) {
        const double value =
            is_transposed(plan) ? value_at(columns, column + i, row) : value_at(columns, row, column + i);
        if (plan->dtype == GLR_DTYPE_FLOAT64) {
            to_f64[i] = value;
        } else {
            to_f32[i] = (float)(value * plan->scale_f64);
        }
    }
    return found;
}
