/* A stand-in for libOpenCL.so.1 that forwards to the real one, fails where it is told to, and counts what is
   not released. A test finds these functions in it by dlsym. */
#ifndef TEST_STAND_IN_H
#define TEST_STAND_IN_H

#include "ptxsim/inject/inject.h"

/* Fails calls, lists them, and counts the objects that were made or retained and not released. What releases
   something does so even when it fails. */
typedef injector *(*stand_in_injector_fn)(void);

/* Replaces a text in the programs' source, which must hold it. */
typedef void (*stand_in_replace_fn)(const char *from, const char *to);

/* Lets devices answer a question with another text. */
typedef void (*stand_in_say_fn)(unsigned what, const char *text);

/* Makes devices GPUs, as far as they say. */
typedef void (*stand_in_gpu_fn)(void);

/* Offers cl_intel_unified_shared_memory, whose functions are in the library, too; without the function that
   is missing, unless that is NULL. */
typedef void (*stand_in_usm_fn)(const char *missing);

#endif
