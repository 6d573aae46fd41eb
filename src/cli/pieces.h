/* A tensor's part in pieces that lie one after the other in its packed form. */
#ifndef GLR_CLI_PIECES_H
#define GLR_CLI_PIECES_H

#include "glorand/glorand.h"

/* Bytes of a piece that all threads draw together: resident memory stays small. */
#define GLR_PIECE_BYTES (UINT64_C(64) << 20)

/* A part cut into pieces of so many bytes at most, in any order. */
typedef struct glr_pieces {
    uint64_t count; /* 0 for an empty part */
    const glr_tensor *tensor;
    uint32_t axis;  /* of a box: the one that is cut; axes before it are of extent 1 in a piece */
    int64_t step;   /* of a box: indices of that axis in a piece; else elements */
    int64_t strips; /* of a box: pieces of the axis */
    int64_t inner;  /* of a box: elements of one index of the axis */
    int64_t total;  /* elements of the part */
} glr_pieces;

/* A part of the same whole tensor, where it begins in the packed part, and its bytes. */
typedef struct glr_piece {
    glr_tensor tensor;
    uint64_t offset, bytes;
} glr_piece;

/* Cuts a checked tensor's part. The tensor must live as long. */
glr_pieces glr_cut(const glr_tensor *tensor, uint64_t max_bytes);

/* Piece `number`, counted in the order of the packed part. */
glr_piece glr_piece_at(const glr_pieces *pieces, uint64_t number);

#endif
