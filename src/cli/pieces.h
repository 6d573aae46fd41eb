/* A tensor's part in pieces that lie one after the other in its packed form. */
#ifndef GLR_CLI_PIECES_H
#define GLR_CLI_PIECES_H

#include "glorand/glorand.h"

#include <stdbool.h>

/* Bytes of a piece that all threads draw together: resident memory stays small. */
#define GLR_PIECE_BYTES (UINT64_C(64) << 20)

/* Called with each piece, a part of the same whole tensor, where it begins in the packed part, and its bytes.
   False ends the walk. */
typedef bool (*glr_piece_visitor)(const glr_tensor *piece, uint64_t offset, uint64_t bytes, void *context);

/* Visits pieces of so many bytes at most, in order; false if a visit was. An empty part has none. */
bool glr_visit_pieces(const glr_tensor *tensor, uint64_t most_bytes, glr_piece_visitor visit, void *context);

#endif
