/** @file
 * glorand.h - fills weight tensors with random initial values.
 *
 * glorand draws the initializers of the Keras family (Glorot, He, LeCun, truncated normal, normal,
 * uniform and their relatives) from counter-based Philox, straight into the memory where the values
 * will be used. A value depends on the seed, the stream and the element's index in the whole tensor,
 * and on nothing else: not on the backend, the number of threads, the part of the tensor that a call
 * fills, or the order of calls. In float32, seed s and stream 0 give what TensorFlow gives on a CPU for
 * stateless operations with seed [s, 0], bit for bit; docs/stream.md is the definition.
 *
 *     glr_device *device = NULL;
 *     glr_options options = GLR_OPTIONS_INIT;
 *     if (glr_open(&options, &device) != GLR_OK) { fprintf(stderr, "%s\n", glr_last_error()); ... }
 *
 *     glr_initializer init = glr_glorot_normal(42);
 *     glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {784, 256}};
 *     if (glr_fill(device, &init, &tensor, weights, sizeof weights) != GLR_OK) { ... }
 *     glr_close(device);
 *
 * Rules that hold for every function:
 *
 *  - The library never prints, never exits and never aborts. Functions that can fail return a
 *    glr_status; what went wrong, with the offending value in it, is then in glr_last_error().
 *  - When a function fails because of its arguments, it has written nothing.
 *  - A pointer argument that may be NULL says so. Any other pointer that is NULL is an error
 *    (GLR_ERROR_ARGUMENT), not a crash.
 *  - Structs end in `reserved` words, which must be zero (GLR_ERROR_ARGUMENT otherwise): members of later
 *    versions, whose zero means what this version does. So make a struct by its constructor, or begin with
 *    {0}, which C++ takes, too. A struct keeps its size until the soname changes.
 *  - Functions are thread-safe unless they say otherwise; one device handle may be used by several
 *    threads at once, except that glr_close must come after every other call has returned.
 *  - The caller's floating-point environment (rounding direction, flushing of subnormals, traps, sticky
 *    flags) and locale change no value and no text, and are afterwards as they were.
 *  - Threads that the library makes take no signal but those that their own instructions raise. They end with
 *    glr_close, when the library is unloaded, and when the process exits. If the system gives fewer threads,
 *    or none, a fill does without.
 *  - After fork(), CPU handles work in the child; forking is safe while other threads use the library. GPU
 *    handles do not survive a fork.
 *  - On the CPU, 48 KiB of stack are enough for every function of an optimized build.
 */
#ifndef GLORAND_GLORAND_H
#define GLORAND_GLORAND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the library exports. */
#if defined(__GNUC__)
#define GLR_API __attribute__((visibility("default")))
#else
#define GLR_API
#endif

/* ------------------------------------------------------------------------------------------------ */
/* Version                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

#define GLR_VERSION_MAJOR  0       /**< of this header; while it is 0, a minor version may break the ABI */
#define GLR_VERSION_MINOR  1       /**< of this header */
#define GLR_VERSION_PATCH  0       /**< of this header */
#define GLR_VERSION_STRING "0.1.0" /**< of this header */

/** The version of docs/stream.md that the values follow. A change to any value is a new number. */
#define GLR_STREAM_VERSION 1

/** The version of the library that runs, like "0.1.0". It differs from GLR_VERSION_STRING when the program
   was compiled against another release's header. Static storage. */
GLR_API const char *glr_version_string(void);

/** The version of the library that runs, as major * 1000000 + minor * 1000 + patch. */
GLR_API uint32_t glr_version(void);

/** The stream version that the library draws: GLR_STREAM_VERSION of its own header. */
GLR_API uint32_t glr_stream_version(void);

/* ------------------------------------------------------------------------------------------------ */
/* Errors                                                                                           */
/* ------------------------------------------------------------------------------------------------ */

/** What a function that can fail returns. */
typedef enum glr_status {
    GLR_OK = 0,                /**< all went well */
    GLR_ERROR_ARGUMENT = 1,    /**< an argument is outside its range, or missing */
    GLR_ERROR_SHAPE = 2,       /**< a shape, a part or strides that do not fit together */
    GLR_ERROR_TOO_SMALL = 3,   /**< the destination has fewer bytes than the part needs */
    GLR_ERROR_UNSUPPORTED = 4, /**< well-formed, but not something this library or device does */
    GLR_ERROR_UNAVAILABLE = 5, /**< the backend or device asked for is not there */
    GLR_ERROR_MEMORY = 6,      /**< out of memory */
    GLR_ERROR_DEVICE = 7,      /**< the device or its driver failed */
    GLR_ERROR_PARSE = 8,       /**< text that is not what it should be */
    GLR_ERROR_SYSTEM = 9,      /**< the operating system refused something */
    GLR_ERROR_UNSEEDED = 10    /**< a random initializer that has no seed */
} glr_status;

/** The name of a status, "GLR_ERROR_SHAPE" for example; "unknown status" for any other number. Static
   storage. */
GLR_API const char *glr_status_name(glr_status status);

/** The message of the last failure in the calling thread, or "" if none has failed yet. A call that
   succeeds leaves it as it is. The text is valid until the same thread's next failure. It is one line of
   UTF-8 that can be printed: control characters, invisible ones and bytes that are not UTF-8 are escaped as
   in C. */
GLR_API const char *glr_last_error(void);

/* ------------------------------------------------------------------------------------------------ */
/* Devices                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** What draws. `auto` loads a driver only where it can help: where a GPU's device node is in /dev (nvidia0
   and the like, nvhost*, dxg, kfd, mali0, kgsl-3d0, dri/renderD*; for CUDA the first three), or an
   environment variable names a driver (GLORAND_CUDA_LIBRARY; GLORAND_OPENCL_LIBRARY, OCL_ICD_VENDORS,
   OCL_ICD_FILENAMES). A backend that is asked for by name loads its driver (for OpenCL see opencl.h), and
   glr_devices loads all. Drivers may start threads and handle signals, and go on doing so after glr_close. */
typedef enum glr_backend_kind {
    GLR_BACKEND_AUTO =
        0,               /**< the best that is there: CUDA's device, OpenCL's if that is no CPU, or the CPU */
    GLR_BACKEND_CPU = 1, /**< this machine's processors */
    GLR_BACKEND_OPENCL =
        2,               /**< OpenCL's devices, GPUs and accelerators first, then CPUs; see also opencl.h */
    GLR_BACKEND_CUDA = 3 /**< CUDA's devices, in the driver's order; not in every build; see also cuda.h */
} glr_backend_kind;

/** How to open a device. */
typedef struct glr_options {
    uint32_t device;          /**< index among the backend's devices, as glr_devices counts; 0 by default */
    glr_backend_kind backend; /**< GLR_BACKEND_AUTO by default */
    uint32_t threads;     /**< CPU: threads of a fill, the caller's included, at most 1024; 0 means one for
                             each processor that the process may use, or OMP_NUM_THREADS if that is less,
                             and one inside an OpenMP parallel region of the caller's */
    uint32_t reserved[5]; /**< 0 */
} glr_options;

/** The default options. */
#define GLR_OPTIONS_INIT                                                                                     \
    {                                                                                                        \
        0, GLR_BACKEND_AUTO, 0, { 0 }                                                                        \
    }

/** An open device. */
typedef struct glr_device glr_device;

/** Opens a device. options may be NULL, which means GLR_OPTIONS_INIT. On success *device holds a handle
   to be given to glr_close; on failure it is NULL.
   The device is checked first: it must give known values.
   Errors: GLR_ERROR_ARGUMENT (also for an environment variable of glorand's with an unknown value),
   GLR_ERROR_UNAVAILABLE (the message says why), GLR_ERROR_MEMORY, GLR_ERROR_DEVICE (the check failed). */
GLR_API glr_status glr_open(const glr_options *options, glr_device **device);

/** Waits for the work that was started through this handle and frees it. NULL is allowed. */
GLR_API void glr_close(glr_device *device);

/** What an open device belongs to, never GLR_BACKEND_AUTO; that for NULL. */
GLR_API glr_backend_kind glr_device_backend(const glr_device *device);

/** Bytes of a text in glr_device_info, its final zero included. */
#define GLR_DEVICE_TEXT 160

/** A device, or a backend that has none and why. */
typedef struct glr_device_info {
    glr_backend_kind backend;     /**< whose device it is */
    uint32_t device;              /**< what glr_options.device would say to open it */
    uint32_t available;           /**< 1, or 0: then reason says why not */
    char name[GLR_DEVICE_TEXT];   /**< as the driver or the processor names itself; UTF-8. The CPU's ends with
                                     the kernel that draws, in parentheses: plain, avx2, avx512 or neon */
    char reason[GLR_DEVICE_TEXT]; /**< "" when available */
    uint32_t reserved[5];         /**< 0, set by glr_devices */
} glr_device_info;

/** Lists the devices of every backend, available or not, into infos[0 .. capacity - 1], each of whose
   `size` is set by the call, and their number into *count, which may be larger than capacity. infos may
   be NULL when capacity is 0. */
GLR_API glr_status glr_devices(glr_device_info *infos, size_t capacity, size_t *count);

/** Memory of a device, for programs that have no allocator of their own: at least `bytes` bytes, aligned to
   64, uninitialized. *memory is NULL when bytes is 0, and on failure. On CUDA, *memory is a device address;
   on OpenCL it is a cl_mem, and stands for the whole of it: pointers into it are refused.
   Errors: GLR_ERROR_MEMORY, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_alloc(glr_device *device, uint64_t bytes, void **memory);

/** Frees what glr_alloc gave on the same handle; glr_close frees what is left on a CUDA or an OpenCL
   device. NULL is allowed. Errors: GLR_ERROR_ARGUMENT on those for other memory, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_free(glr_device *device, void *memory);

/** Copies bytes from memory of the device to the host, after what was started through this handle, and
   returns when they are there. On CUDA and OpenCL, memory is what glr_alloc gave.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_copy_to_host(glr_device *device, void *host, const void *memory, uint64_t bytes);

/** Waits until what was started through this handle is done. Errors: GLR_ERROR_DEVICE. */
GLR_API glr_status glr_sync(glr_device *device);

/** "cpu", "opencl", "cuda" or "auto"; "unknown backend" for any other number. Static storage. */
GLR_API const char *glr_backend_name(glr_backend_kind backend);

/* ------------------------------------------------------------------------------------------------ */
/* Tensors                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** Element types. Random initializers draw floating-point dtypes only; float64 has a stream of its own, and
   the 16- and 8-bit types hold the float32 value rounded to nearest even. What is too large becomes infinity,
   or NaN in float8_e4m3fn, which has no infinity. Zeros, ones and constants fill every dtype. */
typedef enum glr_dtype {
    GLR_DTYPE_NONE = 0,          /**< not a dtype: what a forgotten member holds */
    GLR_DTYPE_FLOAT32 = 1,       /**< IEEE binary32 */
    GLR_DTYPE_FLOAT64 = 2,       /**< IEEE binary64 */
    GLR_DTYPE_FLOAT16 = 3,       /**< IEEE binary16 */
    GLR_DTYPE_BFLOAT16 = 4,      /**< the upper half of binary32 */
    GLR_DTYPE_FLOAT8_E4M3FN = 5, /**< 4 bits of exponent, 3 of fraction, no infinity; up to 448 */
    GLR_DTYPE_FLOAT8_E5M2 = 6,   /**< the upper half of binary16 */
    GLR_DTYPE_BOOL = 7,          /**< one byte, 0 or 1 */
    GLR_DTYPE_INT8 = 8,          /**< 8 bits, two's complement */
    GLR_DTYPE_INT16 = 9,         /**< 16 bits, two's complement */
    GLR_DTYPE_INT32 = 10,        /**< 32 bits, two's complement */
    GLR_DTYPE_INT64 = 11,        /**< 64 bits, two's complement */
    GLR_DTYPE_UINT8 = 12,        /**< 8 bits, unsigned */
    GLR_DTYPE_UINT16 = 13,       /**< 16 bits, unsigned */
    GLR_DTYPE_UINT32 = 14,       /**< 32 bits, unsigned */
    GLR_DTYPE_UINT64 = 15        /**< 64 bits, unsigned */
} glr_dtype;

/** "float32", "bfloat16", ...; "unknown dtype" for any other number. Static storage. */
GLR_API const char *glr_dtype_name(glr_dtype dtype);

/** Bytes of one element; 0 for any other number. */
GLR_API size_t glr_dtype_size(glr_dtype dtype);

/** The dtype of a name as glr_dtype_name writes it, or as others do, in any case: bf16, F32, half, double,
   i64, fp16, F8_E4M3, also with a module before it (torch.bfloat16, jnp.float32, np.int8, tf.half). Names
   that do not mean the same everywhere are read with torch. only: float, int, long, char, byte.
   GLR_DTYPE_NONE if there is none such. */
GLR_API glr_dtype glr_dtype_of_name(const char *name);

#define GLR_MAX_RANK     16                 /**< axes of a tensor */
#define GLR_MAX_ELEMENTS (INT64_C(1) << 56) /**< elements of a whole tensor */

/** Which part of the tensor a call fills. */
typedef enum glr_part {
    GLR_PART_WHOLE = 0, /**< all of it */
    GLR_PART_BOX = 1,   /**< start[a] to start[a] + extent[a] - 1 along every axis a */
    GLR_PART_RANGE = 2  /**< elements first to first + count - 1 of the row-major order */
} glr_part;

/** A tensor and the part of it that lies at the destination. shape is always the shape of the whole
   tensor, also in a program that holds a shard of it: fans, and with them standard deviations, come from
   it, and so do the element indices that select the values.

   strides are the destination's: element (i0, i1, ...) of the part is at dst + sum of ia * strides[a],
   counted in elements, the indices from 0 within the part. All zero means packed in row-major order. Any
   order of the axes is allowed (a transposed destination) and any gaps (a leading dimension, padding),
   but no negative stride and no interleaved axes: taken in the order of their strides, each axis must step
   beyond the last element of those before it. The stride of an axis of extent 1 has no effect. A range has no
   axes, so its strides must be zero. */
typedef struct glr_tensor {
    uint32_t rank;                 /**< 0 to GLR_MAX_RANK; rank 0 is one element */
    glr_dtype dtype;               /**< of its elements */
    glr_part part;                 /**< the members that its kind does not name are not read */
    int64_t shape[GLR_MAX_RANK];   /**< 0 or more each; the product of those that are not 0 at most
                                      GLR_MAX_ELEMENTS */
    int64_t start[GLR_MAX_RANK];   /**< GLR_PART_BOX: its first index along each axis */
    int64_t extent[GLR_MAX_RANK];  /**< GLR_PART_BOX: how many indices along each axis */
    int64_t first;                 /**< GLR_PART_RANGE: its first element */
    int64_t count;                 /**< GLR_PART_RANGE: how many elements */
    int64_t strides[GLR_MAX_RANK]; /**< of the destination, in elements; all 0 means packed */
    uint32_t reserved[8];          /**< 0 */
} glr_tensor;

/** Checks a tensor and gives the number of elements of its part, and of the bytes that a destination
   needs: up to the last element, not beyond. Either pointer may be NULL.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE, as glr_fill. */
GLR_API glr_status glr_tensor_extent(const glr_tensor *tensor, int64_t *elements, uint64_t *bytes);

/* ------------------------------------------------------------------------------------------------ */
/* Initializers                                                                                     */
/* ------------------------------------------------------------------------------------------------ */

/** Initializers of the Keras family, and the members of glr_initializer that each uses. */
typedef enum glr_kind {
    GLR_KIND_NONE = 0,             /**< not an initializer: what a forgotten member holds */
    GLR_KIND_ZEROS = 1,            /**< 0 */
    GLR_KIND_ONES = 2,             /**< 1 */
    GLR_KIND_CONSTANT = 3,         /**< value */
    GLR_KIND_RANDOM_NORMAL = 4,    /**< mean, stddev */
    GLR_KIND_RANDOM_UNIFORM = 5,   /**< minval, maxval: values in [minval, maxval) before rounding */
    GLR_KIND_TRUNCATED_NORMAL = 6, /**< mean, stddev: values in mean +- 2 stddev */
    GLR_KIND_VARIANCE_SCALING = 7, /**< scale, mode, distribution */
    GLR_KIND_GLOROT_NORMAL = 8,    /**< scale 1, fan_avg, truncated normal */
    GLR_KIND_GLOROT_UNIFORM = 9,   /**< scale 1, fan_avg, uniform */
    GLR_KIND_HE_NORMAL = 10,       /**< scale 2, fan_in, truncated normal */
    GLR_KIND_HE_UNIFORM = 11,      /**< scale 2, fan_in, uniform */
    GLR_KIND_LECUN_NORMAL = 12,    /**< scale 1, fan_in, truncated normal */
    GLR_KIND_LECUN_UNIFORM = 13    /**< scale 1, fan_in, uniform */
} glr_kind;

/** Which fan variance scaling divides by. */
typedef enum glr_mode {
    GLR_MODE_FAN_IN = 0,  /**< the number of inputs */
    GLR_MODE_FAN_OUT = 1, /**< the number of outputs */
    GLR_MODE_FAN_AVG = 2  /**< their mean */
} glr_mode;

/** Distributions of variance scaling. With s = scale / max(1, n), n the fan that mode names: */
typedef enum glr_distribution {
    GLR_DISTRIBUTION_TRUNCATED_NORMAL = 0,   /**< the result's deviation is sqrt(s), its bounds
                                                +- 2 sqrt(s) / 0.87962566103423978 */
    GLR_DISTRIBUTION_UNTRUNCATED_NORMAL = 1, /**< deviation sqrt(s) */
    GLR_DISTRIBUTION_UNIFORM = 2             /**< [-sqrt(3 s), sqrt(3 s)) */
} glr_distribution;

/** How truncated normals are drawn. */
typedef enum glr_method {
    GLR_METHOD_RESAMPLE = 0, /**< draw again what lies outside: TensorFlow's values */
    GLR_METHOD_ICDF = 1      /**< inverse distribution function: about twice as fast, other values */
} glr_method;

/** Which axes of a weight are its inputs and outputs, when input_axes and output_axes do not say it. */
typedef enum glr_layout {
    GLR_LAYOUT_KERAS = 0, /**< [spatial..., in, out]; rank 1 counts as n in and n out */
    GLR_LAYOUT_TORCH = 1  /**< [out, in, spatial...] */
} glr_layout;

/** Where the random numbers come from. */
typedef enum glr_seeding {
    GLR_SEEDING_SEED = 0, /**< seed and stream, scrambled into a Philox key and counter as TensorFlow does */
    GLR_SEEDING_KEY = 1,  /**< key and counter, as they are */
    GLR_SEEDING_NONE = 2  /**< nowhere yet: glr_resolve decides, and so does glr_fill for a whole tensor */
} glr_seeding;

/** An initializer: a plain value, to be made by one of the constructors below and changed at will. Two
   tensors filled with the same seed and stream hold the same underlying random numbers: give each tensor
   of a model its own stream (glr_stream_of_name). */
typedef struct glr_initializer {
    glr_kind kind;                 /**< which of the family */
    double value;                  /**< GLR_KIND_CONSTANT */
    double mean;                   /**< GLR_KIND_RANDOM_NORMAL, GLR_KIND_TRUNCATED_NORMAL */
    double stddev;                 /**< GLR_KIND_RANDOM_NORMAL, GLR_KIND_TRUNCATED_NORMAL; at least 0 */
    double minval;                 /**< GLR_KIND_RANDOM_UNIFORM */
    double maxval;                 /**< GLR_KIND_RANDOM_UNIFORM; at least minval */
    double scale;                  /**< GLR_KIND_VARIANCE_SCALING; above 0 */
    glr_mode mode;                 /**< GLR_KIND_VARIANCE_SCALING */
    glr_distribution distribution; /**< GLR_KIND_VARIANCE_SCALING */
    glr_method method;             /**< of truncated normals; of no effect on others */
    glr_layout layout;             /**< of the weight, where no axes are given */
    glr_seeding seeding;           /**< which of the following members count */
    int64_t seed;        /**< GLR_SEEDING_SEED; any value. Keras 3 on TensorFlow draws from the seed's
                            remainder of 2^31 - 2, from 0 on: give that to have its values */
    int64_t stream;      /**< GLR_SEEDING_SEED; any value */
    uint32_t key[2];     /**< GLR_SEEDING_KEY */
    uint32_t counter[4]; /**< GLR_SEEDING_KEY; word 0 is the lowest */
    /* Axes as in Keras 3, counted from the end when negative. An empty list of inputs or outputs is a list:
       the fan over it is 1. An axis that stands twice counts twice; one may be among inputs and outputs. */
    uint32_t input_axis_count;         /**< length of input_axes; 0 unless has_axes is 1 */
    uint32_t output_axis_count;        /**< length of output_axes; 0 unless has_axes is 1 */
    uint32_t batch_axis_count;         /**< length of batch_axes */
    int32_t input_axes[GLR_MAX_RANK];  /**< fan_in is the product over these axes */
    int32_t output_axes[GLR_MAX_RANK]; /**< fan_out is the product over these axes */
    int32_t batch_axes[GLR_MAX_RANK];  /**< stacked experts or layers, left out of every product */
    uint32_t has_axes;     /**< 1: input_axes and output_axes say what the fans are; 0: layout says it */
    uint32_t reserved[16]; /**< 0 */
} glr_initializer;

/* Constructors. Defaults of the members that are not arguments: method resample, layout Keras, stream 0, no
   axes. Arguments are checked when the initializer is used. Sources: Glorot and Bengio 2010 (glorot), He,
   Zhang, Ren and Sun 2015 (he), LeCun, Bottou, Orr and Mueller 1998 (lecun), as in tf.keras.initializers. */

/** All 0. */
GLR_API glr_initializer glr_zeros(void);
/** All 1. */
GLR_API glr_initializer glr_ones(void);
/** All the same value. */
GLR_API glr_initializer glr_constant(double value);
/** Normal values. */
GLR_API glr_initializer glr_random_normal(double mean, double stddev, int64_t seed);
/** Uniform values in [minval, maxval). */
GLR_API glr_initializer glr_random_uniform(double minval, double maxval, int64_t seed);
/** Normal values of mean and stddev, but only those within 2 stddev of the mean. */
GLR_API glr_initializer glr_truncated_normal(double mean, double stddev, int64_t seed);
/** Values whose variance is scale divided by a fan. */
GLR_API glr_initializer glr_variance_scaling(double scale, glr_mode mode, glr_distribution distribution,
                                             int64_t seed);
/** Truncated normal, standard deviation sqrt(2 / (fan_in + fan_out)). */
GLR_API glr_initializer glr_glorot_normal(int64_t seed);
/** Uniform, limit sqrt(6 / (fan_in + fan_out)). */
GLR_API glr_initializer glr_glorot_uniform(int64_t seed);
/** Truncated normal, standard deviation sqrt(2 / fan_in). */
GLR_API glr_initializer glr_he_normal(int64_t seed);
/** Uniform, limit sqrt(6 / fan_in). */
GLR_API glr_initializer glr_he_uniform(int64_t seed);
/** Truncated normal, standard deviation sqrt(1 / fan_in). */
GLR_API glr_initializer glr_lecun_normal(int64_t seed);
/** Uniform, limit sqrt(3 / fan_in). */
GLR_API glr_initializer glr_lecun_uniform(int64_t seed);

/** The constructor's name of a kind, "glorot_normal" for example; "unknown initializer" for any other
   number. Static storage. */
GLR_API const char *glr_kind_name(glr_kind kind);

/** The kind of a name, as glr_kind_name writes it or as Keras does ("GlorotNormal", and the aliases
   "zero", "one", "normal" and "uniform") or tf_keras ("GlorotNormalV2", "glorot_normalV2"); GLR_KIND_NONE if
   there is none such. */
GLR_API glr_kind glr_kind_of_name(const char *name);

/** An initializer of a kind with Keras's defaults: mean 0, stddev 0.05, minval -0.05, maxval 0.05, value
   0, scale 1, fan_in, truncated normal; seed and stream 0. */
GLR_API glr_initializer glr_initializer_of_kind(glr_kind kind);

/** Sets the global seed of the process, from which initializers that have none are resolved, one after the
   other, as by tf.random.set_seed and eager calls. Setting it again, to the same seed too, starts the
   sequence again. Any value; without a global seed, each is resolved with 64 random bits from the operating
   system. It is not Keras 3's sequence: there, each initializer that is made without a seed takes
   random.randint(1, 10**9) from Python's random, which keras.utils.set_random_seed(s) seeds by
   random.seed(s). Draw those integers in Python, in the order in which the model makes its initializers, and
   give them as seeds. */
GLR_API void glr_set_seed(int64_t seed);

/** Copies an initializer, and gives it a seed if it is random and has none: after glr_set_seed the next of
   its sequence (GLR_SEEDING_KEY), otherwise one from the operating system (GLR_SEEDING_SEED, stream 0). The
   same pointer may be given twice. A resolved initializer gives the same values wherever and in whatever
   parts it is used, and can be written down: its seed and stream, or its key and counter. Errors:
   GLR_ERROR_ARGUMENT, GLR_ERROR_SYSTEM. Threads: each call takes its own place in the sequence. */
GLR_API glr_status glr_resolve(const glr_initializer *initializer, glr_initializer *resolved);

/** Reads an initializer from JSON: a string that glr_kind_of_name knows ("glorot_normal"), or an object in
   TensorFlow's form, {"class_name": "GlorotNormal", "config": {"seed": 42}}, or in Keras 3's, which adds
   "module", "registered_name", "shared_object_id" and axes. module must be one under which Keras, tf_keras or
   TensorFlow have their initializers, or null, and registered_name null or, beside such a module, the class's
   own: a class of the same name from elsewhere draws other values, and is refused.
   Members of config that are missing or null have Keras's defaults; "dtype" is ignored; VarianceScaling's
   mode and distribution may be in any case, and the distribution may be "normal", which means
   truncated_normal; any other member is an error, and so is a member that stands twice or an array that is
   nested deeper than 64 levels. Numbers may be true and false, which are 1 and 0, and a
   constant Infinity, -Infinity or NaN, as Python's json module writes them. A seed is an integer; from 2^63
   to 2^64 - 1 it means the int64 of the same bits; missing or null, it gives GLR_SEEDING_NONE. A
   SeedGenerator gives its own seed, as Keras folds it into 0 to 2^31 - 3, and stream 0: its first draw. With
   the stream k, the initializer gives its draw number k, counted from 0. Axes have an effect where both lists
   are given, empty or not; a list beside null has none, as in Keras. A layer's JSON may say null for axes
   with which the layer draws, as those of EinsumDense and MultiHeadAttention do: the axes of the kernel's
   letters that stand in the equation's output are the output axes, the others the input axes, and have to be
   put in. In float64, Keras rounds the limits of uniforms to float32: RandomUniform with limits so rounded
   has its values. text is UTF-8 of length bytes, a byte order mark may stand before it, and it need not end
   with a zero. On failure *initializer is unchanged. Errors: GLR_ERROR_PARSE (the message holds line and
   column, or the member), GLR_ERROR_UNSUPPORTED (initializers of Keras that glorand does not draw, functions
   and classes of others; arrays and tensors where a number should be; other seeds of Keras; an integer as a
   Constant's value that no double is), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_from_json(const char *text, size_t length, glr_initializer *initializer);

/** Writes an initializer as JSON: class_name and config as TensorFlow and Keras 3 read them, axes only
   where has_axes is 1, a constant that is infinite or NaN as Python's json module writes it, which is outside
   JSON's definition. What Keras has no word for (stream, method, layout, batch axes) is not written.
   The text and its final zero go to buffer when capacity allows, and *length, unless NULL, is set to the
   text's length without the zero; buffer may be NULL when capacity is 0.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL (*length is set all the same), GLR_ERROR_UNSUPPORTED
   (a GLR_SEEDING_KEY initializer, for which Keras has no form), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_to_json(const glr_initializer *initializer, char *buffer, size_t capacity,
                                           size_t *length);

/** A number that the text form of an initializer may use by name. Of a name that is in a table twice, the
   last counts. */
typedef struct glr_variable {
    const char *name; /**< a letter or '_', then letters, digits and '_', all ASCII; not inf, nan or sqrt */
    double value;     /**< finite where the text uses it */
} glr_variable;

/** Reads an initializer from its text form, which docs/text.md defines: a name that glr_kind_of_name knows,
   alone or with arguments in the order of Keras's constructor, by position or by name: glorot_normal,
   random_normal(0, 0.02), variance_scaling(scale=2, mode=fan_in), constant(-inf). Every initializer also
   takes, by name alone, seed, stream, key and counter, method, layout, input_axes and output_axes, and
   batch_axes: glorot_normal(seed=42, method=icdf). Numbers are expressions of decimal and hexadecimal
   numbers, + - * / ( ), sqrt(...) and variables: random_normal(0, 0.02/sqrt(2*n_layers)). What is not given
   has the default of glr_initializer_of_kind, but that an initializer without a seed, or a key and counter,
   is GLR_SEEDING_NONE. Truncated normals are cut at -2 and 2 standard deviations, which may be written:
   truncated_normal(0, 0.02, -2s, 2s). text is length bytes and need not end with a zero. variables may be
   NULL when variable_count is 0. On failure *initializer is unchanged. Errors: GLR_ERROR_PARSE (the message
   begins with the column, counted in bytes from 1), GLR_ERROR_UNSUPPORTED (other bounds, initializers of
   Keras that glorand does not draw), GLR_ERROR_ARGUMENT (a variable's name), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_from_text(const char *text, size_t length, const glr_variable *variables,
                                             size_t variable_count, glr_initializer *initializer);

/** Writes an initializer in its text form: glr_initializer_from_text reads it back with every member the
   same, but that a size of 0 becomes sizeof(glr_initializer). Arguments at the end that have their default
   are left out, and numbers have as few digits as they need. The text and its final zero go to text when
   capacity allows, and *length, unless NULL, is set to its length without the zero; text may be NULL when
   capacity is 0. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL (*length is set all the same),
   GLR_ERROR_UNSUPPORTED (a NaN with a payload; a member without effect, such as the stddev of a constant,
   that is not as glr_initializer_of_kind sets it), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_to_text(const glr_initializer *initializer, char *text, size_t capacity,
                                           size_t *length);

/** The stream of a tensor's name within a model: XXH64 of its UTF-8 bytes with seed 0, the top bit
   cleared. length is in bytes; name may be NULL when it is 0. */
GLR_API int64_t glr_stream_of_name(const char *name, size_t length);

/** What an initializer means for a tensor. */
typedef struct glr_summary {
    double fan_in;        /**< inputs; exact below 2^53 */
    double fan_out;       /**< outputs; exact below 2^53 */
    double mean;          /**< of the values, before rounding to their dtype */
    double stddev;        /**< of the values, before rounding to their dtype */
    double lower;         /**< bound before rounding to float32; -infinity for an untruncated normal */
    double upper;         /**< bound before rounding to float32; infinity for an untruncated normal */
    uint32_t reserved[8]; /**< 0, set by glr_describe */
} glr_summary;

/** Checks initializer and tensor as glr_fill would, and describes the values that it would write. The
   initializer may be unseeded.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE, GLR_ERROR_UNSUPPORTED. */
GLR_API glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor,
                                glr_summary *summary);

/* ------------------------------------------------------------------------------------------------ */
/* Filling                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** Fills the part of a tensor that lies at dst with an initializer's values, and returns when they are
   there. dst is memory of the device: at any byte address on the CPU, what glr_cuda_fill would take on CUDA,
   what glr_alloc gave on OpenCL; it may be NULL when the part is empty. dst_bytes is how many bytes are
   there: a part that needs more is refused. Nothing is allocated. Filling a part gives the same values that
   filling the whole would put there.

   Errors: GLR_ERROR_ARGUMENT (a value out of its range, a NULL pointer), GLR_ERROR_SHAPE (sizes that overflow
   or exceed GLR_MAX_ELEMENTS, a part outside the tensor, strides that make elements overlap),
   GLR_ERROR_TOO_SMALL, GLR_ERROR_UNSUPPORTED (random integers, a dtype that the device lacks),
   GLR_ERROR_UNSEEDED (a part, of an initializer that is unseeded), GLR_ERROR_SYSTEM (no seed from the
   operating system): dst is as it was. On a GPU also GLR_ERROR_DEVICE, GLR_ERROR_MEMORY or
   GLR_ERROR_UNAVAILABLE, by what its driver says: then dst may hold anything.
   Threads: any number of calls on one handle at a time. On the CPU the handle's threads help the callers, and
   calls share them; a fill takes no more threads than it has pieces of 65536 elements. */
GLR_API glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                            void *dst, uint64_t dst_bytes);

#ifdef __cplusplus
}
#endif

#endif
