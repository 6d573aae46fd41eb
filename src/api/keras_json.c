/* Initializers from and to JSON, in TensorFlow's form and Keras 3's: a class's name, or an object as their
   serializers write it, {"class_name": ..., "config": ..., "module": ..., ...}. A layout that is not Keras's
   stands beside config, where Keras looks for nothing. */
#include "initializer.h"

#include "call.h"
#include "text/ascii.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Fails with "NAME: must be EXPECTED, not VALUE", or "NAME: missing" without a value. */
static glr_status fail_kind(glr_status status, const char *name, glr_json_value value, const char *expected)
{
    char text[GLR_JSON_QUOTED];
    return value.kind == GLR_JSON_MISSING
               ? glr_fail(status, "%s: missing", name)
               : glr_fail(status, "%s: must be %s, not %s", name, expected, glr_json_quoted(value, text));
}

/* ---- Reading: members beside config, and where a class is from ------------------------------------- */

/* Where the versions of Keras, tf_keras and TensorFlow have their initializers, and Keras its generators of
   seeds. initializers_v1 is not among them: those draw other values from the same seed. */
static const char *const initializer_modules[] = {
    "keras.initializers",
    "keras.src.initializers",
    "keras.src.initializers.constant_initializers",
    "keras.src.initializers.random_initializers",
    "keras.src.initializers.initializers",
    "keras.initializers.initializers",
    "keras.initializers.initializers_v2",
    "tf_keras.initializers",
    "tf_keras.src.initializers.initializers",
    "tensorflow.keras.initializers",
    "tensorflow.python.keras.initializers.initializers_v2",
    "tensorflow.python.ops.init_ops_v2",
    NULL,
};
static const char *const random_modules[] = {"keras.random", "keras.src.random.seed_generator", NULL};

static bool is_absent(glr_json_value value)
{
    return value.kind == GLR_JSON_MISSING || value.kind == GLR_JSON_NULL;
}

static glr_status check_member(const char *name, glr_json_value value, const char *what)
{
    static const char *const strings[] = {"class_name", "module", "registered_name"};
    static const char *const empty[] = {"build_config", "compile_config"}; /* initializers have none */
    for (size_t i = 0; i < COUNT(strings); i++) {
        if (strcmp(name, strings[i]) == 0) {
            return value.kind == GLR_JSON_STRING || (i > 0 && value.kind == GLR_JSON_NULL)
                       ? GLR_OK
                       : fail_kind(GLR_ERROR_PARSE, name, value, i > 0 ? "a string or null" : "a string");
        }
    }
    for (size_t i = 0; i < COUNT(empty); i++) {
        if (strcmp(name, empty[i]) == 0 && value.kind == GLR_JSON_NULL) {
            return GLR_OK;
        }
    }
    if (strcmp(name, "shared_object_id") == 0) {
        return glr_json_is_integer(value) || value.kind == GLR_JSON_NULL
                   ? GLR_OK
                   : fail_kind(GLR_ERROR_PARSE, name, value, "an integer or null");
    }
    return strcmp(name, "config") == 0 ? GLR_OK
                                       : glr_fail(GLR_ERROR_PARSE, "%s: not a member of %s", name, what);
}

/* `own` is a member that is read elsewhere, or NULL. */
static glr_status check_members(glr_json_value object, const char *what, const char *own)
{
    glr_json_walk walk = glr_json_children(object);
    while (glr_json_next(&walk)) {
        glr_status status =
            own != NULL && strcmp(walk.name, own) == 0 ? GLR_OK : check_member(walk.name, walk.value, what);
        if (status != GLR_OK) {
            return status;
        }
    }
    return GLR_OK;
}

static bool is_among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

static glr_status fail_foreign(const char *class_name, const char *module, const char *registered)
{
    return glr_fail(GLR_ERROR_UNSUPPORTED, "class_name: %.80s%s%.80s%s%.80s%s is not one of Keras's own",
                    class_name, module == NULL ? "" : " of module ", module == NULL ? "" : module,
                    registered == NULL ? "" : ", registered as ", registered == NULL ? "" : registered,
                    registered == NULL ? "" : ",");
}

/* A class of the same name as Keras's may be another: one that a package has registered, or one of the
   program itself, for which Keras writes null as the module and the class's name as the registered one.
   Keras's own have a module and are not registered. */
static glr_status check_origin(glr_json_value object, const char *class_name, const char *const *modules)
{
    const char *module = glr_json_string(glr_json_member(object, "module"));
    const char *registered = glr_json_string(glr_json_member(object, "registered_name"));
    const bool is_own = module == NULL ? registered == NULL
                                       : is_among(modules, module) &&
                                             (registered == NULL || strcmp(registered, class_name) == 0);
    return is_own ? GLR_OK : fail_foreign(class_name, module, registered);
}

/* ---- Reading: seeds -------------------------------------------------------------------------------- */

/* Keras 3 folds the seeds of a SeedGenerator into int32 by the remainder of this. */
#define SEED_MODULUS INT64_C(2147483646)

/* An integer from -2^63 to 2^64 - 1; the upper half means the int64 of the same bits. */
static glr_status read_integer_seed(glr_json_value value, glr_initializer *initializer)
{
    if (!glr_json_is_integer(value)) {
        return fail_kind(GLR_ERROR_PARSE, "config.seed", value, "an integer, null or a SeedGenerator");
    }
    if (!glr_json_seed(value, &initializer->seed)) {
        return glr_fail(GLR_ERROR_PARSE, "config.seed: too big integer: %.40s is not in [-2^63, 2^64 - 1]",
                        glr_json_shown(value));
    }
    initializer->seeding = GLR_SEEDING_SEED;
    return GLR_OK;
}

/* A generator's seed, folded as Keras does with TensorFlow. */
static glr_status read_generator_seed(glr_json_value value, glr_initializer *initializer)
{
    int64_t seed;
    if (is_absent(value)) {
        return GLR_OK;
    }
    if (!glr_json_int64(value, &seed)) {
        return glr_json_is_integer(value)
                   ? glr_fail(GLR_ERROR_UNSUPPORTED,
                              "config.seed.config.seed: %.40s is not in int64's range, as Keras's seeds are",
                              glr_json_shown(value))
                   : fail_kind(GLR_ERROR_PARSE, "config.seed.config.seed", value, "an integer or null");
    }
    const int64_t remainder = seed % SEED_MODULUS;
    initializer->seed = remainder < 0 ? remainder + SEED_MODULUS : remainder;
    initializer->seeding = GLR_SEEDING_SEED;
    return GLR_OK;
}

static glr_status read_generator_config(glr_json_value config, glr_initializer *initializer)
{
    if (config.kind != GLR_JSON_OBJECT && !is_absent(config)) {
        return fail_kind(GLR_ERROR_PARSE, "config.seed.config", config, "an object or null");
    }
    glr_json_walk walk = glr_json_children(config);
    while (glr_json_next(&walk)) {
        if (strcmp(walk.name, "name") != 0 && strcmp(walk.name, "seed") != 0) {
            return glr_fail(GLR_ERROR_PARSE, "config.seed.config.%s: not a member of SeedGenerator",
                            walk.name);
        }
    }
    return config.kind == GLR_JSON_OBJECT ? read_generator_seed(glr_json_member(config, "seed"), initializer)
                                          : GLR_OK;
}

static glr_status read_generator(glr_json_value object, glr_initializer *initializer)
{
    const glr_json_value name = glr_json_member(object, "class_name");
    const char *class_name = glr_json_string(name);
    if (class_name == NULL) {
        return fail_kind(GLR_ERROR_PARSE, "config.seed.class_name", name, "a string");
    }
    glr_status status = strcmp(class_name, "SeedGenerator") == 0
                            ? check_origin(object, class_name, random_modules)
                            : fail_foreign(class_name, NULL, NULL);
    if (status == GLR_OK) {
        status = check_members(object, "a SeedGenerator", NULL);
    }
    return status == GLR_OK ? read_generator_config(glr_json_member(object, "config"), initializer) : status;
}

/* An integer, null, or a SeedGenerator. */
static glr_status read_seed(glr_json_value value, glr_initializer *initializer)
{
    return value.kind == GLR_JSON_OBJECT ? read_generator(value, initializer)
                                         : read_integer_seed(value, initializer);
}

/* ---- Reading: config ------------------------------------------------------------------------------- */

/* Members of config, as bits, that each kind has. */
enum {
    HAS_VALUE = 1,
    HAS_MEAN_STDDEV = 2,
    HAS_BOUNDS = 4,
    HAS_SCALING = 8,
    HAS_SEED = 16,
    HAS_AXES = 32,
    HAS_DT = 64,
    HAS_TIMESCALE = 128,
    HAS_GAIN = 256,
    HAS_GROUPS = 512,
    HAS_TRUNCATION = 1024,
};

static unsigned members_of(glr_kind kind)
{
    switch (kind) {
    case GLR_KIND_ZEROS:
    case GLR_KIND_ONES:
    case GLR_KIND_LOG_ARANGE:
    case GLR_KIND_UNIT_FORGET_BIAS: return 0;
    case GLR_KIND_DT_BIAS: return HAS_DT | HAS_SEED;
    case GLR_KIND_RANDOM_BYTES: return HAS_SEED;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED: return HAS_TIMESCALE;
    case GLR_KIND_IDENTITY: return HAS_GAIN;
    case GLR_KIND_ORTHOGONAL: return HAS_GAIN | HAS_SEED;
    case GLR_KIND_DIRAC: return HAS_GROUPS;
    case GLR_KIND_CONSTANT: return HAS_VALUE;
    case GLR_KIND_RANDOM_NORMAL: return HAS_MEAN_STDDEV | HAS_SEED;
    case GLR_KIND_TRUNCATED_NORMAL: return HAS_MEAN_STDDEV | HAS_TRUNCATION | HAS_SEED;
    case GLR_KIND_RANDOM_UNIFORM: return HAS_BOUNDS | HAS_SEED;
    case GLR_KIND_VARIANCE_SCALING: return HAS_SCALING | HAS_SEED | HAS_AXES;
    default: return HAS_SEED | HAS_AXES;
    }
}

/* A number, for which Python takes true and false, too. Keras also takes arrays and tensors. */
static glr_status read_number_at(glr_json_value value, const char *path, double *number)
{
    if (value.kind == GLR_JSON_TRUE || value.kind == GLR_JSON_FALSE) {
        *number = value.kind == GLR_JSON_TRUE ? 1.0 : 0.0;
        return GLR_OK;
    }
    if (glr_json_double(value, number)) {
        return GLR_OK;
    }
    const bool is_nested = value.kind == GLR_JSON_ARRAY || value.kind == GLR_JSON_OBJECT;
    return fail_kind(is_nested ? GLR_ERROR_UNSUPPORTED : GLR_ERROR_PARSE, path, value, "a number");
}

static glr_status read_number(glr_json_value value, const char *name, double *number)
{
    char path[32];
    (void)snprintf(path, sizeof path, "config.%s", name);
    return read_number_at(value, path, number);
}

glr_status glr_constant_from_value(glr_json_value value, const char *path, glr_initializer *initializer)
{
    int64_t integer = 0;
    uint64_t magnitude = 0;
    const glr_status status = read_number_at(value, path, &initializer->value);
    if (status != GLR_OK || value.kind != GLR_JSON_NUMBER || glr_json_is_exact(value)) {
        return status;
    }
    if (glr_json_int64(value, &integer)) {
        glr_set_integer(initializer, integer < 0, integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer);
        return GLR_OK;
    }
    if (glr_json_uint64(value, &magnitude)) {
        glr_set_integer(initializer, false, magnitude);
        return GLR_OK;
    }
    return glr_fail(GLR_ERROR_UNSUPPORTED, "%s: the integer %.40s is neither a double nor of 64 bits", path,
                    glr_json_shown(value));
}

static bool same_name(const char *text, const char *name)
{
    size_t length = strlen(name);
    return strlen(text) == length && glr_ascii_equal(text, name, length);
}

/* The position of a string among names, in any case where that is allowed. */
static glr_status read_name(glr_json_value value, const char *name, const char *const names[3], int *position)
{
    const char *text = glr_json_string(value);
    for (int i = 0; text != NULL && i < 3; i++) {
        if (same_name(text, names[i])) {
            *position = i;
            return GLR_OK;
        }
    }
    return glr_fail(GLR_ERROR_PARSE, "config.%s: must be %s, %s or %s, not %s", name, names[0], names[1],
                    names[2], glr_json_shown(value));
}

static glr_status read_distribution(glr_json_value value, glr_initializer *initializer)
{
    const char *text = glr_json_string(value);
    if (text != NULL && same_name(text, "normal")) {
        initializer->distribution = GLR_DISTRIBUTION_TRUNCATED_NORMAL;
        return GLR_OK;
    }
    int position = 0;
    glr_status status = read_name(value, "distribution", glr_distribution_names, &position);
    initializer->distribution = (glr_distribution)position;
    return status;
}

static glr_status read_mode(glr_json_value value, glr_initializer *initializer)
{
    int position = 0;
    glr_status status = read_name(value, "mode", glr_mode_names, &position);
    initializer->mode = (glr_mode)position;
    return status;
}

static glr_status read_axis(glr_json_value value, const char *name, size_t i, int32_t *axis)
{
    int64_t number;
    if (!glr_json_int64(value, &number) || number < -GLR_MAX_RANK || number >= GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_PARSE, "config.%s[%zu]: %.40s is not an integer from %d to %d", name, i,
                        glr_json_shown(value), -GLR_MAX_RANK, GLR_MAX_RANK - 1);
    }
    *axis = (int32_t)number;
    return GLR_OK;
}

/* An axis, or a list of axes. */
static glr_status read_axes(glr_json_value value, const char *name, int32_t axes[GLR_MAX_RANK],
                            uint32_t *count)
{
    if (value.kind != GLR_JSON_ARRAY) {
        *count = 1;
        return read_axis(value, name, 0, &axes[0]);
    }
    if (glr_json_size(value) > GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_PARSE, "config.%s: %zu axes are more than %d", name, glr_json_size(value),
                        GLR_MAX_RANK);
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_status status = read_axis(walk.value, name, walk.index, &axes[walk.index]);
        if (status != GLR_OK) {
            return status;
        }
    }
    *count = (uint32_t)glr_json_size(value);
    return GLR_OK;
}

/* The members of config, and the bits of the kinds that have them; 0 is all kinds. */
typedef enum member_name {
    VALUE,
    MEAN,
    STDDEV,
    MINVAL,
    MAXVAL,
    SCALE,
    MODE,
    DISTRIBUTION,
    SEED,
    INPUT_AXES,
    OUTPUT_AXES,
    DT_MIN,
    DT_MAX,
    DT_INIT_FLOOR,
    MAX_TIMESCALE,
    GAIN,
    GROUPS,
    LOWER,
    UPPER,
    LOWER_UNIT,
    UPPER_UNIT,
    DTYPE,
    UNKNOWN
} member_name;

static const struct {
    const char *name;
    unsigned kinds;
} config_members[] = {
    [VALUE] = {"value", HAS_VALUE},
    [MEAN] = {"mean", HAS_MEAN_STDDEV},
    [STDDEV] = {"stddev", HAS_MEAN_STDDEV},
    [MINVAL] = {"minval", HAS_BOUNDS},
    [MAXVAL] = {"maxval", HAS_BOUNDS},
    [SCALE] = {"scale", HAS_SCALING},
    [MODE] = {"mode", HAS_SCALING},
    [DISTRIBUTION] = {"distribution", HAS_SCALING},
    [SEED] = {"seed", HAS_SEED},
    [INPUT_AXES] = {"input_axes", HAS_AXES},
    [OUTPUT_AXES] = {"output_axes", HAS_AXES},
    [DT_MIN] = {"dt_min", HAS_DT},
    [DT_MAX] = {"dt_max", HAS_DT},
    [DT_INIT_FLOOR] = {"dt_init_floor", HAS_DT},
    [MAX_TIMESCALE] = {"max_timescale", HAS_TIMESCALE},
    [GAIN] = {"gain", HAS_GAIN},
    [GROUPS] = {"groups", HAS_GROUPS},
    [LOWER] = {"lower", HAS_TRUNCATION},
    [UPPER] = {"upper", HAS_TRUNCATION},
    [LOWER_UNIT] = {"lower_unit", HAS_TRUNCATION},
    [UPPER_UNIT] = {"upper_unit", HAS_TRUNCATION},
    [DTYPE] = {"dtype", 0},
};

static member_name member_of(glr_kind kind, const char *name)
{
    int i = 0;
    while (i < UNKNOWN && strcmp(name, config_members[i].name) != 0) {
        i++;
    }
    const unsigned kinds = i < UNKNOWN ? config_members[i].kinds : 0;
    const bool is_of_others = kinds != 0 && (members_of(kind) & kinds) == 0;
    return is_of_others ? UNKNOWN : (member_name)i;
}

static glr_status read_finite(glr_json_value value, const char *name, double *number)
{
    glr_status status = read_number(value, name, number);
    return status == GLR_OK && !isfinite(*number)
               ? glr_fail(GLR_ERROR_PARSE, "config.%s: %s is not finite", name, glr_json_shown(value))
               : status;
}

static glr_status read_groups(glr_json_value value, glr_initializer *initializer)
{
    return glr_json_int64(value, &initializer->integer)
               ? GLR_OK
               : fail_kind(GLR_ERROR_PARSE, "config.groups", value, "an integer of 64 bits");
}

static glr_status read_bound(glr_json_value value, const char *name, double *bound)
{
    const glr_status status = read_number(value, name, bound);
    return status == GLR_OK && isnan(*bound)
               ? glr_fail(GLR_ERROR_PARSE, "config.%s: NaN is not a bound", name)
               : status;
}

/* The default has no name: a bound that is missing is one. */
static const char *const unit_names[] = {[GLR_BOUND_STDDEV] = "stddev", [GLR_BOUND_ABSOLUTE] = "absolute"};

static glr_status read_unit(glr_json_value value, const char *name, glr_bound_unit *unit)
{
    const char *text = glr_json_string(value);
    for (size_t i = GLR_BOUND_STDDEV; text != NULL && i < COUNT(unit_names); i++) {
        if (strcmp(text, unit_names[i]) == 0) {
            *unit = (glr_bound_unit)i;
            return GLR_OK;
        }
    }
    return glr_fail(GLR_ERROR_PARSE, "config.%s: must be stddev or absolute, not %s", name,
                    glr_json_shown(value));
}

/* null is as good as no member. */
static glr_status read_member(const char *name, glr_json_value value, glr_initializer *initializer)
{
    const member_name member = member_of(initializer->kind, name);
    if (member != UNKNOWN && value.kind == GLR_JSON_NULL) {
        return GLR_OK;
    }
    switch (member) {
    case VALUE: return glr_constant_from_value(value, "config.value", initializer);
    case MEAN: return read_finite(value, name, &initializer->mean);
    case STDDEV: return read_finite(value, name, &initializer->stddev);
    case MINVAL: return read_finite(value, name, &initializer->minval);
    case MAXVAL: return read_finite(value, name, &initializer->maxval);
    case SCALE: return read_finite(value, name, &initializer->scale);
    case MODE: return read_mode(value, initializer);
    case DISTRIBUTION: return read_distribution(value, initializer);
    case SEED: return read_seed(value, initializer);
    case INPUT_AXES: return read_axes(value, name, initializer->input_axes, &initializer->input_axis_count);
    case OUTPUT_AXES:
        return read_axes(value, name, initializer->output_axes, &initializer->output_axis_count);
    case DT_MIN: return read_finite(value, name, &initializer->minval);
    case DT_MAX: return read_finite(value, name, &initializer->maxval);
    case DT_INIT_FLOOR: return read_finite(value, name, &initializer->value);
    case MAX_TIMESCALE:
    case GAIN: return read_finite(value, name, &initializer->scale);
    case GROUPS: return read_groups(value, initializer);
    case LOWER: return read_bound(value, name, &initializer->lower);
    case UPPER: return read_bound(value, name, &initializer->upper);
    case LOWER_UNIT: return read_unit(value, name, &initializer->lower_unit);
    case UPPER_UNIT: return read_unit(value, name, &initializer->upper_unit);
    case DTYPE: return GLR_OK;
    default:
        return glr_fail(GLR_ERROR_PARSE, "config.%s: not a member of %s", name,
                        glr_kind_class_name(initializer->kind));
    }
}

/* Keras takes axes from two lists only: if one is null, the other has no effect. */
static void decide_axes(glr_json_value config, glr_initializer *initializer)
{
    const glr_json_kind input = glr_json_member(config, "input_axes").kind;
    const glr_json_kind output = glr_json_member(config, "output_axes").kind;
    initializer->has_axes = input > GLR_JSON_NULL && output > GLR_JSON_NULL;
    if (!initializer->has_axes) {
        initializer->input_axis_count = initializer->output_axis_count = 0;
        memset(initializer->input_axes, 0, sizeof initializer->input_axes);
        memset(initializer->output_axes, 0, sizeof initializer->output_axes);
    }
}

/* A bound's number and its unit mean nothing without each other. */
static glr_status check_pair(glr_json_value config, const char *bound, const char *unit)
{
    const bool has_bound = !is_absent(glr_json_member(config, bound));
    return has_bound == !is_absent(glr_json_member(config, unit))
               ? GLR_OK
               : glr_fail(GLR_ERROR_PARSE, "config.%s: missing beside %s", has_bound ? unit : bound,
                          has_bound ? bound : unit);
}

/* Initializers of Keras that are not functions of an index and its random words. */
static const char *const unsupported_names[] = {
    "STFT", "stft", "STFTInitializer", "Initializer", "function", "__lambda__", "initializer", NULL,
};

glr_status glr_initializer_from_name(const char *name, glr_initializer *initializer)
{
    if (is_among(unsupported_names, name)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "class_name: %s is not supported", name);
    }
    glr_kind kind = glr_kind_of_name(name);
    /* A package's class has its package's name before it, an object that is not a class two underscores. */
    if (kind == GLR_KIND_NONE && (strchr(name, '>') != NULL || strncmp(name, "__", 2) == 0)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "class_name: %s is not one of Keras's own", name);
    }
    if (kind == GLR_KIND_NONE) {
        return glr_fail(GLR_ERROR_PARSE, "class_name: %s is not an initializer", name);
    }
    *initializer = glr_initializer_of_kind(kind);
    initializer->seeding = GLR_SEEDING_NONE;
    return GLR_OK;
}

/* Checks all members of an initializer's object but the value of config: all are known, and what they say of
   the class is true of Keras's own. An unknown class that a serializer wrote is one of another version of
   Keras, no slip of the pen. */
static glr_status read_class(glr_json_value object, glr_initializer *initializer)
{
    glr_status status = check_members(object, "an initializer", "layout");
    if (status != GLR_OK) {
        return status;
    }
    const char *name = glr_json_string(glr_json_member(object, "class_name"));
    if (name == NULL) {
        return glr_fail(GLR_ERROR_PARSE, "class_name: missing");
    }
    status = check_origin(object, name, initializer_modules);
    if (status != GLR_OK) {
        return status;
    }
    const bool is_serialized = glr_json_member(object, "module").kind == GLR_JSON_STRING;
    return is_serialized && glr_kind_of_name(name) == GLR_KIND_NONE
               ? glr_fail(GLR_ERROR_UNSUPPORTED, "class_name: %.80s is not supported", name)
               : glr_initializer_from_name(name, initializer);
}

static glr_status read_config(glr_json_value config, glr_initializer *initializer)
{
    if (is_absent(config)) {
        return GLR_OK;
    }
    if (config.kind != GLR_JSON_OBJECT) {
        return fail_kind(GLR_ERROR_PARSE, "config", config, "an object or null");
    }
    glr_json_walk walk = glr_json_children(config);
    while (glr_json_next(&walk)) {
        glr_status status = read_member(walk.name, walk.value, initializer);
        if (status != GLR_OK) {
            return status;
        }
    }
    decide_axes(config, initializer);
    const glr_status status = check_pair(config, "lower", "lower_unit");
    return status == GLR_OK ? check_pair(config, "upper", "upper_unit") : status;
}

static glr_status read_layout(glr_json_value value, glr_initializer *initializer)
{
    const char *name = glr_json_string(value);
    if (is_absent(value)) {
        return GLR_OK;
    }
    return name != NULL && glr_layout_of_name(name, &initializer->layout) == GLR_OK
               ? GLR_OK
               : fail_kind(GLR_ERROR_PARSE, "layout", value, "keras or torch");
}

static glr_status read_document(glr_json_value document, glr_initializer *initializer)
{
    if (document.kind == GLR_JSON_STRING) {
        return glr_initializer_from_name(glr_json_string(document), initializer);
    }
    if (document.kind != GLR_JSON_OBJECT) {
        char text[GLR_JSON_QUOTED];
        return glr_fail(GLR_ERROR_PARSE, "an initializer must be a string or an object, not %s",
                        glr_json_quoted(document, text));
    }
    glr_status status = read_class(document, initializer);
    if (status == GLR_OK) {
        status = read_layout(glr_json_member(document, "layout"), initializer);
    }
    return status == GLR_OK ? read_config(glr_json_member(document, "config"), initializer) : status;
}

glr_status glr_initializer_from_value(glr_json_value value, glr_initializer *initializer)
{
    glr_initializer read = {0};
    glr_status status = read_document(value, &read);
    if (status == GLR_OK) {
        *initializer = read;
    }
    return status;
}

static glr_status from_json(const char *text, size_t length, glr_initializer *initializer)
{
    if (text == NULL || initializer == NULL) {
        return glr_fail_null(text == NULL ? "text" : "initializer");
    }
    glr_json document;
    glr_problem problem;
    if (glr_json_read_python(text, length, &document, &problem) != GLR_OK) {
        return glr_fail_by(&problem);
    }
    const glr_status status = glr_initializer_from_value(glr_json_root(&document), initializer);
    glr_json_free(&document);
    return status;
}

glr_status glr_initializer_from_json(const char *text, size_t length, glr_initializer *initializer)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, from_json(text, length, initializer));
}

/* ---- Writing --------------------------------------------------------------------------------------- */

/* JSON has no infinities and no NaN. Python writes and reads them all the same, so a constant may be one: an
   infinity, or the NaN that the word stands for. Nothing is drawn from others. */
static bool has_form(unsigned member, double value)
{
    const double nan = NAN;
    return isfinite(value) ||
           (member == HAS_VALUE && (isinf(value) || memcmp(&value, &nan, sizeof nan) == 0));
}

static glr_status check_numbers(const glr_initializer *initializer)
{
    const struct {
        unsigned member;
        const char *name;
        double value;
    } numbers[] = {
        {HAS_VALUE, "value", initializer->value},
        {HAS_MEAN_STDDEV, "mean", initializer->mean},
        {HAS_MEAN_STDDEV, "stddev", initializer->stddev},
        {HAS_BOUNDS, "minval", initializer->minval},
        {HAS_BOUNDS, "maxval", initializer->maxval},
        {HAS_SCALING, "scale", initializer->scale},
        {HAS_DT, "minval", initializer->minval},
        {HAS_DT, "maxval", initializer->maxval},
        {HAS_DT, "value", initializer->value},
        {HAS_TIMESCALE, "scale", initializer->scale},
        {HAS_GAIN, "scale", initializer->scale},
    };
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (members_of(initializer->kind) & numbers[i].member &&
            !has_form(numbers[i].member, numbers[i].value)) {
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g has no form in JSON", numbers[i].name,
                            numbers[i].value);
        }
    }
    return GLR_OK;
}

void glr_write_integer(glr_text *text, const glr_initializer *initializer)
{
    char digits[24];
    if (initializer->number == GLR_NUMBER_INT64) {
        glr_text_int64(text, initializer->integer);
    } else {
        (void)snprintf(digits, sizeof digits, "%" PRIu64, (uint64_t)initializer->integer);
        glr_text_add(text, digits);
    }
}

/* The name of a member of config, with the comma before it unless it is the first. */
static void write_member(glr_text *text, const char *name, bool *first)
{
    if (!*first) {
        glr_text_comma(text);
    }
    *first = false;
    glr_text_name(text, name);
}

static void write_number(glr_text *text, const char *name, double number, bool *first)
{
    write_member(text, name, first);
    glr_text_double(text, number);
}

static void write_bound(glr_text *text, const char *name, double bound, const char *unit_name,
                        glr_bound_unit unit)
{
    bool first = false;
    if (unit != GLR_BOUND_DEFAULT) {
        write_number(text, name, bound, &first);
        write_member(text, unit_name, &first);
        glr_text_string(text, unit_names[unit]);
    }
}

static void write_axes(glr_text *text, const char *name, const int32_t *axes, uint32_t count, bool *first)
{
    int64_t wide[GLR_MAX_RANK];
    for (uint32_t i = 0; i < count; i++) {
        wide[i] = axes[i];
    }
    write_member(text, name, first);
    glr_text_integers(text, wide, count);
}

static void write_scaling(glr_text *text, const glr_initializer *initializer, bool *first)
{
    write_number(text, "scale", initializer->scale, first);
    write_member(text, "mode", first);
    glr_text_string(text, glr_mode_names[initializer->mode]);
    write_member(text, "distribution", first);
    glr_text_string(text, glr_distribution_names[initializer->distribution]);
}

static void write_constant(glr_text *text, const glr_initializer *initializer, bool *first)
{
    if (initializer->number == GLR_NUMBER_DOUBLE) {
        write_number(text, "value", initializer->value, first);
    } else {
        write_member(text, "value", first);
        glr_write_integer(text, initializer);
    }
}

/* Members of the laws of the index, and of those with a gain. */
static void write_index_law(glr_text *text, const glr_initializer *initializer, bool *first)
{
    switch (initializer->kind) {
    case GLR_KIND_DT_BIAS:
        write_number(text, "dt_min", initializer->minval, first);
        write_number(text, "dt_max", initializer->maxval, first);
        write_number(text, "dt_init_floor", initializer->value, first);
        return;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED:
        write_number(text, "max_timescale", initializer->scale, first);
        return;
    case GLR_KIND_IDENTITY:
    case GLR_KIND_ORTHOGONAL: write_number(text, "gain", initializer->scale, first); return;
    case GLR_KIND_DIRAC:
        write_member(text, "groups", first);
        glr_text_int64(text, initializer->integer);
        return;
    default: return;
    }
}

static void write_config(glr_text *text, const glr_initializer *initializer)
{
    unsigned members = members_of(initializer->kind);
    bool first = true;
    if (members & HAS_VALUE) {
        write_constant(text, initializer, &first);
    }
    if (members & HAS_MEAN_STDDEV) {
        write_number(text, "mean", initializer->mean, &first);
        write_number(text, "stddev", initializer->stddev, &first);
    }
    if (members & HAS_TRUNCATION) {
        write_bound(text, "lower", initializer->lower, "lower_unit", initializer->lower_unit);
        write_bound(text, "upper", initializer->upper, "upper_unit", initializer->upper_unit);
    }
    if (members & HAS_BOUNDS) {
        write_number(text, "minval", initializer->minval, &first);
        write_number(text, "maxval", initializer->maxval, &first);
    }
    if (members & HAS_SCALING) {
        write_scaling(text, initializer, &first);
    }
    write_index_law(text, initializer, &first);
    if (members & HAS_SEED) {
        write_member(text, "seed", &first);
        if (initializer->seeding == GLR_SEEDING_NONE) {
            glr_text_add(text, "null");
        } else {
            glr_text_int64(text, initializer->seed);
        }
    }
    if (members & HAS_AXES && initializer->has_axes) {
        write_axes(text, "input_axes", initializer->input_axes, initializer->input_axis_count, &first);
        write_axes(text, "output_axes", initializer->output_axes, initializer->output_axis_count, &first);
    }
}

static glr_status check_writable(const glr_initializer *initializer)
{
    glr_status status = GLR_CHECK_RESERVED("initializer", initializer);
    if (status == GLR_OK) {
        status = glr_check_kind(initializer);
    }
    if (status == GLR_OK) {
        status = glr_check_layout("initializer", initializer->layout);
    }
    if (status == GLR_OK) {
        status = glr_check_bounds(initializer);
    }
    if (status != GLR_OK) {
        return status;
    }
    if ((unsigned)initializer->mode > GLR_MODE_FAN_GEO_AVG ||
        (unsigned)initializer->distribution > GLR_DISTRIBUTION_UNIFORM ||
        initializer->input_axis_count > GLR_MAX_RANK || initializer->output_axis_count > GLR_MAX_RANK) {
        return glr_fail(
            GLR_ERROR_ARGUMENT,
            "initializer: its mode (%d), distribution (%d) or axis counts (%u, %u) are out of range",
            (int)initializer->mode, (int)initializer->distribution, initializer->input_axis_count,
            initializer->output_axis_count);
    }
    if (initializer->kind == GLR_KIND_VARIANCE_SCALING && initializer->mode == GLR_MODE_FAN_GEO_AVG) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.mode: fan_geo_avg has no form in JSON, since Keras has no such mode");
    }
    if (glr_kind_is_random(initializer->kind) && initializer->seeding == GLR_SEEDING_KEY) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.seeding: a raw key and counter have no form in JSON");
    }
    status = glr_check_axes_given(initializer);
    return status == GLR_OK ? check_numbers(initializer) : status;
}

static glr_status write_json(glr_text *text, const glr_initializer *initializer)
{
    glr_status status = check_writable(initializer);
    if (status != GLR_OK) {
        return status;
    }
    glr_text_add(text, "{");
    glr_text_name(text, "class_name");
    glr_text_string(text, glr_kind_class_name(initializer->kind));
    glr_text_comma(text);
    glr_text_name(text, "config");
    glr_text_add(text, "{");
    write_config(text, initializer);
    glr_text_add(text, "}");
    const bool has_layout = initializer->kind == GLR_KIND_ORTHOGONAL ||
                            (glr_kind_scales_variance(initializer->kind) && !initializer->has_axes);
    if (initializer->layout != GLR_LAYOUT_KERAS && has_layout) {
        glr_text_comma(text);
        glr_text_name(text, "layout");
        glr_text_string(text, glr_layout_names[initializer->layout]);
    }
    glr_text_add(text, "}");
    return GLR_OK;
}

glr_status glr_text_hand_over(const glr_text *text, char *buffer, size_t capacity, size_t *length)
{
    if (text->out_of_memory) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory");
    }
    if (length != NULL) {
        *length = text->length;
    }
    if (text->length >= capacity) {
        return glr_fail(GLR_ERROR_TOO_SMALL, "capacity: %zu is fewer than the %zu bytes of the text",
                        capacity, text->length + 1);
    }
    memcpy(buffer, text->bytes, text->length);
    buffer[text->length] = '\0';
    return GLR_OK;
}

glr_status glr_initializer_hand_over(glr_initializer_writer *write, const glr_initializer *initializer,
                                     const char *name, char *buffer, size_t capacity, size_t *length)
{
    if (initializer == NULL || (buffer == NULL && capacity > 0)) {
        return glr_fail_null(initializer == NULL ? "initializer" : name);
    }
    glr_text text = {.spaced = true};
    glr_status status = write(&text, initializer);
    if (status == GLR_OK) {
        status = glr_text_hand_over(&text, buffer, capacity, length);
    }
    glr_text_free(&text);
    return status;
}

glr_status glr_initializer_to_json(const glr_initializer *initializer, char *buffer, size_t capacity,
                                   size_t *length)
{
    const glr_host host = glr_enter();
    return glr_leave(&host,
                     glr_initializer_hand_over(write_json, initializer, "buffer", buffer, capacity, length));
}
