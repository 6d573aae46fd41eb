/** @file
 * model.h - a model's tensors, and the rules that give each of them an initializer.
 *
 *     glr_model *model = NULL;
 *     const glr_variable variables[] = {{"n_layer", 12}};
 *     glr_model_create(variables, 1, &model);
 *     glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {768, 768}};
 *     glr_model_add(model, "h.0.attn.c_proj.weight", &tensor, NULL);
 *     glr_model_add_rule(model, "h.{i}.*.c_proj.weight", "random_normal(0, 0.02/sqrt(2*n_layer))");
 *     glr_model_options options = {.has_seed = 1, .seed = 42};
 *     if (glr_model_resolve(model, &options) != GLR_OK) { fprintf(stderr, "%s\n", glr_last_error()); ... }
 *     for (size_t i = 0; i < glr_model_count(model); i++) {
 *         glr_model_tensor found;
 *         glr_model_get(model, i, &found);
 *         if (found.action != GLR_ACTION_SKIP) { glr_model_fill(device, model, i, &found.tensor, ...); }
 *     }
 *     glr_model_free(model);
 *
 * A tensor's initializer is that of, in this order: the first given rule that matches its name; the tensor
 * itself, with its regions, or its values; the list's first rule that matches; the recipe, or without one the
 * default for its name, which glorand-init(1) lists. A tensor without any is an error, not a guess.
 *
 * Threads: functions with a const glr_model may run at once; the others need the model for themselves.
 */
#ifndef GLORAND_MODEL_H
#define GLORAND_MODEL_H

#include "glorand.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup models Models
   Lists of tensors, and the rules that give each of them an initializer.
   @{ */

/** The tensors of a model. */
typedef struct glr_model glr_model;

/** A tensor's part in a model. */
typedef enum glr_action {
    GLR_ACTION_NONE = 0, /**< not decided: before glr_model_resolve, or without a rule when that failed */
    GLR_ACTION_FILL = 1, /**< it has an initializer */
    GLR_ACTION_SKIP = 2, /**< a rule leaves it out */
    GLR_ACTION_COPY = 3  /**< the list has its values */
} glr_action;

/** A tensor of a model. Texts live as long as the model. */
typedef struct glr_model_tensor {
    const char *name;            /**< UTF-8 */
    const char *reason;          /**< the rule that decided, for people to read; NULL if none has yet */
    glr_action action;           /**< whether it is filled */
    glr_initializer initializer; /**< GLR_ACTION_FILL: ready for glr_fill, once all have a seed */
    glr_tensor tensor;           /**< dtype, whole shape, and the part of it that the list names */
    uint32_t regions;            /**< GLR_ACTION_FILL: boxes that the list gives other initializers, which
                                    glr_model_fill draws; glr_fill draws the tensor's own alone */
    uint32_t reserved[7];        /**< 0, set by glr_model_get */
} glr_model_tensor;

/** Options that override a list. A zero member leaves the list as it is. */
typedef struct glr_model_options {
    int64_t seed;         /**< of random initializers that have none, before the list's */
    const char *recipe;   /**< NULL, or "keras": initializers by name for tensors that nothing else decides.
                             NULL means the list's recipe, if it has one */
    uint32_t has_seed;    /**< 1: seed counts */
    glr_dtype dtype;      /**< replaces each floating-point dtype, unless it is GLR_DTYPE_NONE */
    uint32_t has_method;  /**< 1: method counts */
    glr_method method;    /**< of truncated normals, unless their text or the list names one for a tensor */
    uint32_t has_layout;  /**< 1: layout counts */
    glr_layout layout;    /**< where neither a text nor the list names one for a tensor */
    uint32_t reserved[8]; /**< 0 */
} glr_model_options;

/** Makes a model without tensors. The variables are for the texts of rules; they are copied. variables may be
   NULL when variable_count is 0. *model is to be given to glr_model_free; on failure it is NULL.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_create(const glr_variable *variables, size_t variable_count, glr_model **model);

/** Reads a list of tensors, the JSON that glorand-init(1) describes: text is UTF-8 of length bytes and need
   not end with a zero. The variables come after the list's own, and so replace them.
   *model is to be given to glr_model_free; on failure it is NULL. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_PARSE
   (the message names line and column, or the member), GLR_ERROR_UNSUPPORTED (initializers that glorand does
   not draw), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_from_list(const char *text, size_t length, const glr_variable *variables,
                                       size_t variable_count, glr_model **model);

/** Frees a model. NULL is allowed. */
GLR_API void glr_model_free(glr_model *model);

/** Adds a tensor: dtype, whole shape, and its part, which is the whole or a box; strides must be 0. name is
   copied; initializer is its own, or NULL where rules are to decide. An own initializer that has a seed keeps
   its stream, and other random ones get the stream of the name. Errors: GLR_ERROR_ARGUMENT (also after
   glr_model_resolve), GLR_ERROR_SHAPE, GLR_ERROR_MEMORY. Names are compared in glr_model_resolve. */
GLR_API glr_status glr_model_add(glr_model *model, const char *name, const glr_tensor *tensor,
                                 const glr_initializer *initializer);

/** Adds a rule, which comes after those that were added before: tensors whose whole names match the pattern
   get the text's initializer. text is the text form of an initializer, its JSON, or "skip". In a pattern, *
   matches any characters, ? one, [a-z_] one of a set, [!a-z] one that is not in it (a set has at most 256
   bytes), and {i} a whole run of decimal digits, which the text may use as the number {i}; a backslash takes
   the meaning from the next character. Errors: GLR_ERROR_ARGUMENT (also after glr_model_resolve),
   GLR_ERROR_PARSE (a pattern or text; the message names the column), GLR_ERROR_UNSUPPORTED, GLR_ERROR_MEMORY:
   the model is as it was. */
GLR_API glr_status glr_model_add_rule(glr_model *model, const char *pattern, const char *text);

/** Whether a name matches a pattern of glr_model_add_rule: *matches is 1 or 0. The time is at most in
   proportion to the product of their lengths. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_PARSE (the pattern). */
GLR_API glr_status glr_pattern_match(const char *pattern, const char *name, uint32_t *matches);

/** Gives each tensor its initializer, with stream and, where options or list have one, seed; once for a
   model: after GLR_OK and GLR_ERROR_UNDECIDED it is resolved, after other errors as it was before. options
   may be NULL. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_UNDECIDED (tensors that nothing decides: glr_model_get
   shows GLR_ACTION_NONE for each, and glr_model_undecided lists them), GLR_ERROR_PARSE (an unknown recipe;
   duplicate names; a rule that matches no name; a rule's text without a value for a tensor),
   GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE and GLR_ERROR_UNSUPPORTED (what glr_describe finds wrong with a
   tensor), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_resolve(glr_model *model, const glr_model_options *options);

/** Lists the tensors that nothing decided when glr_model_resolve failed: a line for each, "  NAME SHAPE
   DTYPE", and one for those that differ in numbers of their names alone, as h.{0..11}.attn.weight. The text
   and its final zero go to buffer when capacity allows, and *length, unless NULL, is set to the text's length
   without the zero; buffer may be NULL when capacity is 0. Errors: GLR_ERROR_ARGUMENT (also before
   glr_model_resolve), GLR_ERROR_TOO_SMALL (*length is set all the same), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_undecided(const glr_model *model, char *buffer, size_t capacity, size_t *length);

/** 1 if each random tensor of a resolved model has a seed; else 0. */
GLR_API uint32_t glr_model_has_seeds(const glr_model *model);

/** Gives a seed to each random tensor of a resolved model that has none. */
GLR_API glr_status glr_model_set_seed(glr_model *model, int64_t seed);

/** How many tensors there are, skipped ones included; 0 if model is NULL. */
GLR_API size_t glr_model_count(const glr_model *model);

/** Copies a tensor; index counts from 0, in the order in which they were added or listed.
   Errors: GLR_ERROR_ARGUMENT. */
GLR_API glr_status glr_model_get(const glr_model *model, size_t index, glr_model_tensor *tensor);

/** Fills a part of a tensor of a resolved model at dst: with its initializer, and then its regions, in the
   list's order, or with the values that the list has. part is of the tensor's whole shape, in its dtype or
   another one, with strides or without; NULL is the part that the list names. dst and dst_bytes are as those
   of glr_fill. A region is drawn as a tensor by itself, of the shape of its box, in the stream of the
   tensor's name with the box behind, as "wte[0:1,0:768]", unless its text names a stream or a seed. Values
   are rounded as constants are, from what the list says. Nothing is written when an argument is refused: also
   for a region, or a value, that does not suit the dtype. Should drawing a region fail later, the tensor's
   own values are at dst. Errors: as glr_fill; GLR_ERROR_ARGUMENT for a tensor that is skipped or undecided,
   or if the model is not resolved; GLR_ERROR_SHAPE for a part of another shape; GLR_ERROR_UNSUPPORTED for
   regions on OpenCL and for values on any GPU: draw those into host memory. Threads: as glr_fill. */
GLR_API glr_status glr_model_fill(glr_device *device, const glr_model *model, size_t index,
                                  const glr_tensor *part, void *dst, uint64_t dst_bytes);

/** The regions alone, over a part that glr_fill or a stage has drawn, on any device of its memory; a tensor
   without regions, or with values, stays as it is. Arguments, errors and threads: as glr_model_fill. */
GLR_API glr_status glr_model_fill_regions(glr_device *device, const glr_model *model, size_t index,
                                          const glr_tensor *part, void *dst, uint64_t dst_bytes);

/** Host memory that glr_model_fill allocates meanwhile, in bytes: that of glr_fill_scratch, of the tensor or
   of the region that takes most. Errors: as glr_model_fill. */
GLR_API glr_status glr_model_fill_scratch(glr_device *device, const glr_model *model, size_t index,
                                          const glr_tensor *part, uint64_t *bytes);

/** Finds a tensor of a resolved model by its name: *index, or SIZE_MAX if there is none. Errors:
   GLR_ERROR_ARGUMENT (also before glr_model_resolve). */
GLR_API glr_status glr_model_find(const glr_model *model, const char *name, size_t *index);

/** Writes the tensors of a resolved model that are filled as JSON: for each name the shape, the dtype, the
   initializer in its text form, seed and stream included, or the values, the part and the regions. It is what
   files keep as glorand.spec. The text and its final zero go to buffer when capacity allows, and *length,
   unless NULL, is set to the text's length without the zero; buffer may be NULL when capacity is 0. Errors:
   GLR_ERROR_ARGUMENT (also before glr_model_resolve), GLR_ERROR_TOO_SMALL (*length is set all the same),
   GLR_ERROR_UNSUPPORTED (an initializer without a text form), GLR_ERROR_PARSE (a name that is not UTF-8),
   GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_to_spec(const glr_model *model, char *buffer, size_t capacity, size_t *length);

/** Reads what glr_model_to_spec has written, of this version or an earlier one, as a resolved model. text is
   length bytes and need not end with a zero. *model is to be given to glr_model_free; on failure it is NULL.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_PARSE, GLR_ERROR_UNSUPPORTED (an initializer that glorand does not
   draw), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_model_from_spec(const char *text, size_t length, glr_model **model);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
