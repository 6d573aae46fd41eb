#include "pieces.h"

static int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

/* A box is cut along its outermost axis of which one index fits into a piece. */
static void cut_box(glr_pieces *pieces, int64_t max)
{
    const glr_tensor *box = pieces->tensor;
    uint32_t axis = box->rank;
    pieces->inner = 1;
    while (axis > 0 && box->extent[axis - 1] <= max / pieces->inner) {
        pieces->inner *= box->extent[--axis];
    }
    if (axis == 0) { /* all of it fits */
        pieces->count = 1;
        return;
    }
    pieces->axis = axis - 1;
    pieces->step = max / pieces->inner;
    pieces->strips = (box->extent[pieces->axis] - 1) / pieces->step + 1;
    pieces->count = (uint64_t)pieces->strips;
    for (uint32_t a = 0; a < pieces->axis; a++) {
        pieces->count *= (uint64_t)box->extent[a];
    }
}

glr_pieces glr_cut(const glr_tensor *tensor, uint64_t max_bytes)
{
    glr_pieces pieces = {.tensor = tensor};
    const int64_t max = (int64_t)(max_bytes / glr_dtype_size(tensor->dtype));
    if (glr_tensor_extent(tensor, &pieces.total, NULL) != GLR_OK || pieces.total == 0) {
        return pieces;
    }
    if (tensor->part == GLR_PART_BOX) {
        cut_box(&pieces, max);
        return pieces;
    }
    pieces.step = max;
    pieces.count = (uint64_t)((pieces.total - 1) / max + 1);
    return pieces;
}

/* The indices of the axes before the cut one, and which strip of that, are the digits of the piece's number.
 */
static glr_piece box_at(const glr_pieces *pieces, uint64_t number)
{
    const glr_tensor *box = pieces->tensor;
    glr_piece piece = {.tensor = *box};
    if (pieces->count == 1) {
        piece.bytes = (uint64_t)pieces->total * glr_dtype_size(box->dtype);
        return piece;
    }
    const int64_t first = (int64_t)(number % (uint64_t)pieces->strips) * pieces->step;
    uint64_t outer = number / (uint64_t)pieces->strips;
    piece.tensor.start[pieces->axis] += first;
    piece.tensor.extent[pieces->axis] = min(pieces->step, box->extent[pieces->axis] - first);
    uint64_t row = outer; /* the outer axes as one */
    for (uint32_t a = pieces->axis; a-- > 0;) {
        piece.tensor.start[a] += (int64_t)(outer % (uint64_t)box->extent[a]);
        piece.tensor.extent[a] = 1;
        outer /= (uint64_t)box->extent[a];
    }
    const uint64_t size = glr_dtype_size(box->dtype), inner = (uint64_t)pieces->inner;
    piece.offset = (row * (uint64_t)box->extent[pieces->axis] + (uint64_t)first) * inner * size;
    piece.bytes = (uint64_t)piece.tensor.extent[pieces->axis] * inner * size;
    return piece;
}

glr_piece glr_piece_at(const glr_pieces *pieces, uint64_t number)
{
    const glr_tensor *tensor = pieces->tensor;
    if (tensor->part == GLR_PART_BOX) {
        return box_at(pieces, number);
    }
    const uint64_t size = glr_dtype_size(tensor->dtype);
    const int64_t done = (int64_t)number * pieces->step;
    glr_piece piece = {.tensor = *tensor};
    piece.tensor.part = GLR_PART_RANGE;
    piece.tensor.first = (tensor->part == GLR_PART_RANGE ? tensor->first : 0) + done;
    piece.tensor.count = min(pieces->step, pieces->total - done);
    piece.offset = (uint64_t)done * size;
    piece.bytes = (uint64_t)piece.tensor.count * size;
    return piece;
}
