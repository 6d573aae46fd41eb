/* OpenCL's own errors: a host without memory, a compiler that refuses the text, what drivers say. */
#include "host_memory.h"
#include "support.h"

#include "gpu/backend/backend.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory, files and mutexes of the host fail in turn, with a cache or without. What the cache and the list of
   extensions take can be done without. Returns how often the status was an error. */
static int fail_host(glr_status (*use)(void), const char *cache_to_empty)
{
    int refused = 0;
    char before[GPU_LIST];
    gpu_list_live(before);
    for (unsigned call = 1;; call++) {
        test_empty_cache(cache_to_empty);
        inject_fail(&test_host, NULL, call, ENOMEM);
        const glr_status status = use();
        const char *failed = inject_failed(&test_host);
        inject_fail(&test_host, NULL, 0, 0);
        gpu_expect_live(before, failed);
        if (failed[0] == '\0') {
            cr_assert_eq(status, GLR_OK, "%s", glr_last_error());
            (void)printf("errors: %d of %u failures of the host refused\n", refused, call - 1);
            return refused;
        }
        cr_expect(status == GLR_OK || status == GLR_ERROR_MEMORY, "%s, call %u: %s", failed, call,
                  glr_last_error());
        refused += status != GLR_OK;
    }
}

Test(errors, the_host_fails_in_turn, .timeout = 600)
{
    (void)gpu_injector();
    const char *cache = getenv("XDG_CACHE_HOME");
    for (int empties = 1; empties >= 0; empties--) {
        const char *cache_to_empty = empties ? cache : NULL;
        /* A handle and its two mutexes, the entry of the check's memory; an allocation's entry, or the list
           of the context's devices. */
        cr_expect_eq(fail_host(gpu_use_device, cache_to_empty), 5);
        cr_expect_eq(fail_host(gpu_use_caller, cache_to_empty), 5);
    }
}

/* A compiler that refuses the text, with what it said. */
Test(errors, a_build_failure_quotes_the_compiler)
{
    test_stand_in stand_in = test_stand_in_use();
    char before[GPU_LIST];
    gpu_without_cache();
    gpu_list_live(before);
    stand_in.replace("GLR_KERNEL void glr_any(", "no such thing(");
    cr_expect_eq(gpu_use_device(), GLR_ERROR_DEVICE);
    cr_expect_not_null(strstr(glr_last_error(), "clBuildProgram failed: "), "%s", glr_last_error());
    gpu_expect_live(before, "clBuildProgram");
}

/* Names and logs come from drivers: they are shown in one line, without control characters. */
Test(errors, texts_of_drivers_are_shown)
{
    test_stand_in stand_in = test_stand_in_use();
    gpu_without_cache();
    stand_in.say(CL_DEVICE_NAME, "\x1b[2K\rname\u202e\xff");
    glr_device_info infos[16];
    size_t count = 0, named = 0;
    cr_assert_eq(glr_devices(infos, 16, &count), GLR_OK);
    for (size_t i = 0; i < count && i < 16; i++) {
        named += strstr(infos[i].name, "\\x1b[2K\\rname\\u202e\\xff (") == infos[i].name;
    }
    cr_expect_gt(named, 0);
    stand_in.say(CL_DEVICE_NAME, NULL);
    stand_in.replace("GLR_KERNEL void glr_any(", "\n#error \x1b[2K\n no such thing(");
    cr_expect_eq(gpu_use_device(), GLR_ERROR_DEVICE);
    cr_expect_not_null(strstr(glr_last_error(), "clBuildProgram failed: "), "%s", glr_last_error());
    for (const char *at = glr_last_error(); *at != '\0'; at++) {
        cr_expect((unsigned char)*at >= 0x20 && *at != 0x7f, "%s", glr_last_error());
    }
    cr_expect_not_null(strstr(glr_last_error(), "\\n"), "its lines are shown: %s", glr_last_error());
}
