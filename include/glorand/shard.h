/** @file
 * shard.h - which part of a tensor a rank of a mesh has, and where it lies in the rank's memory.
 *
 * A mesh has some dimensions, and a tensor has a placement for each: replicated, or cut along an axis. The
 * pieces that a rank has of the tensor are boxes, and glr_fill draws boxes: a rank fills its local tensor
 * with the whole tensor's values, without the whole tensor and without a message.
 *
 *     glr_placement placements[] = {glr_shard_segments(0, 2, tp, tp_rank), glr_shard_axis(0, dp, dp_rank)};
 *     glr_shard_shape(&tensor, placements, 2, local_shape);
 *     ... allocate the local tensor, packed: memory of `bytes` bytes ...
 *     glr_shard_pieces(&tensor, placements, 2, pieces, capacity, &count);
 *     for (size_t i = 0; i < count; i++) {
 *         glr_piece_tensor(&tensor, &pieces[i], local_shape, NULL, &part, &offset);
 *         glr_fill(device, &init, &part, memory + offset, bytes - offset);
 *     }
 *
 * examples/fill_shard.c is a whole program: a fused matrix, gate and up, of which tensor parallelism cuts
 * both and FSDP2 cuts what a rank of that has. docs/shards.md says which placements the layouts of PyTorch,
 * JAX, Megatron-LM and others are.
 *
 * In all of these functions a tensor is a whole one: its part is GLR_PART_WHOLE and its strides are 0.
 * Nothing here allocates memory or needs a device. All functions are thread-safe.
 */
#ifndef GLORAND_SHARD_H
#define GLORAND_SHARD_H

#include "glorand.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup shards Shards
   From meshes and placements to boxes.
   @{ */

#define GLR_MAX_PLACEMENTS 16 /**< largest number of placements of a tensor, one for each mesh dimension */

/** What a dimension of a mesh does with a tensor.

   Chunks are those of torch.chunk: of n elements for r ranks each has ceil(n / r), until none are left. So
   the last ranks may have fewer, or none. */
typedef enum glr_placement_kind {
    GLR_PLACEMENT_REPLICATE = 0, /**< each rank has all of it */
    GLR_PLACEMENT_SHARD = 1,     /**< the axis is cut into chunks, one for each rank */
    GLR_PLACEMENT_SEGMENTS =
        2 /**< the axis is cut into segments, and each segment into chunks, one for each
             rank; a rank has its chunk of the first segment, then that of the second... */
} glr_placement_kind;

/** A dimension of a mesh. Placements apply in their order: each cuts what the ones before it have left. */
typedef struct glr_placement {
    glr_placement_kind kind; /**< what the dimension does; members that it does not need are not read */
    int32_t axis;            /**< axis of the tensor, from 0 on; not of GLR_PLACEMENT_REPLICATE */
    int64_t ranks;           /**< number of ranks along this dimension of the mesh, at least 1 */
    int64_t rank;            /**< which of them, from 0 on */
    int64_t segments;        /**< GLR_PLACEMENT_SEGMENTS: into how many chunks the axis is cut; the last ones
                                may be empty. 0: segment_lengths says it */
    const int64_t *segment_lengths; /**< GLR_PLACEMENT_SEGMENTS: elements of each segment, which add up to
                                       what the placements before have left of the axis; NULL if segments is
                                       not 0 */
    size_t segment_count;           /**< how many segment_lengths; 0 if segments is not 0 */
    uint32_t reserved[4];           /**< 0 */
} glr_placement;

/** The placement of a replicated tensor. */
GLR_API glr_placement glr_replicate(int64_t ranks, int64_t rank);

/** The placement Shard(axis). */
GLR_API glr_placement glr_shard_axis(int32_t axis, int64_t ranks, int64_t rank);

/** The placement _StridedShard(axis, split_factor=segments). */
GLR_API glr_placement glr_shard_segments(int32_t axis, int64_t segments, int64_t ranks, int64_t rank);

/** The placement of an axis that is several tensors in a row, each cut by itself. The lengths are not copied.
 */
GLR_API glr_placement glr_shard_lengths(int32_t axis, const int64_t *lengths, size_t count, int64_t ranks,
                                        int64_t rank);

/** A box of the whole tensor, and where it lies in a rank's local tensor. Axes that the tensor does not have
   are 0. */
typedef struct glr_piece {
    int64_t start[GLR_MAX_RANK];  /**< first index along each axis of the whole tensor */
    int64_t extent[GLR_MAX_RANK]; /**< number of indices along each axis, at least 1 */
    int64_t local[GLR_MAX_RANK];  /**< first index along each axis of the local tensor */
} glr_piece;

/** The shape of a rank's local tensor: tensor->rank numbers, 0 along an axis of which the rank has nothing.
   placements may be NULL when count is 0. Errors: GLR_ERROR_ARGUMENT (more than GLR_MAX_PLACEMENTS, or a
   member out of its range), GLR_ERROR_SHAPE (the tensor's shape; segment_lengths that do not add up). */
GLR_API glr_status glr_shard_shape(const glr_tensor *tensor, const glr_placement *placements, size_t count,
                                   int64_t *local_shape);

/** The pieces that a rank has, as few as possible, in the order in which they lie in the local tensor. *count
   is set to their number, also when capacity is less. It is 0 if the rank has no element. pieces may be NULL
   when capacity is 0. The time is in proportion to the numbers of pieces and segments.
   Errors: as glr_shard_shape, and GLR_ERROR_TOO_SMALL (capacity is less than *count: no piece is written). */
GLR_API glr_status glr_shard_pieces(const glr_tensor *tensor, const glr_placement *placements,
                                    size_t placement_count, glr_piece *pieces, size_t capacity,
                                    size_t *count);

/** Makes a piece ready for glr_fill: *part is the tensor with the piece as its box and the local tensor's
   strides, and *offset is where the piece begins in the local memory, in bytes: dst is memory + *offset, of
   which there are the memory's bytes less *offset.

   local_shape and local_strides describe the local tensor, which may be larger than what the pieces fill: a
   fused matrix has the pieces of several tensors, each moved by adding to its local. local_strides are in
   elements, as in glr_tensor; NULL or zeros mean packed in row-major order.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE (a piece outside of the tensor or of the local one; strides
   that glr_fill would refuse). */
GLR_API glr_status glr_piece_tensor(const glr_tensor *tensor, const glr_piece *piece,
                                    const int64_t *local_shape, const int64_t *local_strides,
                                    glr_tensor *part, uint64_t *offset);

/** How a fused matrix has the rows of query, key and value. There are groups of heads: a group has heads /
   groups query heads, one key head and one value head, each of head_dim rows. */
typedef enum glr_qkv_layout {
    GLR_QKV_BY_GROUP = 0, /**< for each group its query heads, its key head, its value head; ranks have equal
                             numbers of rows, within groups if need be: linear_qkv of Megatron-LM */
    GLR_QKV_BY_KIND = 1   /**< a rank's query heads, its key heads, its value heads. With fewer groups than
                             ranks, ranks / groups ranks in a row have the same key and value head:
                             QKVParallelLinear of vLLM and SGLang */
} glr_qkv_layout;

/** Which rows of a fused matrix. */
typedef enum glr_qkv_kind {
    GLR_QKV_QUERY = 0, /**< those of q_proj: heads * head_dim rows */
    GLR_QKV_KEY = 1,   /**< those of k_proj: groups * head_dim rows */
    GLR_QKV_VALUE = 2  /**< those of v_proj: groups * head_dim rows */
} glr_qkv_kind;

/** A fused matrix, of which tensor-parallel ranks have rows. */
typedef struct glr_qkv {
    glr_qkv_layout layout; /**< the order of the rows */
    int64_t heads;         /**< number of query heads, at least 1 */
    int64_t groups;        /**< number of key heads, which divides heads; as many as heads without groups */
    int64_t head_dim;      /**< rows of a head, at least 1 */
    int64_t ranks;         /**< number of tensor-parallel ranks, at least 1 */
    int64_t rank;          /**< which of them, from 0 on */
    uint32_t reserved[4];  /**< 0 */
} glr_qkv;

/** The pieces of the query's, the key's or the value's tensor that lie in a rank's part of the fused matrix:
   local is where in that part. tensor is one of the three as they are stored apart: axis 0 is its rows, and
   there may be other axes, whole in each rank, or none (a bias). *count is set to the number of pieces, also
   when capacity is less; pieces may be NULL when capacity is 0. local_shape, unless NULL, is set to the shape
   of the rank's part of the fused matrix, which is the same for the three. Errors: GLR_ERROR_ARGUMENT (a
   member out of its range, numbers that ranks do not divide), GLR_ERROR_SHAPE (the tensor's rows),
   GLR_ERROR_TOO_SMALL (no piece is written; *count and local_shape are). */
GLR_API glr_status glr_shard_qkv(const glr_tensor *tensor, const glr_qkv *qkv, glr_qkv_kind kind,
                                 glr_piece *pieces, size_t capacity, size_t *count, int64_t *local_shape);

/** What a rank has of a tensor in a flat buffer. */
typedef struct glr_flat_piece {
    size_t tensor; /**< which tensor, from 0 on */
    int64_t first; /**< first element in the tensor: glr_tensor's first, of a GLR_PART_RANGE */
    int64_t count; /**< number of elements, at least 1 */
    int64_t local; /**< first element in the rank's buffer */
} glr_flat_piece;

/** What a rank has in a flat buffer, as FSDP's FlatParameter, ZeRO and distributed optimizers have one:
   tensors one after the other, tensor i the counts[i] elements from offsets[i] on, and between them gaps,
   perhaps. The rank has elements first to first + count - 1 of it, which may lie beyond the last tensor.
   *piece_count is set to the number of pieces, one for each tensor that the rank has something of, also when
   capacity is less. offsets and counts may be NULL when tensors is 0, and pieces when capacity is 0. Errors:
   GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE (numbers that are negative, a tensor that begins before the one before
   it ends), GLR_ERROR_TOO_SMALL (capacity is less than *piece_count: no piece is written). */
GLR_API glr_status glr_shard_flat(const int64_t *offsets, const int64_t *counts, size_t tensors,
                                  int64_t first, int64_t count, glr_flat_piece *pieces, size_t capacity,
                                  size_t *piece_count);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
