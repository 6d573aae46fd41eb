/* Opens what auto chooses; prints the backend, and each library that was loaded for it, on a line of its own.
 */
#define _GNU_SOURCE

#include "glorand/glorand.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

#define MAX_LIBRARIES 256

static const char *before[MAX_LIBRARIES];
static int count;

static int keep(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (count < MAX_LIBRARIES) {
        before[count++] = info->dlpi_name;
    }
    return 0;
}

static int print_new(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (int i = 0; i < count; i++) {
        if (strcmp(before[i], info->dlpi_name) == 0) {
            return 0;
        }
    }
    (void)puts(info->dlpi_name);
    return 0;
}

int main(void)
{
    glr_device *device = NULL;
    (void)dl_iterate_phdr(keep, NULL);
    if (glr_open(NULL, &device) != GLR_OK) {
        (void)fprintf(stderr, "%s\n", glr_last_error());
        return 1;
    }
    (void)puts(glr_backend_name(glr_device_backend(device)));
    (void)dl_iterate_phdr(print_new, NULL);
    glr_close(device);
    return 0;
}
