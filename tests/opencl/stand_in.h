/* A stand-in for libOpenCL.so.1 that forwards to the real one, fails where it is told to, and counts what is
   not released. A test finds these functions in it by dlsym. */
#ifndef TEST_STAND_IN_H
#define TEST_STAND_IN_H

/* Lets the call number `call`, from 1, fail with an error, counted among the calls of `function`, or of all
   if that is NULL; 0 lets none fail. Starts counting. What releases something does so even when it fails. */
typedef void (*stand_in_fail_fn)(const char *function, int call, int error);

/* How many calls there were since then, and the name of the one that failed, or "". */
typedef int (*stand_in_calls_fn)(void);
typedef const char *(*stand_in_failed_fn)(void);

/* Replaces a text in the programs' source, which must hold it. */
typedef void (*stand_in_replace_fn)(const char *from, const char *to);

/* Lets devices answer a question with another text. */
typedef void (*stand_in_say_fn)(unsigned what, const char *text);

/* Makes devices GPUs, as far as they say. */
typedef void (*stand_in_gpu_fn)(void);

/* Offers cl_intel_unified_shared_memory, whose functions are in the library, too; without the function that
   is missing, unless that is NULL. */
typedef void (*stand_in_usm_fn)(const char *missing);

/* Objects that were made or retained and not released. */
typedef int (*stand_in_live_fn)(void);

#endif
