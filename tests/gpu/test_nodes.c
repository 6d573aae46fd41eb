/* Which device nodes are a GPU's, and when that is reason to load a driver. */
#include "gpu/driver.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/glorand-nodes-XXXXXX";
static char made[64];

/* A folder with this node in it, "nvidia0" or "dri/renderD128", and what is there on every machine. */
static void make(const char *name)
{
    static const char *const always[] = {"null", "tty0", "dri", "dri/card0", "nvidiactl", "nvidia-uvm"};
    char path[128];
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i <= sizeof always / sizeof always[0]; i++) {
        const char *next = i < sizeof always / sizeof always[0] ? always[i] : name;
        (void)snprintf(path, sizeof path, "%s/%s", folder, next);
        if (strcmp(next, "dri") == 0) {
            cr_assert_eq(mkdir(path, 0700), 0);
        } else if (next[0] != '\0') {
            int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
            cr_assert(file >= 0, "%s", path);
            (void)close(file);
        }
    }
    (void)snprintf(made, sizeof made, "rm -rf %s", folder);
}

static void clear(void)
{
    if (made[0] != '\0') {
        (void)system(made);
        memcpy(folder + sizeof folder - sizeof "XXXXXX", "XXXXXX", sizeof "XXXXXX");
        made[0] = '\0';
    }
}

TestSuite(nodes, .fini = clear);

Test(nodes, are_known_by_their_names)
{
    static const struct {
        const char *name;
        unsigned kinds;
    } cases[] = {
        {"", 0},
        {"nvidia", 0},
        {"nvidia-modeset", 0},
        {"nvidia0", GLR_NODES_CUDA},
        {"nvidia15", GLR_NODES_CUDA},
        {"nvhost-gpu", GLR_NODES_CUDA},
        {"dxg", GLR_NODES_CUDA},
        {"kfd", GLR_NODES_OTHER},
        {"mali0", GLR_NODES_OTHER},
        {"kgsl-3d0", GLR_NODES_OTHER},
        {"dri/renderD128", GLR_NODES_OTHER},
        {"dri/controlD64", 0},
        {"renderD128", 0},
        {"dri/nvidia0", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(cases[i].name);
        cr_expect_eq(glr_gpu_nodes(folder), cases[i].kinds, "%s: %u", cases[i].name, glr_gpu_nodes(folder));
        clear();
    }
}

Test(nodes, of_a_folder_that_cannot_be_read)
{
    char long_name[1000];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    cr_expect_eq(glr_gpu_nodes("/nowhere"), 0);
    cr_expect_eq(glr_gpu_nodes("/dev/null"), 0);
    cr_expect_eq(glr_gpu_nodes(long_name), 0);
}

/* auto loads a driver where a node of its kind is there, or a variable names one; an empty one does not. */
Test(nodes, or_a_variable_are_reason_to_load)
{
    static const char *const variables[] = {"TEST_FIRST_DRIVER", "TEST_SECOND_DRIVER", NULL};
    make("kfd");
    cr_expect_eq(glr_gpu_check_auto("X", folder, GLR_NODES_OTHER, variables), GLR_OK);
    cr_expect_eq(glr_gpu_check_auto("X", folder, GLR_NODES_CUDA, variables), GLR_ERROR_UNAVAILABLE);
    cr_expect_not_null(strstr(glr_last_error(), "auto loads no X driver"), "%s", glr_last_error());
    cr_assert_eq(setenv("TEST_SECOND_DRIVER", "", 1), 0);
    cr_expect_eq(glr_gpu_check_auto("X", folder, GLR_NODES_CUDA, variables), GLR_ERROR_UNAVAILABLE);
    cr_assert_eq(setenv("TEST_SECOND_DRIVER", "a.so", 1), 0);
    cr_expect_eq(glr_gpu_check_auto("X", folder, GLR_NODES_CUDA, variables), GLR_OK);
    cr_expect_eq(glr_gpu_check_auto("X", "/nowhere", GLR_NODES_CUDA, variables), GLR_OK);
}
