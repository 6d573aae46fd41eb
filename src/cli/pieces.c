#include "pieces.h"

/* What a walk carries along. */
typedef struct walk {
    glr_piece_visitor visit;
    void *context;
    uint64_t offset;
    int64_t most; /* elements of a piece */
    uint64_t element_size;
} walk;

static bool emit(walk *w, const glr_tensor *piece, int64_t elements)
{
    uint64_t bytes = (uint64_t)elements * w->element_size, offset = w->offset;
    w->offset += bytes;
    return elements == 0 || w->visit(piece, offset, bytes, w->context);
}

static bool visit_ranges(walk *w, const glr_tensor *tensor, int64_t first, int64_t count)
{
    glr_tensor piece = *tensor;
    piece.part = GLR_RANGE;
    for (int64_t done = 0; done < count; done += piece.count) {
        piece.first = first + done;
        piece.count = count - done < w->most ? count - done : w->most;
        if (!emit(w, &piece, piece.count)) {
            return false;
        }
    }
    return true;
}

/* A box that is too large is cut along its first axis that has more than one element. */
static bool visit_boxes(walk *w, const glr_tensor *box)
{
    int64_t elements = 1, rows = 1;
    uint32_t cut = 0;
    for (uint32_t a = box->rank; a-- > 0;) {
        elements *= box->extent[a];
        if (box->extent[a] != 1) {
            cut = a;
            rows = box->extent[a];
        }
    }
    if (elements <= w->most) {
        return emit(w, box, elements);
    }
    glr_tensor slab = *box;
    int64_t step = w->most / (elements / rows);
    step = step < 1 ? 1 : step;
    for (int64_t row = 0; row < rows; row += step) {
        slab.start[cut] = box->start[cut] + row;
        slab.extent[cut] = rows - row < step ? rows - row : step;
        if (!visit_boxes(w, &slab)) {
            return false;
        }
    }
    return true;
}

bool glr_visit_pieces(const glr_tensor *tensor, uint64_t most_bytes, glr_piece_visitor visit, void *context)
{
    int64_t elements = 0;
    walk w = {.visit = visit, .context = context, .element_size = glr_dtype_size(tensor->dtype)};
    if (glr_tensor_extent(tensor, &elements, NULL) != GLR_OK || elements == 0) {
        return true;
    }
    w.most = (int64_t)(most_bytes / w.element_size);
    if (tensor->part == GLR_BOX) {
        return visit_boxes(&w, tensor);
    }
    return visit_ranges(&w, tensor, tensor->part == GLR_RANGE ? tensor->first : 0, elements);
}
