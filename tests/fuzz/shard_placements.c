/* Placements beside lists of indices, which are cut as torch.chunk would cut them. */
#include "fill_rules.h"
#include "shard_targets.h"

#define MESH     4U  /* dimensions of a mesh that fits; up to GLR_MAX_PLACEMENTS and beyond are tried */
#define SEGMENTS 4U  /* lengths of a placement */
#define EXTENT   13U /* an axis that fits is shorter */

typedef struct mesh {
    glr_placement placements[GLR_MAX_PLACEMENTS + 2];
    int64_t lengths[GLR_MAX_PLACEMENTS + 2][SEGMENTS];
    size_t count;
} mesh;

/* The indices of a rank along each axis, in the order of its local tensor. */
typedef struct lists {
    int64_t index[GLR_MAX_RANK][EXTENT];
    int64_t count[GLR_MAX_RANK];
    int sum_is_wrong; /* lengths of segments are not those of the axis */
} lists;

static glr_tensor take_tensor(fuzz_bytes *bytes)
{
    glr_tensor tensor = {.dtype = (glr_dtype)(1 + fuzz_choice(bytes, GLR_DTYPE_UINT64)),
                         .rank = fuzz_choice(bytes, 5),
                         .part = (glr_part)(fuzz_is_wild(bytes) ? fuzz_byte(bytes) : GLR_PART_WHOLE)};
    for (uint32_t a = 0; a < tensor.rank && a < GLR_MAX_RANK; a++) {
        tensor.shape[a] = fuzz_extent(bytes, tensor.rank > 2 ? 6 : EXTENT);
    }
    tensor.strides[fuzz_below(bytes, GLR_MAX_RANK)] = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    tensor.reserved[fuzz_below(bytes, 8)] = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    return tensor;
}

static glr_placement take_placement(fuzz_bytes *bytes, const glr_tensor *tensor, int64_t lengths[SEGMENTS])
{
    const uint32_t axes = tensor->rank > 0 && tensor->rank <= GLR_MAX_RANK ? tensor->rank : 1;
    glr_placement placement = {.kind = (glr_placement_kind)fuzz_choice(bytes, 3),
                               .axis = (int32_t)fuzz_choice(bytes, axes),
                               .ranks = fuzz_count(bytes, 4)};
    placement.rank = fuzz_is_wild(bytes) || placement.ranks < 1 ? fuzz_wild(bytes)
                                                                : (int64_t)fuzz_byte(bytes) % placement.ranks;
    placement.reserved[fuzz_below(bytes, 4)] = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    if (fuzz_byte(bytes) & 1U) {
        placement.segments = fuzz_count(bytes, 5);
        placement.segment_count = fuzz_is_wild(bytes) ? fuzz_below(bytes, SEGMENTS + 1) : 0;
        placement.segment_lengths = placement.segment_count > 0 ? lengths : NULL;
        return placement;
    }
    int64_t left = tensor->shape[axes > 0 ? (uint32_t)placement.axis % axes : 0];
    placement.segment_count = 1 + fuzz_below(bytes, SEGMENTS);
    for (size_t i = 0; i < placement.segment_count; i++) {
        const int64_t part = left > 0 && left < EXTENT ? fuzz_below(bytes, (uint32_t)left + 1) : 0;
        lengths[i] = fuzz_is_wild(bytes) ? fuzz_wild(bytes) : i + 1 == placement.segment_count ? left : part;
        left -= part;
    }
    placement.segment_lengths = fuzz_is_wild(bytes) ? NULL : lengths;
    return placement;
}

static void take_mesh(fuzz_bytes *bytes, const glr_tensor *tensor, mesh *m)
{
    memset(m, 0, sizeof *m);
    m->count = fuzz_is_wild(bytes) ? fuzz_below(bytes, GLR_MAX_PLACEMENTS + 3) : fuzz_below(bytes, MESH);
    for (size_t i = 0; i < m->count; i++) {
        m->placements[i] = take_placement(bytes, tensor, m->lengths[i]);
    }
}

/* ---- The rules ------------------------------------------------------------------------------------- */

static int has_reserved(const glr_placement *p)
{
    return (p->reserved[0] | p->reserved[1] | p->reserved[2] | p->reserved[3]) != 0;
}

/* Whether a placement's members alone, without the axis's extent, are refused. */
static int is_refused(const glr_placement *p, uint32_t rank)
{
    if (has_reserved(p) || p->kind < GLR_PLACEMENT_REPLICATE || p->kind > GLR_PLACEMENT_SEGMENTS ||
        p->ranks < 1 || p->rank < 0 || p->rank >= p->ranks) {
        return 1;
    }
    if (p->kind != GLR_PLACEMENT_REPLICATE && (p->axis < 0 || p->axis >= (int64_t)rank)) {
        return 1;
    }
    if (p->kind != GLR_PLACEMENT_SEGMENTS) {
        return 0;
    }
    return p->segments < 0 || (p->segments == 0 ? p->segment_lengths == NULL : p->segment_count != 0);
}

/* Statuses that a call may return; 0 if it may not be refused, as far as members say. */
static uint32_t judge(const glr_tensor *tensor, const mesh *m)
{
    const glr_initializer zeros = {.kind = GLR_KIND_ZEROS};
    uint32_t refusals = fuzz_judge(&zeros, tensor).of_tensor;
    int refused = tensor->part != GLR_PART_WHOLE || m->count > GLR_MAX_PLACEMENTS;
    for (uint32_t a = 0; a < tensor->rank && a < GLR_MAX_RANK; a++) {
        refused |= tensor->strides[a] != 0;
    }
    for (size_t i = 0; i < m->count; i++) {
        refused |= is_refused(&m->placements[i], tensor->rank);
    }
    return refusals | (refused ? FUZZ_REFUSAL(GLR_ERROR_ARGUMENT) : 0);
}

/* ---- The reference --------------------------------------------------------------------------------- */

/* Keeps a rank's chunk of `length` indices from `first` on of a list, after those that are kept. */
static void keep_chunk(const int64_t *list, int64_t first, int64_t length, const glr_placement *p,
                       int64_t *kept, int64_t *count)
{
    const int64_t size = length / p->ranks + (length % p->ranks != 0);
    for (int64_t i = 0; i < length; i++) {
        if (i / size == p->rank) {
            kept[(*count)++] = list[first + i];
        }
    }
}

static void cut(lists *l, const glr_placement *p)
{
    int64_t *list = l->index[p->axis], n = l->count[p->axis], kept[EXTENT] = {0}, count = 0, first = 0;
    const int is_even = p->kind != GLR_PLACEMENT_SEGMENTS || p->segments > 0;
    const int64_t segments = p->kind == GLR_PLACEMENT_SEGMENTS ? p->segments : 1;
    const int64_t size = is_even ? n / segments + (n % segments != 0) : 0;
    for (size_t i = 0; is_even ? first < n : i < p->segment_count; i++) {
        const int64_t length = !is_even ? p->segment_lengths[i] : size < n - first ? size : n - first;
        if (length < 0 || length > n - first) {
            l->sum_is_wrong = 1;
            return;
        }
        keep_chunk(list, first, length, p, kept, &count);
        first += length;
    }
    l->sum_is_wrong |= first != n;
    memcpy(list, kept, sizeof kept);
    l->count[p->axis] = count;
}

static void make_lists(const glr_tensor *tensor, const mesh *m, lists *l)
{
    memset(l, 0, sizeof *l);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        l->count[a] = tensor->shape[a];
        for (int64_t i = 0; i < tensor->shape[a]; i++) {
            l->index[a][i] = i;
        }
    }
    for (size_t i = 0; i < m->count && !l->sum_is_wrong; i++) {
        if (m->placements[i].kind != GLR_PLACEMENT_REPLICATE) {
            cut(l, &m->placements[i]);
        }
    }
}

/* How many boxes the lists are, at least. */
static size_t count_boxes(const glr_tensor *tensor, const lists *l)
{
    size_t boxes = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        size_t runs = 0;
        for (int64_t i = 0; i < l->count[a]; i++) {
            runs += i == 0 || l->index[a][i] != l->index[a][i - 1] + 1;
        }
        boxes *= runs;
    }
    return boxes;
}

/* ---- The comparison -------------------------------------------------------------------------------- */

static int is_small(const glr_tensor *tensor)
{
    int64_t elements = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->shape[a] >= EXTENT ||
            (elements *= tensor->shape[a] > 0 ? tensor->shape[a] : 1) > FUZZ_SMALL) {
            return 0;
        }
    }
    return 1;
}

static void check_piece(const glr_tensor *tensor, const glr_piece *piece, const lists *l)
{
    for (uint32_t a = 0; a < GLR_MAX_RANK; a++) {
        CHECK(a < tensor->rank || (piece->start[a] == 0 && piece->extent[a] == 0 && piece->local[a] == 0));
        CHECK(a >= tensor->rank || (piece->extent[a] > 0 && piece->local[a] >= 0 && piece->start[a] >= 0));
        CHECK(a >= tensor->rank || piece->extent[a] <= l->count[a] - piece->local[a]);
        for (int64_t i = 0; a < tensor->rank && i < piece->extent[a]; i++) {
            CHECK(l->index[a][piece->local[a] + i] == piece->start[a] + i);
        }
    }
}

/* Where a piece lies in the local memory, and that it fills as many bytes there as glr_fill will. */
static void check_part(const glr_tensor *tensor, const glr_piece *piece, const int64_t *local_shape)
{
    glr_tensor part;
    uint64_t offset = 0, place = 0;
    CHECK(glr_piece_tensor(tensor, piece, local_shape, NULL, &part, &offset) == GLR_OK);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        place = place * (uint64_t)local_shape[a] + (uint64_t)piece->local[a];
        CHECK(part.start[a] == piece->start[a] && part.extent[a] == piece->extent[a]);
    }
    CHECK(offset == place * fuzz_sizes[tensor->dtype] && part.part == GLR_PART_BOX);
}

/* Calls `visit` of each element of a box: its place in row-major order of a shape. */
static void visit_box(uint32_t rank, const int64_t *first, const int64_t *extent, const int64_t *shape,
                      int *visits)
{
    int64_t at[GLR_MAX_RANK] = {0};
    for (uint32_t turned = 0; turned < rank || (rank == 0 && turned == 0);) {
        int64_t place = 0;
        for (uint32_t a = 0; a < rank; a++) {
            place = place * shape[a] + first[a] + at[a];
        }
        visits[place]++;
        for (turned = 0; turned < rank && ++at[rank - 1 - turned] == extent[rank - 1 - turned]; turned++) {
            at[rank - 1 - turned] = 0;
        }
        turned += rank == 0;
    }
}

static int64_t elements_of(uint32_t rank, const int64_t *shape)
{
    int64_t elements = 1;
    for (uint32_t a = 0; a < rank; a++) {
        elements *= shape[a];
    }
    return elements;
}

/* One rank's pieces are the reference's, few, and fill its local tensor. */
static void check_rank(const glr_tensor *tensor, const mesh *m, const lists *l, int *visits)
{
    int64_t local_shape[GLR_MAX_RANK] = {0};
    CHECK(glr_shard_shape(tensor, m->placements, m->count, local_shape) == GLR_OK);
    CHECK(memcmp(local_shape, l->count, tensor->rank * sizeof *local_shape) == 0);
    size_t count = 77, boxes = count_boxes(tensor, l);
    const glr_status status = glr_shard_pieces(tensor, m->placements, m->count, NULL, 0, &count);
    CHECK(count == boxes && status == (boxes > 0 ? GLR_ERROR_TOO_SMALL : GLR_OK));
    glr_piece *pieces = fuzz_room(count, sizeof *pieces);
    CHECK(glr_shard_pieces(tensor, m->placements, m->count, pieces, count, &count) == GLR_OK &&
          count == boxes);
    const int64_t elements = elements_of(tensor->rank, local_shape);
    int *filled = fuzz_room((size_t)elements, sizeof *filled);
    for (size_t i = 0; i < count; i++) {
        check_piece(tensor, &pieces[i], l);
        check_part(tensor, &pieces[i], local_shape);
        visit_box(tensor->rank, pieces[i].local, pieces[i].extent, local_shape, filled);
        visit_box(tensor->rank, pieces[i].start, pieces[i].extent, tensor->shape, visits);
    }
    for (int64_t i = 0; i < elements; i++) {
        CHECK(filled[i] == 1);
    }
    free(filled);
    free(pieces);
}

/* To the next rank of the mesh; 0 after the last one. */
static int next_rank(mesh *m)
{
    for (size_t i = m->count; i-- > 0;) {
        if (++m->placements[i].rank < m->placements[i].ranks) {
            return 1;
        }
        m->placements[i].rank = 0;
    }
    return 0;
}

/* How many ranks of the mesh have the same; 0 for a mesh of more ranks than are tried. */
static int count_replicas(const mesh *m)
{
    int64_t ranks = 1, replicas = 1;
    for (size_t i = 0; i < m->count; i++) {
        if (m->placements[i].ranks > FUZZ_SMALL / ranks / 8) {
            return 0;
        }
        ranks *= m->placements[i].ranks;
        replicas *= m->placements[i].kind == GLR_PLACEMENT_REPLICATE ? m->placements[i].ranks : 1;
    }
    return (int)replicas;
}

/* All ranks together have each element as often as it is replicated. Given lengths may not fit each of them.
 */
static void check_ranks(const glr_tensor *tensor, mesh *m)
{
    const int replicas = count_replicas(m);
    const int64_t elements = elements_of(tensor->rank, tensor->shape);
    int *visits = fuzz_room((size_t)elements, sizeof *visits), fits = 1;
    for (size_t i = 0; i < m->count; i++) {
        m->placements[i].rank = 0;
    }
    do {
        lists l;
        make_lists(tensor, m, &l);
        fits &= !l.sum_is_wrong;
        if (!l.sum_is_wrong) {
            check_rank(tensor, m, &l, visits);
        }
    } while (next_rank(m));
    for (int64_t i = 0; i < elements && fits; i++) {
        CHECK(visits[i] == replicas);
    }
    free(visits);
}

static void check_refused(const glr_tensor *tensor, const mesh *m, uint32_t refusals)
{
    int64_t local_shape[GLR_MAX_RANK] = {0};
    local_shape[0] = -77;
    const glr_status status = glr_shard_shape(tensor, m->placements, m->count, local_shape);
    CHECK((refusals & FUZZ_REFUSAL(status)) != 0 && local_shape[0] == -77);
    size_t count = 77;
    CHECK(glr_shard_pieces(tensor, m->placements, m->count, NULL, 0, &count) == status && count == 77);
}

/* Of a large tensor the pieces may be many: only the shape is asked for, which no axis exceeds. */
static void check_large(const glr_tensor *tensor, const mesh *m)
{
    int64_t local_shape[GLR_MAX_RANK] = {0};
    const glr_status status = glr_shard_shape(tensor, m->placements, m->count, local_shape);
    CHECK(status == GLR_OK || status == GLR_ERROR_SHAPE);
    for (uint32_t a = 0; status == GLR_OK && a < tensor->rank; a++) {
        CHECK(local_shape[a] >= 0 && local_shape[a] <= tensor->shape[a]);
    }
}

/* Bytes as a piece of a tensor: one that is not within it, or not within the local tensor, is refused. */
static void check_any_piece(fuzz_bytes *bytes, const glr_tensor *tensor)
{
    glr_piece piece = {{0}, {0}, {0}};
    int64_t local_shape[GLR_MAX_RANK] = {0}, strides[GLR_MAX_RANK] = {0};
    const int is_packed = (int)fuzz_below(bytes, 2);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        piece.start[a] = fuzz_extent(bytes, 4);
        piece.extent[a] = fuzz_extent(bytes, 4);
        piece.local[a] = fuzz_extent(bytes, 4);
        local_shape[a] = fuzz_extent(bytes, 16);
        strides[a] = is_packed ? 0 : fuzz_extent(bytes, 32);
    }
    glr_tensor part = {.rank = 77};
    uint64_t offset = 77;
    const glr_status status = glr_piece_tensor(tensor, &piece, local_shape, strides, &part, &offset);
    const glr_initializer zeros = {.kind = GLR_KIND_ZEROS};
    CHECK(status == GLR_OK ? fuzz_judge(&zeros, &part).of_tensor == 0 : part.rank == 77 && offset == 77);
    for (uint32_t a = 0; a < tensor->rank && status == GLR_OK; a++) {
        CHECK(piece.local[a] >= 0 && piece.extent[a] >= 0 &&
              piece.extent[a] <= local_shape[a] - piece.local[a]);
    }
}

void fuzz_shard_placements(fuzz_bytes *bytes)
{
    mesh m;
    lists l;
    const glr_tensor tensor = take_tensor(bytes);
    take_mesh(bytes, &tensor, &m);
    uint32_t refusals = judge(&tensor, &m);
    if (refusals == 0) {
        check_any_piece(bytes, &tensor);
    }
    if (refusals == 0 && !is_small(&tensor)) {
        check_large(&tensor, &m);
        return;
    }
    if (refusals == 0) {
        make_lists(&tensor, &m, &l);
        refusals = l.sum_is_wrong ? FUZZ_REFUSAL(GLR_ERROR_SHAPE) : 0;
    }
    if (refusals != 0) {
        check_refused(&tensor, &m, refusals | FUZZ_REFUSAL(GLR_ERROR_SHAPE));
        return;
    }
    if (count_replicas(&m) > 0) {
        check_ranks(&tensor, &m);
    }
}
