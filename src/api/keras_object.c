/* Reads the members beside `config` of an object in Keras's JSON, and the object within a config, a
   SeedGenerator. */
#include "keras_object.h"

#include "error.h"
#include "initializer_json.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Keras 3 folds the seeds of a SeedGenerator into int32 by the remainder of this. */
#define SEED_MODULUS INT64_C(2147483646)

/* A class of Keras's own, and where the versions of Keras, tf_keras and TensorFlow have it. initializers_v1
   is not among them: those draw other values from the same seed. */
typedef struct origin {
    const char *const *modules;
    size_t count;
} origin;

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
};
static const char *const random_modules[] = {"keras.random", "keras.src.random.seed_generator"};

static const origin of_initializers = {initializer_modules, COUNT(initializer_modules)};
static const origin of_seed_generators = {random_modules, COUNT(random_modules)};

static bool is_absent(glr_json_value value)
{
    return value.kind == GLR_JSON_MISSING || value.kind == GLR_JSON_NULL;
}

/* ---- Members ---------------------------------------------------------------------------------------- */

static glr_status check_member(const char *name, glr_json_value value, const char *what)
{
    static const char *const strings[] = {"class_name", "module", "registered_name"};
    static const char *const empty[] = {"build_config", "compile_config"}; /* initializers have none */
    for (size_t i = 0; i < COUNT(strings); i++) {
        if (strcmp(name, strings[i]) == 0) {
            return value.kind == GLR_JSON_STRING || (i > 0 && value.kind == GLR_JSON_NULL)
                       ? GLR_OK
                       : glr_json_fail_kind(GLR_ERROR_PARSE, name, value,
                                            i > 0 ? "a string or null" : "a string");
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
                   : glr_json_fail_kind(GLR_ERROR_PARSE, name, value, "an integer or null");
    }
    return strcmp(name, "config") == 0 ? GLR_OK
                                       : glr_fail(GLR_ERROR_PARSE, "%s: not a member of %s", name, what);
}

static glr_status check_members(glr_json_value object, const char *what)
{
    glr_json_walk walk = glr_json_children(object);
    while (glr_json_next(&walk)) {
        glr_status status = check_member(walk.name, walk.value, what);
        if (status != GLR_OK) {
            return status;
        }
    }
    return GLR_OK;
}

/* ---- Classes ---------------------------------------------------------------------------------------- */

static bool has_module(const origin *own, const char *module)
{
    for (size_t i = 0; i < own->count; i++) {
        if (strcmp(own->modules[i], module) == 0) {
            return true;
        }
    }
    return false;
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
static glr_status check_origin(glr_json_value object, const char *class_name, const origin *own)
{
    const char *module = glr_json_string(glr_json_member(object, "module"));
    const char *registered = glr_json_string(glr_json_member(object, "registered_name"));
    const bool is_own = module == NULL ? registered == NULL
                                       : has_module(own, module) &&
                                             (registered == NULL || strcmp(registered, class_name) == 0);
    return is_own ? GLR_OK : fail_foreign(class_name, module, registered);
}

glr_status glr_keras_class_of(glr_json_value object, const char **class_name, bool *is_serialized)
{
    glr_status status = check_members(object, "an initializer");
    if (status != GLR_OK) {
        return status;
    }
    *class_name = glr_json_string(glr_json_member(object, "class_name"));
    if (*class_name == NULL) {
        return glr_fail(GLR_ERROR_PARSE, "class_name: missing");
    }
    *is_serialized = glr_json_member(object, "module").kind == GLR_JSON_STRING;
    return check_origin(object, *class_name, &of_initializers);
}

/* ---- Seeds ------------------------------------------------------------------------------------------ */

/* An integer from -2^63 to 2^64 - 1; the upper half means the int64 of the same bits. */
static glr_status read_integer_seed(glr_json_value value, glr_initializer *initializer)
{
    if (!glr_json_is_integer(value)) {
        return glr_json_fail_kind(GLR_ERROR_PARSE, "config.seed", value,
                                  "an integer, null or a SeedGenerator");
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
                   : glr_json_fail_kind(GLR_ERROR_PARSE, "config.seed.config.seed", value,
                                        "an integer or null");
    }
    const int64_t remainder = seed % SEED_MODULUS;
    initializer->seed = remainder < 0 ? remainder + SEED_MODULUS : remainder;
    initializer->seeding = GLR_SEEDING_SEED;
    return GLR_OK;
}

static glr_status read_generator_config(glr_json_value config, glr_initializer *initializer)
{
    if (config.kind != GLR_JSON_OBJECT && !is_absent(config)) {
        return glr_json_fail_kind(GLR_ERROR_PARSE, "config.seed.config", config, "an object or null");
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
        return glr_json_fail_kind(GLR_ERROR_PARSE, "config.seed.class_name", name, "a string");
    }
    glr_status status = strcmp(class_name, "SeedGenerator") == 0
                            ? check_origin(object, class_name, &of_seed_generators)
                            : fail_foreign(class_name, NULL, NULL);
    if (status == GLR_OK) {
        status = check_members(object, "a SeedGenerator");
    }
    return status == GLR_OK ? read_generator_config(glr_json_member(object, "config"), initializer) : status;
}

glr_status glr_keras_read_seed(glr_json_value value, glr_initializer *initializer)
{
    return value.kind == GLR_JSON_OBJECT ? read_generator(value, initializer)
                                         : read_integer_seed(value, initializer);
}
