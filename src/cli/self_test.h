/* glorand devices --selftest. */
#ifndef GLR_CLI_SELF_TEST_H
#define GLR_CLI_SELF_TEST_H

#include "command.h"

/* Draws many tensors on every available device and compares them with the CPU's. Prints a line for each
   device; returns an exit status. */
int glr_self_test(const glr_device_info *infos, size_t count);

#endif
