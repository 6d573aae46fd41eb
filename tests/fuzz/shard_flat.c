/* Flat buffers beside a buffer whose elements are labelled one by one. */
#include "shard_targets.h"

#define TENSORS 6U

typedef struct flat {
    int64_t offsets[TENSORS], counts[TENSORS];
    size_t tensors;
    int64_t first, count; /* what the rank has */
} flat;

/* Whether they are a part of what 63 bits can count. */
static int is_part(int64_t first, int64_t count)
{
    return first >= 0 && count >= 0 && (uint64_t)first + (uint64_t)count <= (uint64_t)INT64_MAX;
}

static flat take_flat(fuzz_bytes *bytes)
{
    flat f = {.tensors = fuzz_below(bytes, TENSORS + 1)};
    int64_t end = 0;
    for (size_t i = 0; i < f.tensors; i++) {
        f.offsets[i] = fuzz_is_wild(bytes) ? fuzz_number(bytes) : end;
        f.offsets[i] += f.offsets[i] < FUZZ_SMALL ? fuzz_below(bytes, 4) : 0;
        f.counts[i] = fuzz_extent(bytes, 16);
        end = is_part(f.offsets[i], f.counts[i]) ? f.offsets[i] + f.counts[i] : 0;
    }
    f.first = fuzz_extent(bytes, 64);
    f.count = fuzz_extent(bytes, 64);
    return f;
}

static int is_valid(const flat *f)
{
    int valid = is_part(f->first, f->count);
    int64_t end = 0;
    for (size_t i = 0; valid && i < f->tensors; i++) {
        valid = is_part(f->offsets[i], f->counts[i]) && f->offsets[i] >= end;
        end = valid ? f->offsets[i] + f->counts[i] : end;
    }
    return valid;
}

/* What a rank has of a tensor, element by element where the numbers are small. */
static void count_elements(const flat *f, const glr_flat_piece *piece, int64_t visits[FUZZ_SMALL])
{
    CHECK(piece->tensor < f->tensors && piece->count > 0 && piece->first >= 0 && piece->local >= 0);
    CHECK(piece->count <= f->counts[piece->tensor] - piece->first && piece->count <= f->count - piece->local);
    CHECK(f->offsets[piece->tensor] + piece->first == f->first + piece->local);
    for (int64_t i = 0; i < piece->count && f->first + piece->local < FUZZ_SMALL - piece->count; i++) {
        visits[f->first + piece->local + i]++;
    }
}

/* Counts the elements that one part of the buffer has. A capacity that is too small leaves pieces as they
 * are. */
static void check_part(const flat *f, int64_t visits[FUZZ_SMALL])
{
    size_t count = TENSORS + 1, again = 0;
    glr_status status =
        glr_shard_flat(f->offsets, f->counts, f->tensors, f->first, f->count, NULL, 0, &count);
    CHECK(status == (count == 0 ? GLR_OK : GLR_ERROR_TOO_SMALL) && count <= f->tensors);
    glr_flat_piece *pieces = fuzz_room(count, sizeof *pieces);
    if (count > 1) {
        status =
            glr_shard_flat(f->offsets, f->counts, f->tensors, f->first, f->count, pieces, count - 1, &again);
        CHECK(status == GLR_ERROR_TOO_SMALL && again == count && pieces[0].count == 0);
    }
    CHECK(glr_shard_flat(f->offsets, f->counts, f->tensors, f->first, f->count, pieces, count, &again) ==
          GLR_OK);
    CHECK(again == count);
    for (size_t i = 0; i < count; i++) {
        CHECK(i == 0 || pieces[i].tensor > pieces[i - 1].tensor);
        count_elements(f, &pieces[i], visits);
    }
    free(pieces);
}

static int is_in_tensor(const flat *f, int64_t element)
{
    for (size_t i = 0; i < f->tensors; i++) {
        if (element >= f->offsets[i] && element - f->offsets[i] < f->counts[i]) {
            return 1;
        }
    }
    return 0;
}

/* The buffer cut into parts of the rank's size: each element of a tensor is in one, and nothing else is in
 * any. */
static void check_all_parts(const flat *f)
{
    static int64_t visits[FUZZ_SMALL];
    const int64_t end = f->tensors == 0 ? 0 : f->offsets[f->tensors - 1] + f->counts[f->tensors - 1];
    if (end >= FUZZ_SMALL / 2 || f->count == 0 || f->count >= FUZZ_SMALL / 2) {
        return;
    }
    memset(visits, 0, sizeof visits);
    for (flat part = (part = *f, part.first = 0, part); part.first < end; part.first += part.count) {
        check_part(&part, visits);
    }
    for (int64_t i = 0; i < FUZZ_SMALL; i++) {
        CHECK(visits[i] == is_in_tensor(f, i));
    }
}

void fuzz_shard_flat(fuzz_bytes *bytes)
{
    static int64_t visits[FUZZ_SMALL];
    const flat f = take_flat(bytes);
    if (!is_valid(&f)) {
        size_t count = TENSORS + 1;
        glr_flat_piece pieces[TENSORS];
        CHECK(glr_shard_flat(f.offsets, f.counts, f.tensors, f.first, f.count, pieces, TENSORS, &count) ==
              GLR_ERROR_SHAPE);
        CHECK(count == TENSORS + 1);
        return;
    }
    memset(visits, 0, sizeof visits);
    check_part(&f, visits);
    for (int64_t i = 0; i < FUZZ_SMALL / 2 && f.first + f.count < FUZZ_SMALL / 2; i++) {
        CHECK(visits[i] == (i >= f.first && i - f.first < f.count && is_in_tensor(&f, i)));
    }
    check_all_parts(&f);
}
