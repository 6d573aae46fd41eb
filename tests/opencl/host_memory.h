/* Counts what the library takes of the host: memory, files, mutexes, threads. The program is linked so that
   the calls of everything in it, the static library among that, come here (the linker's --wrap); those of
   shared libraries, OpenCL's among them, do not. */
#ifndef TEST_HOST_MEMORY_H
#define TEST_HOST_MEMORY_H

/* Starts counting, and lets the call number `call`, from 1, fail that takes something; 0 lets none fail. */
void host_fail(int call);

/* The name of the function whose call failed since then, or "". */
const char *host_failed(void);

/* What was taken since then and not given back; below 0 when more was given back. */
int host_live(void);

#endif
