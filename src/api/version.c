/* Versions. */
#include "glorand/glorand.h"

const char *glr_version_string(void) { return GLR_VERSION_STRING; }

uint32_t glr_version(void)
{
    return GLR_VERSION_MAJOR * 1000000U + GLR_VERSION_MINOR * 1000U + GLR_VERSION_PATCH;
}

uint32_t glr_stream_version(void) { return GLR_STREAM_VERSION; }
