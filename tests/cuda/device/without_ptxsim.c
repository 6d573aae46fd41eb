/* For the tests of tests/cuda/backend by a driver that is not the stand-in: no call is recorded, and nothing
 * counted. */
#include "ptxsim/driver/ptxsim.h"

injector *ptxsim_injector(void) { return NULL; }
