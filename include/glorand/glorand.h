/** @file
 * glorand.h - fills weight tensors with random initial values.
 *
 * glorand draws the initializers of the Keras family (Glorot, He, LeCun, truncated normal, normal,
 * uniform and their relatives) from counter-based Philox, straight into the memory where the values
 * will be used. A value depends on the seed, the stream and the element's index in the whole tensor,
 * and on nothing else: not on the backend, the number of threads, the part of the tensor that a call
 * fills, or the order of calls. docs/stream.md defines every value.
 *
 *     #include <glorand/glorand.h>
 *     #include <stdio.h>
 *
 *     static float weights[784 * 256];
 *
 *     int main(void)
 *     {
 *         glr_options options = {.backend = GLR_BACKEND_CPU};
 *         glr_device *device = NULL;
 *         glr_initializer init = glr_glorot_normal(42);
 *         glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {784, 256}};
 *
 *         if (glr_open(&options, &device) != GLR_OK ||
 *             glr_fill(device, &init, &tensor, weights, sizeof weights) != GLR_OK) {
 *             fprintf(stderr, "%s\n", glr_last_error());
 *             glr_close(device);
 *             return 1;
 *         }
 *         printf("%.9g %.9g %.9g %.9g\n", weights[0], weights[1], weights[2], weights[3]);
 *         glr_close(device);
 *         return 0;
 *     }
 *
 * prints
 *
 *     0.000788545236 -0.0792722702 0.00516460324 0.0404688194
 *
 * and so do these three lines of Python, with TensorFlow 2.21 and Keras 3 on a CPU:
 *
 *     import tensorflow as tf
 *     weights = tf.keras.initializers.GlorotNormal(seed=42)((784, 256))
 *     print(*("%.9g" % x for x in weights[0, :4]))
 *
 * Without Keras, the second line becomes two:
 *
 *     stddev = (2 / (784 + 256)) ** 0.5 / 0.87962566103423978
 *     weights = tf.random.stateless_truncated_normal((784, 256), seed=[42, 0], stddev=stddev)
 *
 * In float32, seed s and stream t give what TensorFlow's stateless operations give on a CPU for the seed
 * [s, t], bit for bit.
 *
 * Rules that hold for every function:
 *
 *  - The library never prints, never exits and never aborts. Functions that can fail return a
 *    glr_status; glr_last_error() then describes the failure and shows the offending value.
 *  - A function that fails because of its arguments writes nothing.
 *  - A pointer argument that may be NULL says so. Any other pointer that is NULL is an error
 *    (GLR_ERROR_ARGUMENT), not a crash.
 *  - Structs end in `reserved` words, which must be zero (GLR_ERROR_ARGUMENT otherwise). Later versions may
 *    turn them into members, whose zero will mean what this version does. So make a struct by its
 *    constructor, or begin with {0}, which C++ takes, too. A struct keeps its size until the soname changes.
 *  - Functions are thread-safe unless they say otherwise. Several threads may use one device handle at the
 *    same time, except that glr_close must come after every other call has returned.
 *  - The caller's floating-point environment (rounding direction, flushing of subnormals, traps, sticky
 *    flags) and locale affect no value and no text, and every call leaves them unchanged.
 *  - The library's threads block all signals except those that their own instructions raise. They end with
 *    glr_close, when the library is unloaded, and when the process exits. If the system grants fewer threads
 *    than a fill asks for, or none, the fill does without.
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

/** Attribute of the library's exported functions. */
#if defined(__GNUC__)
#define GLR_API __attribute__((visibility("default")))
#else
#define GLR_API
#endif

/* ------------------------------------------------------------------------------------------------ */
/* Version                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup version Version
   Versions of the header, the library and the stream.
   @{ */

#define GLR_VERSION_MAJOR  0       /**< of this header; while it is 0, a minor version may break the ABI */
#define GLR_VERSION_MINOR  2       /**< of this header */
#define GLR_VERSION_PATCH  0       /**< of this header */
#define GLR_VERSION_STRING "0.2.0" /**< of this header */

/** Version of the stream, which docs/stream.md defines. It grows with any change to any value. */
#define GLR_STREAM_VERSION 1

/** Version of the running library, "0.2.0" for example. It differs from GLR_VERSION_STRING when the program
   was compiled against another release's header. Static storage. */
GLR_API const char *glr_version_string(void);

/** Version of the running library, as major * 1000000 + minor * 1000 + patch. */
GLR_API uint32_t glr_version(void);

/** Stream version of the running library: GLR_STREAM_VERSION of its own header. */
GLR_API uint32_t glr_stream_version(void);

/** @} */

/* ------------------------------------------------------------------------------------------------ */
/* Errors                                                                                           */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup errors Errors
   Status codes and messages.
   @{ */

/** Status of a call. Every function that can fail returns one. */
typedef enum glr_status {
    GLR_OK = 0,                /**< success */
    GLR_ERROR_ARGUMENT = 1,    /**< an argument is outside its range, or missing */
    GLR_ERROR_SHAPE = 2,       /**< a shape, a part or strides do not fit together */
    GLR_ERROR_TOO_SMALL = 3,   /**< the destination has fewer bytes than the part needs */
    GLR_ERROR_UNSUPPORTED = 4, /**< valid, but not supported by this library or device */
    GLR_ERROR_UNAVAILABLE = 5, /**< the backend or device asked for is not available */
    GLR_ERROR_MEMORY = 6,      /**< out of memory */
    GLR_ERROR_DEVICE = 7,      /**< the device or its driver failed */
    GLR_ERROR_PARSE = 8,       /**< malformed text */
    GLR_ERROR_SYSTEM = 9,      /**< the operating system refused a request */
    GLR_ERROR_UNSEEDED = 10,   /**< a random initializer without a seed */
    GLR_ERROR_UNDECIDED = 11   /**< a tensor of a model without an initializer: see model.h */
} glr_status;

/** Name of a status, "GLR_ERROR_SHAPE" for example; "unknown status" for any other number. Static storage. */
GLR_API const char *glr_status_name(glr_status status);

/** Message of the calling thread's last failure; "" if no call has failed yet. A call that succeeds leaves it
   unchanged. The text is valid until the same thread's next failure. It is one line of printable UTF-8:
   control characters, invisible ones and bytes that are not UTF-8 are escaped as in C. */
GLR_API const char *glr_last_error(void);

/** @} */

/* ------------------------------------------------------------------------------------------------ */
/* Devices                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup devices Devices
   Opening and listing devices, and memory of a device.
   @{ */

/** Backends.

   GLR_BACKEND_AUTO loads a driver only

    - if a GPU's device node is in /dev: nvidia0 and the like, nvhost* or dxg for CUDA; any of these, kfd,
      mali0, kgsl-3d0 or dri/renderD* for OpenCL; or
    - if an environment variable names a driver: GLORAND_CUDA_LIBRARY for CUDA; GLORAND_OPENCL_LIBRARY,
      OCL_ICD_VENDORS or OCL_ICD_FILENAMES for OpenCL.

   A backend that is asked for by name loads its driver (for OpenCL see opencl.h), and glr_devices loads all.
   Drivers may start threads and handle signals, and may continue to do so after glr_close. */
typedef enum glr_backend_kind {
    GLR_BACKEND_AUTO = 0,   /**< the first that is available: a CUDA device, an OpenCL device that is not a
                               CPU, the CPU */
    GLR_BACKEND_CPU = 1,    /**< the processors of this machine */
    GLR_BACKEND_OPENCL = 2, /**< OpenCL devices: GPUs and accelerators first, then CPUs; see opencl.h */
    GLR_BACKEND_CUDA = 3    /**< CUDA devices, in the driver's order; not in every build; see cuda.h */
} glr_backend_kind;

/** Options of glr_open. */
typedef struct glr_options {
    uint32_t device;          /**< index of the device in its backend, as in glr_devices; 0 by default */
    glr_backend_kind backend; /**< GLR_BACKEND_AUTO by default */
    uint32_t threads; /**< CPU: number of threads of a fill, with the calling thread, at most 1024. 0 means
                         one for each processor that the process may use, or OMP_NUM_THREADS if that is
                         less, and one thread inside an OpenMP parallel region */
    uint32_t reserved[5]; /**< 0 */
} glr_options;

/** The default options. */
#define GLR_OPTIONS_INIT                                                                                     \
    {                                                                                                        \
        0, GLR_BACKEND_AUTO, 0, { 0 }                                                                        \
    }

/** Handle of an open device. */
typedef struct glr_device glr_device;

/** Opens a device, and verifies that it computes known values. options may be NULL, which means
   GLR_OPTIONS_INIT. On success *device is a handle, which glr_close frees; on failure it is NULL.
   Errors: GLR_ERROR_ARGUMENT (also if an environment variable of glorand has an unknown value),
   GLR_ERROR_UNAVAILABLE (the message says why), GLR_ERROR_MEMORY, GLR_ERROR_DEVICE (the check failed). */
GLR_API glr_status glr_open(const glr_options *options, glr_device **device);

/** Waits for the work that was started through this handle, and frees the handle. NULL is allowed. */
GLR_API void glr_close(glr_device *device);

/** Backend of an open device, never GLR_BACKEND_AUTO. For NULL it is GLR_BACKEND_AUTO. */
GLR_API glr_backend_kind glr_device_backend(const glr_device *device);

/** Size of a text in glr_device_info in bytes, with the terminating zero. */
#define GLR_DEVICE_TEXT 160

/** A device; or a backend without one, and the reason. */
typedef struct glr_device_info {
    glr_backend_kind backend;     /**< backend of the device */
    uint32_t device;              /**< index to pass as glr_options.device */
    uint32_t available;           /**< 1 if the device can be opened, 0 if not: see reason */
    char name[GLR_DEVICE_TEXT];   /**< name that the driver or the processor reports, in UTF-8. The CPU's ends
                                     with the kernel in use, in parentheses: plain, avx2, avx512 or neon */
    char reason[GLR_DEVICE_TEXT]; /**< why the device is not available; "" if it is */
    uint32_t reserved[5];         /**< 0, set by glr_devices */
} glr_device_info;

/** Lists the devices of every backend, available or not: at most capacity of them in infos, and the number of
   all, which may be larger, in *count. infos may be NULL when capacity is 0. */
GLR_API glr_status glr_devices(glr_device_info *infos, size_t capacity, size_t *count);

/** Allocates memory of a device, for programs without an allocator of their own: at least `bytes` bytes,
   aligned to 64, uninitialized. *memory is NULL when bytes is 0, and on failure. On CUDA, *memory is a device
   address. On OpenCL it is a cl_mem, which stands for the whole allocation: pointers into it are refused.
   Errors: GLR_ERROR_MEMORY, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_alloc(glr_device *device, uint64_t bytes, void **memory);

/** Frees memory that glr_alloc returned for the same handle. NULL is allowed. On a CUDA or an OpenCL device,
   glr_close frees the memory that is left, and any other pointer is an error.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_free(glr_device *device, void *memory);

/** Copies bytes from memory of the device to the host. The copy comes after all work that was started through
   this handle, and is complete when the call returns. On CUDA and OpenCL, memory is a pointer that glr_alloc
   returned. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_copy_to_host(glr_device *device, void *host, const void *memory, uint64_t bytes);

/** Waits for the work that was started through this handle. Errors: GLR_ERROR_DEVICE. */
GLR_API glr_status glr_sync(glr_device *device);

/** Number of threads of a fill on the CPU when glr_options.threads is 0: one for each processor that the
   calling thread may use, or OMP_NUM_THREADS if that is less. */
GLR_API uint32_t glr_default_threads(void);

/** Name of a backend: "cpu", "opencl", "cuda" or "auto"; "unknown backend" for any other number. Static
   storage. */
GLR_API const char *glr_backend_name(glr_backend_kind backend);

/** @} */

/* ------------------------------------------------------------------------------------------------ */
/* Tensors                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup tensors Tensors
   Shapes, parts, strides and element types.
   @{ */

/** Element types.

   Random initializers but random_bytes, logarithms and sinusoids draw floating-point dtypes only. float64 has
   a stream of its own. The 16- and 8-bit floating-point types, but for float8_e8m0fnu, hold the float32 value
   rounded to nearest even; a value beyond their range becomes infinity, or NaN in float8_e4m3fn, which has no
   infinity. Ones and constants fill every
   dtype; zeros, identity, dirac and unit_forget_bias all but float8_e8m0fnu, which has no 0; random_bytes
   fills integer dtypes.

   float8_e8m0fnu, the scales of OCP's MX formats, holds powers of two. A constant above 0, rounded to
   float32, becomes the nearest one, the greater of two that are as near, as in ml_dtypes and PyTorch
   (docs/stream.md, section 7, has the ends); from 1.5 * 2^127 on it becomes NaN. Others but NaN, and
   those beyond float32, are refused, and so are laws that are no constants. */
typedef enum glr_dtype {
    GLR_DTYPE_NONE = 0,           /**< not a dtype: the value of a member that was not set */
    GLR_DTYPE_FLOAT32 = 1,        /**< IEEE binary32 */
    GLR_DTYPE_FLOAT64 = 2,        /**< IEEE binary64 */
    GLR_DTYPE_FLOAT16 = 3,        /**< IEEE binary16 */
    GLR_DTYPE_BFLOAT16 = 4,       /**< upper half of binary32 */
    GLR_DTYPE_FLOAT8_E4M3FN = 5,  /**< 4 exponent bits, 3 fraction bits, no infinity; up to 448 */
    GLR_DTYPE_FLOAT8_E5M2 = 6,    /**< upper half of binary16 */
    GLR_DTYPE_BOOL = 7,           /**< one byte, 0 or 1 */
    GLR_DTYPE_INT8 = 8,           /**< 8 bits, two's complement */
    GLR_DTYPE_INT16 = 9,          /**< 16 bits, two's complement */
    GLR_DTYPE_INT32 = 10,         /**< 32 bits, two's complement */
    GLR_DTYPE_INT64 = 11,         /**< 64 bits, two's complement */
    GLR_DTYPE_UINT8 = 12,         /**< 8 bits, unsigned */
    GLR_DTYPE_UINT16 = 13,        /**< 16 bits, unsigned */
    GLR_DTYPE_UINT32 = 14,        /**< 32 bits, unsigned */
    GLR_DTYPE_UINT64 = 15,        /**< 64 bits, unsigned */
    GLR_DTYPE_FLOAT8_E8M0FNU = 16 /**< 8 exponent bits alone: 2^-127 to 2^127, and NaN; no sign, no zero */
} glr_dtype;

/** Name of a dtype, "float32" for example; "unknown dtype" for any other number. Static storage. */
GLR_API const char *glr_dtype_name(glr_dtype dtype);

/** Size of one element in bytes; 0 for any other number. */
GLR_API size_t glr_dtype_size(glr_dtype dtype);

/** 1 for a floating-point type of any width, else 0. */
GLR_API uint32_t glr_dtype_is_floating(glr_dtype dtype);

/** Dtype of a name, in any case: a name that glr_dtype_name returns, or one that other libraries use (bf16,
   F32, half, double, i64, fp16, F8_E4M3), also with its module (torch.bfloat16, jnp.float32, np.int8,
   tf.half). Names that differ in meaning between libraries need torch. before them: float, int, long, char,
   byte. GLR_DTYPE_NONE for an unknown name. */
GLR_API glr_dtype glr_dtype_of_name(const char *name);

#define GLR_MAX_RANK     16                 /**< largest number of axes of a tensor */
#define GLR_MAX_ELEMENTS (INT64_C(1) << 56) /**< largest number of elements of a whole tensor */

/** Parts of a tensor, of which a call fills one. */
typedef enum glr_part {
    GLR_PART_WHOLE = 0, /**< the whole tensor */
    GLR_PART_BOX = 1,   /**< indices start[a] to start[a] + extent[a] - 1 along every axis a */
    GLR_PART_RANGE = 2  /**< elements first to first + count - 1 in row-major order */
} glr_part;

/** A tensor, and the part of it that the destination holds.

   shape is always the shape of the whole tensor, also in a program that holds a shard of it: fans, and with
   them standard deviations, come from it, and so do the element indices that select the values.

   strides describe the destination: element (i0, i1, ...) of the part is at dst + sum of ia * strides[a],
   counted in elements, the indices from 0 within the part. All zero means packed in row-major order.

    - The axes may be in any order (a transposed destination), with any gaps (a leading dimension, padding).
    - Strides are not negative, and axes are not interleaved: taken in the order of their strides, each axis
      must step beyond the last element of those before it.
    - The stride of an axis of extent 1 has no effect.
    - A range has no axes, so its strides must be zero. */
typedef struct glr_tensor {
    uint32_t rank;                 /**< number of axes, 0 to GLR_MAX_RANK; rank 0 is one element */
    glr_dtype dtype;               /**< element type */
    glr_part part;                 /**< part at the destination; members of other parts are not read */
    int64_t shape[GLR_MAX_RANK];   /**< 0 or more each; the product of those that are not 0 is at most
                                      GLR_MAX_ELEMENTS */
    int64_t start[GLR_MAX_RANK];   /**< GLR_PART_BOX: first index along each axis */
    int64_t extent[GLR_MAX_RANK];  /**< GLR_PART_BOX: number of indices along each axis */
    int64_t first;                 /**< GLR_PART_RANGE: first element */
    int64_t count;                 /**< GLR_PART_RANGE: number of elements */
    int64_t strides[GLR_MAX_RANK]; /**< strides of the destination, in elements; all 0 means packed */
    uint32_t reserved[8];          /**< 0 */
} glr_tensor;

/** Checks a tensor, and computes the size of its part: the number of elements, and the bytes that the
   destination needs, up to the last element. Either pointer may be NULL.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE, as for glr_fill. */
GLR_API glr_status glr_tensor_extent(const glr_tensor *tensor, int64_t *elements, uint64_t *bytes);

/** @} */

/* ------------------------------------------------------------------------------------------------ */
/* Initializers                                                                                     */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup initializers Initializers
   Constructors, seeds, and the JSON and text forms.
   @{ */

/** Initializers, and the members of glr_initializer that each uses. n is the tensor's last dimension. */
typedef enum glr_kind {
    GLR_KIND_NONE = 0,             /**< not an initializer: the value of a member that was not set */
    GLR_KIND_ZEROS = 1,            /**< 0 */
    GLR_KIND_ONES = 2,             /**< 1 */
    GLR_KIND_CONSTANT = 3,         /**< value */
    GLR_KIND_RANDOM_NORMAL = 4,    /**< mean, stddev */
    GLR_KIND_RANDOM_UNIFORM = 5,   /**< minval, maxval: values in [minval, maxval) before rounding */
    GLR_KIND_TRUNCATED_NORMAL = 6, /**< mean, stddev, lower, upper: values in mean +- 2 stddev by default */
    GLR_KIND_VARIANCE_SCALING = 7, /**< scale, mode, distribution */
    GLR_KIND_GLOROT_NORMAL = 8,    /**< scale 1, fan_avg, truncated normal */
    GLR_KIND_GLOROT_UNIFORM = 9,   /**< scale 1, fan_avg, uniform */
    GLR_KIND_HE_NORMAL = 10,       /**< scale 2, fan_in, truncated normal */
    GLR_KIND_HE_UNIFORM = 11,      /**< scale 2, fan_in, uniform */
    GLR_KIND_LECUN_NORMAL = 12,    /**< scale 1, fan_in, truncated normal */
    GLR_KIND_LECUN_UNIFORM = 13,   /**< scale 1, fan_in, uniform */
    GLR_KIND_LOG_ARANGE = 14,      /**< log 1, ..., log n along the last axis: A_log of Mamba; not random */
    GLR_KIND_DT_BIAS = 15,   /**< minval, maxval, value: the softplus of the values is log-uniform in [dt_min,
                                dt_max), and at least dt_init_floor: dt_proj.bias of Mamba */
    GLR_KIND_SINUSOIDS = 16, /**< scale, which is max_timescale: positions as Whisper and tensor2tensor have
                                them, sines in columns 0 to n/2 - 1, cosines in the others; not random */
    GLR_KIND_SINUSOIDS_INTERLEAVED =
        17,                 /**< scale, which is max_timescale: positions as in "Attention is all
                               you need", sines in even columns, cosines in odd ones; not random */
    GLR_KIND_IDENTITY = 18, /**< scale, which is gain: on the diagonal of a matrix, 0 elsewhere; not random */
    GLR_KIND_DIRAC = 19,    /**< integer, which is groups, and layout: torch.nn.init.dirac_; not random */
    GLR_KIND_ORTHOGONAL = 20,       /**< scale, which is gain, and layout: a matrix of orthonormal columns, or
                                       rows if it has fewer, times gain; drawn on the CPU alone */
    GLR_KIND_UNIT_FORGET_BIAS = 21, /**< 1 for n/4 <= i mod n < n/2, 0 elsewhere: the bias of Keras's LSTM,
                                      whose second quarter is the forget gate's; not random */
    GLR_KIND_RANDOM_BYTES = 22      /**< random bits: integers that are all as likely; integer dtypes alone */
} glr_kind;

/** The fan by which variance scaling divides. */
typedef enum glr_mode {
    GLR_MODE_FAN_IN = 0,     /**< number of inputs */
    GLR_MODE_FAN_OUT = 1,    /**< number of outputs */
    GLR_MODE_FAN_AVG = 2,    /**< mean of both */
    GLR_MODE_FAN_GEO_AVG = 3 /**< geometric mean of both, as in JAX; Keras has no such mode */
} glr_mode;

/** Distributions of variance scaling, with s = scale / max(1, n), where n is the fan that mode selects. */
typedef enum glr_distribution {
    GLR_DISTRIBUTION_TRUNCATED_NORMAL = 0,   /**< standard deviation sqrt(s) after truncation, bounds
                                                +- 2 sqrt(s) / 0.87962566103423978 */
    GLR_DISTRIBUTION_UNTRUNCATED_NORMAL = 1, /**< standard deviation sqrt(s) */
    GLR_DISTRIBUTION_UNIFORM = 2             /**< [-sqrt(3 s), sqrt(3 s)) */
} glr_distribution;

/** Functions behind a layer, by which torch chooses the gain of its weights. */
typedef enum glr_nonlinearity {
    GLR_NONLINEARITY_LINEAR = 0,           /**< gain 1 */
    GLR_NONLINEARITY_CONV1D = 1,           /**< gain 1 */
    GLR_NONLINEARITY_CONV2D = 2,           /**< gain 1 */
    GLR_NONLINEARITY_CONV3D = 3,           /**< gain 1 */
    GLR_NONLINEARITY_CONV_TRANSPOSE1D = 4, /**< gain 1 */
    GLR_NONLINEARITY_CONV_TRANSPOSE2D = 5, /**< gain 1 */
    GLR_NONLINEARITY_CONV_TRANSPOSE3D = 6, /**< gain 1 */
    GLR_NONLINEARITY_SIGMOID = 7,          /**< gain 1 */
    GLR_NONLINEARITY_TANH = 8,             /**< gain 5/3 */
    GLR_NONLINEARITY_RELU = 9,             /**< gain sqrt(2) */
    GLR_NONLINEARITY_LEAKY_RELU = 10,      /**< gain sqrt(2 / (1 + a^2)), where a is the negative slope */
    GLR_NONLINEARITY_SELU = 11             /**< gain 3/4 */
} glr_nonlinearity;

/** Methods of drawing truncated normals. */
typedef enum glr_method {
    GLR_METHOD_RESAMPLE = 0, /**< rejection: values outside are drawn again; TensorFlow's values */
    GLR_METHOD_ICDF = 1      /**< inverse distribution function: other values, about twice as fast; in
                                  float64 1.8 times as fast with AVX-512, 1.3 times with AVX2 */
} glr_method;

/** Orders of a weight's axes, from which the fans follow when input_axes and output_axes are not given. */
typedef enum glr_layout {
    GLR_LAYOUT_KERAS = 0, /**< [spatial..., in, out]; a shape [n] has n inputs and n outputs */
    GLR_LAYOUT_TORCH = 1  /**< [out, in, spatial...] */
} glr_layout;

/** Sources of the random numbers. */
typedef enum glr_seeding {
    GLR_SEEDING_SEED = 0, /**< seed and stream, scrambled into a Philox key and counter as in TensorFlow */
    GLR_SEEDING_KEY = 1,  /**< key and counter, unchanged */
    GLR_SEEDING_NONE = 2  /**< unseeded: glr_resolve assigns a seed, and so does glr_fill to a whole tensor */
} glr_seeding;

/** Bounds of a truncated normal, each by itself. An infinite one, which leaves its side open, may be either
   of the last two. */
typedef enum glr_bound_unit {
    GLR_BOUND_DEFAULT = 0, /**< 2 standard deviations below or above the mean; the member is 0 */
    GLR_BOUND_STDDEV = 1,  /**< in standard deviations from the mean: -3 is mean - 3 stddev */
    GLR_BOUND_ABSOLUTE = 2 /**< a value; stddev is then above 0 */
} glr_bound_unit;

/** Number that a constant is: selects the member that holds it. */
typedef enum glr_number {
    GLR_NUMBER_DOUBLE = 0, /**< value */
    GLR_NUMBER_INT64 = 1,  /**< integer */
    GLR_NUMBER_UINT64 = 2  /**< integer, as the uint64_t of the same bits */
} glr_number;

/** An initializer. It is a plain struct: make one with a constructor below, and change its members at will.

   Two tensors with the same seed and stream hold the same underlying random numbers: give each tensor of a
   model its own stream (glr_stream_of_name).

   Axes are as in Keras 3, and count from the end when negative. An empty list of inputs or outputs is a list:
   the fan over it is 1. A repeated axis counts each time; an axis may be both an input and an output. */
typedef struct glr_initializer {
    glr_kind kind;                 /**< kind of the initializer */
    double value;                  /**< GLR_KIND_CONSTANT, GLR_NUMBER_DOUBLE; dt_init_floor of
                                      GLR_KIND_DT_BIAS, 0 for none, at most 32 */
    int64_t integer;               /**< GLR_KIND_CONSTANT, for 64-bit integers that no double is: other
                                      values of number. A floating-point dtype gets it rounded once, the
                                      16- and 8-bit types by way of float32. Groups of GLR_KIND_DIRAC, at
                                      least 1, which divide the output channels */
    glr_number number;             /**< GLR_KIND_CONSTANT: member that holds it */
    double mean;                   /**< GLR_KIND_RANDOM_NORMAL, GLR_KIND_TRUNCATED_NORMAL */
    double stddev;                 /**< GLR_KIND_RANDOM_NORMAL, GLR_KIND_TRUNCATED_NORMAL; at least 0 */
    double minval;                 /**< GLR_KIND_RANDOM_UNIFORM; dt_min of GLR_KIND_DT_BIAS, at least 1e-18 */
    double maxval;                 /**< GLR_KIND_RANDOM_UNIFORM, at least minval; dt_max of GLR_KIND_DT_BIAS,
                                      at most 32 */
    double scale;                  /**< GLR_KIND_VARIANCE_SCALING, above 0; max_timescale of
                                      GLR_KIND_SINUSOIDS and GLR_KIND_SINUSOIDS_INTERLEAVED, from 1 to 1e18;
                                      gain of GLR_KIND_IDENTITY and GLR_KIND_ORTHOGONAL */
    glr_mode mode;                 /**< GLR_KIND_VARIANCE_SCALING */
    glr_distribution distribution; /**< GLR_KIND_VARIANCE_SCALING */
    glr_method method;             /**< method of truncated normals; no effect on others */
    glr_layout layout;             /**< order of the weight's axes; no effect on fans if has_axes is 1 */
    glr_seeding seeding;           /**< selects the members below that count */
    int64_t seed;                  /**< GLR_SEEDING_SEED; any value. Keras 3 on TensorFlow takes seeds modulo
                                      2^31 - 2, from 0 on: give the remainder to have its values */
    int64_t stream;                /**< GLR_SEEDING_SEED; any value */
    uint32_t key[2];               /**< GLR_SEEDING_KEY */
    uint32_t counter[4];           /**< GLR_SEEDING_KEY; word 0 is the lowest */
    uint32_t input_axis_count;     /**< length of input_axes; 0 unless has_axes is 1 */
    uint32_t output_axis_count;    /**< length of output_axes; 0 unless has_axes is 1 */
    uint32_t batch_axis_count;     /**< length of batch_axes */
    int32_t input_axes[GLR_MAX_RANK];  /**< fan_in is the product over these axes */
    int32_t output_axes[GLR_MAX_RANK]; /**< fan_out is the product over these axes */
    int32_t batch_axes[GLR_MAX_RANK];  /**< stacked experts or layers, left out of every product */
    uint32_t has_axes;         /**< 1: the fans come from input_axes and output_axes; 0: from layout */
    double lower;              /**< GLR_KIND_TRUNCATED_NORMAL: lower bound, below the upper one */
    double upper;              /**< GLR_KIND_TRUNCATED_NORMAL: upper bound */
    glr_bound_unit lower_unit; /**< GLR_KIND_TRUNCATED_NORMAL: what lower counts */
    glr_bound_unit upper_unit; /**< GLR_KIND_TRUNCATED_NORMAL: what upper counts */
    uint32_t reserved[10];     /**< 0 */
} glr_initializer;

/** @name Constructors
   Defaults of the members that are not arguments: method resample, layout Keras, stream 0, no axes. Arguments
   are checked when the initializer is used. Sources: Glorot and Bengio 2010 (glorot), He, Zhang, Ren and Sun
   2015 (he), LeCun, Bottou, Orr and Mueller 1998 (lecun), as in tf.keras.initializers.
   @{ */

/** All zeros. */
GLR_API glr_initializer glr_zeros(void);
/** All ones. */
GLR_API glr_initializer glr_ones(void);
/** The same value everywhere. */
GLR_API glr_initializer glr_constant(double value);
/** The same integer everywhere: in value where a double holds it, else in integer. */
GLR_API glr_initializer glr_constant_int64(int64_t value);
/** The same integer everywhere: in value where a double holds it, else in integer. */
GLR_API glr_initializer glr_constant_uint64(uint64_t value);
/** Normal with mean and stddev. */
GLR_API glr_initializer glr_random_normal(double mean, double stddev, int64_t seed);
/** Uniform in [minval, maxval). */
GLR_API glr_initializer glr_random_uniform(double minval, double maxval, int64_t seed);
/** Normal with mean and stddev, truncated at 2 stddev on both sides of the mean. */
GLR_API glr_initializer glr_truncated_normal(double mean, double stddev, int64_t seed);
/** Normal with mean and stddev, truncated to values from lower to upper, both counted in the same unit;
   either may be infinite. The probability of the interval must be at least 2^-100, which [11.4, infinity)
   standard deviations still have; with method resample at least a tenth, in float64 a quarter
   (GLR_ERROR_UNSUPPORTED otherwise). */
GLR_API glr_initializer glr_truncated_normal_between(double mean, double stddev, double lower, double upper,
                                                     glr_bound_unit unit, int64_t seed);
/** Variance scaling: the variance is scale divided by a fan. */
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
/** A_log of Mamba: log 1, ..., log n along the last axis. */
GLR_API glr_initializer glr_log_arange(void);
/** dt_proj.bias of Mamba: log(exp(dt) - 1) for a dt log-uniform in [dt_min, dt_max) and at least
   dt_init_floor. Mamba has 0.001, 0.1 and 1e-4. */
GLR_API glr_initializer glr_dt_bias(double dt_min, double dt_max, double dt_init_floor, int64_t seed);
/** Positions [..., length, channels] as Whisper's sinusoids(length, channels, max_timescale). */
GLR_API glr_initializer glr_sinusoids(double max_timescale);
/** Positions [..., length, channels] as in "Attention is all you need", where max_timescale is 10000. */
GLR_API glr_initializer glr_sinusoids_interleaved(double max_timescale);
/** A matrix with gain on its diagonal. */
GLR_API glr_initializer glr_identity(double gain);
/** torch.nn.init.dirac_(tensor, groups), in layout torch. */
GLR_API glr_initializer glr_dirac(int64_t groups);
/** A random matrix with orthonormal columns, or rows if it has fewer rows than columns, times gain, uniform
   among all of these (Haar's measure), as QR with positive diagonal of R makes it. In layout keras a tensor's
   rows are all dimensions but the last, its columns the last one, as Keras and JAX have them; in layout torch
   they are dimension 0 and the others. The matrix has at most 65536 columns, or rows if these are fewer,
   and at most 2^32 of the others. It
   costs 2 m n^2 - 2/3 n^3 operations for m rows and n columns, m >= n, and memory: see glr_fill_scratch. */
GLR_API glr_initializer glr_orthogonal(double gain, int64_t seed);
/** The bias of Keras's LSTM with unit_forget_bias: of the gates input, forget, cell and output, each a
   quarter of the last dimension, 1 for the forget gate, 0 for the others. */
GLR_API glr_initializer glr_unit_forget_bias(void);
/** Random bits, for integer dtypes: every integer is as likely as the others. Tensors of one seed and stream
   are views of the same bytes, whatever their dtypes. int32, int64, uint32 and uint64 are TensorFlow's
   tf.random.stateless_uniform(shape, [seed, stream], minval=None, maxval=None, dtype). */
GLR_API glr_initializer glr_random_bytes(int64_t seed);
/** @} */

/** @name Laws by torch's names
   Constructors of what torch.nn.init and torch's layers draw from, in layout torch: the same laws, with other
   values. They are GLR_KIND_VARIANCE_SCALING, glr_linear_bias GLR_KIND_RANDOM_UNIFORM and glr_trunc_normal
   GLR_KIND_TRUNCATED_NORMAL; the other normals are not truncated. Standard deviations and bounds are within 4
   units in the last place of torch's, in double. docs/initializers.md has the table of all three libraries.
   torch refuses tensors of rank 0 and 1, whose fans are 1 and n here.
   @{ */

/** torch.nn.init.xavier_normal_: standard deviation gain sqrt(2 / (fan_in + fan_out)). gain is above 0. */
GLR_API glr_initializer glr_xavier_normal(double gain, int64_t seed);
/** torch.nn.init.xavier_uniform_: limit gain sqrt(6 / (fan_in + fan_out)). gain is above 0. */
GLR_API glr_initializer glr_xavier_uniform(double gain, int64_t seed);
/** torch.nn.init.kaiming_normal_: standard deviation gain / sqrt(fan), where the nonlinearity gives the gain,
   a is the negative slope of GLR_NONLINEARITY_LEAKY_RELU, and mode chooses the fan. torch's defaults are 0,
   GLR_MODE_FAN_IN and GLR_NONLINEARITY_LEAKY_RELU. */
GLR_API glr_initializer glr_kaiming_normal(double a, glr_mode mode, glr_nonlinearity nonlinearity,
                                           int64_t seed);
/** torch.nn.init.kaiming_uniform_: limit gain sqrt(3 / fan), with the arguments of glr_kaiming_normal. */
GLR_API glr_initializer glr_kaiming_uniform(double a, glr_mode mode, glr_nonlinearity nonlinearity,
                                            int64_t seed);
/** The default of the weights of torch's Linear, Conv and ConvTranspose: uniform, limit 1 / sqrt(fan_in). */
GLR_API glr_initializer glr_linear_weight(int64_t seed);
/** The default of those layers' biases: uniform, limit 1 / sqrt(fan_in), or 0 if fan_in is 0. fan_in is the
   weight's, which the shape of the bias does not tell, and at least 0. */
GLR_API glr_initializer glr_linear_bias(int64_t fan_in, int64_t seed);
/** torch.nn.init.trunc_normal_: a normal with mean and std, truncated to values from a to b, as
   glr_truncated_normal_between makes it with GLR_BOUND_ABSOLUTE. Infinite bounds are GLR_BOUND_STDDEV. torch
   has -2 and 2 as defaults, which are values, too. */
GLR_API glr_initializer glr_trunc_normal(double mean, double std, double a, double b, int64_t seed);
/** @} */

/** torch.nn.init.calculate_gain: the gain of a nonlinearity, bit for bit. param is the negative slope of
   GLR_NONLINEARITY_LEAKY_RELU, for which torch has 0.01 by default, and has no effect on others. On failure
   *gain is unchanged. Errors: GLR_ERROR_ARGUMENT. */
GLR_API glr_status glr_calculate_gain(glr_nonlinearity nonlinearity, double param, double *gain);

/** Name of a kind, "glorot_normal" for example, as in its constructor; "unknown initializer" for any other
   number. Static storage. */
GLR_API const char *glr_kind_name(glr_kind kind);

/** Kind of a name: a name that glr_kind_name returns, one of Keras ("GlorotNormal", and the aliases "zero",
   "one", "normal" and "uniform") or one of tf_keras ("GlorotNormalV2", "glorot_normalV2"). GLR_KIND_NONE for
   an unknown name. */
GLR_API glr_kind glr_kind_of_name(const char *name);

/** Name of a method: "resample" or "icdf"; "unknown method" for any other number. Static storage. */
GLR_API const char *glr_method_name(glr_method method);

/** Method of a name. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_PARSE: *method is unchanged. */
GLR_API glr_status glr_method_of_name(const char *name, glr_method *method);

/** Name of a layout: "keras" or "torch"; "unknown layout" for any other number. Static storage. */
GLR_API const char *glr_layout_name(glr_layout layout);

/** Layout of a name. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_PARSE: *layout is unchanged. */
GLR_API glr_status glr_layout_of_name(const char *name, glr_layout *layout);

/** Makes an initializer of a kind with Keras's defaults: mean 0, stddev 0.05, minval -0.05, maxval 0.05,
   value 0, scale 1, fan_in, truncated normal; seed and stream 0. GLR_KIND_DT_BIAS has Mamba's, the sinusoids
   have max_timescale 10000, GLR_KIND_DIRAC has 1 group and layout torch. */
GLR_API glr_initializer glr_initializer_of_kind(glr_kind kind);

/** Sets the global seed of the process to any value. Unseeded initializers are then resolved from it, one
   after the other, as in TensorFlow's eager calls after tf.random.set_seed. Setting it again, also to the
   same value, starts the sequence again. Without a global seed, each is resolved with 64 random bits from the
   operating system.

   Keras 3 has another sequence: there, each initializer that is made without a seed takes
   random.randint(1, 10**9) from Python's random, which keras.utils.set_random_seed(s) seeds by
   random.seed(s). Draw those integers in Python, in the order in which the model makes its initializers, and
   give them as seeds. */
GLR_API void glr_set_seed(int64_t seed);

/** Copies an initializer, and gives the copy a seed if it is random and unseeded: after glr_set_seed the next
   of its sequence (GLR_SEEDING_KEY), otherwise one from the operating system (GLR_SEEDING_SEED, stream 0).
   Both pointers may be the same. A resolved initializer gives the same values wherever and in whatever parts
   it is used, and can be written down: its seed and stream, or its key and counter.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SYSTEM. Threads: each call takes its own place in the sequence. */
GLR_API glr_status glr_resolve(const glr_initializer *initializer, glr_initializer *resolved);

/** Reads an initializer from JSON. text is length bytes of UTF-8, with or without a byte order mark, and need
   not end with a zero. On failure *initializer is unchanged. The JSON is one of:

    - a string that glr_kind_of_name knows: "glorot_normal";
    - an object in TensorFlow's form: {"class_name": "GlorotNormal", "config": {"seed": 42}};
    - an object in Keras 3's form, which adds "module", "registered_name", "shared_object_id" and axes.

   Beside "config", "layout" may be "keras" or "torch", which Keras passes over.

   Names. module is a module in which Keras, tf_keras or TensorFlow has its initializers, or null.
   registered_name is null or, beside such a module, the name of the class. A class of the same name from
   elsewhere draws other values, and is refused.

   Members of config:

    - A member that is missing or null has Keras's default. "dtype" is ignored. Any other unknown member is an
      error, and so is a duplicate member, or an array nested deeper than 64 levels.
    - A number may also be true or false, which are 1 and 0. The value of a Constant may also be Infinity,
      -Infinity or NaN, as Python's json module writes them.
    - The mode and distribution of VarianceScaling may be in any case, and the distribution may be "normal",
      which means truncated_normal.
    - A seed is an integer. From 2^63 to 2^64 - 1 it means the int64 of the same bits. A seed that is missing
      or null gives GLR_SEEDING_NONE.
    - A SeedGenerator as seed gives its own seed, as Keras folds it into 0 to 2^31 - 3, and stream 0, which is
      its first draw. Its draw number k, counted from 0, is stream k.
    - Axes have an effect if both lists are given, empty or not. A list beside null has none, as in Keras.

   Bounds of TruncatedNormal, which Keras lacks and refuses, are a number, or Infinity or -Infinity, beside a
   unit, "stddev" or "absolute": {"mean": 0, "stddev": 0.02, "lower": -3, "lower_unit": "stddev"}. One that is
   missing is 2 standard deviations from the mean.

   Laws that Keras lacks are read and written in its form: LogArange; DtBias with dt_min, dt_max,
   dt_init_floor and seed; Sinusoids and SinusoidsInterleaved with max_timescale; Dirac with groups;
   UnitForgetBias, RandomBytes with seed.

   Layers. A layer's JSON may say null for axes with which the layer draws, as EinsumDense and
   MultiHeadAttention do. Those axes must be put in: the axes of the kernel whose letters are in the
   equation's output are the output axes, the others the input axes.

   float64. Keras rounds the limits of uniforms to float32, also for float64. RandomUniform with limits so
   rounded has its values.

   Errors: GLR_ERROR_PARSE (the message gives line and column, or the member), GLR_ERROR_MEMORY, and
   GLR_ERROR_UNSUPPORTED for

    - initializers of Keras that glorand does not draw, and functions and classes from elsewhere;
    - an array or a tensor in place of a number;
    - other forms of seeds in Keras;
    - an integer as a Constant's value that neither a double nor 64 bits hold. */
GLR_API glr_status glr_initializer_from_json(const char *text, size_t length, glr_initializer *initializer);

/** Writes an initializer as JSON: class_name and config as TensorFlow and Keras 3 read them. Axes are written
   only if has_axes is 1, bounds of a truncated normal only if their unit is not GLR_BOUND_DEFAULT. A constant
   that is infinite or NaN, and an infinite bound, are written as Python's json module does, which is an
   extension of JSON. Of the members that Keras lacks, GLR_LAYOUT_TORCH is written where fans, or a matrix's
   rows and columns, come from it, beside "config"; stream, method and batch axes are not.

   The text and its terminating zero go to buffer if capacity is enough. *length, unless length is NULL, is
   set to the length of the text without the zero. buffer may be NULL when capacity is 0.

   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL (*length is set all the same), GLR_ERROR_UNSUPPORTED
   (a GLR_SEEDING_KEY initializer or GLR_MODE_FAN_GEO_AVG, for which Keras has no form), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_to_json(const glr_initializer *initializer, char *buffer, size_t capacity,
                                           size_t *length);

/** A number that the text form of an initializer may use by name. Of a name that is in a table twice, the
   last counts. */
typedef struct glr_variable {
    const char *name; /**< a letter or '_', then letters, digits and '_', all ASCII; not inf, nan or sqrt */
    double value;     /**< finite where the text uses it */
} glr_variable;

/** Reads an initializer from its text form, which docs/text.md defines. text is length bytes and need not end
   with a zero. variables may be NULL when variable_count is 0. On failure *initializer is unchanged.

    - The text is a name that glr_kind_of_name knows, alone or with the arguments of Keras's constructor, by
      position or by name: glorot_normal, random_normal(0, 0.02), variance_scaling(scale=2, mode=fan_in),
      constant(-inf).
    - Or it is a law by torch's name with torch's arguments: xavier_normal(gain=2), kaiming_uniform(a=0.1),
      linear_weight, linear_bias(fan_in), trunc_normal(mean, std, a, b), whose bounds have to be given. Of
      those with fans the layout is torch's, unless the text says otherwise.
    - Every initializer also takes, by name only, seed, stream, key and counter, method, layout, input_axes
      and output_axes, and batch_axes: glorot_normal(seed=42, method=icdf).
    - Numbers are expressions of decimal and hexadecimal numbers, + - * / ( ), sqrt(...) and variables:
      random_normal(0, 0.02/sqrt(2*n_layers)).
    - An argument that is not given has the default of glr_initializer_of_kind, except that an initializer
      without a seed, or a key and counter, is GLR_SEEDING_NONE.
    - Bounds of a truncated normal are in standard deviations from the mean if an s is behind them, otherwise
      values: truncated_normal(0, 0.02, -3s, 0.05). An infinite one is GLR_BOUND_STDDEV, and -2s as the lower
      or 2s as the upper one GLR_BOUND_DEFAULT.

   Errors: GLR_ERROR_PARSE (the message begins with the column, counted in bytes from 1),
   GLR_ERROR_UNSUPPORTED (initializers of Keras that glorand does not draw), GLR_ERROR_ARGUMENT (an invalid
   name of a variable), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_from_text(const char *text, size_t length, const glr_variable *variables,
                                             size_t variable_count, glr_initializer *initializer);

/** Writes an initializer in its text form: glr_initializer_from_text reads it back with every member the
   same, but for a bound that text has in one unit alone, which draws the same values: an infinite one, and 2
   standard deviations, which are the default. Trailing arguments that have their default are left out, and
   numbers have as few digits as they need.

   The text and its terminating zero go to text if capacity is enough. *length, unless length is NULL, is set
   to the length of the text without the zero. text may be NULL when capacity is 0.

   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_TOO_SMALL (*length is set all the same), GLR_ERROR_UNSUPPORTED (a NaN
   with a payload; a member without effect, such as the stddev of a constant, that is not as
   glr_initializer_of_kind sets it), GLR_ERROR_MEMORY. */
GLR_API glr_status glr_initializer_to_text(const glr_initializer *initializer, char *text, size_t capacity,
                                           size_t *length);

/** Names that a text may begin with, one of each law: the kinds' names in the order of glr_kind, then
   torch's. index counts from 0; NULL for one past the last. Static storage. */
GLR_API const char *glr_law_name(size_t index);

/** Stream of a tensor's name within a model: XXH64 of the name's UTF-8 bytes with seed 0, the top bit
   cleared. length is in bytes. name may be NULL when length is 0. */
GLR_API int64_t glr_stream_of_name(const char *name, size_t length);

/** Fans and distribution of an initializer for a tensor. Of logarithms, dt_bias and sinusoids the mean and
   the standard deviation are estimates. */
typedef struct glr_summary {
    double fan_in;        /**< number of inputs; exact below 2^53 */
    double fan_out;       /**< number of outputs; exact below 2^53 */
    double mean;          /**< mean of the values, before rounding to their dtype */
    double stddev;        /**< standard deviation of the values, before rounding to their dtype */
    double lower;         /**< lower bound before rounding to float32; -infinity for an untruncated normal */
    double upper;         /**< upper bound before rounding to float32; infinity for an untruncated normal */
    uint32_t reserved[8]; /**< 0, set by glr_describe */
} glr_summary;

/** Checks initializer and tensor as glr_fill would, and describes the values that it would write. The
   initializer may be unseeded.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE, GLR_ERROR_UNSUPPORTED. */
GLR_API glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor,
                                glr_summary *summary);

/** @} */

/* ------------------------------------------------------------------------------------------------ */
/* Filling                                                                                          */
/* ------------------------------------------------------------------------------------------------ */

/** @defgroup filling Filling
   The function that draws the values.
   @{ */

/** Fills a part of a tensor at dst with an initializer's values, which are complete when the call returns.
   A part has the values that filling the whole tensor would put there. Nothing is allocated, but for
   orthogonal matrices: see glr_fill_scratch.

   dst is memory of the device: on the CPU any byte address, on CUDA any memory that glr_cuda_fill takes, on
   OpenCL a pointer that glr_alloc returned. It may be NULL when the part is empty. dst_bytes is the number of
   bytes at dst; a part that needs more is refused.

   Errors, with dst unchanged:

    - GLR_ERROR_ARGUMENT: a value out of its range, a NULL pointer.
    - GLR_ERROR_SHAPE: sizes that overflow or exceed GLR_MAX_ELEMENTS, a part outside the tensor, strides that
      make elements overlap, a shape for which the initializer says nothing (identity of rank 3).
    - GLR_ERROR_TOO_SMALL.
    - GLR_ERROR_UNSUPPORTED: a dtype in which the initializer is not drawn (see glr_dtype) or that the device
      lacks, orthogonal matrices on a GPU or too large (see glr_orthogonal).
    - GLR_ERROR_MEMORY: for orthogonal matrices. An unseeded one has then used up a seed.
    - GLR_ERROR_UNSEEDED: a part, of an initializer that is unseeded.
    - GLR_ERROR_SYSTEM: no seed from the operating system.

   On a GPU also GLR_ERROR_DEVICE, GLR_ERROR_MEMORY or GLR_ERROR_UNAVAILABLE, depending on the driver's error;
   then dst may hold anything.

   Threads: any number of calls on one handle at a time. On the CPU the handle's threads help the callers, and
   calls share them; a fill takes no more threads than it has pieces of 65536 elements, that of an orthogonal
   matrix one more than it has stripes of 32 columns. */
GLR_API glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                            void *dst, uint64_t dst_bytes);

/** Host memory that glr_fill and glr_stage_fill allocate while they fill this part, in bytes: 0 but for
   orthogonal matrices, whose values depend on each other. Of m rows and n columns, m >= n, that is 256 m
   bytes for each 32 columns from the first to the last in which the part lies, at most 1024, 512 m and some
   17 KiB more; if rows are fewer than columns, m is the number of columns, and 32 rows count. Of a part, all
   columns (or rows) in which it lies are computed, whole: a part of a few columns is cheap, one of a few rows
   costs as much as all of them. Errors: as glr_describe, and GLR_ERROR_UNSUPPORTED for an orthogonal matrix
   on a GPU. */
GLR_API glr_status glr_fill_scratch(glr_device *device, const glr_initializer *initializer,
                                    const glr_tensor *tensor, uint64_t *bytes);

/** Stage: host memory into which a device draws, for programs that write the values on, to a file or a
   socket. On CUDA it is pinned where the driver can pin memory. With two stages in turn, the device draws
   into one while the program uses the values of the other:

       for (size_t i = 0; i <= count; i++) {
           if (i < count && glr_stage_fill(stages[i % 2], &initializer, &parts[i]) != GLR_OK) { ... }
           if (i > 0) {
               if (glr_stage_wait(stages[(i - 1) % 2], &values) != GLR_OK) { ... }
               use(values, i - 1);
           }
       }

   Threads: one call on a stage at a time; calls on other stages of the device may run at once. */
typedef struct glr_stage glr_stage;

/** Opens a stage for parts of at most `bytes` bytes, more than 0. It takes that much host memory, and on CUDA
   and OpenCL as much memory of the device. On failure *stage is NULL.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_MEMORY, GLR_ERROR_DEVICE. */
GLR_API glr_status glr_stage_open(glr_device *device, uint64_t bytes, glr_stage **stage);

/** Starts to draw a tensor's part into the stage, as glr_fill would at dst; glr_stage_wait gives the values.
   On CUDA it does not wait for the device: each stage has a stream of its own. On the CPU and on OpenCL the
   values are there when it returns. Bytes between the elements of a strided part are unspecified. A second
   fill replaces the values of the first. Errors: as glr_fill, GLR_ERROR_TOO_SMALL for a part that needs more
   than the stage's bytes. An error of the arguments leaves the stage as it is, with the values of the fill
   before. */
GLR_API glr_status glr_stage_fill(glr_stage *stage, const glr_initializer *initializer,
                                  const glr_tensor *tensor);

/** Waits for the stage's last fill, and sets *values to its values in host memory, aligned to 16 bytes. They
   are valid until the next glr_stage_fill or glr_stage_close of the stage; the call may be repeated. After an
   empty part, *values points to no values. On failure *values is NULL. glr_sync does not wait for stages.
   Errors: GLR_ERROR_ARGUMENT (also for a stage without a successful fill), GLR_ERROR_DEVICE, GLR_ERROR_MEMORY
   or GLR_ERROR_UNAVAILABLE, by what the driver says. */
GLR_API glr_status glr_stage_wait(glr_stage *stage, const void **values);

/** Waits for the stage's work and frees the stage, before glr_close of its device. NULL is allowed. */
GLR_API void glr_stage_close(glr_stage *stage);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
