/* For the tests of tests/cuda/backend by a driver that is not the stand-in: no call is recorded, and nothing
 * counted. */
#include "ptxsim/driver/ptxsim.h"

static injector nothing = INJECTOR_INIT;

injector *ptxsim_injector(void) { return &nothing; }

const char *ptxsim_last_fault(void) { return NULL; }
