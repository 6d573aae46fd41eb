/* Counts what the library takes of the host, and lets calls fail that take something: memory, files, mutexes,
   threads. The program is linked so that the calls of everything in it, the static library among that, come
   here (the linker's
   --wrap); those of shared libraries, OpenCL's among them, do not. */
#ifndef TEST_HOST_MEMORY_H
#define TEST_HOST_MEMORY_H

#include "ptxsim/inject/inject.h"

extern injector test_host;

#endif
