/* Any bytes as an initializer, a tensor and a destination: a fill is refused exactly when the header says so,
   and then writes nothing; else each element of the part is the reference's, at its place, and no other byte
   is touched. Float64's raw values and the rounding to small types are the core's own scalar functions. */
#include "bytes.h"
#include "check.h"
#include "core/core.h"
#include "fill_rules.h"
#include "support/reference_scaling.h"

#include <math.h>

#define AROUND   256U
#define ROOM     ((size_t)1 << 18) /* bytes of a destination at most */
#define MAX_SIZE 8U
#define CANARY   0xa7

/* Devices by their kernels and numbers of threads. */
static glr_device *devices[6];
static uint32_t device_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        glr_options options = {.backend = GLR_BACKEND_CPU, .threads = i == 0 ? 2 : 1};
        CHECK(setenv("GLORAND_ISA", kernels[i], 1) == 0);
        device_count += glr_open(&options, &devices[device_count]) == GLR_OK;
    }
    CHECK(device_count > 0);
    return 0;
}

static double any_real(fuzz_bytes *bytes)
{
    static const double reals[] = {0.0, 1.0, 0.3, -0.3, 2.0, 1e-40, 1e-310, 255.0};
    if (fuzz_is_wild(bytes)) {
        double real;
        fuzz_take(bytes, &real, sizeof real);
        return real;
    }
    const uint8_t choice = fuzz_byte(bytes);
    return choice < 128 ? reals[choice % 8] : (double)(choice - 191) / 17.0;
}

static uint32_t take_axes(fuzz_bytes *bytes, int32_t axes[GLR_MAX_RANK], uint32_t rank)
{
    const uint32_t count = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : fuzz_below(bytes, 4);
    for (uint32_t i = 0; i < count && i < GLR_MAX_RANK; i++) {
        const int32_t byte = fuzz_byte(bytes);
        axes[i] = byte < 128 ? byte : byte - 256;
        axes[i] = rank > 0 && axes[i] < 100 ? axes[i] % (int32_t)rank : axes[i];
    }
    return count;
}

static glr_initializer take_initializer(fuzz_bytes *bytes, uint32_t rank)
{
    glr_initializer initializer = {.kind = (glr_kind)fuzz_choice(bytes, GLR_KIND_LECUN_UNIFORM + 1)};
    const uint8_t members = fuzz_byte(bytes);
    if (initializer.kind >= GLR_KIND_LOG_ARANGE && initializer.kind < GLR_KIND_RANDOM_BYTES) {
        initializer.kind = GLR_KIND_NONE; /* the other laws of the index have no reference here */
    }
    if (initializer.kind == GLR_KIND_NONE && members & 64U) {
        initializer.kind = GLR_KIND_RANDOM_BYTES;
    }
    initializer.reserved[members % (sizeof initializer.reserved / sizeof initializer.reserved[0])] =
        fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    initializer.value = any_real(bytes);
    initializer.mean = any_real(bytes);
    initializer.stddev = any_real(bytes);
    initializer.minval = any_real(bytes);
    initializer.maxval = any_real(bytes);
    initializer.scale = any_real(bytes);
    initializer.mode = (glr_mode)fuzz_choice(bytes, 4);
    initializer.distribution = (glr_distribution)fuzz_choice(bytes, 3);
    initializer.method = (glr_method)fuzz_choice(bytes, 2);
    initializer.layout = (glr_layout)fuzz_choice(bytes, 2);
    initializer.seeding = (glr_seeding)fuzz_choice(bytes, 3);
    initializer.seed = fuzz_number(bytes);
    initializer.stream = fuzz_number(bytes);
    fuzz_take(bytes, initializer.key, sizeof initializer.key);
    for (int i = 0; i < 4; i++) {
        initializer.counter[i] = (uint32_t)fuzz_number(bytes) - fuzz_below(bytes, 4);
    }
    if (members & 2U) {
        initializer.has_axes = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 1;
        initializer.input_axis_count = take_axes(bytes, initializer.input_axes, rank);
        initializer.output_axis_count = take_axes(bytes, initializer.output_axes, rank);
    }
    if (members & 4U) {
        initializer.batch_axis_count = take_axes(bytes, initializer.batch_axes, rank);
    }
    return initializer;
}

static void take_box(fuzz_bytes *bytes, glr_tensor *tensor)
{
    for (uint32_t a = 0; a < tensor->rank && a < GLR_MAX_RANK; a++) {
        const int64_t dimension = tensor->shape[a], from_end = fuzz_below(bytes, 12);
        const int far = fuzz_byte(bytes) & 1;
        tensor->extent[a] = fuzz_is_wild(bytes) ? fuzz_number(bytes) : fuzz_below(bytes, 8);
        tensor->start[a] = far ? (int64_t)((uint64_t)dimension - (uint64_t)from_end) : from_end;
    }
}

/* Axes in an order that the input gives, each a gap beyond what those before it reach. */
static void take_strides(fuzz_bytes *bytes, glr_tensor *tensor)
{
    uint64_t next = 1 + fuzz_below(bytes, 3);
    const uint32_t turn = fuzz_byte(bytes), step = fuzz_byte(bytes) & 1U ? 1 : tensor->rank - 1;
    for (uint32_t i = 0; i < tensor->rank; i++) {
        const uint32_t a = (turn + i * step) % tensor->rank;
        const int64_t extent = tensor->part == GLR_PART_BOX ? tensor->extent[a] : tensor->shape[a];
        tensor->strides[a] = fuzz_is_wild(bytes) ? fuzz_number(bytes) : (int64_t)next;
        next = next * (extent > 0 ? (uint64_t)extent : 1) + fuzz_below(bytes, 3);
    }
}

static glr_tensor take_tensor(fuzz_bytes *bytes)
{
    const uint8_t members = fuzz_byte(bytes);
    glr_tensor tensor = {.dtype = (glr_dtype)fuzz_choice(bytes, GLR_DTYPE_UINT64 + 1),
                         .rank = members & 1U ? fuzz_choice(bytes, GLR_MAX_RANK + 1) : fuzz_below(bytes, 4),
                         .part = (glr_part)fuzz_choice(bytes, 3)};
    if (tensor.dtype == GLR_DTYPE_NONE && members & 64U) {
        tensor.dtype = GLR_DTYPE_FLOAT8_E8M0FNU;
    }
    tensor.reserved[members % 8] = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    for (uint32_t a = 0; a < tensor.rank && a < GLR_MAX_RANK; a++) {
        tensor.shape[a] =
            fuzz_is_wild(bytes) ? fuzz_number(bytes) : 1 + fuzz_below(bytes, members & 8U ? 3 : 21);
    }
    take_box(bytes, &tensor);
    tensor.first = members & 16U ? fuzz_number(bytes) : fuzz_byte(bytes);
    tensor.count = fuzz_is_wild(bytes) ? fuzz_number(bytes) : fuzz_byte(bytes);
    if (members & 32U && tensor.rank <= GLR_MAX_RANK) {
        take_strides(bytes, &tensor);
    }
    return tensor;
}

/* The bytes of the small types are the core's roundings of float32 values. */
static void put_float(glr_dtype dtype, float value, unsigned char *to)
{
    const int size = (int)fuzz_sizes[dtype];
    if (dtype == GLR_DTYPE_FLOAT32) {
        memcpy(to, &value, sizeof value);
        return;
    }
    const uint32_t code = glr_code_of(value, (uint32_t)dtype);
    for (int i = 0; i < size; i++) {
        to[i] = (unsigned char)(code >> (8 * i));
    }
}

static double raw_f64(const reference_stream *stream, reference_sampler sampler, uint64_t index)
{
    static const int samplers[] = {[REFERENCE_UNIFORM] = GLR_SAMPLE_UNIFORM,
                                   [REFERENCE_NORMAL] = GLR_SAMPLE_NORMAL,
                                   [REFERENCE_TRUNCATED] = GLR_SAMPLE_TRUNCATED,
                                   [REFERENCE_ICDF] = GLR_SAMPLE_ICDF};
    const glr_round_keys keys = glr_round_keys_of(stream->key[0], stream->key[1]);
    const glr_counter base = {(uint64_t)stream->counter[1] << 32 | stream->counter[0],
                              (uint64_t)stream->counter[3] << 32 | stream->counter[2]};
    const glr_f64_pair pair = glr_sample_group_f64(samplers[sampler], base, index / 2, &keys);
    return index % 2 == 0 ? pair.first : pair.second;
}

/* docs/stream.md, section 7. */
static unsigned char power_of(float value)
{
    int exponent;
    if (!isfinite(value) || value >= 0x1.8p127f) {
        return 255;
    }
    if (value < 0x1p-126f) {
        return value > 0x1p-127f;
    }
    return (unsigned char)(126 + (frexpf(value, &exponent) >= 0.75f) + exponent);
}

/* docs/stream.md, section 8. */
static void put_bytes(const reference_stream *stream, uint64_t first, size_t size, unsigned char *to)
{
    for (size_t i = 0; i < size; i++) {
        uint32_t words[4];
        reference_block(stream, (first + i) / 16, words);
        to[i] = (unsigned char)(words[(first + i) / 4 % 4] >> (8 * ((first + i) % 4)));
    }
}

/* The value of an element of the whole tensor. */
static void put_element(const reference_scaling *scaling, const reference_stream *stream, glr_dtype dtype,
                        uint64_t index, unsigned char *to)
{
    if (dtype == GLR_DTYPE_FLOAT64) {
        volatile double product = 0.0;
        double value = scaling->shift_f64;
        if (scaling->is_random) {
            product = raw_f64(stream, scaling->sampler, index) * scaling->scale_f64;
            value = product + scaling->shift_f64;
        }
        memcpy(to, &value, sizeof value);
    } else if (dtype == GLR_DTYPE_FLOAT8_E8M0FNU) {
        *to = power_of(scaling->shift);
    } else if (dtype >= GLR_DTYPE_BOOL) {
        const double value = scaling->shift_f64;
        const uint64_t bits = value < 0.0 ? (uint64_t)(int64_t)value : (uint64_t)value;
        memcpy(to, &bits, fuzz_sizes[dtype]);
    } else {
        volatile float product = 0.0f;
        float value = scaling->shift;
        if (scaling->is_random) {
            product = reference_value(stream, scaling->sampler, index) * scaling->scale;
            value = product + scaling->shift;
        }
        put_float(dtype, value, to);
    }
}

/* The index, in the whole tensor, and the place, at the destination, of each element of the part. */
static void put_part(const glr_initializer *initializer, const glr_tensor *tensor, unsigned char *to)
{
    const reference_scaling scaling = reference_scaling_of(initializer, tensor);
    const reference_stream stream = reference_stream_of_initializer(initializer);
    const size_t size = fuzz_sizes[tensor->dtype];
    fuzz_walk walk = fuzz_walk_start(tensor);
    while (fuzz_walk_next(&walk)) {
        if (initializer->kind == GLR_KIND_RANDOM_BYTES) {
            put_bytes(&stream, walk.index * size, size, to + walk.place * size);
        } else {
            put_element(&scaling, &stream, tensor->dtype, walk.index, to + walk.place * size);
        }
    }
}

/* The extent that the library gives must be the reference's. */
static void check_extent(const glr_tensor *tensor, const fuzz_verdict *verdict)
{
    int64_t elements = -1;
    uint64_t bytes = 0;
    const glr_status status = glr_tensor_extent(tensor, &elements, &bytes);
    CHECK((status == GLR_OK) == (verdict->of_tensor == 0));
    CHECK(status != GLR_OK || ((uint64_t)elements == verdict->elements && bytes == verdict->bytes));
}

/* A destination that has fewer bytes than the part needs, as many, or more. */
static uint64_t take_bytes(fuzz_bytes *bytes, uint64_t needed)
{
    uint64_t given = needed;
    switch (fuzz_below(bytes, 8)) {
    case 0: given = needed > 0 ? needed - 1 : 0; break;
    case 1: given = 0; break;
    case 2: given = needed + fuzz_byte(bytes); break;
    default: break;
    }
    return given < ROOM ? given : ROOM;
}

/* A whole tensor of an unseeded initializer is filled as its next resolution after a global seed says. */
static glr_initializer resolve(const glr_initializer *initializer)
{
    glr_initializer resolved = *initializer;
    if (initializer->seeding == GLR_SEEDING_NONE) {
        glr_set_seed(initializer->seed);
        CHECK(glr_resolve(initializer, &resolved) == GLR_OK);
        glr_set_seed(initializer->seed);
    }
    return resolved;
}

/* Where a fill writes, and what should be there then. */
static unsigned char memory[ROOM + 2 * AROUND + MAX_SIZE], expected[sizeof memory];

static void check_fill(fuzz_bytes *bytes, const glr_initializer *initializer, const glr_tensor *tensor)
{
    fuzz_verdict verdict = fuzz_judge(initializer, tensor);
    check_extent(tensor, &verdict);
    const uint64_t dst_bytes = take_bytes(bytes, verdict.bytes);
    const size_t shift = fuzz_below(bytes, MAX_SIZE), room = (size_t)dst_bytes + 2 * (size_t)AROUND + shift;
    if (verdict.refusals == 0 && verdict.elements > 0) {
        verdict.refusals |= fuzz_judge_call(initializer, tensor);
        verdict.refusals |= dst_bytes < verdict.bytes ? FUZZ_REFUSAL(GLR_ERROR_TOO_SMALL) : 0;
    }
    memset(memory, CANARY, room);
    memset(expected, CANARY, room);
    if (verdict.refusals == 0) {
        const glr_initializer resolved = resolve(initializer);
        put_part(&resolved, tensor, expected + AROUND + shift);
    }
    glr_device *device = devices[fuzz_below(bytes, device_count)];
    const glr_status status = glr_fill(device, initializer, tensor, memory + AROUND + shift, dst_bytes);
    CHECK(verdict.refusals == 0 ? status == GLR_OK : (verdict.refusals & FUZZ_REFUSAL(status)) != 0);
    CHECK(memcmp(memory, expected, room) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    fuzz_bytes bytes = {data, length};
    const glr_tensor tensor = take_tensor(&bytes);
    const glr_initializer initializer = take_initializer(&bytes, tensor.rank);
    check_fill(&bytes, &initializer, &tensor);
    return 0;
}
