/* Preloaded into the command: gives the process the floating-point mode of the number in HOST_MODE before
   main, as a library does that was linked with -Ofast. */
#include "mode.h"

#include <stdlib.h>

__attribute__((constructor)) static void take_mode(void)
{
    const char *text = getenv("HOST_MODE");
    const size_t number = text == NULL ? mode_count : strtoul(text, NULL, 10);
    if (number < mode_count) {
        set_mode(&modes[number]);
    }
}
