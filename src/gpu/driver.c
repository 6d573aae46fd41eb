#define _GNU_SOURCE /* secure_getenv */

#include "driver.h"

#include "api/call.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nodes by the beginning of their names. Others of the same drivers, nvidiactl for example, are there without
   a GPU, too. */
static const struct {
    const char *folder, *name;
    int is_numbered; /* a digit follows */
    unsigned kind;
} nodes[] = {
    {"", "nvidia", 1, GLR_NODES_CUDA},   {"", "nvhost", 0, GLR_NODES_CUDA}, /* Tegra's */
    {"", "dxg", 0, GLR_NODES_CUDA},                                         /* WSL's, for any GPU */
    {"", "kfd", 0, GLR_NODES_OTHER},                                        /* AMD's, for computing */
    {"", "mali", 1, GLR_NODES_OTHER},                                       /* ARM's, of its own driver */
    {"", "kgsl-3d", 1, GLR_NODES_OTHER}, {"/dri", "renderD", 1, GLR_NODES_OTHER},
};

static unsigned kind_of(const char *folder, const char *name)
{
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        size_t length = strlen(nodes[i].name);
        if (strcmp(folder, nodes[i].folder) == 0 && strncmp(name, nodes[i].name, length) == 0 &&
            (!nodes[i].is_numbered || (name[length] >= '0' && name[length] <= '9'))) {
            return nodes[i].kind;
        }
    }
    return 0;
}

unsigned glr_gpu_nodes(const char *folder)
{
    static const char *const folders[] = {"", "/dri"};
    unsigned kinds = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[256];
        int length = snprintf(path, sizeof path, "%s%s", folder, folders[i]);
        DIR *directory = length > 0 && (size_t)length < sizeof path ? opendir(path) : NULL;
        const struct dirent *entry;
        while (directory != NULL && (entry = readdir(directory)) != NULL) {
            kinds |= kind_of(folders[i], entry->d_name);
        }
        if (directory != NULL) {
            (void)closedir(directory); /* was only read */
        }
    }
    return kinds;
}

const char *glr_gpu_variable(const char *name)
{
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

glr_status glr_gpu_check_auto(const char *backend, const char *folder, unsigned kinds,
                              const char *const variables[])
{
    for (size_t i = 0; variables[i] != NULL; i++) {
        if (glr_gpu_variable(variables[i]) != NULL) {
            return GLR_OK;
        }
    }
    if ((glr_gpu_nodes(folder) & kinds) != 0) {
        return GLR_OK;
    }
    return glr_fail(GLR_ERROR_UNAVAILABLE,
                    "options.backend: auto loads no %s driver where %s has no node of a GPU", backend,
                    folder);
}

glr_status glr_gpu_fail_index(const char *backend, uint32_t index, size_t count)
{
    return glr_fail(GLR_ERROR_UNAVAILABLE, "options.device: %u is outside [0, %zu]: %s has %zu device%s",
                    index, count - 1, backend, count, count == 1 ? "" : "s");
}

glr_status glr_gpu_load(glr_gpu_library *library, void (*load)(void))
{
    glr_status status = GLR_OK;
    (void)pthread_mutex_lock(&library->lock);
    if (!library->is_loaded) {
        library->why_not[0] = '\0';
        load();
        library->is_loaded = library->why_not[0] == '\0';
    }
    if (!library->is_loaded) {
        status = glr_fail(GLR_ERROR_UNAVAILABLE, "%s", library->why_not);
    }
    (void)pthread_mutex_unlock(&library->lock);
    return status;
}
